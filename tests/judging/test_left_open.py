"""What no document forbids is no breach: the same answers, with what a server may choose put in."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.session_methods import TERMS
from conformance.judging.content.request_schema import problems
from conformance.judging.context import Judgment
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from conformance.judging.world import World
from tests.doubles.reference_server import ReferenceShop

US = "EBAY_US"


def _body() -> dict[str, Any]:
    return CheckoutDriver(ReferenceShop(), Trace("body")).initiate_body(US, [("v1|1001|0", 1)])  # type: ignore[arg-type]


def _made(shop: ReferenceShop, body: dict[str, Any] | None = None) -> Exchange:
    load_rules()
    return shop.send(Request(contract.INITIATE, None, body or _body(), US))


def _moved(shop: ReferenceShop, world: World) -> Exchange:
    """An update of the address of a session that was judged; its body is the test's own."""
    judge(world, shop.profile, _made(shop))
    session = next(iter(world.sessions.values()))
    other = deepcopy(shop.profile.markets[US].other_address)
    moved = shop.send(Request(contract.ADDRESS, session.id, other, US), seq=1)
    moved.body = deepcopy(moved.body)
    return moved


def _failed(judgments: list[Judgment]) -> set[str]:
    return {judgment.requirement for judgment in judgments if not judgment.ok}


@pytest.mark.parametrize(("code", "broken"), [("WELCOME", set()), ("FIVEOFF", {"SESSION-CREATE"})])
def test_a_session_may_begin_with_a_coupon_of_the_target_but_with_none_to_apply(code: str, broken: set[str]) -> None:
    shop, world = ReferenceShop(), World()
    exchange = _made(shop)
    exchange.body = {**exchange.body, "appliedCoupons": [{"redemptionCode": code}]}
    judged = judge(world, shop.profile, exchange)
    assert _failed(judged) & {"SESSION-CREATE", "SESSION-ISOLATED"} == broken
    readings = {judgment.reading for judgment in judged if judgment.requirement == "SESSION-CREATE"}
    assert bool(broken) or "a session has a coupon that nobody applied" in readings


def test_every_session_may_begin_with_the_same_coupon_of_the_target() -> None:
    shop, world = ReferenceShop(), World()
    for seq in range(2):
        exchange = shop.send(Request(contract.INITIATE, None, _body(), US), seq=seq)
        exchange.body = {**exchange.body, "appliedCoupons": [{"redemptionCode": "WELCOME"}]}
        assert not _failed(judge(world, shop.profile, exchange)) & {"SESSION-CREATE", "SESSION-ISOLATED"}
    assert len(world.sessions) == 2


@pytest.mark.parametrize(("refused", "broken"), [(5, True), (11, False)])
def test_a_maximum_of_ten_is_lawful_where_only_eleven_lines_were_refused(refused: int, broken: bool) -> None:
    """The profile names no maximum: 4 or 10, as the smallest refusal shows."""
    shop, world = ReferenceShop(), World()
    profile = replace(shop.profile, max_line_items=None)
    _made(shop)
    for count, accepted in ((refused, False), (10, True)):
        body = {
            **_body(),
            "lineItemInputs": [{"itemId": f"v1|{10 + place}|0", "quantity": 1} for place in range(count)],
        }
        exchange = _made(shop, body)
        if accepted:
            exchange.status, exchange.body = 200, _made(shop).body
        else:
            exchange.status, exchange.body = 409, {"errors": [shop.entry(contract.TOO_MANY_LINES, contract.INITIATE)]}
        judged = judge(world, profile, exchange)
    assert ("LINES-MAX" in _failed(judged)) is broken


def test_an_option_may_have_the_id_of_another_one_at_a_new_address() -> None:
    """No document says that ids of options last: the selected service is the same, under the id of its place."""
    shop, world = ReferenceShop(), World()
    moved = _moved(shop, world)
    options = moved.body["lineItems"][0]["shippingOptions"]
    options[0]["shippingOptionId"], options[1]["shippingOptionId"] = (
        options[1]["shippingOptionId"],
        options[0]["shippingOptionId"],
    )
    assert "SESSION-ONLY" not in _failed(judge(world, shop.profile, moved))


