"""Schemathesis' coverage phase: every limit of every parameter and field, one thing of a valid request at a time."""

from __future__ import annotations

from schemathesis import Case

from conformance.driver.marks import provokes
from suites.generated.checks import Phase
from suites.generated.phase_schemas import schema
from suites.generated.session_rotation import SessionsInTurn


@provokes("ROBUST", "SESSION-INVALID", "SESSION-REQUIRED", "SESSION-DOCUMENTED", cost=120)
@schema(Phase.COVERAGE).parametrize()
def test_coverage(case: Case, live: SessionsInTurn) -> None:
    live.send(case)
