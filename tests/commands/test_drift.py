"""`make drift`: a document that says the same is no drift; each way to say otherwise is told, with what it touches."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.__main__ import main
from conformance.commands.drift.change import Change
from conformance.commands.drift.comparison import drift
from conformance.commands.drift.report import GENERAL, markdown, touches
from conformance.commands.drift.text_digests import texts
from conformance.core import contract
from tests.doubles.vendor_document import ORDER, QUANTITY, SCHEMAS, Document, node_at, published, silent


def only(alter: Callable[[Document], object]) -> Change:
    document = published()
    alter(document)
    (change,) = drift(document)
    return change


def test_the_same_in_other_words_is_no_drift() -> None:
    assert drift(published()) == []


def test_what_the_pages_say_may_come_into_the_document() -> None:
    """Required fields, closed lists and forms that the contract has already."""
    assert drift(silent(contract.document("order-v2"))) == []


def errors(document: Document, status: str) -> Any:
    return node_at(document, *QUANTITY, "responses", status, "x-response-codes", "errors")


def set_in(*path: str, **values: Any) -> Callable[[Document], object]:
    return lambda document: node_at(document, *path).update(values)


def drop(*path: str) -> Callable[[Document], object]:
    return lambda document: node_at(document, *path[:-1]).pop(path[-1])


AMOUNT = (*SCHEMAS, "AmountV9", "properties")
PRICING = (*SCHEMAS, "SessionPricingV9", "properties")
CASES: list[tuple[str, Callable[[Document], object], tuple[str, str, str], set[str], set[str]]] = [
    # name, alteration, (kind, verb, what), some requirements that it touches, some that it does not
    (
        "a new id",
        lambda d: errors(d, "409").update({"15099": {"domain": "API_ORDER", "category": "BUSINESS"}}),
        ("id", "added", "15099"),
        {"SESSION-DOCUMENTED"},
        {"QTY-LOT"},
    ),
    ("an id is gone", lambda d: errors(d, "409").pop("15014"), ("id", "removed", "15014"), {"QTY-LOT"}, {"QTY-LIMIT"}),
    (
        "an id has another status",
        lambda d: errors(d, "400").update({"15013": errors(d, "409").pop("15013")}),
        ("id", "changed", "15013"),
        {"QTY-STOCK"},
        {"COUPON-ONE"},
    ),
    (
        "an id has another category",
        lambda d: errors(d, "409")["15013"].update(category="SYSTEM"),
        ("id", "changed", "15013, its category"),
        {"QTY-STOCK", "ERROR-SHAPE"},
        {"QTY-ZERO"},
    ),
    (
        "a new status",
        set_in(*QUANTITY, "responses", **{"422": {"description": ""}}),
        ("status", "added", "422"),
        {"SESSION-DOCUMENTED"},
        {"QTY-ZERO"},
    ),
    (
        "a status is gone",
        drop(*QUANTITY, "responses", "404"),
        ("status", "removed", "404"),
        {"SESSION-DOCUMENTED"},
        set(),
    ),
    (
        "a field has another type",
        set_in(*AMOUNT, value={"type": "number"}),
        ("field", "changed", "answer Amount.value"),
        {"SESSION-FIELDS", "ORDER-FIELDS", "PRICE-FORM"},
        {"QTY-ZERO"},
    ),
    (
        "a new field",
        set_in(*AMOUNT, converted={"type": "object", "properties": {"value": {"type": "string"}}}),
        ("field", "added", "answer Amount.converted"),
        {"SESSION-FIELDS", "PRICE-FORM"},
        {"QTY-ZERO"},
    ),
    (
        "a field is gone",
        drop(*PRICING, "additionalSavings"),
        ("field", "removed", "answer SessionPricing.additionalSavings"),
        {"COUPON-APPLY", "PRICE-SAVINGS", "PRICE-TOTAL"},
        {"ORDER-READ", "PRICE-FEE"},
    ),
    (
        "a list instead of one",
        set_in(*SCHEMAS, "SessionV9", "properties", shippingAddress={"type": "array", "items": {"type": "object"}}),
        ("field", "changed", "answer Session.shippingAddress"),
        {"SESSION-FIELDS"},
        {"ORDER-READ"},
    ),
    (
        "a new limit",
        lambda d: node_at(d, *SCHEMAS, "UpdateQuantityV9", "properties", "quantity").update(maximum=99),
        ("field", "changed", "request UpdateQuantity.quantity"),
        {"QTY-SET", "QTY-INVALID"},
        {"COUPON-ONE"},
    ),
    (
        "a list of values that we do not know",
        lambda d: node_at(d, *SCHEMAS, "RegionV9", "properties", "regionType").update(enum=["COUNTRY", "CITY"]),
        ("field", "changed", "answer Region.regionType"),
        {"SESSION-FIELDS"},
        {"QTY-ZERO"},
    ),
    (
        "a new field that every request needs",
        lambda d: node_at(d, *SCHEMAS, "UpdateQuantityV9").update(
            required=["reason"],
            properties={**node_at(d, *SCHEMAS, "UpdateQuantityV9", "properties"), "reason": {"type": "string"}},
        ),
        ("field", "added", "request UpdateQuantity.reason"),
        {"QTY-SET", "QTY-ZERO", "PRICE-TOTAL"},
        {"COUPON-ONE"},
    ),
    (
        "a parameter is needed now",
        lambda d: node_at(d, *ORDER, "parameters", 1).update({"$ref": "#/components/parameters/MarketplaceRequired"}),
        ("parameter", "changed", "header X-EBAY-C-MARKETPLACE-ID"),
        {"MARKET-ORDER-OPTIONAL", "ORDER-READ"},
        {"QTY-ZERO"},
    ),
    (
        "a parameter is gone",
        lambda d: node_at(d, *ORDER, "parameters").pop(2),
        ("parameter", "removed", "header X-EBAY-C-ENDUSERCTX"),
        set(),
        {"QTY-ZERO"},
    ),
    (
        "a method is gone",
        drop(*QUANTITY[:2]),
        ("method", "removed", "updateGuestQuantity"),
        {"QTY-SET"},
        {"COUPON-ONE"},
    ),
    (
        "a new method",
        set_in("paths", **{"/carts": {"get": {"operationId": "getCarts", "responses": {"200": {"description": ""}}}}}),
        ("method", "added", "getCarts"),
        set(),
        {"QTY-SET"},
    ),
    (
        "a method moved",
        lambda d: d["paths"].update({"/quantity/{checkoutSessionId}": d["paths"].pop(QUANTITY[1])}),
        ("method", "changed", "updateGuestQuantity: address"),
        {"QTY-SET"},
        {"COUPON-ONE"},
    ),
    (
        "a method has another name",
        set_in(*QUANTITY, operationId="setQuantity"),
        ("method", "changed", "updateGuestQuantity: operationId"),
        set(),
        {"COUPON-ONE"},
    ),
    (
        "another host",
        lambda d: node_at(d, *ORDER[:2]).update(servers=[{"url": "https://api.ebay.com/buy/order/v3"}]),
        ("method", "changed", "getGuestPurchaseOrder: servers"),
        {"ORDER-READ"},
        {"QTY-ZERO"},
    ),
    (
        "the signature header is gone",
        drop("paths", "/guest_checkout_session/initiate", "post", "responses", "200", "headers"),
        ("field", "removed", "answer header X-EBAY-SECURITY-SIGNATURE"),
        {"SESSION-SIGNATURE"},
        {"QTY-ZERO"},
    ),
]


@pytest.mark.parametrize(
    ("alter", "words", "touched", "not_touched"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_change_of_the_document_is_reported_with_the_requirements_that_it_touches(
    alter: Callable[[Document], object], words: tuple[str, str, str], touched: set[str], not_touched: set[str]
) -> None:
    change = only(alter)
    assert (change.kind, change.verb, change.what) == words
    assert touched <= set(touches(change)) and not not_touched & set(touches(change))
    assert len(set(change.operations)) == len(change.operations) > 0
    row = next(line for line in markdown([change], "9", "2").splitlines() if line.startswith(f"| {change.verb} "))
    assert row.count("|") == 7 and f"`{change.what}`" in row


def test_a_shared_component_is_one_change() -> None:
    """Amount stands in dozens of places; one row names the methods."""
    change = only(set_in(*AMOUNT, value={"type": "number"}))
    assert len(change.operations) == 8 and (change.ours, change.theirs) == ("string", "number")


def test_parts_of_a_schema_count() -> None:
    """allOf is what some generators write in place of a reference with a description."""
    document = published()
    pricing = node_at(document, *SCHEMAS, "SessionV9", "properties")
    pricing["pricingSummary"] = {"allOf": [pricing["pricingSummary"]], "description": "…"}
    assert drift(document) == []


# ---------------------------------------------------------------- texts


@pytest.fixture
def worded(monkeypatch: pytest.MonkeyPatch) -> Document:
    """A document with texts of a method, a parameter, an id of two methods, a component and a field, which are known."""
    document = published()
    address = ("paths", "/guest_checkout_session/{checkoutSessionId}/update_shipping_address", "post")
    node_at(document, *QUANTITY)["description"] = "Sets it."
    node_at(document, *ORDER, "parameters", 0)["description"] = (
        "An id."  # a reference with a text beside it says nothing
    )
    node_at(document, "components", "parameters", "PurchaseOrderId")["description"] = "The order."
    for status, entry in (("400", QUANTITY), ("400", address)):
        node_at(document, *entry, "responses", status, "x-response-codes", "errors", "15003")["description"] = (
            "No session."
        )
    node_at(document, *SCHEMAS, "AmountV9")["description"] = "Money."
    node_at(document, *PRICING, "total")["description"] = "The <b>sum</b> of it."
    known = {text.key: text.digest for text in texts(document)}
    monkeypatch.setattr(contract, "wording", lambda: known)
    return document


def test_what_is_kept_of_the_vendor_s_texts() -> None:
    """Digests and names; not a word of theirs."""
    assert len(contract.wording()) > 300
    assert all(re.fullmatch(r"[0-9a-f]{10}", entry) for entry in contract.wording().values())


def test_texts_that_are_known_are_no_drift(worded: Document) -> None:
    assert len(contract.wording()) == 6 and drift(worded) == []


def test_markup_and_blanks_are_no_text(worded: Document) -> None:
    node_at(worded, *PRICING, "total")["description"] = '<a href="/x">The sum</a>\n of  it<br />.'
    assert drift(worded) == []


@pytest.mark.parametrize(
    ("path", "what", "methods", "touched", "not_touched"),
    [
        (QUANTITY, "method updateGuestQuantity", 1, {"QTY-SET", "QTY-ZERO"}, {"COUPON-ONE"}),
        (("components", "parameters", "PurchaseOrderId"), "parameter purchaseOrderId", 1, {"ORDER-READ"}, {"QTY-SET"}),
        ((*SCHEMAS, "AmountV9"), "component AmountV9", 8, set(), {"QTY-SET"}),
        ((*PRICING, "total"), "field SessionPricingV9.total", 7, {"PRICE-TOTAL"}, {"ORDER-READ"}),
    ],
)
def test_a_changed_text(
    worded: Document, path: tuple[str, ...], what: str, methods: int, touched: set[str], not_touched: set[str]
) -> None:
    node_at(worded, *path)["description"] = "Something else."
    (change,) = drift(worded)
    assert (change.kind, change.verb, change.what) == ("text", "changed", what) and len(change.operations) == methods
    assert touched <= set(touches(change)) and not not_touched & set(touches(change))
    assert "## Texts" in markdown([change], "9", "2")


def test_a_changed_text_of_an_id_is_one_change(worded: Document) -> None:
    for entry in (QUANTITY[1], "/guest_checkout_session/{checkoutSessionId}/update_shipping_address"):
        errors_of = node_at(worded, "paths", entry, "post", "responses", "400", "x-response-codes", "errors")
        errors_of["15003"]["description"] = f"Gone from {entry}."
    (change,) = drift(worded)
    assert change.what == "id 15003" and len(change.operations) == 2
    assert "SESSION-UNKNOWN" in touches(change)


def test_a_new_text_comes_with_what_it_describes(worded: Document) -> None:
    node_at(worded, *AMOUNT, "value")["description"] = "Now explained."
    assert drift(worded) == []


def test_general_requirements_exist() -> None:
    followed = {kind for requirement in contract.requirements().values() for kind in requirement.follows}
    assert set(GENERAL.values()) <= followed


# ---------------------------------------------------------------- the command


def test_an_unchanged_document_has_no_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "same.yaml"
    path.write_text(yaml.safe_dump(published()))
    assert main(["drift", str(path)]) == 0
    assert "No drift" in capsys.readouterr().out


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump])
def test_drift_is_reported_as_markdown_and_ends_with_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], write: Callable[[Document], str]
) -> None:
    document = published()
    errors(document, "409").pop("15014")
    document["info"]["version"] = "3.0 <b>`|`</b>"
    path, out = tmp_path / "document", tmp_path / "drift.md"
    path.write_text(write(document))
    assert main(["drift", str(path), "--out", str(out)]) == 1
    assert capsys.readouterr().out.startswith("Drift: 1 removed; ")
    report = out.read_text()
    assert "| removed | `15014` | `under 409` |  | `updateGuestQuantity` |" in report
    assert "| QTY-LOT | MUST |" in report and "<b>'\\|'</b>`" in report


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot be read"),
        ("[1, 2", "neither JSON nor YAML"),
        ("\x00\x01", "neither JSON nor YAML"),
        ("just words", "no OpenAPI 3 document"),
        ('swagger: "2.0"\npaths: {}', "no OpenAPI 3 document"),
        ("openapi: 3.0.0", "paths is no object"),
        ("openapi: 3.0.0\npaths: {}", "none of the methods"),
        ("openapi: 3.0.0\npaths: {/a: 1}", "paths /a is no object"),
        ("openapi: 3.0.0\npaths: {/a: {get: {parameters: 3, responses: {}}}}", "something else than a list"),
        ("openapi: 3.0.0\npaths: {/a: {$ref: '#/b'}}", "leads nowhere"),
        ("openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1a'}}", "leads to itself"),
        ("openapi: 3.0.0\npaths: &a {/a: *a}", "none of the methods"),
        (
            "openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {content: {x: {schema: &a {properties: {b: *a}}}}}}}}}",
            "none of the methods",
        ),
        ("openapi: 3.0.0\npaths: {/a: {get: {responses: {400: {x-response-codes: &a [*a]}}}}}", "without end"),
    ],
)
def test_a_file_that_is_no_such_document_gives_one_sentence_and_status_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, sentence: str
) -> None:
    """One sentence, and no report."""
    path = tmp_path / "document.yaml"
    if text is not None:
        path.write_text(text)
    assert main(["drift", str(path), "--out", str(tmp_path / "out.md")]) == 4
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and said.out == ""
    assert not (tmp_path / "out.md").exists()
