"""Variants about lines and quantities."""

from __future__ import annotations

from mock.errors import Refusal
from mock.routes import INITIATE, QUANTITY
from mock.seams import Variant, around, settings, variant
from mock.shop import Call


def _swap(go: object, call: Call, *args: object) -> object:
    try:
        return go()  # type: ignore[operator]
    except Refusal as refusal:
        raise Refusal({15012: 15013, 15013: 15012}[refusal.error]) from None


VARIANTS: list[Variant] = [
    variant(
        "four-lines", "LINES-MAX", "a session takes four lines at most", settings(max_line_items=4), on=INITIATE,
        about="maximum of lines", profile={"max_line_items": 4},
    ),
    variant(
        "limit-and-stock-swapped", "QTY-LIMIT", "the limit is refused with 15013, the stock with 15012",
        around("limit", _swap, on=(INITIATE, QUANTITY)), around("stock", _swap, on=(INITIATE, QUANTITY)),
        about="ids of limit and stock",
    ),
]
