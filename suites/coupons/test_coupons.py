"""Coupons: applied, removed to the cent, one at a time, refused with the id of the reason."""

from __future__ import annotations

from decimal import Decimal

from conformance.core import contract, made_up
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import cart_in, select_another


@provokes("COUPON-APPLY", "COUPON-REMOVE", cost=20)
@in_marketplaces(2, having="coupon")
def test_a_coupon_is_applied_and_removed(shop: CheckoutDriver, market: str) -> None:
    for count, quantity in shop.some(((1, 1), (4, 5), (3, 2)), few=2):
        cart = shop.cart(market, count, quantity=quantity)
        for coupon in shop.some(shop.market(market).coupons_of("good", "oversized")):
            cart.apply(coupon.code, "COUPON-APPLY", coupon.kind)
            cart.read()
            cart.remove(coupon.code, "COUPON-REMOVE", coupon.kind)
            if shop.thorough:
                cart.read()


@provokes("COUPON-REMOVE", "PRICE-SAVINGS", cost=16)
@in_marketplaces(2, having="coupon")
def test_a_coupon_lives_through_other_changes(shop: CheckoutDriver, market: str) -> None:
    """The pricing without it is learned before, so that it can be asked for after."""
    code = (shop.market(market).coupons_of("good") or shop.market(market).coupons_of("oversized"))[-1].code
    cart = shop.cart(market, 3)
    line = cart.lines[0]
    cart.set_quantity(line, 4)
    cart.set_quantity(line, 1)
    cart.apply(code)
    cart.set_quantity(line, 4)
    cart.read()
    select_another(cart)
    if address := shop.market(market).other_address:
        cart.move(address)
        cart.move(shop.market(market).address)
    cart.read()
    cart.remove(code, "COUPON-REMOVE", "after other changes")
    cart.read()
    cart.apply(code)
    cart.set_quantity(cart.lines[-1], 0)
    cart.read()
    cart.remove(code, "COUPON-REMOVE", "after a line went")
    cart.read()


