"""Placing an order: once, with full terms, and nothing changes afterwards."""

from __future__ import annotations

import time
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from conformance.driver.session_methods import CHANGE_METHODS, Method
from strategies.terms import MISSING, SHAPES
from suites.shared.named_sessions import session_in

PARTLY = 15005  # the id of a payment that takes only a part of the items


@provokes("PAY-PLACE", "ORDER-READ", "ORDER-FIELDS", "ORDER-STABLE", cost=14)
@in_situations(two_lines=1, rich=1, having="place_order")
def test_an_order_is_placed_and_read(driver: CheckoutDriver, market: str, situation: str) -> None:
    """Read again and again it stays the same."""
    session = session_in(driver, market, situation)
    session.place_order("PAY-PLACE", "terms accepted")
    for _ in driver.some(range(3), few=2):
        session.read_order("ORDER-STABLE")


@provokes("PAY-PLACE", cost=4)
@in_marketplaces(1, having="place_order")
def test_an_order_is_placed_by_who_accepts_no_marketing(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market, 2)
    session.place_order("PAY-PLACE", "terms not accepted", session.terms(accepted=False))
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
    session = driver.create_session(market, 2)
    session.pay()
    _wait_until_paid(session)
    session.read_order("ORDER-READ-PAID", "in time")


@provokes("ORDER-APP", cost=4)
@in_marketplaces(1, having="payment paid_promise second_app")
def test_another_app_cannot_read_an_order_that_is_paid(driver: CheckoutDriver, market: str) -> None:
    """Asked when the order says PAID, and not only straight after the payment."""
    session = driver.paid(market)
    _wait_until_paid(session)
    session.read_order("ORDER-APP", "once it is paid", credential=OTHER_APP)


def _wait_until_paid(session: CheckoutSession) -> None:
    """Reads the order until it says PAID, no longer than the profile promises."""
    promised_s = session.profile.payment.paid_within_s or 0
    ends = time.monotonic() + promised_s
    while session.read_order().body.get("purchaseOrderPaymentStatus") != "PAID" and time.monotonic() < ends:
        time.sleep(min(1.0, max(0.05, promised_s / 10)))


@provokes("PAY-LOCK", "PAY-READ-AFTER", "PAY-TWICE", cost=12)
@in_situations(calm=1, rich=1, having="payment")
def test_nothing_changes_after_payment(driver: CheckoutDriver, market: str, situation: str) -> None:
    """Each change and another payment; then the session and its order are as the payment left them."""
    session = session_in(driver, market, situation)
    bodies = session.changes()
    session.pay()
    for operation, body in bodies:
        session.expect_refusal(operation, body, "PAY-LOCK", _case(operation, body))
    if driver.profile.pays_by_call:
        session.place_order("PAY-TWICE")
    session.read("PAY-READ-AFTER")
    session.read_order()


@provokes("PAY-LOCK", "PAY-READ-AFTER", "PAY-TWICE", cost=24)
@in_situations(calm=1, rich=1, having="payment")
def test_who_insists_changes_nothing_after_payment(driver: CheckoutDriver, market: str, situation: str) -> None:
    """The session and its order are known, and each change is tried before and after further payments."""
    session = session_in(driver, market, situation)
    bodies = session.changes()
    session.pay()
    session.read("PAY-READ-AFTER")
    session.read_order()
    for operation, body in driver.some(bodies):
        session.expect_refusal(operation, body, "PAY-LOCK", _case(operation, body))
    session.read_back()
    if driver.profile.pays_by_call:
        session.place_order("PAY-TWICE")
        session.place_order("PAY-TWICE", "a third time")
        session.place_order("PAY-TWICE", "with other terms", session.terms(accepted=False))
    session.read_back()
    for operation, body in driver.some(reversed(bodies)):
        session.send(operation, body, "PAY-LOCK", f"{_case(operation, body)} again".strip())
        session.confirm()


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
        session.select_option(session.lines[0], chosen.id, "PAY-LOCK", "as it is")
    session.set_address(driver.market(market).address, "PAY-LOCK", "as it is")


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


def _case(operation: str, body: dict[str, Any]) -> str:
    return "quantity 0" if operation == contract.QUANTITY and body.get("quantity") == 0 else ""


