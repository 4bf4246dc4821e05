"""In which order the tests of a run go: breaches early, the most telling first where a limit cuts the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pytest

from conformance.core import contract
from conformance.core.profile import Profile
from conformance.evidence.trace_record import TraceRecord
from conformance.runner.planning.budget import choose, cost
from conformance.runner.settings import Settings


class Planned(Protocol):
    """What the order of tests needs of a run (conformance/runner/run.py).

    whole: tests that get all their cases. telling: under a limit of time, the tests that are worth a request, in order.
    """

    settings: Settings
    profile: Profile
    spent: int
    whole: set[str]
    telling: list[str]

    @property
    def earlier(self) -> Iterable[TraceRecord]: ...
    def is_selected(self, requirement: str) -> bool: ...
    def thorough(self, item: pytest.Item) -> bool: ...


def in_order(run: Planned, items: list[pytest.Item]) -> list[pytest.Item]:
    """The tests in their order; under a budget those that it has room for."""
    if run.settings.alone:
        return _most_telling(run, items)
    if run.profile.payment == "manual":  # a person pays a few times: first for what most is judged by
        first = {nodeid: index for index, nodeid in enumerate(choose([item.nodeid for item in items], None, set()))}
        return sorted(items, key=lambda item: first.get(item.nodeid, len(first)))
    # All cases of a test first, so that breaches show early; long tests first, so that no process ends alone with one.
    return sorted(items, key=lambda item: (not run.thorough(item), -cost(item.nodeid, whole=True)))


def _most_telling(run: Planned, items: list[pytest.Item]) -> list[pytest.Item]:
    """One marketplace, the tests that judge most for a request first."""
    first = next(iter(run.profile.markets))
    by_id = {item.nodeid: item for item in items if market_of(item) in (None, first)}
    done = {requirement for record in run.earlier for requirement, *_ in record.passed}
    selected = {requirement for requirement in contract.requirements() if run.is_selected(requirement)}
    done |= set(contract.requirements()) - selected
    chosen = choose(by_id, run.settings.budget, done, spent=run.spent)
    if run.settings.time_s:
        run.telling = list(dict.fromkeys([*chosen, *choose(by_id, None, done)]))
    run.whole = {nodeid.removeprefix("suites/") for nodeid, whole in chosen.items() if whole}
    rest = [by_id[nodeid] for nodeid in by_id if nodeid not in chosen and is_row(by_id[nodeid])]
    return [by_id[nodeid] for nodeid in chosen] + (rest if run.settings.budget is not None else [])


def is_row(item: pytest.Item) -> bool:
    """Whether a test walks a row of the covering array; rows come in the order of the pairs of conditions that they close."""
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "life" in callspec.params


def cost_of(item: pytest.Item, *, whole: bool) -> int:
    """About how many requests a test takes: what was measured, for a row what it declares."""
    if not is_row(item):
        return cost(item.nodeid, whole=whole)
    return max(int(mark.kwargs.get("cost", 1)) for mark in item.iter_markers("provokes"))


def market_of(item: pytest.Item) -> str | None:
    """The marketplace that a test is parametrized with."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("market") if callspec else None
