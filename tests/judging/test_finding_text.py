"""What a finding says to its reader: values as they stand in the traffic, limits in words, and where it was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.addresses import folded
from conformance.core.exchange import Exchange, Intent, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.evidence.reproduction.shrink import LONGEST_BODY, describe
from conformance.judging.claim import Claim, member_or_null, shown
from conformance.judging.content.response_schema import FORMS
from conformance.judging.context import Judgment
from conformance.judging.model import differences, pricing, state, view
from conformance.judging.trace import Trace
from suites.shared.state_claims import as_claim, with_zeros
from tests.doubles.faulty_servers import FAULTY_SERVERS, edits
from tests.doubles.reference_goods import US, Json
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import payment, visit

Edit = Callable[[Json], object]


def broken(edit: Edit, on: tuple[str, ...], *parts: Any) -> list[Judgment]:
    """What a visit finds in a shop that changes its accepted answers."""
    edits("for a sentence", "SESSION-FIELDS", lambda body, request, shop: edit(body), on)
    faulty = FAULTY_SERVERS.pop()
    return [judgment for judgment in visit(faulty.shop(), *parts).judgments if not judgment.ok]


def claims(edit: Edit, requirement: str, *on: str, parts: tuple[Any, ...] = ()) -> list[Claim]:
    found = [breach.claim for breach in broken(edit, on, *parts) if breach.requirement == requirement]
    return [item for item in found if item]


def session() -> Json:
    driver = CheckoutDriver(ReferenceShop(), Trace("told"))  # type: ignore[arg-type]
    return deepcopy(driver.initiate("EBAY_US", [("v1|1001|0", 2)]).body)


def test_an_address_is_compared_folded_and_shown_as_it_stands() -> None:
    entry = folded("500 King Street West")
    assert entry == folded("500 KING  street west") == "500kingstreetwest" and entry != folded("501 King Street West")
    assert hash(entry) == hash(folded("500 king street west")) and deepcopy(entry) == entry
    assert f"{entry}" == "500 King Street West" == json.loads(json.dumps({"a": entry}))["a"]
    before = session()
    after = deepcopy(before)
    after["shippingAddress"]["addressLine1"] = "500 King Street West"
    del after["shippingAddress"]["postalCode"]
    found = differences(state(view(before)), state(view(after)))
    claim = as_claim({key: pair for key, pair in found.items() if key[1] == "addressLine1"})
    assert (claim.expected, claim.actual) == (f"address addressLine1 {US['addressLine1']}", "500 King Street West")
    claim = as_claim({key: pair for key, pair in found.items() if key[1] == "postalCode"})
    assert (claim.expected, claim.actual) == (f"address postalCode {US['postalCode']}", "nothing")


def test_null_is_not_nothing() -> None:
    assert member_or_null({"a": None}, "a") == "null" and member_or_null({}, "a") is None is member_or_null(None, "a")
    found = claims(lambda body: body["shippingAddress"].update(addressLine2=None), "ADDR-REPLACE", contract.ADDRESS)
    assert found and found[0].expected.startswith("addressLine2 ") and found[0].actual == "null"
    found = claims(lambda body: body.update(checkoutSessionId=None), "SESSION-FIELDS", contract.READ)
    assert "null" in {item.actual for item in found} and "nothing" not in {item.actual for item in found}


def test_an_amount_is_written_in_one_way() -> None:
    written = {
        "7": "7.00",
        "7.5": "7.50",
        "7.00": "7.00",
        "0": "0.00",
        "7.125": "7.125",
        "1E+2": "100.00",
        "-3": "-3.00",
    }
    assert {text: shown(Decimal(text)) for text in written} == written
    assert shown(None) == "nothing"


@pytest.mark.parametrize(("tax", "seen"), [("0.00", "0.00"), (None, "nothing")])
def test_a_zero_that_stands_there_is_not_nothing(tax: str | None, seen: str) -> None:
    before = session()
    before["pricingSummary"]["importTax"] = {"amount": {"value": "0.06", "currency": "USD"}}
    after = deepcopy(before)
    after["pricingSummary"]["importTax"]["amount"]["value"] = tax
    if tax is None:
        del after["pricingSummary"]["importTax"]
    shows = [view(before), view(after)]
    claim = as_claim(with_zeros(differences(*map(pricing, shows)), *shows))
    assert (claim.expected, claim.actual) == ("summary importTax 0.06", seen)


def test_a_limit_is_told_with_what_is_there() -> None:
    long = "CA-" + "2f" * 19

    def lengthen(body: Json) -> None:
        for node in body["lineItems"]:
            node["orderId"] = long

    found = claims(lengthen, "ORDER-FIELDS", contract.READ_ORDER, parts=(payment,))
    assert found[0].name == "lineItems[].orderId maxLength"
    assert (found[0].expected, found[0].actual) == (
        "lineItems[].orderId has at most 40 characters",
        f"41 characters: {long}",
    )


def test_a_date_is_asked_for_in_words() -> None:
    found = claims(
        lambda body: body.update(purchaseOrderCreationDate="2026-12-01 08:00"), "ORDER-FIELDS", contract.READ_ORDER,
        parts=(payment,),
    )  # fmt: skip
    want = "purchaseOrderCreationDate is a date and time in UTC like 2026-12-01T08:00:00.000Z"
    assert want in {item.expected for item in found} and any("test(" in item.test for item in found)


def patterns(node: Any) -> set[str]:
    """Every pattern below a node."""
    below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    own = {node["pattern"]} if isinstance(node, dict) and isinstance(node.get("pattern"), str) else set()
    return own.union(*map(patterns, below))


def test_each_pattern_of_the_contract_has_its_own_words() -> None:
    from conformance.judging.content.response_schema import _form

    every = set().union(*(patterns(contract.document(name)) for name in ("order-v1", "order-v2")))
    assert sorted(map(_form, every)) == sorted(f"is {words}" for _, words in FORMS)


def test_an_order_is_told_with_its_marketplace() -> None:
    found = broken(lambda body: body.pop("purchaseOrderId"), (contract.READ_ORDER,), payment)
    assert found and all(item.marketplace for item in found if item.operation == contract.READ_ORDER)


def test_two_selected_options_are_told() -> None:
    def select(body: Json) -> None:
        for node in body["lineItems"]:
            for option in node["shippingOptions"]:
                option["selected"] = True

    seen = {claim.actual for claim in claims(select, "SHIP-SET", contract.OPTION)}
    assert seen and seen <= {"two options selected", "3 options selected"}


def test_a_step_shows_the_fields_after_a_long_one() -> None:
    body = {"addressLine1": "1 Way", "addressLine2": "x" * 1000, "city": "San José", "quantity": 1.5}
    text = describe(Exchange("t", 0, Request(contract.ADDRESS, "s", body, "EBAY_US"), "POST", "", status=200))
    assert '"city": "San José", "quantity": 1.5}' in text and "more …xx" in text and len(text) < LONGEST_BODY
    made = Request(contract.INITIATE, None, {"lineItemInputs": [], "shippingAddress": {"city": "Ä"}}, "EBAY_US")
    exchange = Exchange("t", 0, made, "POST", "", Intent("ADDR-REQUIRED"), status=200)
    assert "Ä" not in describe(exchange) and "Ä" in describe(exchange, whole=True)


def test_a_closed_list_cites_its_type_page() -> None:
    found = claims(
        lambda body: body.update(purchaseOrderStatus="LOST"), "ORDER-FIELDS", contract.READ_ORDER, parts=(payment,)
    )
    assert (
        found[0].sources == (("T", "gct:PurchaseOrderStatusEnum"),) and "FULFILLMENT_IN_PROGRESS" in found[0].expected
    )
