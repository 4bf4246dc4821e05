"""Each of the seven session methods stays in the marketplace that made the session."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import cart_in

UNSUPPORTED = "EBAY_ATLANTIS"


@provokes("MARKET-SAME", cost=90)
@in_marketplaces(1, having="second_marketplace|items.1")
def test_no_method_works_in_another_marketplace(shop: CheckoutDriver, market: str) -> None:
    cart = shop.cart(market)
    for index, other in enumerate(shop.some(name for name in shop.profile.markets if name != market)):
        every = shop.thorough or index < 2  # each pair of marketplaces is asked for, most by two of the methods
        calls = cart.calls()
        for operation, body in calls if every else calls[index % 4 :: 4]:
            cart.expect_refusal(operation, body, "MARKET-SAME", f"{market} as {other}", marketplace=other)
        if index == 0 and not shop.brief:  # an address that fits there
            there = shop.market(other).address
            cart.expect_refusal(contract.ADDRESS, there, "MARKET-SAME", f"{market} as {other}", marketplace=other)
    cart.assert_still_open()


@provokes("MARKET-SUPPORTED", "MARKET-REQUIRED", cost=40)
@in_situations(calm=1)
def test_a_marketplace_has_to_be_given_and_supported(shop: CheckoutDriver, market: str, situation: str) -> None:
    body = shop.initiate_body(market, [(shop.plain(market)[0], 1)])
    shop.send(Request(contract.INITIATE, None, body, UNSUPPORTED), "MARKET-SUPPORTED", "unsupported")
    shop.send(Request(contract.INITIATE, None, body, None), "MARKET-REQUIRED", "no header")
    cart = cart_in(shop, market, situation)
    methods = cart.calls()
    for operation, sent in shop.some(methods):
        cart.expect_refusal(operation, sent, "MARKET-SUPPORTED", "unsupported", marketplace=UNSUPPORTED)
    cart.read()
    for operation, sent in shop.some(method for method in methods if method[0] != contract.PLACE_ORDER):
        cart.expect_refusal(operation, sent, "MARKET-REQUIRED", "no header", marketplace=None)


@provokes("MARKET-ORDER-OPTIONAL", "MARKET-ORDER-SAME", "MARKET-SAME", cost=5)
@in_marketplaces(1, having="payment")
def test_an_order_is_read_without_a_marketplace(shop: CheckoutDriver, market: str) -> None:
    cart = shop.paid(market)
    cart.read_order("MARKET-ORDER-OPTIONAL", marketplace=None)
    cart.read_order(marketplace=market)
    for other in [name for name in shop.profile.markets if name != market][:1]:
        cart.read_order("MARKET-ORDER-SAME", f"{market} as {other}", marketplace=other)
        if shop.profile.payment == "place_order" and not shop.brief:
            cart.place("MARKET-SAME", "a paid session", marketplace=other)


@provokes("MARKET-CURRENCY", "MARKET-CURRENCY-OWN", cost=8)
@in_marketplaces(1)
def test_a_full_cart_is_in_one_currency(shop: CheckoutDriver, market: str) -> None:
    cart_in(shop, market, "rich").read()
