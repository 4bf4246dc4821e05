"""Faults about amounts: sums that are none, prices that move, forms that no amount has."""

from __future__ import annotations

from mock.faults.money import forms, parts, totals
from mock.seams import Fault

FAULTS: list[Fault] = [*totals.FAULTS, *parts.FAULTS, *forms.FAULTS]
