"""Faults about tokens, the form of errors and warnings, odd requests, media types, and requests at once."""

from __future__ import annotations

from mock_server.faults.protocol import errors, near_misses, odd, race, tokens, warnings
from mock_server.injection import Fault

FAULTS: list[Fault] = [*tokens.FAULTS, *errors.FAULTS, *warnings.FAULTS, *odd.FAULTS, *race.FAULTS, *near_misses.FAULTS]
