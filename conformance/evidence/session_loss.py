"""Sessions that a target forgets: counted while the run goes on, and told as the one breach that they are."""

from __future__ import annotations

from collections import defaultdict

from conformance.core import contract
from conformance.evidence.aggregate import Aggregate
from conformance.judging.trace import Trace

UNKNOWN = 15003


def forgotten(trace: Trace) -> int:
    """How many sessions of a trace the target no longer knew at its end, in a read and in another method too."""
    unknown: dict[str, set[str]] = defaultdict(set)
    for exchange in trace.exchanges:
        request = exchange.request
        session = trace.world.sessions.get(request.subject or "")
        own = session is not None and (request.credential, request.marketplace) == (session.app, session.marketplace)
        if session is None or exchange.silent or not own:
            continue
        if session.phase in ("open", "empty") and exchange.error_ids == [UNKNOWN]:
            unknown[session.id].add(exchange.operation)
        else:
            unknown.pop(session.id, None)
    return sum(contract.READ in operations and len(operations) > 1 for operations in unknown.values())


def drop_what_loss_explains(merged: Aggregate) -> None:
    """Leaves one finding for everything that was answered as if there were no such session."""
    found = {key: finding for key, finding in merged.findings.items() if finding.first.errors[-1:] == (UNKNOWN,)}
    kept = next((finding for finding in found.values() if finding.requirement == "SESSION-READ"), None) or next(
        iter(found.values()), None
    )
    for key, finding in found.items():
        if finding is not kept:
            del merged.findings[key]
            if not any(other.requirement == finding.requirement for other in merged.findings.values()):
                merged.failed_cases.pop(finding.requirement, None)
