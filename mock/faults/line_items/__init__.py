"""Faults about lines and their quantities, and about items that cannot be bought."""

from __future__ import annotations

from mock.faults.line_items import bounds, invalid, items, lines, quantity, removal
from mock.seams import Fault

FAULTS: list[Fault] = [
    *lines.FAULTS,
    *quantity.FAULTS,
    *removal.FAULTS,
    *bounds.FAULTS,
    *invalid.FAULTS,
    *items.FAULTS,
]
