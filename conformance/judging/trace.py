"""The exchanges and judgments of one test, in order, with the world that they lead to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from conformance.core.exchange import Exchange, ExchangeId
from conformance.judging.conditions import Coverage
from conformance.judging.context import Judgment
from conformance.judging.world import World

DISCOVERY_TRACE = "discovery"  # the name of the trace of a run's first requests


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """A step of a walk as a line of Python. first: the place of its first exchange. begins: whether a walk starts here."""

    line: str
    first: int
    begins: bool = False


class TraceKind(StrEnum):
    """What the requests of a trace were sent for."""

    DISCOVERY = "discovery"  # the first requests of a run: what the items cost and show
    TEST = "test"
    REPLAY = "replay"  # a finding sent again, or its control


@dataclass
class Trace:
    """The exchanges and judgments of one test, in order.

    program: the steps of its walks.
    """

    name: str
    world: World = field(default_factory=World)
    exchanges: list[Exchange] = field(default_factory=list)
    judgments: list[Judgment] = field(default_factory=list)
    provokes: tuple[str, ...] = ()
    settled: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    kind: TraceKind = TraceKind.TEST
    program: list[ProgramStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world.coverage = Coverage()  # conditions are counted by the trace, so each has its own

    def aside(self, world: World) -> Trace:
        """A trace of requests to be judged apart: its exchanges are this trace's, its world and its judgments its own.

        Their conditions are not counted for this trace, and its judgments are taken over by whoever decides on them.
        """
        return replace(self, world=world, judgments=[])

    def release(self) -> None:
        """Lets go of what was seen, once it is written: a cycle of objects may hold the trace until the next collection."""
        self.world = World()
        for kept in (self.exchanges, self.judgments, self.program):
            kept.clear()

    def broken_since(self, place: int) -> list[Judgment]:
        """The judgments against the target from this place on."""
        return [judgment for judgment in self.judgments[place:] if not judgment.ok]

    def program_until(self, exchange: str) -> list[str]:
        """The program of the walk that sent this exchange, as far as its step; [] for a test that is no walk."""
        seq = ExchangeId.parse(exchange).seq if self.program else 0
        steps = [step for step in self.program if step.first <= seq]
        start = max((place for place, step in enumerate(steps) if step.begins), default=0)
        return [step.line for step in steps[start:]]
