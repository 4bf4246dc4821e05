"""The marks that a test carries: which requirements it provokes and in how many marketplaces it runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def provokes(*requirements: str, cost: int = 10) -> pytest.MarkDecorator:
    """The test sends requests on purpose for these requirements. cost: about how many requests it sends."""
    return pytest.mark.provokes(*requirements, cost=cost)


def in_marketplaces(
    count: int | None = None, *, having: str | None = None, only: str | None = None
) -> pytest.MarkDecorator:
    """Runs the test in each marketplace of the profile, or in `count` of them (which ones differs from test to test).

    Where the roles that `having` names are spread over marketplaces, it runs in as many as show each of them.

    having: only where this is offered, e.g. `items.4`, `coupon.good`, `item.limit`, `address.foreign`.
    only: in this marketplace and no other, e.g. `EBAY_US`, for what the documents say of it alone.
    """
    return pytest.mark.in_marketplaces(count, having=having, only=only)


def for_each_session_plan() -> pytest.MarkDecorator:
    """The test runs once for each row of the covering array (suites/situations/design.py)."""
    return pytest.mark.for_each_session_plan()


def in_situations(
    *everywhere: str, having: str | None = None, each: Iterable[str] = (), **counted: int
) -> pytest.MarkDecorator:
    """Runs the test in named situations (suites/shared/named_sessions.py): those listed in every marketplace, those given with a
    number in that many (`rich=2`), those of `each` in one, another for each. Spaces in a name are underscores.
    """
    wanted: dict[str, int | None] = {name: None for name in everywhere}
    wanted |= dict.fromkeys(each, 1)
    wanted |= {name.replace("_", " "): count for name, count in counted.items()}
    return pytest.mark.in_situations(wanted, having=having)


def through_stubs() -> pytest.MarkDecorator:
    """The test asks by the sandbox's negative-testing strings, so that no item or payment of the target is needed."""
    return pytest.mark.through_stubs()


def reads_only() -> pytest.MarkDecorator:
    """The test changes nothing, so that it may run against a production host."""
    return pytest.mark.reads_only()


def again() -> pytest.MarkDecorator:
    """The test draws what it sends by its name: `--depth N` runs it N times, each a trace of its own."""
    return pytest.mark.again()


def rounds(names: list[str], depth: int) -> tuple[list[str], list[str]]:
    """Every name `depth` times, and the ids: those of the first round are the names themselves."""
    pairs = [(name, f"{name}-round{index}" if index else name) for index in range(depth) for name in names]
    return [name for name, _ in pairs], [pair for _, pair in pairs]


def mark_args(item: Any, name: str) -> tuple[Any, ...]:
    """All positional arguments of the marks of that name."""
    return tuple(argument for mark in item.iter_markers(name) for argument in mark.args)
