"""Quantity 0: that line goes, whichever it is, and nothing else does."""

from __future__ import annotations

from conformance.core.requirement import SessionPhase
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from suites.shared.named_sessions import select_another, session_in


@provokes("QTY-ZERO", cost=30)
@in_marketplaces(2)
def test_each_line_can_be_removed(driver: CheckoutDriver, market: str) -> None:
    for count in driver.some((3, 4, 2), few=2):
        for position in driver.some((*range(1, count), 0)):  # a quick look removes a line in the middle
            session = driver.create_session(market, count)
            if position < len(session.lines):
                session.set_quantity(session.lines[position], 0, "QTY-ZERO")
                session.read()


@provokes("QTY-ZERO", cost=12)
@in_marketplaces(2, having="items.4")
def test_lines_go_one_after_the_other(driver: CheckoutDriver, market: str) -> None:
    """The second removal is as good as the first, and what comes after a removal still works."""
    session = driver.create_session(market, 4)
    session.set_quantity(session.lines[1], 0, "QTY-ZERO")
    session.read()
    session.set_quantity(session.lines[0], 4)
    session.set_quantity(session.lines[-1], 0, "QTY-ZERO")
    session.read()
    select_another(session)
    session.set_quantity(session.lines[0], 0, "QTY-ZERO")
    session.read()


@provokes("QTY-LAST", "PAY-EMPTY", "QTY-ZERO", cost=14)
@in_situations(calm=1, coupon=1)
def test_an_emptied_session_takes_no_more_changes(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    bodies = session.changes()
    for line in session.lines:
        session.set_quantity(line, 0)
    session.read()
    if session.state.phase != SessionPhase.EMPTY:
        return  # the reading that the last line stays
    for operation, body in bodies:
        session.expect_refusal(operation, body, "QTY-LAST")
    if driver.profile.pays_by_call:
        session.place_order("PAY-EMPTY")
        session.read()
