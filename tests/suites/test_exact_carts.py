"""Carts whose subtotal is an amount to the cent."""

from __future__ import annotations

from decimal import Decimal

import pytest

from strategies.exact_carts import exact_cart

UNITS = {"a": Decimal("23.99"), "b": Decimal("25.00"), "c": Decimal("10.01"), "free": Decimal("0.00")}


@pytest.mark.parametrize(
    ("amount", "lines", "cart"),
    [
        ("100.00", 3, [("b", 4)]),
        ("73.99", 3, [("a", 1), ("b", 2)]),
        ("73.99", 1, []),
        ("58.99", 2, []),
        ("59.00", 3, [("a", 1), ("b", 1), ("c", 1)]),
        ("275.00", 1, []),
    ],
)
def test_the_cart_costs_the_amount(amount: str, lines: int, cart: list[tuple[str, int]]) -> None:
    found = exact_cart(UNITS, Decimal(amount), lines)
    assert found == cart
    assert sum(UNITS[item] * pieces for item, pieces in found) == (Decimal(amount) if cart else 0)
