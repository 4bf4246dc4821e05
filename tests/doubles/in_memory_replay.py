"""Shrinks what is found of a faulty server, in this process: the shrinker needs of a run no more than shops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conformance.driver.checkout import CheckoutDriver
from conformance.evidence.aggregate import Finding
from conformance.evidence.reproduction.replay import steps_of
from conformance.evidence.reproduction.shrink import Proof, Shrinker
from conformance.evidence.trace_record import Breach, TraceRecord
from conformance.judging.trace import Trace, TraceKind
from tests.doubles.faulty_servers import FaultyServer
from tests.doubles.scripted_session import visit


class Replays:
    """Stands for the run: fresh traces against one target."""

    def __init__(self, target: Any) -> None:
        self.target = target

    @contextmanager
    def driver(self, index: int, name: str, *, kind: TraceKind = TraceKind.TEST) -> Iterator[CheckoutDriver]:
        yield CheckoutDriver(self.target, Trace(name, kind=kind))


def shrunk(faulty: FaultyServer) -> tuple[Proof | None, Shrinker]:
    """The shortest proof of the first breach of the faulty server's requirement, and the shrinker that found it."""
    target = faulty.shop()
    trace = visit(target)
    first = next(
        judgment for judgment in trace.judgments if not judgment.ok and judgment.requirement == faulty.requirement
    )
    assert first.claim
    finding = Finding(Breach.of_judgment(first, None), TraceRecord("honest", 0))
    upto = [entry for entry in trace.exchanges if entry.seq <= int(first.exchange.rpartition("/")[2])]
    shrinker = Shrinker(Replays(target), finding)  # type: ignore[arg-type]
    return shrinker.shrink(steps_of(upto)), shrinker
