"""Every row of the covering array: a session that comes to a state, is asked for what it must refuse, changes, and ends."""

from __future__ import annotations

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import for_each_session_plan
from suites.situations.design import SessionPlan
from suites.situations.planned_session import PlannedSession


@for_each_session_plan()
def test_a_planned_session(driver: CheckoutDriver, market: str, plan: SessionPlan) -> None:
    PlannedSession(driver, plan).walk()
