"""The traces of this suite's exchanges, each in the order in which it was sent, and what is missing in it.

A trace counts its exchanges from 0 (`seq`): a number that is not there is an exchange that somebody left out, and one that
is there twice was copied, unless the two differ. Then there are two runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from conformance.core.exchange import Exchange
from conformance.judging.trace import DISCOVERY_TRACE
from conformance.recordings.own.records import OwnRecord


@dataclass
class OwnTrace:
    """A trace of a run. run: which of several runs it belongs to, 0 for the only one.

    whole: whether nothing before its last exchange is missing. mixed: whether it is of several runs, so that no order is
    known.
    """

    trace: str
    run: int
    exchanges: list[Exchange] = field(default_factory=list)
    whole: bool = True
    mixed: bool = False

    @property
    def name(self) -> str:
        """Its name in the report, another one in each run."""
        return f"{self.trace}, file {self.run}" if self.run else self.trace


@dataclass
class OwnTraces:
    """The traces, those of first requests before the others. twice: how many exchanges were listed again."""

    traces: list[OwnTrace] = field(default_factory=list)
    twice: int = 0


def own_traces(records: Iterable[OwnRecord]) -> OwnTraces:
    """Puts exchanges into their traces."""
    found, places = OwnTraces(), dict[tuple[str, int], list[OwnRecord]]()
    for record in records:
        same = places.setdefault((record.exchange.trace, record.exchange.seq), [])
        if any(record.exchange == other.exchange for other in same):
            found.twice += 1
        else:
            same.append(record)
    several = any(len({record.source for record in same}) > 1 for same in places.values())
    found.traces = sorted(_traces(places, several=several), key=lambda trace: trace.trace != DISCOVERY_TRACE)
    return found


def _traces(places: dict[tuple[str, int], list[OwnRecord]], *, several: bool) -> Iterator[OwnTrace]:
    """several: whether the files are of several runs; else one run may lie in several files."""
    listed: dict[tuple[str, int], list[Exchange]] = defaultdict(list)
    for (name, _), same in places.items():
        for record in same:
            listed[name, record.source if several else 0].append(record.exchange)
    for (name, run), exchanges in listed.items():
        exchanges.sort(key=lambda exchange: exchange.seq)
        numbers = [exchange.seq for exchange in exchanges]
        mixed = len(set(numbers)) < len(numbers)
        yield OwnTrace(name, run, exchanges, whole=numbers == list(range(len(numbers))), mixed=mixed)
