"""The state of a run as it ends, `RunState`, and the summary that each process leaves for the controller."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from conformance.client.circuit_breaker import CircuitBreaker, sentence_for_gaps, worth_telling


@dataclass
class RunState:
    """What a run ends with beside its findings.

    stopped: the sentence with which it ended early. narrowed: whether pytest was asked for some of the tests alone.
    profile_problems: sentences, each a way in which the profile does not fit the target. defects: of the suite itself.
    found_breach: the requirement of `--until-found` that a test saw broken.
    """

    stopped: str | None = None
    interrupted: bool = False
    narrowed: bool = False
    profile_problems: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    budget_spent: bool = False
    found_breach: str | None = None


class ProcessSummary(NamedTuple):
    """One process's part of a run.

    last: why the last request without an answer had none. forgotten: sessions that the target made and then did not know.
    found_breach: the requirement of `--until-found` that was seen breached.
    """

    stopped: str | None
    token_requests: int
    requests: int
    unanswered: int
    last: str
    forgotten: int
    found_breach: str | None = None

    @classmethod
    def of(
        cls, circuit_breaker: CircuitBreaker, stopped: str | None, token_requests: int, found_breach: str | None = None
    ) -> ProcessSummary:
        """The summary of a process, from its counters."""
        counts = (circuit_breaker.total, circuit_breaker.unanswered, circuit_breaker.last, circuit_breaker.forgotten)
        return cls(stopped, token_requests, *counts, found_breach)

    def write(self, path: Path) -> None:
        """Leaves it on disk, whole or not at all. Raises OSError."""
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(self._asdict()), encoding="utf-8")
        draft.replace(path)


def read_parts(folder: Path) -> list[ProcessSummary]:
    """The parts of the processes that came to their end."""
    return [ProcessSummary(**json.loads(path.read_text(encoding="utf-8"))) for path in sorted(folder.glob("*.part"))]


def cause_of_end(parts: Iterable[ProcessSummary]) -> str | None:
    """Why the run ended early, or cannot be complete though it came to its end; None if nothing is wrong."""
    listed = list(parts)
    for item in listed:
        if item.stopped:
            return item.stopped
    count, total = sum(part.unanswered for part in listed), sum(part.requests for part in listed)
    last = next((part.last for part in reversed(listed) if part.unanswered), "")
    return sentence_for_gaps(count, total, last) if worth_telling(count, total) else None
