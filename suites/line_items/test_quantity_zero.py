"""Quantity 0: that line goes, whichever it is, and nothing else does."""

from __future__ import annotations

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import cart_in, select_another


@provokes("QTY-ZERO", cost=30)
@in_marketplaces(2)
def test_each_line_can_be_removed(shop: CheckoutDriver, market: str) -> None:
    for count in shop.some((3, 4, 2), few=2):
        for position in shop.some((*range(1, count), 0)):  # a quick look removes a line in the middle
            cart = shop.cart(market, count)
            if position < len(cart.lines):
                cart.set_quantity(cart.lines[position], 0, "QTY-ZERO")
                cart.read()


@provokes("QTY-ZERO", cost=12)
@in_marketplaces(2, having="items.4")
def test_lines_go_one_after_the_other(shop: CheckoutDriver, market: str) -> None:
    """The second removal is as good as the first, and what comes after a removal still works."""
    cart = shop.cart(market, 4)
    cart.set_quantity(cart.lines[1], 0, "QTY-ZERO")
    cart.read()
    cart.set_quantity(cart.lines[0], 4)
    cart.set_quantity(cart.lines[-1], 0, "QTY-ZERO")
    cart.read()
    select_another(cart)
    cart.set_quantity(cart.lines[0], 0, "QTY-ZERO")
    cart.read()


@provokes("QTY-LAST", "PAY-EMPTY", "QTY-ZERO", cost=14)
@in_situations(calm=1, coupon=1)
def test_an_emptied_session_takes_no_more_changes(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation)
    bodies = cart.changes()
    for line in cart.lines:
        cart.set_quantity(line, 0)
    cart.read()
    if cart.session.phase != "empty":
        return  # the reading that the last line stays
    for operation, body in bodies:
        cart.expect_refusal(operation, body, "QTY-LAST")
    if shop.profile.pays_by_call:
        cart.place("PAY-EMPTY")
        cart.read()
