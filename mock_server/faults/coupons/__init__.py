"""Faults about coupons: applied and removed, one at a time, refused for a reason."""

from __future__ import annotations

from mock_server.faults.coupons import applied, carts, refused
from mock_server.injection import Fault

FAULTS: list[Fault] = [*applied.FAULTS, *refused.FAULTS, *carts.FAULTS]