@provokes("COUPON-ONE", cost=20)
@in_situations(coupon=1, rich=1, having="second_coupon")
def test_a_second_coupon_is_refused(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    applied = cart.session.view.coupons
    for coupon in shop.some(shop.market(market).coupons_of("good", "oversized")):
        again = coupon.code in applied
        for _ in shop.some(range(2), few=1):
            cart.expect_refusal(
                contract.APPLY,
                {"redemptionCode": coupon.code},
                "COUPON-ONE",
                "the same again" if again else "another one",
            )
    other = next(
        (entry for entry in shop.market(market).coupons_of("good", "oversized") if entry.code not in applied), None
    )
    if other and not shop.brief:
        cart.set_quantity(cart.lines[-1], 3)
        cart.expect_refusal(contract.APPLY, {"redemptionCode": other.code}, "COUPON-ONE", "another one after a change")
    cart.remove(applied[0] if applied else "NONE")
    cart.read()


@provokes("COUPON-NOT-APPLIED", cost=14)
@in_marketplaces(1)
def test_a_coupon_that_is_not_applied_cannot_be_removed(shop: CheckoutDriver, market: str) -> None:
    good = [entry.code for entry in shop.market(market).coupons_of("good")]
    cart = shop.cart(market)
    for code in shop.some([*good[:1], made_up.CODE]):
        cart.expect_refusal(contract.REMOVE, {"redemptionCode": code}, "COUPON-NOT-APPLIED", "none applied")
    if shop.brief:
        return
    if good:
        cart.apply(good[0])
        cart.expect_refusal(
            contract.REMOVE, {"redemptionCode": made_up.CODE}, "COUPON-NOT-APPLIED", "another one applied"
        )
        if len(good) > 1:
            cart.expect_refusal(
                contract.REMOVE, {"redemptionCode": good[1]}, "COUPON-NOT-APPLIED", "another one applied"
            )
        cart.remove(good[0])
        cart.expect_refusal(contract.REMOVE, {"redemptionCode": good[0]}, "COUPON-NOT-APPLIED", "removed already")
    rich = cart_in(shop, market, "rich")
    rich.expect_refusal(contract.REMOVE, {"redemptionCode": made_up.CODE}, "COUPON-NOT-APPLIED", "late in a session")


@provokes("COUPON-REFUSED", "COUPON-UNKNOWN", cost=60)
@in_marketplaces(1)
def test_each_refused_coupon_has_the_id_of_its_reason(shop: CheckoutDriver, market: str) -> None:
    cart = shop.cart(market)
    coupons = shop.market(market).coupons_of("refused")
    first = shop.place(market) * 7 % max(1, len(coupons))
    for coupon in shop.some(coupons[first:] + coupons[:first], few=6):
        cart.expect_refusal(contract.APPLY, {"redemptionCode": coupon.code}, "COUPON-REFUSED", f"{coupon.error}")
    cart.expect_refusal(contract.APPLY, {"redemptionCode": f"{made_up.CODE}-42"}, "COUPON-UNKNOWN")


@provokes("COUPON-REFUSED", "COUPON-CONDITION", cost=30)
@in_marketplaces(3, having="coupon.minimum")
def test_a_minimum_on_each_side(shop: CheckoutDriver, market: str) -> None:
    """As close below it as one item comes, and one piece more."""
    for coupon in shop.some(shop.market(market).coupons_of("minimum")):
        units = {
            entry: Decimal(shop.features[market, entry].unit)
            for entry in shop.plain(market, 99)
            if (market, entry) in shop.features
        }
        below = {entry: int((coupon.minimum - Decimal("0.01")) / unit) for entry, unit in units.items() if unit > 0}
        close = [entry for entry, count in below.items() if 1 <= count <= 40]
        if not close:
            continue
        item = min(close, key=lambda entry: coupon.minimum - below[entry] * units[entry])
        cart = shop.cart(market, [(item, below[item])])
        cart.expect_refusal(
            contract.APPLY, {"redemptionCode": coupon.code}, "COUPON-REFUSED", f"{coupon.error} below the minimum"
        )
        cart.set_quantity(cart.lines[0], below[item] + 1)
        cart.apply(coupon.code, "COUPON-REFUSED", "the minimum is reached")
        cart.read()
        if cart.session.view.coupons:
            cart.set_quantity(cart.lines[0], 1, "COUPON-CONDITION", "below the minimum again")
            cart.read()


@provokes("COUPON-REFUSED", "COUPON-ELIGIBLE", cost=12)
@in_marketplaces(2, having="coupon.item_bound")
def test_a_coupon_that_fits_some_items_only(shop: CheckoutDriver, market: str) -> None:
    for coupon in shop.some(shop.market(market).coupons_of("item_bound")):
        others = [entry for entry in shop.plain(market, 99) if entry not in coupon.fits]
        if coupon.fits and others:
            cart = shop.cart(market, [(others[0], 2)])
            cart.expect_refusal(
                contract.APPLY, {"redemptionCode": coupon.code}, "COUPON-REFUSED", f"{coupon.error} fits none"
            )
            fitting = shop.cart(market, [(others[0], 1), (coupon.fits[0], 1)])
            fitting.apply(coupon.code, "COUPON-REFUSED", "fits one")
            fitting.read()
            if bound := fitting.session.view.line_of(coupon.fits[0]):
                fitting.set_quantity(bound, 0, "COUPON-ELIGIBLE")
                fitting.read()
            if shop.brief:
                return


@provokes("COUPON-REQUIRED", cost=24)
@in_situations(calm=1, coupon=1)
def test_a_coupon_request_needs_its_code(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    for operation in (contract.APPLY, contract.REMOVE):
        for body, case in shop.some(
            (({}, "absent"), ({"redemptionCode": ""}, "empty"), ({"redemptionCode": None}, "null"))
        ):
            cart.expect_refusal(operation, body, "COUPON-REQUIRED", case)
