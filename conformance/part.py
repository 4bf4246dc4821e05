"""What a process leaves for the controller beside its journal: why it stopped, and what it sent in vain."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from conformance import contract
from conformance.patience import unanswered, worth_telling
from conformance.shop import Trace

UNKNOWN = 15003


class Part(NamedTuple):
    """One process's part of a run. last: why the last request without an answer had none."""

    stopped: str | None
    token_requests: int
    requests: int
    unanswered: int
    last: str

    def write(self, path: Path) -> None:
        """Leaves it on disk, whole or not at all. Raises OSError."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(self._asdict()), encoding="utf-8")
        draft.replace(path)


def read_parts(folder: Path) -> list[Part]:
    """The parts of the processes that came to their end."""
    return [Part(**json.loads(one.read_text(encoding="utf-8"))) for one in sorted(folder.glob("*.part"))]


def cause_of_end(parts: Iterable[Part]) -> str | None:
    """Why the run ended early, or cannot be complete though it came to its end; None if nothing is wrong."""
    listed = list(parts)
    for one in listed:
        if one.stopped:
            return one.stopped
    count, total = sum(one.unanswered for one in listed), sum(one.requests for one in listed)
    last = next((one.last for one in reversed(listed) if one.unanswered), "")
    return unanswered(count, total, last) if worth_telling(count, total) else None


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
