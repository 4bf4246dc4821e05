"""Whose session it is: unknown ids and other apps."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import cart_in


@provokes("SESSION-UNKNOWN", cost=16)
@in_marketplaces(1)
def test_no_method_knows_an_unknown_session(shop: CheckoutDriver, market: str) -> None:
    cart = shop.cart(market)
    unknown = shop.unknown(cart.id)
    for operation, body in shop.some(cart.calls()):
        shop.send(Request(operation, unknown, body, market), "SESSION-UNKNOWN")
    for other in shop.some((shop.nearly(cart.id), f"{cart.id}0", cart.id[:-1] or "1"), few=1):
        shop.send(Request(contract.READ, other, None, market), "SESSION-UNKNOWN", "nearly a known one")
    cart.read()


@provokes("SESSION-APP", cost=30)
@in_situations(calm=1, having="second_app")
def test_no_method_works_for_another_app(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    for operation, body in shop.some(cart.calls()):
        cart.expect_refusal(operation, body, "SESSION-APP", credential=OTHER_APP)
    cart.assert_still_open()


@provokes("SESSION-APP", cost=34)
@in_marketplaces(1, having="second_app")
def test_no_method_works_for_another_app_late_in_a_session(shop: CheckoutDriver, market: str) -> None:
    cart = cart_in(shop, market, "rich")
    for _ in range(2):
        for operation, body in cart.calls():
            cart.expect_refusal(operation, body, "SESSION-APP", credential=OTHER_APP)
    cart.assert_still_open()
    other = shop.cart(market, credential=OTHER_APP)
    for operation, body in other.calls():
        if operation != contract.PLACE_ORDER:
            other.send(operation, body, "SESSION-APP", "a session of the other app")
    other.read(credential=OTHER_APP)
