"""The contract's own examples, with live values: every operation accepts a valid request."""

from __future__ import annotations

from schemathesis import Case

from conformance.driver.marks import provokes
from suites.generated.checks import Phase
from suites.generated.phase_schemas import schema
from suites.generated.session_rotation import SessionsInTurn


@provokes("SESSION-FIELDS", "SESSION-DOCUMENTED", "TYPE-JSON", cost=15)
@schema(Phase.EXAMPLES).parametrize()
def test_examples(case: Case, live: SessionsInTurn) -> None:
    live.send(case)
