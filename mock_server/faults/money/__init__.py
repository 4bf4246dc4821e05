"""Faults about amounts: sums that are none, prices that move, forms that no amount has."""

from __future__ import annotations

from mock_server.faults.money import forms, history, parts, totals
from mock_server.injection import Fault

FAULTS: list[Fault] = [*totals.FAULTS, *parts.FAULTS, *forms.FAULTS, *history.FAULTS]
