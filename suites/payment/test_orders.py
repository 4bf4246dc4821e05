"""Purchase orders: whose they are, and ids that were never given out."""

from __future__ import annotations

from conformance.core import made_up
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes


@provokes("ORDER-UNKNOWN", cost=2)
@in_marketplaces(1)
def test_an_unknown_order(shop: CheckoutDriver, market: str) -> None:
    known = made_up.ORDERS[1]
    if shop.profile.offers("payment"):
        cart = shop.paid(market)
        known = cart.session.order or known
        if shop.profile.offers("second_app") and not shop.brief:
            cart.read_order("ORDER-APP", credential=OTHER_APP)
    for unknown in shop.some((shop.unknown(known), made_up.ORDERS[0])):
        shop.order(unknown, "ORDER-UNKNOWN")
    shop.order(shop.unknown(known), "ORDER-UNKNOWN", "with a marketplace", marketplace=market)


@provokes("ORDER-APP", "SESSION-APP", cost=9)
@in_marketplaces(1, having="payment second_app")
def test_another_app_cannot_read_an_order(shop: CheckoutDriver, market: str) -> None:
    cart = shop.paid(market)
    for _ in shop.some(range(2)):
        cart.read_order("ORDER-APP", credential=OTHER_APP)
        cart.read_order()
    if shop.brief:
        return
    cart.read("SESSION-APP", "once it is paid", credential=OTHER_APP)
    cart.set_quantity(cart.lines[0], 3, "SESSION-APP", "once it is paid", credential=OTHER_APP)
    if shop.profile.payment == "place_order":
        cart.place("SESSION-APP", "once it is paid", credential=OTHER_APP)
    others = [name for name in shop.profile.markets if name != market]
    for other in others[:1]:
        cart.read("MARKET-SAME", f"{market} as {other}, once it is paid", marketplace=other)
        cart.set_quantity(cart.lines[0], 4, "MARKET-SAME", f"{market} as {other}, once it is paid", marketplace=other)
    cart.read_back()
    if not shop.profile.pays_by_call:
        return
    theirs = shop.cart(market, credential=OTHER_APP)
    theirs.place(credential=OTHER_APP)
    theirs.read_order("ORDER-APP", "an order of the other app")
