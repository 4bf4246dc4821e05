"""Coupons: applied, removed to the cent, one at a time, refused with the id of the reason."""

from __future__ import annotations

from decimal import Decimal

from conformance.core import contract, made_up
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.exact_carts import exact_cart
from suites.shared.named_sessions import select_another, session_in


@provokes("COUPON-APPLY", "COUPON-REMOVE", cost=20)
@in_marketplaces(2, having="coupon")
def test_a_coupon_is_applied_and_removed(driver: CheckoutDriver, market: str) -> None:
    for count, quantity in driver.some(((1, 1), (4, 5), (3, 2)), few=2):
        session = driver.create_session(market, count, quantity=quantity)
        for coupon in driver.some(driver.market(market).coupons_of("good", "oversized")):
            session.apply_coupon(coupon.code, "COUPON-APPLY", coupon.kind)
            session.read()
            session.remove_coupon(coupon.code, "COUPON-REMOVE", coupon.kind)
            session.confirm()


@provokes("COUPON-REMOVE", "PRICE-SAVINGS", cost=16)
@in_marketplaces(2, having="coupon")
def test_a_coupon_lives_through_other_changes(driver: CheckoutDriver, market: str) -> None:
    """The pricing without it is learned before, so that it can be asked for after."""
    code = (driver.market(market).coupons_of("good") or driver.market(market).coupons_of("oversized"))[-1].code
    session = driver.create_session(market, 3)
    line = session.lines[0]
    session.set_quantity(line, 4)
    session.set_quantity(line, 1)
    session.apply_coupon(code)
    session.set_quantity(line, 4)
    session.read()
    select_another(session)
    if address := driver.market(market).other_address:
        session.set_address(address)
        session.set_address(driver.market(market).address)
    session.read()
    session.remove_coupon(code, "COUPON-REMOVE", "after other changes")
    session.read()
    session.apply_coupon(code)
    session.set_quantity(session.lines[-1], 0)
    session.read()
    session.remove_coupon(code, "COUPON-REMOVE", "after a line went")
    session.read()


