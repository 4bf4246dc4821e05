"""Schemathesis' fuzzing phase: drawn requests that fit the contract, and some that break one thing of it."""

from __future__ import annotations

from hypothesis import settings
from schemathesis import Case

from conformance.driver.marks import provokes
from strategies.determinism import SEEDED
from suites.generated.checks import Phase
from suites.generated.phase_schemas import schema
from suites.generated.session_rotation import SessionsInTurn


@provokes("ROBUST", "SESSION-INVALID", "TYPE-JSON", cost=30)
@schema(Phase.FUZZING).parametrize()
@settings(backend=SEEDED)
def test_fuzzing(case: Case, live: SessionsInTurn) -> None:
    live.send(case)
