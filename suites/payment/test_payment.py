"""Placing an order: once, with full terms, and nothing changes afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from conformance.driver.session_methods import CHANGES, Method
from strategies.situations import cart_in
from strategies.terms import MISSING, SHAPES


@provokes("PAY-PLACE", "ORDER-READ", "ORDER-FIELDS", "ORDER-STABLE", cost=14)
@in_marketplaces(1, having="place_order")
@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "not accepted"])
def test_an_order_is_placed_and_read(shop: CheckoutDriver, market: str, accepted: bool) -> None:
    cart = cart_in(shop, market, "rich" if accepted and shop.thorough else "two lines")
    cart.place("PAY-PLACE", "terms accepted" if accepted else "terms not accepted", cart.terms(accepted=accepted))
    for _ in shop.some(range(3), few=2):
        cart.read_order("ORDER-STABLE")


@provokes("ORDER-READ", cost=12)
@in_marketplaces(4, having="payment")
def test_orders_of_every_item(shop: CheckoutDriver, market: str) -> None:
    """Fees, promotions, import charges and adjustments arrive in the order as they were in the session."""
    items = shop.plain(market, 12)
    size = min(4, shop.maximum())
    for index in shop.some(range(0, len(items), size)):
        cart = shop.cart(market, [(item, 1 + place) for place, item in enumerate(items[index : index + size])])
        cart.pay()
        cart.read_order("ORDER-READ", "every item")


@provokes("ORDER-READ-PAID", cost=4)
@in_marketplaces(1, having="payment paid_promise")
def test_an_order_is_paid_within_the_promise(shop: CheckoutDriver, market: str) -> None:
    import time

    cart = shop.cart(market, 2)
    cart.pay()
    ends = time.monotonic() + (shop.profile.paid_within_s or 0)
    while cart.read_order().body.get("purchaseOrderPaymentStatus") != "PAID" and time.monotonic() < ends:
        time.sleep(min(1.0, max(0.05, (shop.profile.paid_within_s or 0) / 10)))
    cart.read_order("ORDER-READ-PAID", "in time")
    if shop.profile.offers("second_app") and not shop.brief:
        cart.read_order("ORDER-APP", "once it is paid", credential=OTHER_APP)


@provokes("PAY-LOCK", "PAY-READ-AFTER", "PAY-TWICE", cost=40)
@in_situations(calm=1, rich=1, having="payment")
def test_nothing_changes_after_payment(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    bodies = cart.changes()
    cart.pay()
    if shop.brief:  # one read closes all refusals
        for operation, body in bodies:
            cart.send(operation, body, "PAY-LOCK", _case(operation, body))
        if shop.profile.payment == "place_order":
            cart.place("PAY-TWICE")
        cart.read("PAY-READ-AFTER")
        cart.read_order()
        return
    cart.read("PAY-READ-AFTER")
    cart.read_order()
    for operation, body in shop.some(bodies):
        cart.expect_refusal(operation, body, "PAY-LOCK", _case(operation, body))
    cart.read_back()
    _place_again(cart)
    cart.read_back()
    for operation, body in shop.some(reversed(bodies)):
        if shop.thorough:
            cart.read()
        cart.send(operation, body, "PAY-LOCK", f"{_case(operation, body)} again".strip())


@provokes("PAY-LOCK", cost=16)
@in_marketplaces(1, having="payment")
def test_every_line_is_locked_after_payment(shop: CheckoutDriver, market: str) -> None:
    cart = cart_in(shop, market, "four lines")
    cart.pay()
    cart.read_order()
    for quantity in (0, 2, 9):
        for line in cart.lines:
            cart.set_quantity(line, quantity, "PAY-LOCK", f"quantity {quantity}")
        cart.read_back()
    # what the session has already is a change like any other
    if chosen := cart.lines[0].selected:
        cart.select(cart.lines[0], chosen.id, "PAY-LOCK", "as it is")
    cart.move(shop.market(market).address, "PAY-LOCK", "as it is")


@provokes("PAY-LOCK", cost=10)
@in_marketplaces(1, having="payment")
@pytest.mark.parametrize("first", CHANGES)
def test_the_first_change_after_payment_is_refused_already(shop: CheckoutDriver, market: str, first: Method) -> None:
    """Straight after payment, with no read or other change before it; another session of the shop stays open."""
    cart = cart_in(shop, market, "coupon" if first is Method.REMOVE else "two lines")
    operation, body = cart.call(first)
    cart.pay()
    cart.send(operation, body, "PAY-LOCK", _case(operation, body))
    cart.read_back()
    if shop.brief and shop.profile.payment == "place_order":
        cart.place("PAY-TWICE")


def _case(operation: str, body: dict[str, Any]) -> str:
    return "quantity 0" if operation == contract.QUANTITY and body.get("quantity") == 0 else ""


def _place_again(cart: CheckoutSession) -> None:
    if cart.shop.profile.payment == "place_order":
        cart.place("PAY-TWICE")
        cart.place("PAY-TWICE", "a third time")
        cart.place("PAY-TWICE", "with other terms", cart.terms(accepted=False))


@provokes("PAY-TERMS", cost=40)
@in_marketplaces(1, having="place_order")
@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "not accepted"])
def test_incomplete_marketing_terms_are_refused(shop: CheckoutDriver, market: str, accepted: bool) -> None:
    if shop.profile.payment != "place_order" or (not accepted and not shop.thorough):
        return
    cart = shop.cart(market) if accepted else cart_in(shop, market, "coupon")
    for case, change in shop.some(MISSING.items()):
        cart.expect_refusal(contract.PLACE_ORDER, change(cart.terms(accepted=accepted)), "PAY-TERMS", f"no {case}")
    if accepted:
        for case, change in shop.some(SHAPES.items(), few=2, turn=market):
            cart.expect_refusal(contract.PLACE_ORDER, change(cart.terms()), "PAY-TERMS", case)
    if not shop.brief:
        cart.set_quantity(cart.lines[0], 2)
    cart.place("PAY-PLACE", "after refused terms")
    if not shop.brief:
        cart.read_order()


# What a declined payment is for, each in another marketplace.
PAID_FOR = ("calm", "coupon", "two lines", "three lines", "four lines")


@provokes("PAY-DECLINED", "PAY-DECLINED-ENDS", cost=60)
@in_marketplaces(1, having="place_order buyer.declined")
def test_a_declined_payment_ends_the_session(shop: CheckoutDriver, market: str) -> None:
    declined = sorted(shop.profile.declined.items(), key=lambda entry: entry[1] != 15023)
    at_market = shop.place(market)
    turned = (
        declined[:1] + declined[1 + at_market :] + declined[1 : 1 + at_market]
    )  # the first everywhere, others in turn
    for index, (email, error) in enumerate(shop.some(turned, few=2)):
        cart = cart_in(shop, market, PAID_FOR[(index + at_market) % len(PAID_FOR)], email=email)
        bodies = cart.changes()
        cart.place("PAY-DECLINED", f"{error}")
        if shop.brief:
            cart.place("PAY-DECLINED-ENDS")
            cart.send(*bodies[0], "PAY-DECLINED-ENDS")
            break
        if index == 0:
            cart.place("PAY-DECLINED-ENDS")
        for operation, body in bodies if index < (2 if shop.thorough else 1) else [bodies[index % len(bodies)]]:
            cart.send(operation, body, "PAY-DECLINED-ENDS", _case(operation, body))
            if index == 0 and shop.thorough:
                cart.send(operation, body, "PAY-DECLINED-ENDS", f"{_case(operation, body)} again".strip())
            if index == 0:
                cart.read("PAY-DECLINED-ENDS")
        cart.place("PAY-DECLINED-ENDS", "again")
    fresh = shop.cart(market)
    fresh.place("PAY-PLACE", "a new session after a declined one")


@provokes("PAY-ITEM-CHANGED", "PAY-PARTIAL", cost=12)
@in_marketplaces(3, having="place_order item.at_payment")
def test_an_item_that_changed_meanwhile(shop: CheckoutDriver, market: str) -> None:
    plain = shop.plain(market)[0]
    items, seen = shop.market(market).items("at_payment"), set[str]()
    for item in items:
        error = shop.market(market).roles[item].error
        why = "PAY-PARTIAL" if error == 15005 else "PAY-ITEM-CHANGED"
        if shop.brief and why in seen:
            continue
        seen.add(why)
        for lines in (
            ([(item, 1)],)
            if shop.brief and error != 15005
            else ([(item, 1)], [(plain, 2), (item, 1)])
            if error != 15005
            else ([(plain, 2), (item, 1)],)
        ):
            cart = shop.cart(market, lines)
            cart.place(why, f"{error}")
            if why == "PAY-ITEM-CHANGED" and shop.thorough and len(lines) == 1:
                cart.place(why, f"{error} again")
            cart.read()
            if cart.session.phase == "ordered":
                cart.read_order()
