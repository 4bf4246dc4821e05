"""What a test item says of itself: its names, whether it walks a row of the array, its cost, marketplace, situation."""

from __future__ import annotations

import pytest

from conformance.evidence.node_id import SUITES
from conformance.runner.planning.budget import measured_cost


def trace_name(item: pytest.Item) -> str:
    """The name of the trace that a test makes."""
    return item.nodeid.removeprefix(SUITES)


def function_id(item: pytest.Item) -> str:
    """The node id of a test's function, whatever it is parametrized with."""
    return item.nodeid.partition("[")[0]


def is_row(item: pytest.Item) -> bool:
    """Whether a test walks a row of the covering array; rows come in the order of the pairs of conditions that they close."""
    return item.get_closest_marker("for_each_session_plan") is not None


def cost_in_selection(item: pytest.Item, *, whole: bool) -> int:
    """About how many requests a test takes: what was measured, for a row what it declares."""
    if not is_row(item):
        return measured_cost(item.nodeid, whole=whole)
    return max(int(mark.kwargs.get("cost", 1)) for mark in item.iter_markers("provokes"))


def market_of(item: pytest.Item) -> str | None:
    """The marketplace that a test is parametrized with."""
    return _parameter(item, "market")


def situation_of(item: pytest.Item) -> str | None:
    """The named situation that a test is parametrized with."""
    return _parameter(item, "situation")


def _parameter(item: pytest.Item, name: str) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(name) if callspec else None
