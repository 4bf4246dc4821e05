"""The control: a finding that shows without the request that it blames belongs to the rule about reads."""

from __future__ import annotations

from typing import Any

from conformance import contract
from conformance.control import cause
from conformance.exchange import OTHER_APP, Request
from conformance.merge import Finding, Merged, drop_consequences
from conformance.rules import load_rules
from conformance.shop import Shop, Trace
from conformance.shrink import Shrinker
from conformance.steps import steps_of
from tests.honest import HonestShop
from tests.shrinking import Replays
from tests.visit import cart_of


class GrowsWhenRead(HonestShop):
    """Each read but the first finds one more of the first line."""

    def handle(self, request: Request) -> dict[str, Any]:
        session = self.sessions.get(request.subject or "")
        answer = super().handle(request)
        if session and request.operation == contract.READ:
            session.lines[0][2] += 1
        return answer


class ObeysStrangers(HonestShop):
    """Another app's quantity is refused and set."""

    def handle(self, request: Request) -> dict[str, Any]:
        session = self.sessions.get(request.subject or "")
        if session and request.operation == contract.QUANTITY and request.credential == OTHER_APP:
            session.lines[0][2] = 7
        return super().handle(request)


def told(target: HonestShop) -> tuple[Replays, Trace]:
    """A stranger is refused, and the next read shows another quantity: SESSION-APP is blamed."""
    load_rules()
    trace = Trace("a stranger")
    cart = cart_of(Shop(target, trace))  # type: ignore[arg-type]
    cart.attempt(
        contract.QUANTITY, {"lineItemId": cart.lines[0].id, "quantity": 9}, "SESSION-APP", credential=OTHER_APP
    )
    cart.read()
    assert "SESSION-APP" in {one.requirement for one in trace.judgments if not one.ok}
    return Replays(target), trace


def cause_of(target: HonestShop, *known: str) -> str | None:
    run, trace = told(target)
    sent = list(zip(steps_of(trace.exchanges), trace.exchanges, strict=True))
    finding = Finding("SESSION-APP", "quantity", {}, None)  # type: ignore[arg-type]
    return cause(finding, sent, set(known), Shrinker(run, finding).broken)  # type: ignore[arg-type]


def test_what_a_read_does_is_not_a_strangers_doing() -> None:
    assert cause_of(GrowsWhenRead(), "SESSION-SAFE") == "SESSION-SAFE"


def test_what_a_stranger_does_stays_told() -> None:
    assert cause_of(ObeysStrangers(), "SESSION-SAFE", "SESSION-READ") is None


def test_an_order_that_needs_a_marketplace_is_one_finding() -> None:
    trace = Trace("an order")
    cart = cart_of(Shop(target := HonestShop(), trace))  # type: ignore[arg-type]
    cart.place()
    cart.read_order()
    sent = list(zip(steps_of(trace.exchanges), trace.exchanges, strict=True))
    finding = Finding("ORDER-READ", "is accepted", {}, None)  # type: ignore[arg-type]
    replay = Shrinker(Replays(target), finding).broken  # type: ignore[arg-type]
    assert cause(finding, sent, {"MARKET-ORDER-OPTIONAL"}, replay) == "MARKET-ORDER-OPTIONAL"
    assert cause(finding, sent, {"MARKET-ORDER-OPTIONAL"}, lambda _: {("ORDER-READ", "is accepted")}) is None
    assert cause(finding, sent, set(), replay) is None


def test_nothing_goes_to_a_rule_that_has_no_finding() -> None:
    """Dropped findings must have somewhere to go."""
    assert cause_of(GrowsWhenRead()) is None


def test_a_consequence_leaves_a_note_and_no_finding() -> None:
    merged = Merged()
    for requirement, known in (("SESSION-SAFE", None), ("SESSION-APP", "SESSION-SAFE")):
        merged.findings[requirement, "quantity", False] = Finding(requirement, "quantity", {}, None, cause=known)  # type: ignore[arg-type]
        merged.failed_cases[requirement].add("a case")
    drop_consequences(merged)
    assert [one.requirement for one in merged.findings.values()] == ["SESSION-SAFE"]
    assert merged.failed_cases == {"SESSION-SAFE": {"a case"}, "SESSION-APP": set()}
    assert merged.consequences == [
        "SESSION-APP broke only as a consequence of SESSION-SAFE: the same shows without the requests they blame."
    ]
