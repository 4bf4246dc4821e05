"""What a process has seen, on disk as it goes: a crash or a signal loses nothing.

Each process has two files of its own: its exchanges (a line each) and its traces (a line each: what was judged, what
failed, facts that count across traces). The controller merges them at the end.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.judging.context import Judgment
from conformance.judging.model import World
from conformance.judging.trace import Trace


@dataclass(slots=True)
class TraceRecord:
    """One trace as the merge needs it."""

    name: str
    index: int
    passed: list[tuple[str, str, str, str | None, int]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    planned: list[tuple[str, str]] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    prices: list[tuple[str, str, str]] = field(default_factory=list)
    visits: list[tuple[str, str, str, int]] = field(default_factory=list)
    requests: int = 0
    provokes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str | None = None
    file: str = ""
    start: int = 0
    length: int = 0


class Journal:
    """Writes one process's part below `folder`."""

    def __init__(self, folder: Path, process: str, redact: Callable[[str], str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._exchanges = open(folder / f"{process}.exchanges.jsonl", "w", encoding="utf-8")  # noqa: SIM115
        self._traces = open(folder / f"{process}.traces.jsonl", "w", encoding="utf-8")  # noqa: SIM115
        self._redact = redact
        self._start = 0
        self.file = f"{process}.exchanges.jsonl"

    def exchange(self, exchange: Exchange) -> None:
        """Appends an exchange, without any secret."""
        self._exchanges.write(self._redact(json.dumps(exchange.record(), ensure_ascii=True, default=str)) + "\n")

    def trace(self, trace: Trace, index: int, skipped: str | None = None) -> None:
        """Appends what a finished trace proves."""
        self._exchanges.flush()
        end = self._exchanges.tell()
        record = summary(trace, index)
        record.skipped, record.file, record.start, record.length = skipped, self.file, self._start, end - self._start
        self._start = end
        self._traces.write(
            self._redact(
                json.dumps(
                    {name: getattr(record, name) for name in TraceRecord.__slots__}, ensure_ascii=True, default=str
                )
            )
            + "\n"
        )
        self._traces.flush()

    def close(self) -> None:
        """Closes both files."""
        self._exchanges.close()
        self._traces.close()


def summary(trace: Trace, index: int) -> TraceRecord:
    """What a trace proves, in a form that can be merged."""
    passes = Counter(
        (judgment.requirement, judgment.case, judgment.operation, judgment.reading)
        for judgment in trace.judgments
        if judgment.ok
    )
    return TraceRecord(
        name=trace.name,
        index=index,
        passed=[(*key, count) for key, count in passes.items()],
        failed=[failure(judgment, trace.program_until(judgment.exchange)) for judgment in trace.judgments if not judgment.ok],
        planned=sorted(
            trace.planned | {_planned(exchange) for exchange in trace.exchanges if exchange.intent and _names(exchange)}
        ),
        sessions={session.id: session.created_by for session in trace.world.sessions.values()},
        prices=_prices(trace.world),
        visits=_visits(trace),
        requests=len(trace.exchanges),
        provokes=list(trace.provokes),
        notes=list(dict.fromkeys(trace.notes)),
    )


def _planned(entry: Exchange) -> tuple[str, str]:
    assert entry.intent
    return entry.intent.requirement, f"{entry.operation} {entry.intent.case}".strip()


def _names(entry: Exchange) -> bool:
    """Whether the intent's requirement is about this operation at all."""
    return entry.intent is not None and entry.operation in contract.requirements()[entry.intent.requirement].operations


def failure(judgment: Judgment, program: Sequence[str] = ()) -> dict[str, Any]:
    """A broken claim with what a finding needs. program: of the walk that broke it."""
    assert judgment.claim
    return {
        "requirement": judgment.requirement,
        "case": judgment.case,
        "operation": judgment.operation,
        "marketplace": judgment.marketplace,
        "exchange": judgment.exchange,
        "about": judgment.claim.about,
        "want": judgment.claim.want,
        "seen": judgment.claim.seen,
        "test": judgment.claim.test,
        "proof": list(judgment.claim.proof),
        "weak": judgment.claim.weak,
        "program": list(program),
    }


def _prices(world: World) -> list[tuple[str, str, str]]:
    """Each cart that was priced, told by a digest, with its amounts in words."""
    return [
        (hashlib.sha256(repr(key).encode()).hexdigest()[:20], _amounts(amounts), exchange)
        for key, (amounts, exchange) in world.prices.items()
    ]


def _amounts(amounts: dict[Any, Any]) -> str:
    told = ((key, value) for key, value in sorted(amounts.items()) if value is not None)
    return ", ".join(f"{' '.join(key)} {value.normalize():f}" for key, value in told)


def _visits(trace: Trace) -> list[tuple[str, str, str, int]]:
    """Transitions between the states of sessions: (from, operation, to, times)."""
    from conformance.evidence.states import transitions

    return [(*key, count) for key, count in Counter(transitions(trace)).items()]


def read(folder: Path) -> list[TraceRecord]:
    """Every trace of every process, in the order of the plan whatever the number of processes."""
    found = [record for path in sorted(folder.glob("*.traces.jsonl")) for record in _records(path)]
    return sorted(found, key=lambda entry: (entry.index, entry.name))


def read_folder(folder: Path) -> list[TraceRecord]:
    """Every trace of a finished report folder."""
    return sorted(_records(folder / "traces.jsonl"), key=lambda entry: (entry.index, entry.name))


def _records(path: Path) -> Iterator[TraceRecord]:
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            try:
                yield TraceRecord(**json.loads(line))
            except (ValueError, TypeError):
                continue  # the last line of a process that was killed


def lines(folder: Path, record: TraceRecord) -> Iterator[dict[str, Any]]:
    """The exchanges of a trace."""
    with open(folder / record.file, encoding="utf-8") as handle:
        handle.seek(record.start)
        for line in handle.read(record.length).splitlines():
            yield json.loads(line)
