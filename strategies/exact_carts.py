"""A cart whose subtotal is a given amount to the cent, where the prices of the items allow it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

MOST_PIECES = 10  # of an item
MOST_LINES = 3


def exact_cart(units: Mapping[str, Decimal], amount: Decimal, lines: int = MOST_LINES) -> list[tuple[str, int]]:
    """Items and quantities that cost an amount together, with as few lines as it takes; empty where there are none.

    units: the price of a piece, by item. lines: how many lines the cart may have.
    """
    names = sorted(item for item, unit in units.items() if unit > 0)
    for count in range(1, min(lines, MOST_LINES) + 1):
        if found := _search(names, units, amount, count):
            return found
    return []


def _search(names: list[str], units: Mapping[str, Decimal], amount: Decimal, count: int) -> list[tuple[str, int]]:
    if count == 1:
        fits = (item for item in names if not amount % units[item] and 0 < amount / units[item] <= MOST_PIECES)
        return [(item, int(amount / units[item])) for item in fits][:1]
    for place, item in enumerate(names):
        for pieces in range(1, MOST_PIECES + 1):
            rest = amount - pieces * units[item]
            if rest <= 0:
                break
            if found := _search(names[place + 1 :], units, rest, count - 1):
                return [(item, pieces), *found]
    return []
