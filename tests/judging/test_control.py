"""The control: a finding that shows without the request that it blames belongs to the rule about reads."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, CaseKey, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.evidence.aggregate import Aggregate, Finding, Reproduction, drop_consequences, join_those_of_one_answer
from conformance.evidence.reproduction.control import cause
from conformance.evidence.reproduction.replay import steps_of
from conformance.evidence.reproduction.shrink import Shrinker
from conformance.evidence.trace_record import Breach, TraceRecord
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from tests.doubles.in_memory_replay import Replays
from tests.doubles.reference_checks import Refusal
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import session_of


class GrowsWhenRead(ReferenceShop):
    """Each read but the first finds one more of the first line."""

    def handle(self, request: Request) -> dict[str, Any]:
        session = self.sessions.get(request.subject or "")
        answer = super().handle(request)
        if session and request.operation == contract.READ:
            session.lines[0][2] += 1
        return answer


class ObeysStrangers(ReferenceShop):
    """Another app's quantity is refused and set."""

    def handle(self, request: Request) -> dict[str, Any]:
        session = self.sessions.get(request.subject or "")
        if session and request.operation == contract.QUANTITY and request.credential == OTHER_APP:
            session.lines[0][2] = 7
        return super().handle(request)


class LosesItsCoupon(ReferenceShop):
    """A second coupon is refused, and the first one is gone."""

    def handle(self, request: Request) -> dict[str, Any]:
        session = self.sessions.get(request.subject or "")
        try:
            return super().handle(request)
        except Refusal:
            if session and request.operation == contract.APPLY:
                session.coupon = None
            raise


def words(target: ReferenceShop) -> tuple[Replays, Trace]:
    """A stranger is refused, and the next read shows another quantity: SESSION-APP is blamed."""
    load_rules()
    trace = Trace("a stranger")
    session = session_of(CheckoutDriver(target, trace))  # type: ignore[arg-type]
    session.expect_refusal(
        contract.QUANTITY, {"lineItemId": session.lines[0].id, "quantity": 9}, "SESSION-APP", credential=OTHER_APP
    )
    session.read()
    assert "SESSION-APP" in {judgment.requirement for judgment in trace.judgments if not judgment.ok}
    return Replays(target), trace


def cause_of(target: ReferenceShop, *known: str, about: str = "quantity") -> str | None:
    run, trace = words(target)
    sent = list(zip(steps_of(trace.exchanges), trace.exchanges, strict=True))
    finding = Finding(Breach("SESSION-APP", about, ""), TraceRecord("", 0))
    return cause(finding, sent, {(rule, about) for rule in known}, Shrinker(run, finding).broken)  # type: ignore[arg-type]


def test_what_a_read_does_is_not_a_strangers_doing() -> None:
    assert cause_of(GrowsWhenRead(), "SESSION-SAFE") == "SESSION-SAFE"


def test_what_should_have_been_refused_is_no_consequence() -> None:
    """Whatever a read does to the session: a stranger who is not refused is let in."""
    assert cause_of(GrowsWhenRead(), "SESSION-SAFE", about="is refused") is None


def test_what_a_stranger_does_stays_told() -> None:
    assert cause_of(ObeysStrangers(), "SESSION-SAFE", "SESSION-READ") is None


def test_what_an_earlier_refusal_did_is_no_strangers_doing() -> None:
    """A second coupon is refused, then a stranger's removal; the next read lacks the coupon, as if the stranger had had it."""
    load_rules()
    trace = Trace("two refusals")
    session = session_of(CheckoutDriver(target := LosesItsCoupon(), trace))  # type: ignore[arg-type]
    session.apply_coupon("FIVEOFF")
    session.apply_coupon("TENPERCENT", "COUPON-ONE")
    session.remove_coupon("FIVEOFF", "SESSION-APP", credential=OTHER_APP)
    session.read()
    assert {judgment.requirement for judgment in trace.judgments if not judgment.ok} == {"SESSION-APP"}
    sent = list(zip(steps_of(trace.exchanges), trace.exchanges, strict=True))
    finding = Finding(Breach("SESSION-APP", "coupons", ""), TraceRecord("", 0))
    replay = Shrinker(Replays(target), finding).broken  # type: ignore[arg-type]
    assert cause(finding, sent, {("SESSION-APP", "coupons"), ("COUPON-ONE", "coupons")}, replay) == "COUPON-ONE"
    assert cause(finding, sent, {("SESSION-APP", "coupons"), ("COUPON-UNKNOWN", "coupons")}, replay) == "COUPON-UNKNOWN"
    assert cause(finding, sent, {("SESSION-APP", "coupons")}, replay) is None


