"""Sessions are created as asked, read as they are, and stay apart from each other."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from suites.shared.named_sessions import select_another, session_in


@provokes("SESSION-CREATE", "SESSION-FIELDS", "SESSION-SIGNATURE", "SESSION-UNIQUE", cost=8)
@in_marketplaces(1)
def test_sessions_of_every_size(driver: CheckoutDriver, market: str) -> None:
    for count in driver.some((1, 4, 3, 2), few=2):
        for quantity in driver.some((1, 5)):
            driver.create_session(market, count, quantity=quantity).read()


@provokes("SESSION-CREATE", "ADDR-REPLACE-EXACT", cost=4)
@in_marketplaces(having="address.other")
def test_sessions_of_each_address(driver: CheckoutDriver, market: str) -> None:
    offered = driver.market(market)
    for address in driver.some((offered.other_address, offered.unverifiable_address), few=1):
        if address:
            driver.create_session(market, address=address).read()


@provokes("SESSION-READ", "SESSION-SAFE", cost=14)
@in_situations(rich=1)
def test_reading_shows_every_change_and_changes_nothing(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    for _ in driver.some(range(4), few=2):
        session.read("SESSION-SAFE")
    for operation, body in driver.some(every_change(session)):
        session.send(operation, body)
        session.read("SESSION-READ", operation)
        session.confirm()


def every_change(session: CheckoutSession) -> list[tuple[str, object]]:
    """One lawful change of each kind that the session and the profile have something for, bodies made when asked."""
    market = session.driver.market(session.marketplace)
    found: list[tuple[str, object]] = []
    line = session.lines[-1]
    found.append((contract.QUANTITY, {"lineItemId": line.id, "quantity": (line.quantity or 1) + 2}))
    for item in session.lines:
        if option := session.other_option(item):
            found.append((contract.OPTION, {"lineItemId": item.id, "shippingOptionId": option.id}))
            break
    found.append(
        (
            contract.ADDRESS,
            market.address
            if session.state.view.address.get("city") != market.address.get("city")
            else market.other_address or market.address,
        )
    )
    applied = session.state.view.coupons
    good = [coupon.code for coupon in market.coupons_of("good")]
    if applied:
        found.append((contract.REMOVE, {"redemptionCode": applied[0]}))
    if good:
        found.append((contract.APPLY, {"redemptionCode": good[0]}))
    if len(session.lines) > 1:
        found.append((contract.QUANTITY, {"lineItemId": session.lines[0].id, "quantity": 0}))
    return found


@provokes("SESSION-ONLY", cost=20)
@in_situations(rich=1)
def test_a_change_changes_only_what_it_names(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    for operation, body in driver.some(every_change(session)):
        session.send(operation, body, "SESSION-ONLY", situation)
        session.confirm()
    select_another(session)
    session.set_quantity(session.lines[0], 4, "SESSION-ONLY", situation)
    session.read()


def _change_each(changed: CheckoutSession, other: CheckoutSession) -> None:
    """Every change of one session, with a look at the other after each."""
    for operation, body in changed.driver.some(every_change(changed)):
        changed.send(operation, body)
        other.read("SESSION-ISOLATED", operation)


@provokes("SESSION-ISOLATED", cost=8)
@in_marketplaces(1)
def test_sessions_do_not_touch_each_other(driver: CheckoutDriver, market: str) -> None:
    """The second has no coupon, which would hide that it gets the first one's."""
    first, second = driver.create_session(market, 2), driver.create_session(market, 2, email=driver.buyer())
    second.read()
    _change_each(first, second)


@provokes("SESSION-ISOLATED", cost=36)
@in_marketplaces(1)
def test_sessions_that_are_alike_do_not_touch_each_other(driver: CheckoutDriver, market: str) -> None:
    """Alike to the last quantity: what is shared by mistake is often found by what it holds. A new session is neither."""
    first, second = session_in(driver, market, "rich"), session_in(driver, market, "rich")
    _change_each(first, second)
    first.read()
    first.read()
    _change_each(second, first)
    driver.create_session(market, 2, requirement="SESSION-ISOLATED", case="a new session").read()


@provokes("SESSION-ISOLATED", cost=26)
@in_marketplaces(1, having="payment")
def test_a_payment_does_not_touch_another_session(driver: CheckoutDriver, market: str) -> None:
    """The other session is not paid by it, and still takes a change. What the paid one refuses does not reach it either."""
    first, second = session_in(driver, market, "rich"), session_in(driver, market, "rich")
    first.pay()
    second.read("SESSION-ISOLATED", "payment")
    second.set_quantity(second.lines[0], 3)
    second.read()
    for operation, body in first.changes():
        first.send(operation, body, "PAY-LOCK", "beside another session")
    second.read("SESSION-ISOLATED", "changes of a paid session")


@provokes("SESSION-ISOLATED", cost=20)
@in_marketplaces(1)
def test_a_refused_change_does_not_touch_another_session(driver: CheckoutDriver, market: str) -> None:
    first, second = session_in(driver, market, "coupon"), session_in(driver, market, "coupon")
    first.read()
    second.read()
    others = [name for name in driver.profile.markets if name != market]
    for operation, body in driver.some(first.changes()):
        if others:
            first.send(operation, body, "MARKET-SAME", f"{market} as {others[0]}", marketplace=others[0])
        if driver.profile.offers("second_app"):
            first.send(operation, body, "SESSION-APP", "beside another session", credential=OTHER_APP)
        second.read("SESSION-ISOLATED", f"refused {operation}")


@provokes("SESSION-ISOLATED", cost=12)
@in_marketplaces(1, having="second_coupon")
def test_a_refused_coupon_does_not_touch_another_session(driver: CheckoutDriver, market: str) -> None:
    """A session without a coupon does not get the coupon that another session refuses."""
    first, second = session_in(driver, market, "coupon"), session_in(driver, market, "two lines")
    for coupon in driver.market(market).coupons_of("good", "oversized"):
        if coupon.code not in first.state.view.coupons:
            first.apply_coupon(coupon.code, "COUPON-ONE", "beside another session")
            second.read("SESSION-ISOLATED", "a refused coupon")
            first.read()
            break
