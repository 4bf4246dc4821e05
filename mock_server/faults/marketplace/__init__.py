"""Faults about the marketplace of a session, and about its currency."""

from __future__ import annotations

from mock_server.faults.marketplace import currency, header, pairs, same
from mock_server.injection import Fault

FAULTS: list[Fault] = [*same.FAULTS, *header.FAULTS, *currency.FAULTS, *pairs.FAULTS]
