"""Whatever an answer holds, no rule fails on it: a defect of ours must never stand in for a verdict."""

from __future__ import annotations

import pytest

from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.world import World
from tests.doubles.fuzzed_responses import traces
from tests.doubles.reference_goods import profile


@pytest.mark.parametrize("part", range(3))
def test_no_rule_fails_on_junk(part: int) -> None:
    load_rules()
    known = profile()
    for exchanges in list(traces(9))[part::3]:
        world = World()
        for exchange in exchanges:
            judge(world, known, exchange)
        assert world.rule_errors == []


def test_junk_is_told() -> None:
    """It is no lawful visit that is judged there: nearly every rule has something against some of it."""
    load_rules()
    broken = set()
    for exchanges in traces(4):
        world = World()
        for exchange in exchanges:
            broken |= {judgment.requirement for judgment in judge(world, profile(), exchange) if not judgment.ok}
    assert len(broken) > 30  # where no errorId can be read, that is told alone


def test_the_same_seed_spoils_the_same() -> None:
    first, second = next(traces(1)), next(traces(1))
    assert [(entry.status, repr(entry.body)) for entry in first] == [
        (entry.status, repr(entry.body)) for entry in second
    ]
