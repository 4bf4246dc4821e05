"""The states of a checkout session as the report draws them, read from a trace's exchanges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from conformance.core import contract

if TYPE_CHECKING:
    from conformance.driver.checkout import Trace

START, ORDERED, DECLINED, EMPTY = "start", "ordered", "declined", "empty"


def state_of(body: dict[str, Any]) -> str:
    """The state that a session's answer shows: number of lines, coupon applied or not."""
    lines = body.get("lineItems")
    count = len(lines) if isinstance(lines, list) else 0
    if not count:
        return EMPTY
    coupon = " with a coupon" if body.get("appliedCoupons") else ""
    return f"{'one line' if count == 1 else 'several lines'}{coupon}"


def transitions(trace: Trace) -> Iterator[tuple[str, str, str]]:
    """(state before, operation, state after) of each exchange with a session; a refusal stays where it is."""
    states: dict[str, str] = {}
    for one in trace.exchanges:
        if one.intent and one.intent.requirement == "RACE":
            continue  # whose turn it was is luck
        subject = one.request.subject
        if one.operation == contract.INITIATE and one.accepted:
            identifier = str(one.body.get("checkoutSessionId"))
            states[identifier] = state_of(one.body)
            yield START, one.operation, states[identifier]
        elif subject in states and subject is not None:
            before = states[subject]
            if one.operation == contract.PLACE_ORDER:
                if one.accepted:
                    states[subject] = ORDERED if one.body.get("purchaseOrderPaymentStatus") != "FAILED" else DECLINED
                elif one.intent and one.intent.requirement == "PAY-DECLINED":
                    states[subject] = DECLINED
            elif one.accepted and before not in (ORDERED, DECLINED):
                states[subject] = state_of(one.body)
            yield before, one.operation, states[subject]
