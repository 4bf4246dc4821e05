"""Faults about payment: placing an order, what it locks, terms, declined payments; and about the purchase order."""

from __future__ import annotations

from mock_server.faults.payment import afterwards, declined, locked, orders, placed, terms
from mock_server.injection import Fault

FAULTS: list[Fault] = [
    *placed.FAULTS, *locked.FAULTS, *terms.FAULTS, *declined.FAULTS, *orders.FAULTS, *afterwards.FAULTS,
]