@provokes("COUPON-ONE", cost=20)
@in_situations(coupon=1, rich=1, having="second_coupon")
def test_a_second_coupon_is_refused(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    applied = session.state.view.coupons
    for coupon in driver.some(driver.market(market).coupons_of("good", "oversized")):
        again = coupon.code in applied
        for _ in driver.some(range(2), few=1):
            session.expect_refusal(
                contract.APPLY,
                {"redemptionCode": coupon.code},
                "COUPON-ONE",
                "the same again" if again else "another one",
            )
    session.remove_coupon(applied[0] if applied else "NONE")
    session.read()


@provokes("COUPON-ONE", cost=12)
@in_situations(coupon=1, rich=1, having="second_coupon")
def test_a_second_coupon_is_refused_after_a_change_too(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    applied = session.state.view.coupons
    session.set_quantity(session.lines[-1], 3)
    others = (coupon for coupon in driver.market(market).coupons_of("good", "oversized") if coupon.code not in applied)
    for coupon in driver.some(others, few=1):
        body = {"redemptionCode": coupon.code}
        session.expect_refusal(contract.APPLY, body, "COUPON-ONE", "another one after a change")


@provokes("COUPON-NOT-APPLIED", cost=14)
@in_marketplaces(1)
def test_a_coupon_that_is_not_applied_cannot_be_removed(driver: CheckoutDriver, market: str) -> None:
    good = [coupon.code for coupon in driver.market(market).coupons_of("good")]
    session = driver.create_session(market)
    for code in driver.some([*good[:1], made_up.CODE]):
        session.expect_refusal(contract.REMOVE, {"redemptionCode": code}, "COUPON-NOT-APPLIED", "none applied")


@provokes("COUPON-NOT-APPLIED", cost=14)
@in_situations(coupon=1, rich=1, having="coupon.good")
def test_only_the_applied_coupon_can_be_removed(driver: CheckoutDriver, market: str, situation: str) -> None:
    """And it can be removed once."""
    applied, *others = [coupon.code for coupon in driver.market(market).coupons_of("good")]
    session = session_in(driver, market, situation)
    for code in driver.some([made_up.CODE, *others[:1]]):
        session.expect_refusal(contract.REMOVE, {"redemptionCode": code}, "COUPON-NOT-APPLIED", "another one applied")
    session.remove_coupon(applied)
    session.expect_refusal(contract.REMOVE, {"redemptionCode": applied}, "COUPON-NOT-APPLIED", "removed already")


@provokes("COUPON-REFUSED", "COUPON-UNKNOWN", cost=60)
@in_marketplaces(1)
def test_each_refused_coupon_has_the_id_of_its_reason(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market)
    coupons = driver.market(market).coupons_of("refused")
    first = driver.marketplace_index(market) * 7 % max(1, len(coupons))
    for coupon in driver.some(coupons[first:] + coupons[:first], few=6):
        session.expect_refusal(contract.APPLY, {"redemptionCode": coupon.code}, "COUPON-REFUSED", f"{coupon.error}")
    session.expect_refusal(contract.APPLY, {"redemptionCode": f"{made_up.CODE}-42"}, "COUPON-UNKNOWN")


@provokes("COUPON-REFUSED", "COUPON-CONDITION", cost=46)
@in_marketplaces(3, having="coupon.minimum")
def test_a_minimum_on_each_side(driver: CheckoutDriver, market: str) -> None:
    """As close below it as one item comes, one piece more, the very amount where some cart comes to it, and back below it."""
    for coupon in driver.some(driver.market(market).coupons_of("minimum")):
        units = {
            item_id: Decimal(driver.features[market, item_id].unit)
            for item_id in driver.plain(market, None)
            if (market, item_id) in driver.features
        }
        below = {item_id: int((coupon.minimum - Decimal("0.01")) / unit) for item_id, unit in units.items() if unit > 0}
        close = [item_id for item_id, count in below.items() if 1 <= count <= 40]
        if not close:
            continue
        item = min(close, key=lambda item_id: coupon.minimum - below[item_id] * units[item_id])
        session = driver.create_session(market, [(item, below[item])])
        session.expect_refusal(
            contract.APPLY, {"redemptionCode": coupon.code}, "COUPON-REFUSED", f"{coupon.error} below the minimum"
        )
        session.set_quantity(session.lines[0], below[item] + 1)
        session.apply_coupon(coupon.code, "COUPON-REFUSED", "the minimum is reached")
        session.read()
        if session.state.view.coupons:
            session.set_quantity(session.lines[0], 1, "COUPON-CONDITION", "below the minimum again")
            session.read()
        if session.state.view.coupons:  # it stayed, and saves as before where the cart is as before
            session.set_quantity(session.lines[0], below[item] + 1, "COUPON-CONDITION", "the minimum is reached again")
            session.read()
        missing = coupon.minimum - below[item] * units[item]
        if other := next((each for each, unit in units.items() if each != item and unit >= missing), None):
            two = driver.create_session(market, [(item, below[item]), (other, 1)])
            two.apply_coupon(coupon.code, "COUPON-REFUSED", "two lines reach the minimum")
            if last := two.state.view.line_of(other):
                two.set_quantity(last, 0, "COUPON-CONDITION", "below the minimum by a removed line")
                two.read()
        full_price = {item: unit for item, unit in units.items() if not driver.features[market, item].promotion}
        if cart := exact_cart(full_price, coupon.minimum, lines=driver.maximum()):
            reached = driver.create_session(market, cart)
            reached.apply_coupon(coupon.code, "COUPON-REFUSED", "exactly the minimum")


@provokes("COUPON-REFUSED", "COUPON-ELIGIBLE", cost=12)
@in_marketplaces(2, having="coupon.item_bound")
def test_a_coupon_that_fits_some_items_only(driver: CheckoutDriver, market: str) -> None:
    for coupon in driver.some(coupon for coupon in driver.market(market).coupons_of("item_bound") if coupon.fits):
        if others := [item for item in driver.plain(market, None) if item not in coupon.fits]:
            session = driver.create_session(market, [(others[0], 2)])
            session.expect_refusal(
                contract.APPLY, {"redemptionCode": coupon.code}, "COUPON-REFUSED", f"{coupon.error} fits none"
            )
            fitting = driver.create_session(market, [(others[0], 1), (coupon.fits[0], 1)])
            fitting.apply_coupon(coupon.code, "COUPON-REFUSED", "fits one")
            fitting.read()
            if bound := fitting.state.view.line_of(coupon.fits[0]):
                fitting.set_quantity(bound, 0, "COUPON-ELIGIBLE")
                fitting.read()


@provokes("COUPON-REQUIRED", cost=24)
@in_situations(calm=1, coupon=1)
def test_a_coupon_request_needs_its_code(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    for operation in (contract.APPLY, contract.REMOVE):
        for body, case in driver.some(
            (({}, "absent"), ({"redemptionCode": ""}, "empty"), ({"redemptionCode": None}, "null"))
        ):
            session.expect_refusal(operation, body, "COUPON-REQUIRED", case)
