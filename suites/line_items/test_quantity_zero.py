"""Quantity 0: that line goes, whichever it is, and nothing else does."""

from __future__ import annotations

from conformance.marks import in_marketplaces, provokes
from conformance.shop import Shop


@provokes("QTY-ZERO", cost=30)
@in_marketplaces()
def test_each_line_can_be_removed(shop: Shop, market: str) -> None:
    for count in shop.some((3, 2, 4)):
        for position in shop.some(range(count)):
            cart = shop.cart(market, count)
            cart.set_quantity(cart.lines[position], 0, "QTY-ZERO")
            cart.read()
