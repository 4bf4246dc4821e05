"""The marks that a test carries: which requirements it provokes and in how many marketplaces it runs."""

from __future__ import annotations

from typing import Any

import pytest


def provokes(*requirements: str, cost: int = 10) -> pytest.MarkDecorator:
    """The test sends requests on purpose for these requirements. cost: about how many requests it sends."""
    return pytest.mark.provokes(*requirements, cost=cost)


def in_marketplaces(count: int | None = None, *, having: str | None = None) -> pytest.MarkDecorator:
    """Runs the test in each marketplace of the profile, or in `count` of them (which ones differs from test to test).

    having: only where this is offered, e.g. `items.4`, `coupon.good`, `item.limit`, `address.foreign`.
    """
    return pytest.mark.in_marketplaces(count, having=having)


def mark_args(item: Any, name: str) -> tuple[Any, ...]:
    """All positional arguments of the marks of that name."""
    return tuple(one for mark in item.iter_markers(name) for one in mark.args)
