"""Which tests a run has, where they run, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol
from zlib import crc32

import pytest

from conformance.core import contract
from conformance.core.profile import Profile
from conformance.driver.effort import Effort
from conformance.driver.marks import mark_args
from conformance.evidence.trace_record import TraceRecord
from conformance.runner.planning.budget import choose, measured_cost
from conformance.runner.planning.items import (
    cost_in_selection,
    function_id,
    is_row,
    market_of,
    situation_of,
    trace_name,
)
from conformance.runner.process_summary import RunState
from conformance.runner.settings import Settings
from conformance.runner.time_limit import TimeLimit

UNRELATED = 7  # divides a hash that chooses marketplaces elsewhere, so that the two choices do not go together


class Selecting(Protocol):
    """What the selection reads of a run (conformance/runner/run.py). spent: requests so far."""

    settings: Settings
    profile: Profile
    spent: int
    ending: RunState
    limit: TimeLimit | None

    @property
    def earlier(self) -> Iterable[TraceRecord]: ...


@dataclass
class Selection:
    """The tests of a run.

    indices: the place of each in the plan. chosen: the marketplaces of each test function, or of each of its situations.
    collected: what this process and its workers are to run. begun: what this process began. whole: under a limit, the
    tests that get all their cases. telling: under a limit of time, the tests that are worth a request, in their order.
    owed: under a budget, the fewest requests of each test that it has room for.
    """

    run: Selecting
    indices: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    collected: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    telling: list[str] = field(default_factory=list)
    owed: dict[str, int] = field(default_factory=dict)

    def marketplaces(self, nodeid: str, count: int | None, having: str | None, only: str | None = None) -> list[str]:
        """The marketplaces in which a test runs; with a count, another choice for each test.

        Those that are chosen show together every role that the test is about, of which another marketplace may have few.
        """
        names = [name for name in self.run.profile.markets if only in (None, name) and self._has(name, having)]
        roles = {name: self.run.profile.markets[name].roles_of(having or "") for name in names}
        if self.run.settings.one_case_per_test:
            names = sorted(names, key=lambda name: -len(roles[name]))[:1]
        elif count is not None and count < len(names):
            start = crc32(nodeid.encode()) % len(names)
            left, wanted = names[start:] + names[:start], set[object]().union(*roles.values())
            taken: list[str] = []
            while left and (len(taken) < count or wanted):
                taken.append(max(left, key=lambda name: len(roles[name] & wanted)))
                left.remove(taken[-1])
                wanted -= roles[taken[-1]]
            names = [name for name in names if name in taken]
        self.chosen[nodeid] = names
        return names

    def _has(self, name: str, having: str | None) -> bool:
        only = replace(self.run.profile, markets={name: self.run.profile.markets[name]})
        return all(map(only.offers, having.split(" "))) if having else True

    def select(self, items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
        """The tests of this run: those of the requirements asked for that the target offers something for."""
        idle = self.run.ending.stopped is not None or bool(self.run.settings.recording)
        kept = [] if idle else [item for item in items if self._serves(item)]
        kept = self._in_order(kept)
        if self.run.earlier and not self.run.settings.shares_sessions:
            done = {record.name for record in self.run.earlier if record.skipped is None}
            kept = [item for item in kept if trace_name(item) not in done]
        if self.run.settings.shard:
            part, parts = self.run.settings.shard
            kept = [item for index, item in enumerate(kept) if index % parts == part - 1]
        self.indices = {item.nodeid: index for index, item in enumerate(kept)}
        chosen = set(self.indices)
        return kept, [item for item in items if item.nodeid not in chosen]

    def _in_order(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """The tests in their order; under a budget those for which there is room."""
        if self.run.settings.shares_sessions:
            return self._most_telling(items)
        if self.run.profile.payment.kind == "manual":  # a person pays a few times: first for what most is judged by
            first = {nodeid: index for index, nodeid in enumerate(choose([item.nodeid for item in items], None, set()))}
            return sorted(items, key=lambda item: first.get(item.nodeid, len(first)))
        # All cases of a test first, so that breaches show early; long tests first, so that no process ends alone with one.
        items = sorted(items, key=lambda item: -measured_cost(item.nodeid, whole=True))
        return sorted(items, key=lambda item: self.effort(item) is not Effort.FULL)

    def _most_telling(self, items: list[pytest.Item]) -> list[pytest.Item]:
        """One marketplace, the tests that judge most for a request first."""
        first = next(iter(self.run.profile.markets))
        by_id = {item.nodeid: item for item in items if market_of(item) in (None, first)}
        done = {requirement for record in self.run.earlier for requirement, *_ in record.passed}
        selected = {requirement for requirement in contract.requirements() if self.is_selected(requirement)}
        done |= set(contract.requirements()) - selected
        chosen = choose(by_id, self.run.settings.budget, done, spent=self.run.spent)
        if self.run.settings.time_s:
            self.telling = list(dict.fromkeys([*chosen, *choose(by_id, None, done)]))
        self.whole = {nodeid for nodeid, whole in chosen.items() if whole}
        self.owed = {nodeid: cost_in_selection(by_id[nodeid], whole=False) for nodeid in chosen}
        rest = [by_id[nodeid] for nodeid in by_id if nodeid not in chosen and is_row(by_id[nodeid])]
        return [by_id[nodeid] for nodeid in chosen] + (rest if self.run.settings.budget is not None else [])

    def _serves(self, item: pytest.Item) -> bool:
        """Whether a test can judge something that was asked for."""
        provoked = mark_args(item, "provokes")
        stubs = item.get_closest_marker("through_stubs") is not None
        if (stubs and not self.run.profile.stubs) or (
            self.run.profile.reads_only and item.get_closest_marker("reads_only") is None
        ):
            return False
        wanted = [
            requirement
            for requirement in provoked
            if self.is_selected(requirement) and not self.not_offered(requirement, stubs=stubs)
        ]
        return bool(wanted) or not provoked

    def is_selected(self, requirement: str) -> bool:
        """Whether the run decides on this requirement."""
        if self.run.settings.requirements:
            return requirement in self.run.settings.requirements
        return self.run.settings.level == "should" or contract.requirements()[requirement].level != "SHOULD"

    def not_offered(self, requirement: str, *, stubs: bool = True) -> str | None:
        """Which need of a requirement the target does not meet; None if it meets them all.

        stubs: the sandbox's negative-testing strings count too.
        """
        if stubs and requirement in self.run.profile.stubbed():
            return None
        for need in contract.requirements()[requirement].needs:
            if not self.run.profile.offers(need):
                return need
        return None

    def reserve(self, item: pytest.Item) -> bool:
        """Whether the budget surely has room for a test; half a test may leave a refusal unproved.

        It gets all its cases only where each test after it still gets one, even if those before it cost more than thought.
        """
        budget = self.run.settings.budget
        if self.run.limit is not None or budget is None:
            return True
        room = budget - self.run.spent
        owed = sum(least for nodeid, least in self.owed.items() if nodeid not in self.begun and nodeid != item.nodeid)
        if item.nodeid in self.whole and cost_in_selection(item, whole=True) + owed > room:
            self.whole.discard(item.nodeid)
        return cost_in_selection(item, whole=item.nodeid in self.whole) <= room

    def begin(self, item: pytest.Item) -> int:
        """The place of a test in the plan; it is noted as begun."""
        self.begun.add(item.nodeid)
        return self.indices.get(item.nodeid, 0)

    def effort(self, item: pytest.Item) -> Effort:
        """One marketplace of each test gets everything, another for each test, so that all have their share.

        Where requests are counted a test gets a single case, or a sample where there is room.
        """
        if self.run.settings.one_case_per_test:
            return Effort.SAMPLED if item.nodeid in self.whole else Effort.SINGLE
        market = market_of(item)
        if market is None:
            return Effort.FULL
        function = function_id(item)
        names = self.chosen.get(f"{function}/{situation_of(item)}") or self.chosen.get(function)
        names = names or list(self.run.profile.markets)
        return Effort.FULL if names[crc32(function.encode()) // UNRELATED % len(names)] == market else Effort.SAMPLED
