"""`--plan`: what would be judged, what not and why, at what cost in requests. Sends nothing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from conformance import contract
from conformance.budget import costs, test_name
from conformance.marks import mark_args

if TYPE_CHECKING:
    from conformance.run import Run


def cost(item: pytest.Item, *, cut: bool) -> int:
    """About how many requests a test sends; cut: under a budget."""
    known = costs().get(test_name(item.nodeid), {})
    declared = next((int(mark.kwargs.get("cost", 10)) for mark in item.iter_markers("provokes")), 10)
    return int(known.get("requests" if cut else "whole", declared))


def print_plan(run: Run, items: list[pytest.Item]) -> None:
    """Prints the plan of a run, requirement by requirement."""
    tests: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        for one in mark_args(item, "provokes"):
            tests[one].append(item)
    total = sum(cost(item, cut=run.settings.alone) for item in items)
    limit = f" of a budget of {run.settings.budget}" if run.settings.budget else ""
    print(f"Plan for {run.profile.name}: {len(items)} tests, about {total} requests{limit}.")
    told = {one for item in items for one in costs().get(test_name(item.nodeid), {}).get("judges", [])}
    for chapter in contract.CHAPTERS:
        print(f"\n{chapter.replace('_', ' ')}")
        for one in contract.requirements().values():
            if one.chapter == chapter and run.is_selected(one.id):
                print(f"  {one.id:<26} {one.level:<8} {_words(run, one.id, tests[one.id], told)}")


def _words(run: Run, requirement: str, tests: list[pytest.Item], told: set[str]) -> str:
    need = run.not_offered(requirement)
    if need:
        return f"not judged: the profile does not offer {need}"
    if tests:
        return f"judged by {len(tests)} tests, about {sum(cost(one, cut=run.settings.alone) for one in tests)} requests"
    return "judged along the way" if requirement in told else "not judged: no test of this run provokes it"