@pytest.mark.parametrize(("is_taken_out", "broken"), [(True, False), (False, True)])
def test_a_warning_in_place_of_a_refusal_needs_the_line_taken_out(is_taken_out: bool, broken: bool) -> None:
    shop, world = ReferenceShop(), World()
    item, stock = next(known for known in shop.profile.markets[US].roles.items() if known[1].kind == "stock")
    plain = _body()["lineItemInputs"][0]
    over = {"itemId": item, "quantity": stock.amount + 1}
    exchange = _made(shop, {**_body(), "lineItemInputs": [plain, over]})
    taken = deepcopy(_made(shop).body)
    if not is_taken_out:
        line = {**deepcopy(taken["lineItems"][0]), "lineItemId": "77", **over}
        taken["lineItems"].append(line)
    exchange.status, exchange.body = 200, {**taken, "warnings": [shop.entry(15055, contract.INITIATE)]}
    assert ("QTY-STOCK" in _failed(judge(world, shop.profile, exchange))) is broken


@pytest.mark.parametrize(("is_offered", "broken"), [(False, False), (True, True)])
def test_a_selected_option_may_be_gone_at_a_new_address_but_not_just_deselected(is_offered: bool, broken: bool) -> None:
    shop, world = ReferenceShop(), World()
    moved = _moved(shop, world)
    options = moved.body["lineItems"][0]["shippingOptions"]
    was = next(option for option in options if option["selected"])
    other = next(option for option in options if option is not was)
    was["selected"], other["selected"] = False, True
    if not is_offered:
        options.remove(was)
    assert ("SESSION-ONLY" in _failed(judge(world, shop.profile, moved))) is broken


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_country_in_small_letters_may_be_taken_or_refused(is_refused: bool) -> None:
    shop, world, body = ReferenceShop(), World(), _body()
    body["shippingAddress"]["country"] = "us"
    exchange = _made(shop, body)
    if not is_refused:
        taken = _made(shop)
        exchange.status, exchange.body = 200, taken.body
    assert "SESSION-INVALID" not in _failed(judge(world, shop.profile, exchange))


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_channel_beside_the_documented_one_may_be_taken_or_refused(is_refused: bool) -> None:
    shop, world = ReferenceShop(), World()
    exchange = _made(shop)
    judge(world, shop.profile, exchange)
    terms: Any = deepcopy(TERMS)
    terms[0]["marketingChannels"].append("SMS")
    session = next(iter(world.sessions.values()))
    placed = shop.send(Request(contract.PLACE_ORDER, session.id, {"marketingTerms": terms}, US), seq=1)
    if is_refused:
        error = shop.entry(15046, contract.PLACE_ORDER)
        placed.status, placed.body = 400, {"errors": [error]}
    else:
        assert placed.status == 200
    assert _failed(judge(world, shop.profile, placed)) & {"PAY-TERMS", "PAY-PLACE"} == set()


@pytest.mark.parametrize(
    ("market", "kinds"), [("EBAY_US", {"length"}), ("EBAY_MOTORS_US", {"length"}), ("EBAY_ES", set())]
)
def test_each_us_marketplace_has_the_lengths_of_the_us(market: str, kinds: set[str]) -> None:
    address = {**_body()["shippingAddress"], "addressLine1": "x" * 41}
    request = Request(contract.ADDRESS, "1", address, market)
    assert {problem.kind for problem in problems(request) if problem.field == "addressLine1"} == kinds


@pytest.mark.parametrize(("status", "broken"), [(404, False), (409, True)])
def test_an_unknown_line_may_be_404_with_an_id_of_the_method(status: int, broken: bool) -> None:
    """The document declares 404 without an id of its own; of 409 it says which ids it has."""
    shop, world = ReferenceShop(), World()
    exchange = _made(shop)
    judge(world, shop.profile, exchange)
    session = next(iter(world.sessions.values()))
    refused = shop.send(Request(contract.QUANTITY, session.id, {"lineItemId": "9999", "quantity": 2}, US), seq=1)
    refused.status, refused.body = status, deepcopy(refused.body)
    refused.body["errors"][0]["errorId"] = 15002
    assert bool(_failed(judge(world, shop.profile, refused)) & {"QTY-UNKNOWN-LINE", "SESSION-DOCUMENTED"}) is broken