@provokes("PAY-TERMS", cost=14)
@in_marketplaces(1, having="place_order")
@pytest.mark.parametrize(
    ("accepted", "cart"), [(True, "calm"), (False, "coupon")], ids=["accepted", "not accepted, with a coupon"]
)
def test_incomplete_marketing_terms_are_refused(driver: CheckoutDriver, market: str, accepted: bool, cart: str) -> None:
    """Whether the buyer accepts marketing or not; with good terms the session is paid afterwards."""
    session = session_in(driver, market, cart)
    for case, change in driver.some(MISSING.items()):
        terms = change(session.terms(accepted=accepted))
        session.expect_refusal(contract.PLACE_ORDER, terms, "PAY-TERMS", f"no {case}")
    session.place_order("PAY-PLACE", "after refused terms")


@provokes("PAY-TERMS", cost=24)
@in_marketplaces(1, having="place_order")
def test_marketing_terms_of_another_shape_are_refused(driver: CheckoutDriver, market: str) -> None:
    """The session stays open for a change and for a payment with good terms."""
    session = session_in(driver, market, "coupon")
    for case, change in driver.some(SHAPES.items(), few=2, turn=market):
        session.expect_refusal(contract.PLACE_ORDER, change(session.terms()), "PAY-TERMS", case)
    session.set_quantity(session.lines[0], 3)
    session.place_order("PAY-PLACE", "after refused terms")
    session.read_order()


# What a declined payment is for, another cart for each buyer.
PAID_FOR = ("calm", "coupon", "two lines", "three lines", "four lines")


def _declined(driver: CheckoutDriver) -> list[tuple[str, int]]:
    """The buyers whose payment is declined, each with the id of the reason; a card that is refused comes first."""
    return sorted(driver.profile.buyers.declined.items(), key=lambda buyer: buyer[1] != 15023)


@provokes("PAY-DECLINED", "PAY-DECLINED-ENDS", cost=24)
@in_marketplaces(1, having="place_order buyer.declined")
def test_a_declined_payment_ends_the_session(driver: CheckoutDriver, market: str) -> None:
    """It takes neither a payment nor a change any more; the buyer starts a new one."""
    for index, (email, error) in enumerate(driver.some(_declined(driver), few=2)):
        session = session_in(driver, market, PAID_FOR[index % len(PAID_FOR)], email=email)
        bodies = session.changes()
        session.place_order("PAY-DECLINED", f"{error}")
        session.place_order("PAY-DECLINED-ENDS")
        operation, body = bodies[index % len(bodies)]
        session.send(operation, body, "PAY-DECLINED-ENDS", _case(operation, body))
    fresh = driver.create_session(market)
    fresh.place_order("PAY-PLACE", "a new session after a declined one")


@provokes("PAY-DECLINED-ENDS", cost=28)
@in_situations(calm=1, coupon=1, having="place_order buyer.declined")
def test_no_method_opens_a_session_whose_payment_was_declined(
    driver: CheckoutDriver, market: str, situation: str
) -> None:
    """Each change twice, with a look at the session after it, and a payment at the end."""
    email, error = _declined(driver)[0]
    session = session_in(driver, market, situation, email=email)
    bodies = session.changes()
    session.place_order("PAY-DECLINED", f"{error}")
    for operation, body in driver.some(bodies):
        session.send(operation, body, "PAY-DECLINED-ENDS", _case(operation, body))
        session.send(operation, body, "PAY-DECLINED-ENDS", f"{_case(operation, body)} again".strip())
        session.read("PAY-DECLINED-ENDS")
    session.place_order("PAY-DECLINED-ENDS", "again")


@provokes("PAY-ITEM-CHANGED", cost=10)
@in_marketplaces(3, having="place_order item.at_payment")
def test_an_item_that_changed_meanwhile(driver: CheckoutDriver, market: str) -> None:
    """The payment is refused, whether the item is alone or beside another, and is refused again."""
    plain, offered = driver.plain(market)[0], driver.market(market)
    changed = (item for item in offered.items("at_payment") if offered.roles[item].error != PARTLY)
    for item in driver.some(changed):
        for lines in driver.some(([(item, 1)], [(plain, 2), (item, 1)])):
            session = driver.create_session(market, lines)
            for again in driver.some(("", " again"), few=1):
                session.place_order("PAY-ITEM-CHANGED", f"{offered.roles[item].error}{again}")
            session.read_back()


@provokes("PAY-PARTIAL", cost=4)
@in_marketplaces(3, having=f"place_order item.at_payment.{PARTLY}")
def test_an_order_of_what_is_left(driver: CheckoutDriver, market: str) -> None:
    """One of two items is gone when the buyer pays."""
    for item in driver.some(driver.market(market).items("at_payment", PARTLY)):
        session = driver.create_session(market, [(driver.plain(market)[0], 2), (item, 1)])
        session.place_order("PAY-PARTIAL", f"{PARTLY}")
        session.read_back()
