"""The covering array: every pair of levels meets, triples where they are asked for, and each probe finds its rows."""

from __future__ import annotations

from itertools import combinations, product
from math import prod

import pytest

from conformance.core.factors import row_design
from conformance.core.profile_reader import load
from conformance.driver.session_methods import CHANGE_METHODS
from strategies import array
from strategies.array import Row
from strategies.assignment import Bits
from suites.situations.design import as_probes_meet_it, factors_of, session_plans
from suites.situations.moment import Moment
from suites.situations.probe import NEEDS_COUPON

PROFILE = load("mock")


def _levels() -> dict[str, tuple[str, ...]]:
    return {name: factor.offered(PROFILE) for name, factor in row_design().factors.items()}


def test_every_pair_of_levels_meets() -> None:
    levels, rows = _levels(), array.rows(PROFILE)
    for factor, other in combinations(levels, 2):
        met = {(row[factor], row[other]) for row in rows}
        assert met == set(product(levels[factor], levels[other])), (factor, other)


@pytest.mark.parametrize("group", row_design().groups(1), ids=" ".join)
def test_the_groups_of_the_first_depth_meet_by_threes(group: tuple[str, ...]) -> None:
    levels = _levels()
    met = {tuple(row[name] for name in group) for row in array.rows(PROFILE)}
    assert met == set(product(*(levels[name] for name in group)))


def test_more_groups_take_few_more_rows() -> None:
    """The groups of the first depth share the rows that its first group needs."""
    levels = _levels()
    assert len(array.rows(PROFILE)) <= 1.05 * prod(len(levels[name]) for name in row_design().groups(1)[0])


def test_levels_are_spread_evenly() -> None:
    """What no pair needs is not filled with one and the same level."""
    rows = array.rows(PROFILE)
    for name, levels in _levels().items():
        counts = [sum(row[name] == level for row in rows) for level in levels]
        assert max(counts) <= 3 * min(counts), (name, dict(zip(levels, counts, strict=True)))


def test_every_probe_is_asked_in_every_marketplace() -> None:
    asked = {(probe.requirement, probe.case) for life in session_plans(PROFILE) for probe in life.probes}
    for market in PROFILE.markets:
        for other in PROFILE.markets:
            if other != market:
                assert ("MARKET-SAME", f"{market} as {other}, zero") in asked


def test_the_design_is_the_same_each_time() -> None:
    first, second = session_plans(PROFILE), session_plans(load("mock"))
    assert [(life.row, [probe.key for probe in life.probes]) for life in first] == [
        (life.row, [probe.key for probe in life.probes]) for life in second
    ]


def test_a_probe_meets_each_size_of_cart_as_a_removal_leaves_it() -> None:
    met: dict[tuple[str, str], set[str]] = {}
    for plan in session_plans(PROFILE):
        for probe in plan.probes:
            if probe.moment is Moment.OPEN and "lines" in probe.alone:
                sizes = met.setdefault((probe.requirement, probe.case), set())
                sizes.add(as_probes_meet_it(plan.row)["lines"])
    few = {key: sizes for key, sizes in met.items() if sizes != {"one", "two", "three", "most"}}
    assert not few


@pytest.mark.parametrize(
    ("requirement", "depth", "share"), [("MARKET-SAME", 1, 1.0), ("SESSION-APP", 1, 0.95), ("SESSION-APP", 2, 1.0)]
)
def test_each_method_of_a_requirement_meets_the_pairs_of_levels(requirement: str, depth: int, share: float) -> None:
    plans, bits = session_plans(PROFILE, depth), Bits()
    having: dict[tuple[str, str, str], list[Row]] = {}
    for plan in plans:
        for probe in plan.probes:
            having.setdefault(probe.key.family, []).append(as_probes_meet_it(plan.row))
    for method in CHANGE_METHODS:
        open_rows = [as_probes_meet_it(plan.row) for plan in plans]
        needs = NEEDS_COUPON.get(method)
        every = [row for row in open_rows if needs in (None, row["coupon"] not in ("none", "removed"))]
        names = sorted(factors_of(requirement))
        possible = _pairs(bits, every, names)
        met = _pairs(bits, having[requirement, Moment.OPEN, method], names)
        assert (met & possible).bit_count() >= share * possible.bit_count(), method


def _pairs(bits: Bits, rows: list[Row], names: list[str]) -> int:
    found = 0
    for row in rows:
        found |= bits.of(row, names, 2)
    return found
