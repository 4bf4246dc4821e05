"""What a process has seen, on disk as it goes: a crash loses the running trace alone.

Each process has two files of its own: its exchanges (a line each) and its traces (a line each: what was judged, what
failed, facts that count across traces). The controller merges them at the end. Under --budget, --time and --quick all
tests of a process share one trace, so that a crash loses what it saw.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.core.exchange import CaseKey, Exchange
from conformance.core.unjudged import Unjudged
from conformance.evidence.trace_record import Breach, ConditionsOfRules, Passed, TraceRecord
from conformance.judging.context import Judgment
from conformance.judging.trace import Trace, TraceKind
from conformance.judging.world import RuleOutcome, World


class Journal:
    """Writes one process's part below `folder`."""

    def __init__(self, folder: Path, process: str, redact: Callable[[str], str]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._exchanges = open(folder / f"{process}.exchanges.jsonl", "w", encoding="utf-8")  # noqa: SIM115
        self._traces = open(folder / f"{process}.traces.jsonl", "w", encoding="utf-8")  # noqa: SIM115
        self._redact = redact
        self._start = 0
        self.file = f"{process}.exchanges.jsonl"

    def exchange(self, exchange: Exchange, kind: TraceKind = TraceKind.TEST) -> None:
        """Appends an exchange, without any secret."""
        record = exchange.record() | {"trace_kind": kind}
        self._exchanges.write(self._redact(json.dumps(record, ensure_ascii=True, default=str)) + "\n")

    def trace(self, trace: Trace, index: int, skipped: Unjudged | None = None) -> None:
        """Appends what a finished trace proves."""
        self._exchanges.flush()
        end = self._exchanges.tell()
        record = summary(trace, index)
        record.skipped, record.file, record.start, record.length = skipped, self.file, self._start, end - self._start
        self._start = end
        self._traces.write(self._redact(json.dumps(record.document(), ensure_ascii=True, default=str)) + "\n")
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
    exchanges_by_id, raced = {exchange.id: exchange for exchange in trace.exchanges}, _raced(trace)
    return TraceRecord(
        name=trace.name,
        index=index,
        kind=trace.kind,
        passed=[Passed(*key, count) for key, count in passes.items()],
        failed=[breach_of(trace, judgment, exchanges_by_id, raced) for judgment in trace.judgments if not judgment.ok],
        planned=sorted({_planned(exchange) for exchange in trace.exchanges if _names(exchange)}),
        sessions={session.id: session.created_by for session in trace.world.sessions.values()},
        prices=_prices(trace.world),
        visits=_visits(trace),
        conditions=_conditions(trace.world),
        requests=len(trace.exchanges),
        provokes=list(trace.provokes),
        notes=list(dict.fromkeys(trace.notes)),
    )


def breach_of(trace: Trace, judgment: Judgment, exchanges: dict[str, Exchange], raced: set[str]) -> Breach:
    """The breach of a judgment. exchanges: those of the trace by id. raced: see _raced."""
    exchange = exchanges.get(judgment.exchange)
    concurrent = exchange is not None and (exchange.concurrent or (exchange.request.subject or "") in raced)
    program = tuple(trace.program_until(judgment.exchange))
    condition = trace.world.coverage.where_broken(judgment.exchange) if trace.world.coverage else ""
    return Breach.of_judgment(judgment, exchange, concurrent=concurrent, program=program, condition=condition)


def _raced(trace: Trace) -> set[str]:
    """The ids of sessions and orders that requests at the same time asked or made."""
    found: set[str] = set()
    for exchange in trace.exchanges:
        if exchange.concurrent:
            made = (exchange.member("checkoutSessionId"), exchange.member("purchaseOrderId"))
            found |= {name for name in (exchange.request.subject, *made) if isinstance(name, str)}
    return found


def _planned(exchange: Exchange) -> tuple[str, CaseKey]:
    assert exchange.intent
    return exchange.intent.requirement, CaseKey(exchange.operation, exchange.intent.case)


def _names(exchange: Exchange) -> bool:
    """Whether the intent's requirement is about this operation at all."""
    intent = exchange.intent
    return intent is not None and exchange.operation in contract.requirements()[intent.requirement].operations


def _prices(world: World) -> list[tuple[str, dict[str, str], str]]:
    """Each cart that was priced, named by a digest, with its amounts by name, and the exchange that showed them."""
    return [
        (hashlib.sha256(repr(key).encode()).hexdigest()[:20], _amounts(amounts), exchange)
        for key, (amounts, exchange) in world.prices.items()
    ]


def _amounts(amounts: dict[Any, Any]) -> dict[str, str]:
    return {" ".join(key): f"{value.normalize():f}" for key, value in sorted(amounts.items()) if value is not None}


def _conditions(world: World) -> list[ConditionsOfRules]:
    """Rules that held and rules that were broken, with the conditions of it (conformance/judging/conditions.py)."""
    found: dict[RuleOutcome, list[str]] = {}
    for vector, several in world.coverage.encoded().items() if world.coverage else ():
        for judged in several:
            found.setdefault(judged, []).append(vector)
    return [ConditionsOfRules(sorted(judged.held), sorted(judged.broken), vectors) for judged, vectors in found.items()]


def _visits(trace: Trace) -> list[tuple[str, str, str, int]]:
    """Transitions between the states of sessions: (from, operation, to, times)."""
    from conformance.evidence.states import transitions

    return [(*key, count) for key, count in Counter(transitions(trace)).items()]


class TracePlace(NamedTuple):
    """Where a trace's line stands on disk, and what is asked before it is read."""

    order: int
    name: str
    kind: str
    path: Path
    start: int


class Records:
    """Traces on disk in the order of the plan, whatever the number of processes: each is read when it is asked for."""

    def __init__(self, places: Iterable[TracePlace]) -> None:
        self._places = sorted(places)

    def __iter__(self) -> Iterator[TraceRecord]:
        for _, document in self.documents():
            yield TraceRecord.of(document)

    def __bool__(self) -> bool:
        return bool(self._places)

    def documents(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The lines as parsed, each with the file that holds it."""
        with ExitStack() as stack:
            files = {path: stack.enter_context(open(path, "rb")) for path in {place.path for place in self._places}}
            for place in self._places:
                files[place.path].seek(place.start)
                yield place.path, json.loads(files[place.path].readline())

    def get(self, name: str) -> TraceRecord | None:
        """The trace of that name."""
        return next(iter(self.only({name})), None)

    def only(self, names: Container[str]) -> Records:
        """The traces of these names."""
        return Records(place for place in self._places if place.name in names)

    def of_kind(self, *kinds: TraceKind) -> Records:
        """The traces of these kinds."""
        return Records(place for place in self._places if place.kind in kinds)


def read(folder: Path) -> Records:
    """Every trace of every process."""
    return Records(place for path in folder.glob("*.traces.jsonl") for place in _places(path))


def read_folder(folder: Path) -> Records:
    """Every trace of a finished report folder but those that sent findings again."""
    return read_all(folder).of_kind(TraceKind.DISCOVERY, TraceKind.TEST)


def read_all(folder: Path) -> Records:
    """Every trace of a finished report folder."""
    return Records(_places(folder / "traces.jsonl"))


def _places(path: Path) -> Iterator[TracePlace]:
    with open(path, "rb") as handle:
        start = 0
        for line in handle:
            try:
                record = TraceRecord.of(json.loads(line))
                yield TracePlace(record.index, record.name, record.kind, path, start)
            except (ValueError, TypeError, KeyError):
                pass  # the last line of a process that was killed
            start += len(line)


def lines(folder: Path, record: TraceRecord) -> Iterator[dict[str, Any]]:
    """The exchanges of a trace."""
    with open(folder / record.file, encoding="utf-8") as handle:
        handle.seek(record.start)
        for line in handle.read(record.length).splitlines():
            yield json.loads(line)
