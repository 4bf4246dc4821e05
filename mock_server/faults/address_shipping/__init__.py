"""Faults about the address: what it must and may not have, where it may be, how it is kept; and about shipping."""

from __future__ import annotations

from mock_server.faults.address_shipping import abroad, kept, options, required, situations, texts
from mock_server.injection import Fault

FAULTS: list[Fault] = [*required.FAULTS, *texts.FAULTS, *kept.FAULTS, *abroad.FAULTS, *options.FAULTS, *situations.FAULTS]
