"""Shrinking: what is found of a faulty server becomes as short as a person would write it, plus one request at most."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.evidence.reproduction import shrink
from conformance.evidence.reproduction.replay import UnresolvedReference, play, steps_of
from conformance.judging.trace import Trace
from tests.doubles.faulty_servers import FAULTY_SERVERS
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS as EVERYBODY
from tests.doubles.in_memory_replay import Replays, shrunk
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import changes, coupons, visit

BY_NAME = {entry.name: entry for entry in EVERYBODY}
# What a person would send to show it: make a session; make one and change it; make one, change it, look; …
BY_HAND = {
    "a cent more in the total": 1,
    "no title": 1,
    "an ended item is just unavailable": 1,
    "TakesFiveLines": 1,
    "LosesTheThirdLine": 1,
    "a cheaper unit for three": 2,
    "SwapsTwoLines": 2,
    "RemovesTheNextLineToo": 2,
    "SelectsForEveryLine": 2,
    "other marketplaces may read": 2,
    "another method's warning": 2,
    "CrashesAtBrokenJson": 2,
    "the wrong id for a declined card": 2,
    "half a lot is ignored": 2,
    "ForgetsTheSecondChange": 3,
    "ForgetsTheCoupon": 3,
    "KeepsTheCoupon": 3,
    "CountsReads": 3,
    "ResetsTheOptions": 3,
    "an emptied session takes an address": 3,
    "a change after payment is ignored": 3,
    "MakesASecondOrder": 3,
    "ShowsOrdersToAll": 3,
    "RefusesButApplies": 4,
    "TouchesEverySession": 4,
    "OrdersAreUndone": 5,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_as_short_as_by_hand(name: str) -> None:
    proof, shrinker = shrunk(BY_NAME[name])
    assert proof is not None
    assert len(proof.steps) <= BY_HAND[name] + 1, [step.request.operation for step in proof.steps]
    assert shrinker.spent <= shrink.CAP
    last = proof.sent[-1][1]
    assert proof.judgment.exchange == last.id and proof.judgment.requirement == BY_NAME[name].requirement


def test_carts_shrink_too() -> None:
    """One line is enough where the lie shows with one; two where it needs two."""
    for name, lines in (("a change after payment is ignored", 1), ("SwapsTwoLines", 2)):
        proof, _ = shrunk(BY_NAME[name])
        assert proof
        assert len(proof.steps[0].request.body["lineItemInputs"]) == lines, name


def test_what_does_not_come_again_is_not_claimed() -> None:
    """The price changed with the third session of the server's life: no sequence shows that again."""
    proof, shrinker = shrunk(BY_NAME["another price in later sessions"])
    assert proof is None and shrinker.replays > 0


def test_the_cap_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shrink, "CAP", 10)
    proof, shrinker = shrunk(BY_NAME["KeepsTheCoupon"])
    assert shrinker.spent <= 10 and proof is None


def test_the_cast_is_known() -> None:
    assert set(BY_HAND) <= set(BY_NAME) and FAULTY_SERVERS is EVERYBODY


# ---------------------------------------------------------------- steps


def again(target: Any, *parts: Any) -> tuple[Trace, Trace]:
    """A visit, and its steps played to a fresh shop."""
    first = visit(target, *parts)
    second = CheckoutDriver(ReferenceShop(), Trace("again"))  # type: ignore[arg-type]
    play(second, steps_of(first.exchanges))
    return first, second.trace


def test_a_visit_can_be_played_again() -> None:
    """Ids come from the new answers; every answer is the same in kind."""
    first, second = again(ReferenceShop(), changes, coupons)
    assert [exchange.status for exchange in first.exchanges] == [exchange.status for exchange in second.exchanges]
    assert all(judgment.ok for judgment in second.judgments)


def test_ids_are_references() -> None:
    """The steps do not hold a session's own ids: they are played to a shop that gives out others."""
    trace = visit(ReferenceShop(), changes)
    other = ReferenceShop()
    visit(other, coupons)  # its next session has another number
    driver = CheckoutDriver(other, Trace("other"))  # type: ignore[arg-type]
    played = play(driver, steps_of(trace.exchanges))
    assert {entry.request.subject for _, entry in played}.isdisjoint(
        {exchange.request.subject for exchange in trace.exchanges} - {None}
    )
    assert [entry.status for _, entry in played] == [exchange.status for exchange in trace.exchanges]


def test_a_buyer_is_never_used_twice() -> None:
    trace = visit(ReferenceShop(), changes)
    first, second = CheckoutDriver(ReferenceShop(), Trace("one")), CheckoutDriver(ReferenceShop(), Trace("two"))  # type: ignore[arg-type]
    emails = [
        entry.request.body["contactEmail"]
        for driver in (first, second)
        for _, entry in play(driver, steps_of(trace.exchanges))
        if entry.operation == contract.INITIATE
    ]
    assert len(emails) == len(set(emails))


def test_a_step_without_its_session_dangles() -> None:
    trace = visit(ReferenceShop(), changes)
    steps = steps_of(trace.exchanges)
    with Replays(ReferenceShop()).driver(0, "dangling") as driver, pytest.raises(UnresolvedReference):
        play(driver, steps[1:3])
