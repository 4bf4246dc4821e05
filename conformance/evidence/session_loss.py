"""Sessions that a target forgets: counted while the run goes on."""

from __future__ import annotations

from collections import defaultdict

from conformance.core import contract
from conformance.core.requirement import SessionPhase
from conformance.judging.trace import Trace


def forgotten(trace: Trace) -> int:
    """How many sessions of a trace the target no longer knew at its end, in a read and in another method too."""
    unknown: dict[str, set[str]] = defaultdict(set)
    for exchange in trace.exchanges:
        request = exchange.request
        session = trace.world.sessions.get(request.subject or "")
        own = session is not None and (request.credential, request.marketplace) == (session.app, session.marketplace)
        if session is None or exchange.silent or not own:
            continue
        if session.phase in (SessionPhase.OPEN, SessionPhase.EMPTY) and exchange.error_ids == [
            contract.UNKNOWN_SESSION
        ]:
            unknown[session.id].add(exchange.operation)
        else:
            unknown.pop(session.id, None)
    return sum(contract.READ in operations and len(operations) > 1 for operations in unknown.values())
