"""Strategies: what is meant to be wrong is wrong in just that way, what is meant to be right has no problem."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Exchange, Intent, Request
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.content.request_schema import problems
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from strategies import addresses, broken, hostile, quantities, terms
from suites.payment.marketing_terms import terms_problem
from suites.shared import named_sessions
from tests.doubles.reference_goods import US
from tests.doubles.reference_server import ReferenceShop

BODY: dict[str, Any] = {
    "contactEmail": "a@b.example",
    "lineItemInputs": [{"itemId": "v1|1|0", "quantity": 1}],
    "shippingAddress": {**US, "addressLine2": "Flat 2"},
}
TERMS: dict[str, Any] = {
    "marketingTerms": [
        {
            "marketingTermsAccepted": True,
            "marketingChannels": ["EMAIL"],
            "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"],
        }
    ]
}


def kinds(body: Any, operation: str = contract.INITIATE, **more: Any) -> set[str]:
    return {problem.kind for problem in problems(Request(operation, "s1", body, "EBAY_US", **more))}


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("market", sorted(load("mock").markets))
def test_real_people_have_lawful_addresses(market: str) -> None:
    found = addresses.real_people(market, load("mock").markets[market].address)
    assert len(found) >= 2
    for item in found:
        assert not list(problems(Request(contract.ADDRESS, "s1", item, market))), item


def test_control_and_markup_are_what_they_say() -> None:
    for path in addresses.TEXT_FIELDS:
        for value in addresses.CONTROL:
            assert "control" in kinds(addresses.with_path(US, path, f"a{value}b"), contract.ADDRESS)
        for value in addresses.MARKUP:
            assert "markup" in kinds(addresses.with_path(US, path, value), contract.ADDRESS)


@pytest.mark.parametrize("length", [1, 34, 35, 36, 40, 41, 50, 51])
def test_lengths_are_exact(length: int) -> None:
    assert len(addresses.of_length("12 Main Street", length)) == length


def test_an_address_is_copied() -> None:
    changed = addresses.with_path(US, "recipient.firstName", "Eve")
    assert changed["recipient"] == {"firstName": "Eve", "lastName": "O'Neill"} and US["recipient"]["firstName"] == "Ann"


# ---------------------------------------------------------------- one broken field at a time


def test_every_field_is_there_once() -> None:
    paths = [broken.named(field) for field in broken.fields(BODY)]
    assert len(paths) == len(set(paths)) == 15
    assert "shippingAddress.recipient.lastName" in paths and "lineItemInputs.quantity" in paths


@pytest.mark.parametrize("path", list(broken.fields(BODY)), ids=broken.named)
def test_a_wrong_value_is_wrong(path: tuple[str | int, ...]) -> None:
    value = broken.value_at(BODY, path)
    if isinstance(value, int) or isinstance(path[-1], int):
        return  # quantities have a table of their own
    found = list(broken.wrong_values(path, value, "EBAY_US"))
    assert len(found) == len({repr(item) for item in found}) and len(found) >= 4
    for element in found:
        assert kinds(broken.with_value(BODY, path, element)), (path, element)
    few = list(broken.wrong_values(path, value, "EBAY_US", all_of_them=False))
    assert 0 < len(few) <= 4 and {repr(entry) for entry in few} <= {repr(item) for item in found}


def test_the_body_itself_stays() -> None:
    before = repr(BODY)
    for path in broken.fields(BODY):
        broken.without(BODY, path)
        broken.with_value(BODY, path, None)
    assert repr(BODY) == before and not kinds(BODY)


@pytest.mark.parametrize("quantity", [*quantities.INVALID, *quantities.LATER], ids=repr)
def test_no_quantity_is_a_quantity(quantity: object) -> None:
    assert kinds({"lineItemId": "1", "quantity": quantity}, contract.QUANTITY)


# ---------------------------------------------------------------- terms


@pytest.mark.parametrize(("name", "edit"), terms.MISSING.items())
def test_terms_with_a_missing_value(name: str, edit: Any) -> None:
    assert terms_problem(TERMS) is None
    assert terms_problem(edit(TERMS)) == "value", name
    assert terms_problem(TERMS) is None


@pytest.mark.parametrize(("name", "edit"), terms.SHAPES.items())
def test_terms_of_another_shape(name: str, edit: Any) -> None:
    assert terms_problem(edit(TERMS)) == "shape", name


# ---------------------------------------------------------------- hostile


def test_hostile_bodies_must_be_refused() -> None:
    """Each is a certain refusal reason of ROBUST, whatever the operation."""
    from conformance.judging.context import RuleContext
    from conformance.judging.judge import refusal_reasons
    from conformance.judging.world import World

    load_rules()
    for name, (raw, media) in hostile.NEGATIVE.items():
        request = Request(contract.INITIATE, None, None, "EBAY_US", raw=raw, content_type=media)
        exchange = Exchange("t", 0, request, intent=Intent("ROBUST", name))
        found = refusal_reasons(RuleContext(World(), ReferenceShop().profile, exchange, None, None))
        assert any(item.requirement == "ROBUST" for item in found), name


def test_extras_are_lawful() -> None:
    for name, body in hostile.with_extras(BODY).items():
        assert not kinds(body), name
        assert set(BODY) < set(body)
    assert {media for _, media in hostile.as_other_media(BODY).values()} == {"text/plain", "application/json-seq", None}
    assert len(hostile.odd_texts()["2,000 characters"]) == 2000


# ---------------------------------------------------------------- situations


@pytest.mark.parametrize("name", named_sessions.SITUATIONS)
def test_a_situation_is_what_it_says(name: str) -> None:
    load_rules()
    wanted = named_sessions.SITUATIONS[name]
    driver = CheckoutDriver(ReferenceShop(), Trace("situation"))  # type: ignore[arg-type]
    session = named_sessions.session_in(driver, "EBAY_US", name)
    state = session.state
    assert len(session.lines) == wanted.lines and session.lines[0].quantity == wanted.quantity
    assert bool(state.view.coupons) is wanted.coupon
    assert (contract.OPTION in state.history) is wanted.option
    assert (contract.ADDRESS in state.history) is wanted.moved
    assert (contract.QUANTITY in state.history) is wanted.changed
    assert (
        any(exchange.operation == contract.QUANTITY and exchange.status != 200 for exchange in driver.trace.exchanges)
        is wanted.refused
    )
    assert not state.unread_refusals and not state.in_doubt
    assert all(judgment.ok for judgment in driver.trace.judgments)


def test_items_that_a_test_needs_come_first() -> None:
    driver = CheckoutDriver(ReferenceShop(), Trace("items"))  # type: ignore[arg-type]
    session = named_sessions.session_in(driver, "EBAY_US", "two lines", items=["v1|2001|0"])
    assert [line.item for line in session.lines] == ["v1|2001|0", "v1|1001|0"]
