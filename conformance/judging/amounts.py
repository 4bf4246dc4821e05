"""Amounts of money in an answer: read as decimals, found wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

ZERO = Decimal(0)
MOST_DIGITS = 30  # of an amount; beyond that a few characters of exponent would fill the memory
Amount = tuple[str, str, Any]


def money(node: Any) -> Decimal | None:
    """The value of an Amount; None if it is absent or no decimal, such as one with an exponent."""
    if node.__class__ is not dict or "value" not in node:
        return None
    value = node["value"]
    if value.__class__ is str:
        return _decimal(value)
    return _decimal(str(value)) if value.__class__ in (int, float) else None


@lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal | None:
    if "e" in text.casefold():  # it may have lost digits, so no sum is judged by it
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < MOST_DIGITS else None


def total(values: Iterator[Decimal | None] | list[Decimal | None]) -> Decimal | None:
    """The sum, or None as soon as one part is unknown."""
    result = ZERO
    for value in values:
        if value is None:
            return None
        result += value
    return result


def amounts(node: Any) -> list[Amount]:
    """Every Amount below a node: where it is (without positions), its currency and its value."""
    found: list[Amount] = []
    _gather(node, "", found)
    return found


def _gather(node: Any, path: str, found: list[Amount]) -> None:
    """Calls are what costs here: an answer has some eighty nodes."""
    if node.__class__ is dict:
        if "value" in node and "currency" in node and node["currency"].__class__ is str:
            found.append((path, node["currency"], node["value"]))
            return
        for name in node:
            child = node[name]
            if (
                child.__class__ is dict
                and "value" in child
                and "currency" in child
                and child["currency"].__class__ is str
            ):
                found.append((f"{path}.{name}" if path else name, child["currency"], child["value"]))
            elif child.__class__ is dict or child.__class__ is list:
                _gather(child, f"{path}.{name}" if path else name, found)
    elif node.__class__ is list:
        path += "[]"
        for child in node:
            if child.__class__ is dict or child.__class__ is list:
                _gather(child, path, found)
