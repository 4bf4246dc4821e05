"""Odd requests: a 4xx whatever its id, never a crash, never a page or a trace."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes
from conformance.driver.session_methods import CHANGES
from strategies.hostile import NEGATIVE, as_other_media, odd_texts, with_extras
from strategies.situations import cart_in


@provokes("ROBUST", "TYPE-JSON", "ERROR-SHAPE", cost=120)
@in_marketplaces(1)
def test_odd_bodies(shop: CheckoutDriver, market: str) -> None:
    cart = cart_in(shop, market, "two lines")
    start = shop.initiate_body(market, [(shop.plain(market)[0], 1)])
    for case, (raw, kind) in shop.some((NEGATIVE | as_other_media(start)).items()):
        shop.send(Request(contract.INITIATE, None, None, market, raw=raw, content_type=kind), "ROBUST", case)
    for operation, _ in shop.some(call for call in cart.calls() if call[1] is not None):
        for case, (raw, kind) in shop.some(NEGATIVE.items()):
            cart.send(operation, None, "ROBUST", case, raw=raw, content_type=kind)
        cart.read()


@provokes("ROBUST", cost=30)
@in_marketplaces(1)
def test_other_media_types_and_unknown_fields(shop: CheckoutDriver, market: str) -> None:
    cart = cart_in(shop, market, "two lines")
    for operation, body in map(cart.call, CHANGES[:-1]):  # each but quantity 0
        for case, (raw, kind) in shop.some(as_other_media(body).items()):
            cart.send(operation, None, "ROBUST", case, raw=raw, content_type=kind)
            cart.read()
    for case, body in with_extras(shop.initiate_body(market, [(shop.plain(market)[0], 1)])).items():
        shop.initiate(market, why="ROBUST", case=case, body=body)
    cart = shop.cart(market)
    for case, body in with_extras({"lineItemId": cart.lines[0].id, "quantity": 2}).items():
        cart.send(contract.QUANTITY, body, "ROBUST", case)
        cart.read()


@provokes("ROBUST", cost=40)
@in_marketplaces(1)
def test_odd_ids_and_texts(shop: CheckoutDriver, market: str) -> None:
    cart = shop.cart(market)
    for case, text in shop.some(odd_texts().items()):
        shop.send(Request(contract.READ, text, None, market), "ROBUST", f"session id: {case}")
        shop.send(
            Request(contract.QUANTITY, text, {"lineItemId": "1", "quantity": 1}, market),
            "ROBUST",
            f"session id: {case}",
        )
        shop.order(text, "ROBUST", f"order id: {case}")
        cart.send(contract.QUANTITY, {"lineItemId": text, "quantity": 2}, "ROBUST", f"line id: {case}")
        cart.send(
            contract.OPTION, {"lineItemId": cart.lines[0].id, "shippingOptionId": text}, "ROBUST", f"option id: {case}"
        )
        cart.send(contract.APPLY, {"redemptionCode": text}, "ROBUST", f"code: {case}")
        shop.initiate(market, [(text, 1)], "ROBUST", f"item id: {case}")
    cart.read()
