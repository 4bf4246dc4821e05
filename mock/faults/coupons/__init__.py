"""Faults about coupons: applied and removed, one at a time, refused for a reason."""

from __future__ import annotations

from mock.faults.coupons import applied, refused
from mock.seams import Fault

FAULTS: list[Fault] = [*applied.FAULTS, *refused.FAULTS]
