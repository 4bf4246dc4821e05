"""Generated requests: every operation answers a valid request with 200, and whatever Schemathesis makes up with a 4xx."""

from __future__ import annotations

import hashlib

import pytest

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import again, in_marketplaces, provokes, round_of
from strategies.generated import NEGATIVE, POSITIVE, bodies
from strategies.situations import cart_in
from suites.sessions.test_create_and_read import every_change

GENERATED = (contract.INITIATE, *contract.CHANGES, contract.PLACE_ORDER)


@provokes("SESSION-FIELDS", "SESSION-DOCUMENTED", "TYPE-JSON", cost=12)
@in_marketplaces(1)
def test_every_operation_answers_a_valid_request(shop: CheckoutDriver, market: str) -> None:
    """The result's `reach` counts them, and a note names an operation that never answered 2xx."""
    cart = cart_in(shop, market, "coupon")
    cart.read()
    for operation, body in every_change(cart):
        cart.send(operation, body)
    if shop.profile.offers("payment"):
        cart.pay()
        cart.read_order()


@provokes("ROBUST", "SESSION-INVALID", cost=32)
@again()
@in_marketplaces(1)
@pytest.mark.parametrize("operation", GENERATED)
def test_generated_bodies(shop: CheckoutDriver, market: str, operation: str, request: pytest.FixtureRequest) -> None:
    if operation == contract.PLACE_ORDER and shop.profile.payment != "place_order":
        return
    drawn_by = f"{request.config.option.seed}/{operation}{round_of(request.node.name)}"
    draw = int.from_bytes(hashlib.sha256(drawn_by.encode()).digest()[:6], "big")
    cart = shop.cart(market)
    for kind, count in ((POSITIVE, 2), (NEGATIVE, 3)):
        for body in shop.some(bodies(operation, kind, count, draw)):
            if operation == contract.INITIATE:
                shop.initiate(market, why="ROBUST", case="generated", body=body)
            else:
                cart.send(operation, body, "ROBUST", "generated")
                if cart.session.phase == "ordered":
                    cart = shop.cart(market)
    cart.read()
