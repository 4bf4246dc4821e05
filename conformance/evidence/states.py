"""The states of a checkout session as the report draws them, read from a trace's exchanges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.core import contract
from conformance.core.requirement import SessionPhase, phase_after_payment

if TYPE_CHECKING:
    from conformance.judging.trace import Trace
    from conformance.judging.world import SessionState

START = "start"
ORDERED, DECLINED, EMPTY = SessionPhase.ORDERED, SessionPhase.DECLINED, SessionPhase.EMPTY


def state_of(body: dict[str, Any]) -> str:
    """The state that a session's answer shows: number of lines, coupon applied or not."""
    lines = body.get("lineItems")
    return _unpaid(len(lines) if isinstance(lines, list) else 0, bool(body.get("appliedCoupons")))


def known_state(session: SessionState) -> str:
    """The state of a session as the answers so far show it."""
    if session.phase in (ORDERED, DECLINED):
        return session.phase
    return _unpaid(len(session.view.lines), bool(session.view.coupons))


def _unpaid(lines: int, coupon: bool) -> str:
    if not lines:
        return EMPTY
    return f"{'one line' if lines == 1 else 'several lines'}{' with a coupon' if coupon else ''}"


def transitions(trace: Trace) -> Iterator[tuple[str, str, str]]:
    """(state before, operation, state after) of each exchange with a session; a refusal stays where it is."""
    states: dict[str, str] = {}
    declined = {
        judgment.exchange
        for judgment in trace.judgments
        if judgment.ok and contract.requirements()[judgment.requirement].leads_to == DECLINED
    }
    for exchange in trace.exchanges:
        if exchange.intent and exchange.intent.concurrent:
            continue  # whose turn it was is luck
        subject = exchange.request.subject
        if exchange.operation == contract.INITIATE and exchange.accepted:
            identifier = str(exchange.body.get("checkoutSessionId"))
            states[identifier] = state_of(exchange.body)
            yield START, exchange.operation, states[identifier]
        elif subject in states and subject is not None:
            before = states[subject]
            if exchange.operation == contract.PLACE_ORDER:
                if exchange.accepted:
                    states[subject] = phase_after_payment(exchange.body)
                elif exchange.id in declined:
                    states[subject] = DECLINED
            elif exchange.accepted and before not in (ORDERED, DECLINED):
                states[subject] = state_of(exchange.body)
            yield before, exchange.operation, states[subject]