def test_an_order_that_needs_a_marketplace_is_one_finding() -> None:
    trace = Trace("an order")
    session = session_of(CheckoutDriver(target := ReferenceShop(), trace))  # type: ignore[arg-type]
    session.place_order()
    session.read_order()
    sent = list(zip(steps_of(trace.exchanges), trace.exchanges, strict=True))
    finding = Finding(Breach("ORDER-READ", "is accepted", ""), TraceRecord("", 0))
    replay = Shrinker(Replays(target), finding).broken  # type: ignore[arg-type]
    assert cause(finding, sent, {("MARKET-ORDER-OPTIONAL", "is accepted")}, replay) == "MARKET-ORDER-OPTIONAL"
    assert (
        cause(finding, sent, {("MARKET-ORDER-OPTIONAL", "is accepted")}, lambda _: {("ORDER-READ", "is accepted")})
        is None
    )
    assert cause(finding, sent, set(), replay) is None


class OrdersAnotherQuantity(ReferenceShop):
    """An order holds one more of the first line than was paid for."""

    def handle(self, request: Request) -> dict[str, Any]:
        session = self.sessions.get(request.subject or "")
        if session and request.operation == contract.PLACE_ORDER:
            session.lines[0][2] += 1
        return super().handle(request)


def test_what_an_order_shows_anyway_is_no_refusals_doing() -> None:
    trace = Trace("an order after a refusal")
    session = session_of(CheckoutDriver(target := OrdersAnotherQuantity(), trace))  # type: ignore[arg-type]
    session.place_order()
    session.set_quantity(session.lines[0], 2, "PAY-LOCK")
    session.read_order()
    assert "PAY-LOCK" in {judgment.requirement for judgment in trace.judgments if not judgment.ok}
    sent = list(zip(steps_of(trace.exchanges), trace.exchanges, strict=True))
    finding = Finding(Breach("PAY-LOCK", "quantity", ""), TraceRecord("", 0))
    replay = Shrinker(Replays(target), finding).broken  # type: ignore[arg-type]
    assert cause(finding, sent, {("ORDER-READ", "total")}, replay) == "ORDER-READ"
    assert cause(finding, sent, set(), replay) is None


def test_nothing_goes_to_a_rule_that_has_no_finding() -> None:
    """Dropped findings must have somewhere to go."""
    assert cause_of(GrowsWhenRead()) is None


def test_a_consequence_leaves_a_note_and_no_finding() -> None:
    merged = Aggregate()
    for requirement, known in (("SESSION-SAFE", None), ("SESSION-APP", "SESSION-SAFE")):
        merged.findings[requirement, "quantity", False] = Finding(
            Breach(requirement, "quantity", ""), TraceRecord("", 0), cause=known
        )
        merged.failed_cases[requirement].add(CaseKey("a case"))
    drop_consequences(merged)
    assert [finding.requirement for finding in merged.findings.values()] == ["SESSION-SAFE"]
    assert merged.failed_cases == {"SESSION-SAFE": {CaseKey("a case")}, "SESSION-APP": set()}
    assert merged.consequences == [
        "SESSION-APP broke only as a consequence of SESSION-SAFE: the same shows without the requests they blame."
    ]


def merged_of(*found: Finding) -> Aggregate:
    merged = Aggregate()
    for item in found:
        merged.findings[item.requirement, item.name, item.first.weak] = item
    return merged


def finding(
    requirement: str, name: str, exchange: str, reproduced: Reproduction | None = None, *, weak: bool = False
) -> Finding:
    return Finding(Breach(requirement, name, exchange, weak=weak), TraceRecord("", 0), reproduced=reproduced, count=1)


