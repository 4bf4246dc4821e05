"""Sessions are created as asked, read as they are, and stay apart from each other."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import cart_in, select_another


@provokes("SESSION-CREATE", "SESSION-FIELDS", "SESSION-SIGNATURE", "SESSION-UNIQUE", cost=8)
@in_marketplaces(1)
def test_sessions_of_every_size(shop: CheckoutDriver, market: str) -> None:
    for count in shop.some((1, 4, 3, 2), few=2):
        for quantity in shop.some((1, 5)):
            shop.cart(market, count, quantity=quantity).read()
    if address := shop.market(market).other_address:
        shop.cart(market, address=address).read()


@provokes("SESSION-READ", "SESSION-SAFE", cost=14)
@in_situations(rich=1)
def test_reading_shows_every_change_and_changes_nothing(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    for _ in shop.some(range(4), few=2):
        cart.read("SESSION-SAFE")
    for operation, body in shop.some(every_change(cart)):
        cart.send(operation, body)
        cart.read("SESSION-READ", operation)
        if shop.thorough:
            cart.read("SESSION-SAFE")


def every_change(cart: CheckoutSession) -> list[tuple[str, object]]:
    """One lawful change of each kind that the session and the profile have something for, bodies made when asked."""
    market = cart.shop.market(cart.marketplace)
    found: list[tuple[str, object]] = []
    line = cart.lines[-1]
    found.append((contract.QUANTITY, {"lineItemId": line.id, "quantity": (line.quantity or 1) + 2}))
    for item in cart.lines:
        if option := cart.other_option(item):
            found.append((contract.OPTION, {"lineItemId": item.id, "shippingOptionId": option.id}))
            break
    found.append(
        (
            contract.ADDRESS,
            market.address
            if cart.session.view.address.get("city") != market.address.get("city")
            else market.other_address or market.address,
        )
    )
    applied = cart.session.view.coupons
    good = [entry.code for entry in market.coupons_of("good")]
    if applied:
        found.append((contract.REMOVE, {"redemptionCode": applied[0]}))
    if good:
        found.append((contract.APPLY, {"redemptionCode": good[0]}))
    if len(cart.lines) > 1:
        found.append((contract.QUANTITY, {"lineItemId": cart.lines[0].id, "quantity": 0}))
    return found


@provokes("SESSION-ONLY", cost=20)
@in_situations(rich=1)
def test_a_change_changes_only_what_it_names(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    for operation, body in shop.some(every_change(cart)):
        cart.send(operation, body, "SESSION-ONLY", situation)
        if shop.thorough:
            cart.read()
    select_another(cart)
    cart.set_quantity(cart.lines[0], 4, "SESSION-ONLY", situation)
    cart.read()


@provokes("SESSION-ISOLATED", cost=30)
@in_marketplaces(1)
def test_sessions_do_not_touch_each_other(shop: CheckoutDriver, market: str) -> None:
    """The two are alike to the last quantity, since what is shared by mistake is often found by what it holds; elsewhere
    the second has no coupon, which would hide that it gets the first one's.
    """
    if shop.brief:
        # An address of its own: the second is none that is lent.
        first, second = shop.cart(market, 2), shop.cart(market, 2, email=shop.buyer())
        second.read()
    else:
        first, second = cart_in(shop, market, "rich"), cart_in(shop, market, "rich" if shop.thorough else "option")
    for operation, body in shop.some(every_change(first)):
        first.send(operation, body)
        second.read("SESSION-ISOLATED", operation)
    if shop.brief:
        return
    first.read(), first.read()
    for operation, body in shop.some(every_change(second), few=2):
        second.send(operation, body)
        first.read("SESSION-ISOLATED", operation)
    if shop.profile.offers("payment"):
        second.read()
        first.pay()
        second.read("SESSION-ISOLATED", "payment")
        second.set_quantity(second.lines[0], 3)
        second.read()
    shop.cart(market, 2, why="SESSION-ISOLATED", case="a new session").read()


@provokes("SESSION-ISOLATED", cost=20)
@in_marketplaces(1)
def test_a_refused_change_does_not_touch_another_session(shop: CheckoutDriver, market: str) -> None:
    first, second = cart_in(shop, market, "coupon"), cart_in(shop, market, "coupon")
    first.read(), second.read()
    others = [name for name in shop.profile.markets if name != market]
    for operation, body in shop.some(first.changes()):
        if others:
            first.send(operation, body, "MARKET-SAME", f"{market} as {others[0]}", marketplace=others[0])
        if shop.profile.offers("second_app"):
            first.send(operation, body, "SESSION-APP", "beside another session", credential=OTHER_APP)
        second.read("SESSION-ISOLATED", f"refused {operation}")
    if len(coupons := shop.market(market).coupons_of("good", "oversized")) > 1 and not shop.brief:
        second.remove(coupons[0].code)
        second.read()
        first.apply(coupons[1].code, "COUPON-ONE", "beside another session")
        second.read("SESSION-ISOLATED", "a refused coupon")
        first.read()
    if shop.profile.offers("payment") and not shop.brief:
        first.pay()
        for operation, body in first.changes():
            first.send(operation, body, "PAY-LOCK", "beside another session")
        second.read("SESSION-ISOLATED", "changes of a paid session")
