"""Where a request departs from the contract, field by field, and that our own valid requests do not."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.core.profile_reader import load
from conformance.driver.session_methods import TERMS
from conformance.judging.content.request_schema import FieldProblem, problems
from strategies.broken import fields, kind_of, named, with_value, without
from tests.doubles.reference_goods import US

BODY: dict[str, Any] = {
    "contactEmail": "a@b.example",
    "lineItemInputs": [{"itemId": "v1|1|0", "quantity": 1}],
    "shippingAddress": US,
}


def found(operation: str, body: Any, market: str | None = "EBAY_US", **more: Any) -> set[tuple[str, str]]:
    return {(problem.kind, problem.path) for problem in problems(Request(operation, "s1", body, market, **more))}


def initiate(market: str | None = "EBAY_US", **changes: Any) -> set[tuple[str, str]]:
    """Problems of a valid initiate with some fields of the address changed; None leaves one out."""
    address = {name: value for name, value in {**US, **changes}.items() if value is not None}
    return found(contract.INITIATE, {**BODY, "shippingAddress": address}, market)


def test_valid_requests_have_no_problem() -> None:
    assert found(contract.INITIATE, BODY) == set()
    assert found(contract.ADDRESS, US) == set()
    assert found(contract.QUANTITY, {"lineItemId": "1", "quantity": 0}) == set()
    assert found(contract.QUANTITY, {"lineItemId": "1", "quantity": 2**31 - 1}) == set()
    assert found(contract.OPTION, {"lineItemId": "1", "shippingOptionId": "2"}) == set()
    assert found(contract.APPLY, {"redemptionCode": "A"}) == found(contract.REMOVE, {"redemptionCode": "A"}) == set()
    assert found(contract.PLACE_ORDER, {"marketingTerms": deepcopy(TERMS)}) == set()
    assert found(contract.READ, None) == found(contract.READ_ORDER, None) == set()


def test_the_profiles_addresses_are_valid() -> None:
    profile = load("mock")
    for market in profile.markets.values():
        for address in (market.address, market.other_address, market.unverifiable_address):
            if address:
                assert found(contract.ADDRESS, address, market.name) == set(), (market.name, address)


@pytest.mark.parametrize("path", list(fields(BODY)), ids=named)
def test_every_field_is_missed(path: tuple[str | int, ...]) -> None:
    if path[-1] == 0:
        return
    kinds = {kind for kind, _ in found(contract.INITIATE, without(BODY, path))}
    assert kinds == {"missing"}, path


@pytest.mark.parametrize("path", list(fields(BODY)), ids=named)
def test_every_field_has_its_type(path: tuple[str | int, ...]) -> None:
    body: Any = BODY
    for part in path:
        body = body[part]
    wrong: Any = {"object": [7], "array": "x", "string": 7}[kind_of(body)] if not isinstance(body, int) else "1"
    where = "".join("[]" if isinstance(entry, int) else f".{entry}" for entry in path).lstrip(".")
    assert ("type", where) in found(contract.INITIATE, with_value(BODY, path, wrong))
    assert ("null", where) in found(contract.INITIATE, with_value(BODY, path, None))


@pytest.mark.parametrize("raw", [b"", b"{", b"{}", b"[]"])
def test_raw_bytes_are_another_shape(raw: bytes) -> None:
    assert found(contract.QUANTITY, None, raw=raw) == {("shape", "")}


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_what_is_no_object_is_another_shape(body: Any) -> None:
    assert found(contract.APPLY, body) == {("shape", "")}


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [(-1, "range"), (2**31, "range"), (1.5, "type"), ("2", "type"), (True, "type"), (None, "null"), ([], "type")],
)
def test_a_quantity_that_is_none_is_a_departure_of_its_kind(quantity: Any, kind: str) -> None:
    assert found(contract.QUANTITY, {"lineItemId": "1", "quantity": quantity}) == {(kind, "quantity")}


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("country", "usa", "form"),
        ("country", "us", "form"),
        ("stateOrProvince", "California", "form"),
        ("stateOrProvince", "C", "form"),
        ("addressLine1", "x" * 41, "length"),
        ("addressLine2", "x" * 41, "length"),
        ("city", "San\x00José", "control"),
        ("city", "a\x7fb", "control"),
        ("city", "a\x9fb", "control"),
        ("addressLine1", "a<b", "markup"),
        ("addressLine1", "a>b", "markup"),
        ("city", "  ", "empty"),
        ("city", "", "empty"),
    ],
)
def test_forms_in_the_us(field: str, value: str, kind: str) -> None:
    assert (kind, f"shippingAddress.{field}") in initiate(**{field: value})


@pytest.mark.parametrize(
    ("market", "limit"),
    [("EBAY_US", 40), ("EBAY_AU", 40), ("EBAY_CA", 40), ("EBAY_DE", 35), ("EBAY_GB", 35), ("EBAY_FR", 50)],
)
def test_the_longest_line(market: str, limit: int) -> None:
    length = ("length", "shippingAddress.addressLine1")
    assert length not in initiate(market, addressLine1="x" * limit)
    assert length in initiate(market, addressLine1="x" * (limit + 1))
    assert contract.address_line_limit(market) == limit


def test_what_only_some_marketplaces_ask_for() -> None:
    state, code = ("missing", "shippingAddress.stateOrProvince"), ("missing", "shippingAddress.postalCode")
    assert state in initiate("EBAY_US", stateOrProvince=None)
    assert state not in initiate("EBAY_GB", stateOrProvince=None)
    assert code in initiate("EBAY_GB", postalCode=None) and code in initiate("EBAY_GB", postalCode=" ")
    assert code not in initiate("EBAY_HK", postalCode=None)
    assert ("form", "shippingAddress.stateOrProvince") not in initiate("EBAY_AU", stateOrProvince="NSW")
    assert ("missing", "postalCode") in found(contract.ADDRESS, {name: US[name] for name in US if name != "postalCode"})


def test_real_names_pass() -> None:
    for text in ("Anne-Marie", "O'Neill", "Größler", "黃", "Siân", "St. John's Rd, 3/4"):
        assert initiate(city=text, addressLine1=text) == set()


@pytest.mark.parametrize(
    ("email", "fine"),
    [
        ("a@b", True),
        ("a.b+c@d.example", True),
        ("no address", False),
        ("a@b c", False),
        ("two@@a", False),
        ("@", False),
    ],
)
def test_an_e_mail_address_has_the_documented_form(email: str, fine: bool) -> None:
    assert (found(contract.INITIATE, {**BODY, "contactEmail": email}) == set()) is fine


@pytest.mark.parametrize(
    ("item", "fine"), [("v1|123|0", True), ("v1|123|456", True), ("v1|abc|0", False), ("v1|123", False), ("123", False)]
)
def test_an_item_id_has_the_documented_form(item: str, fine: bool) -> None:
    body = {**BODY, "lineItemInputs": [{"itemId": item, "quantity": 1}]}
    assert (found(contract.INITIATE, body) == set()) is fine


def test_an_empty_list_of_lines() -> None:
    assert found(contract.INITIATE, {**BODY, "lineItemInputs": []}) == {("empty", "lineItemInputs")}


def test_marketing_terms_that_are_missing_or_unknown_are_departures() -> None:
    assert ("missing", "marketingTerms") in found(contract.PLACE_ORDER, {})
    assert ("form", "marketingTerms[].marketingTypes[]") in found(
        contract.PLACE_ORDER, {"marketingTerms": [{**TERMS[0], "marketingTypes": ["OTHER"]}]}
    )


def test_a_problem_knows_its_field() -> None:
    assert FieldProblem("missing", "shippingAddress.recipient.firstName").field == "firstName"
    assert FieldProblem("missing", "shippingAddress.recipient").in_address
    assert FieldProblem("missing", "city").in_address
    assert not FieldProblem("missing", "contactEmail").in_address
    assert not FieldProblem("missing", "lineItemInputs[].itemId").in_address


def test_optional_fields_are_known() -> None:
    body = {**BODY, "shippingAddress": {**US, "county": None, "city": None}}
    found = {problem.field: problem.optional for problem in problems(Request(contract.INITIATE, None, body, "EBAY_US"))}
    assert found == {"county": True, "city": False}
