"""The contract's first example of each operation with every further live value of the target, one at a time.

Schemathesis gives the case alone. `alternatives.py` has the values: another item, coupon, address, id or credential.
"""

from __future__ import annotations

from schemathesis import Case

from conformance.driver.marks import provokes
from suites.generated.checks import Phase
from suites.generated.phase_schemas import schema
from suites.generated.session_rotation import SessionsInTurn


@provokes("AUTH-TOKEN", "SESSION-DOCUMENTED", "TYPE-JSON", cost=45)
@schema(Phase.EXAMPLES).parametrize()
def test_alternatives(case: Case, live: SessionsInTurn) -> None:
    live.send_each(case)
