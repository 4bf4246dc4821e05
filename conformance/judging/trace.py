"""The exchanges and judgments of one test, in order, with the world that they lead to."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.core.exchange import Exchange
from conformance.judging.context import Judgment
from conformance.judging.model import World


@dataclass
class Trace:
    """The exchanges and judgments of one test, in order."""

    name: str
    world: World = field(default_factory=World)
    exchanges: list[Exchange] = field(default_factory=list)
    judgments: list[Judgment] = field(default_factory=list)
    planned: set[tuple[str, str]] = field(default_factory=set)
    provokes: tuple[str, ...] = ()
    settled: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
