"""Faults about lines and their quantities, and about items that cannot be bought."""

from __future__ import annotations

from mock_server.faults.line_items import bounds, invalid, items, lines, quantity, removal, situations
from mock_server.injection import Fault

FAULTS: list[Fault] = [
    *lines.FAULTS,
    *quantity.FAULTS,
    *removal.FAULTS,
    *bounds.FAULTS,
    *invalid.FAULTS,
    *items.FAULTS,
    *situations.FAULTS,
]
