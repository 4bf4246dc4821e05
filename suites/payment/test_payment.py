"""Placing an order: once, with full terms, and nothing changes afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.core.requirement import SessionPhase
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from conformance.driver.session_methods import CHANGE_METHODS, Method
from strategies.situations import session_in
from strategies.terms import MISSING, SHAPES


@provokes("PAY-PLACE", "ORDER-READ", "ORDER-FIELDS", "ORDER-STABLE", cost=14)
@in_marketplaces(1, having="place_order")
@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "not accepted"])
def test_an_order_is_placed_and_read(driver: CheckoutDriver, market: str, accepted: bool) -> None:
    session = session_in(driver, market, "rich" if accepted and driver.thorough else "two lines")
    session.place_order(
        "PAY-PLACE", "terms accepted" if accepted else "terms not accepted", session.terms(accepted=accepted)
    )
    for _ in driver.some(range(3), few=2):
        session.read_order("ORDER-STABLE")


@provokes("ORDER-READ", cost=12)
@in_marketplaces(4, having="payment")
def test_orders_of_every_item(driver: CheckoutDriver, market: str) -> None:
    """Fees, promotions, import charges and adjustments arrive in the order as they were in the session."""
    items = driver.plain(market, 12)
    size = min(4, driver.maximum())
    for index in driver.some(range(0, len(items), size)):
        session = driver.create_session(
            market, [(item, 1 + place) for place, item in enumerate(items[index : index + size])]
        )
        session.pay()
        session.read_order("ORDER-READ", "every item")


@provokes("ORDER-READ-PAID", cost=4)
@in_marketplaces(1, having="payment paid_promise")
def test_an_order_is_paid_within_the_promise(driver: CheckoutDriver, market: str) -> None:
    import time

    session = driver.create_session(market, 2)
    session.pay()
    ends = time.monotonic() + (driver.profile.paid_within_s or 0)
    while session.read_order().body.get("purchaseOrderPaymentStatus") != "PAID" and time.monotonic() < ends:
        time.sleep(min(1.0, max(0.05, (driver.profile.paid_within_s or 0) / 10)))
    session.read_order("ORDER-READ-PAID", "in time")
    if driver.profile.offers("second_app") and not driver.brief:
        session.read_order("ORDER-APP", "once it is paid", credential=OTHER_APP)


@provokes("PAY-LOCK", "PAY-READ-AFTER", "PAY-TWICE", cost=40)
@in_situations(calm=1, rich=1, having="payment")
def test_nothing_changes_after_payment(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    bodies = session.changes()
    session.pay()
    if driver.brief:  # one read closes all refusals
        for operation, body in bodies:
            session.send(operation, body, "PAY-LOCK", _case(operation, body))
        if driver.profile.payment == "place_order":
            session.place_order("PAY-TWICE")
        session.read("PAY-READ-AFTER")
        session.read_order()
        return
    session.read("PAY-READ-AFTER")
    session.read_order()
    for operation, body in driver.some(bodies):
        session.expect_refusal(operation, body, "PAY-LOCK", _case(operation, body))
    session.read_back()
    _place_again(session)
    session.read_back()
    for operation, body in driver.some(reversed(bodies)):
        if driver.thorough:
            session.read()
        session.send(operation, body, "PAY-LOCK", f"{_case(operation, body)} again".strip())


@provokes("PAY-LOCK", cost=16)
@in_marketplaces(1, having="payment")
def test_every_line_is_locked_after_payment(driver: CheckoutDriver, market: str) -> None:
    session = session_in(driver, market, "four lines")
    session.pay()
    session.read_order()
    for quantity in (0, 2, 9):
        for line in session.lines:
            session.set_quantity(line, quantity, "PAY-LOCK", f"quantity {quantity}")
        session.read_back()
    # what the session has already is a change like any other
    if chosen := session.lines[0].selected:
        session.select(session.lines[0], chosen.id, "PAY-LOCK", "as it is")
    session.move(driver.market(market).address, "PAY-LOCK", "as it is")


@provokes("PAY-LOCK", cost=10)
@in_marketplaces(1, having="payment")
@pytest.mark.parametrize("first", CHANGE_METHODS)
def test_the_first_change_after_payment_is_refused_already(driver: CheckoutDriver, market: str, first: Method) -> None:
    """Straight after payment, with no read or other change before it; another session of the shop stays open."""
    session = session_in(driver, market, "coupon" if first is Method.REMOVE else "two lines")
    operation, body = session.call(first)
    session.pay()
    session.send(operation, body, "PAY-LOCK", _case(operation, body))
    session.read_back()
    if driver.brief and driver.profile.payment == "place_order":
        session.place_order("PAY-TWICE")


def _case(operation: str, body: dict[str, Any]) -> str:
    return "quantity 0" if operation == contract.QUANTITY and body.get("quantity") == 0 else ""


def _place_again(session: CheckoutSession) -> None:
    if session.driver.profile.payment == "place_order":
        session.place_order("PAY-TWICE")
        session.place_order("PAY-TWICE", "a third time")
        session.place_order("PAY-TWICE", "with other terms", session.terms(accepted=False))


@provokes("PAY-TERMS", cost=40)
@in_marketplaces(1, having="place_order")
@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "not accepted"])
def test_incomplete_marketing_terms_are_refused(driver: CheckoutDriver, market: str, accepted: bool) -> None:
    if driver.profile.payment != "place_order" or (not accepted and not driver.thorough):
        return
    session = driver.create_session(market) if accepted else session_in(driver, market, "coupon")
    for case, change in driver.some(MISSING.items()):
        session.expect_refusal(
            contract.PLACE_ORDER, change(session.terms(accepted=accepted)), "PAY-TERMS", f"no {case}"
        )
    if accepted:
        for case, change in driver.some(SHAPES.items(), few=2, turn=market):
            session.expect_refusal(contract.PLACE_ORDER, change(session.terms()), "PAY-TERMS", case)
    if not driver.brief:
        session.set_quantity(session.lines[0], 2)
    session.place_order("PAY-PLACE", "after refused terms")
    if not driver.brief:
        session.read_order()


# What a declined payment is for, each in another marketplace.
PAID_FOR = ("calm", "coupon", "two lines", "three lines", "four lines")


@provokes("PAY-DECLINED", "PAY-DECLINED-ENDS", cost=60)
@in_marketplaces(1, having="place_order buyer.declined")
def test_a_declined_payment_ends_the_session(driver: CheckoutDriver, market: str) -> None:
    declined = sorted(driver.profile.declined.items(), key=lambda buyer: buyer[1] != 15023)
    at_market = driver.marketplace_index(market)
    turned = (
        declined[:1] + declined[1 + at_market :] + declined[1 : 1 + at_market]
    )  # the first everywhere, others in turn
    for index, (email, error) in enumerate(driver.some(turned, few=2)):
        session = session_in(driver, market, PAID_FOR[(index + at_market) % len(PAID_FOR)], email=email)
        bodies = session.changes()
        session.place_order("PAY-DECLINED", f"{error}")
        if driver.brief:
            session.place_order("PAY-DECLINED-ENDS")
            session.send(*bodies[0], "PAY-DECLINED-ENDS")
            break
        if index == 0:
            session.place_order("PAY-DECLINED-ENDS")
        for operation, body in bodies if index < (2 if driver.thorough else 1) else [bodies[index % len(bodies)]]:
            session.send(operation, body, "PAY-DECLINED-ENDS", _case(operation, body))
            if index == 0 and driver.thorough:
                session.send(operation, body, "PAY-DECLINED-ENDS", f"{_case(operation, body)} again".strip())
            if index == 0:
                session.read("PAY-DECLINED-ENDS")
        session.place_order("PAY-DECLINED-ENDS", "again")
    fresh = driver.create_session(market)
    fresh.place_order("PAY-PLACE", "a new session after a declined one")


@provokes("PAY-ITEM-CHANGED", "PAY-PARTIAL", cost=12)
@in_marketplaces(3, having="place_order item.at_payment")
def test_an_item_that_changed_meanwhile(driver: CheckoutDriver, market: str) -> None:
    plain = driver.plain(market)[0]
    items, seen = driver.market(market).items("at_payment"), set[str]()
    for item in items:
        error = driver.market(market).roles[item].error
        requirement = "PAY-PARTIAL" if error == 15005 else "PAY-ITEM-CHANGED"
        if driver.brief and requirement in seen:
            continue
        seen.add(requirement)
        for lines in (
            ([(item, 1)],)
            if driver.brief and error != 15005
            else ([(item, 1)], [(plain, 2), (item, 1)])
            if error != 15005
            else ([(plain, 2), (item, 1)],)
        ):
            session = driver.create_session(market, lines)
            session.place_order(requirement, f"{error}")
            if requirement == "PAY-ITEM-CHANGED" and driver.thorough and len(lines) == 1:
                session.place_order(requirement, f"{error} again")
            session.read()
            if session.state.phase == SessionPhase.ORDERED:
                session.read_order()