@pytest.mark.parametrize(("requirement", "stays"), [("MARKET-SUPPORTED", False), ("SESSION-ISOLATED", True)])
def test_what_never_showed_again_belongs_to_the_part_that_moves_by_itself(requirement: str, *, stays: bool) -> None:
    """But for what a session does by itself: that may hang on another session."""
    merged = merged_of(
        finding("SESSION-READ", "address", "a/1", Reproduction(3, 3)),
        finding(requirement, "address", "b/1", Reproduction(0, 4)),
        finding("PAY-LOCK", "quantity", "c/1", Reproduction(0, 4)),
    )
    drop_consequences(merged)
    requirements = {finding.requirement for finding in merged.findings.values()}
    assert requirements == {"SESSION-READ", "PAY-LOCK"} | ({requirement} if stays else set())
    assert merged.consequences == (
        []
        if stays
        else [f"{requirement} broke only as a consequence of SESSION-READ: what they blame did not show again."]
    )


def test_what_one_answer_breaks_of_a_requirement_is_one_finding() -> None:
    merged = merged_of(
        finding("QTY-SET", "quantity of the line", "a/1"),
        finding("QTY-SET", "quantity of another line", "a/1"),
        finding("QTY-SET", "prices follow", "b/1"),
        finding("PRICE-NET", "netPrice", "a/1"),
    )
    join_those_of_one_answer(merged)
    assert [(finding.requirement, finding.also) for finding in merged.findings.values()] == [
        ("QTY-SET", ["quantity of another line"]),
        ("QTY-SET", []),
        ("PRICE-NET", []),
    ]


def test_what_is_told_with_and_without_doubt_is_one_finding() -> None:
    merged = merged_of(
        finding("SESSION-INVALID", "address", "a/1", weak=True), finding("SESSION-INVALID", "address", "b/1")
    )
    for number, item in enumerate(merged.findings.values()):
        item.found_by, item.conditions, item.traces = {f"test {number}"}, {f"condition {number}"}, {number}
    join_those_of_one_answer(merged)
    (only,) = merged.findings.values()
    assert (only.first.weak, only.count, only.also) == (False, 2, [])
    assert only.found_by == {"test 0", "test 1"} and only.conditions == {"condition 0", "condition 1"}
    assert only.traces == {0, 1}


def test_findings_that_explain_each_other_stay() -> None:
    merged = Aggregate()
    for requirement, origin in (
        ("SESSION-SAFE", "SESSION-READ"),
        ("SESSION-READ", "SESSION-SAFE"),
        ("QTY-SET", "SESSION-READ"),
    ):
        merged.findings[requirement, "quantity", False] = Finding(
            Breach(requirement, "quantity", ""), TraceRecord("", 0), cause=origin
        )
    drop_consequences(merged)
    assert len(merged.findings) == 3 and merged.consequences == []


def test_a_chain_of_causes_leaves_its_root() -> None:
    merged = Aggregate()
    for requirement, origin in (("SESSION-SAFE", None), ("SESSION-READ", "SESSION-SAFE"), ("QTY-SET", "SESSION-READ")):
        merged.findings[requirement, "quantity", False] = Finding(
            Breach(requirement, "quantity", ""), TraceRecord("", 0), cause=origin
        )
    drop_consequences(merged)
    assert [finding.requirement for finding in merged.findings.values()] == ["SESSION-SAFE"]


def test_a_weak_difference_of_an_order_belongs_to_the_rule_about_orders_whatever_field_differs_first() -> None:
    merged = merged_of(
        finding("ORDER-READ", "shippingDetail.shippingCarrierCode", "a/1", Reproduction(3, 3)),
        finding("PAY-LOCK", "shippingDetail.shippingServiceCode", "b/1", weak=True),
        finding("SESSION-APP", "shippingDetail.shippingServiceCode", "c/1"),
        finding("PAY-LOCK", "quantity", "d/1", weak=True),
    )
    drop_consequences(merged)
    assert [(found.requirement, found.name) for found in merged.findings.values()] == [
        ("ORDER-READ", "shippingDetail.shippingCarrierCode"),
        ("PAY-LOCK", "quantity"),
    ]
