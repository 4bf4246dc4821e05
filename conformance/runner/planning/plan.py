"""`--plan`: what would be judged, what not and why, at what cost in requests. Sends nothing."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from conformance.core import contract
from conformance.core.command_line import counted
from conformance.driver.marks import mark_args
from conformance.runner.planning.budget import measured
from conformance.runner.planning.items import is_row

if TYPE_CHECKING:
    from conformance.runner.run import Run

SHARED = 1.05  # by so much tests that share sessions are surely cheaper than apart
DISCOVERY_REQUESTS = 2  # a token, and a look at the items


def cost_in_plan(run: Run, item: pytest.Item) -> int:
    """About how many requests a test sends by itself."""
    known = {} if is_row(item) else measured(item.nodeid)
    declared = next((int(mark.kwargs.get("cost", 10)) for mark in item.iter_markers("provokes")), 10)
    cut = run.settings.shares_sessions and item.nodeid not in run.selection.whole
    return int(known.get("requests" if cut else "whole", declared))


def print_plan(run: Run, items: list[pytest.Item]) -> None:
    """Prints the plan of a run, requirement by requirement."""
    limit, total = run.settings.budget, DISCOVERY_REQUESTS
    tests: dict[str, list[pytest.Item]] = defaultdict(list)
    sure, reachable = set[str](), set[str]()
    count = 0
    for item in items:
        judges = {*measured(item.nodeid).get("judges", []), *mark_args(item, "provokes")}
        reachable |= judges
        if limit and is_row(item) and total + cost_in_plan(run, item) > limit:
            continue  # rows of the array take what the other tests leave of a budget
        total, count = total + cost_in_plan(run, item), count + 1
        if limit is None or total <= limit * SHARED:
            sure |= judges
        for requirement_id in mark_args(item, "provokes"):
            tests[requirement_id].append(item)
    words = f" apart, fewer since they share sessions, of a budget of {limit}" if limit else ""
    print(f"Plan for {run.profile.name}: {count} tests, about {total} requests{words}.")
    for chapter in contract.CHAPTERS:
        print(f"\n{chapter.replace('_', ' ')}")
        for requirement in contract.requirements().values():
            if requirement.chapter == chapter and run.selection.is_selected(requirement.id):
                print(
                    f"  {requirement.id:<26} {requirement.level:<8} {_words(run, requirement.id, tests[requirement.id], reachable, sure)}"
                )


def _words(run: Run, requirement: str, tests: list[pytest.Item], reachable: set[str], sure: set[str]) -> str:
    need = run.selection.not_offered(requirement)
    if need:
        return f"not judged: the profile does not offer {contract.need_in_words(need)}"
    if requirement in reachable and requirement not in sure:
        return "perhaps: the budget may end before"
    if tests:
        words = f"judged by {counted(len(tests), 'test')}, about {counted(sum(cost_in_plan(run, test) for test in tests), 'request')}"
        return words + _conditions(requirement, [test for test in tests if is_row(test)])
    if requirement in reachable:
        return "judged along the way"
    return f"not judged: {'the budget leaves it out' if run.settings.budget else 'no test of this run provokes it'}"


def _conditions(requirement: str, rows: list[pytest.Item]) -> str:
    """How many pairs of levels the rows meet of those factors that matter to the rule, in words."""
    names = set(contract.requirements()[requirement].factors)
    met = set()
    for item in rows:
        levels = [pair for pair in item.callspec.params["plan"].row.levels if pair[0] in names]  # type: ignore[attr-defined]
        met |= set(combinations(levels, 2))
    return f", {len(met)} pairs of conditions" if met else ""
