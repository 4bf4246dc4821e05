"""The control of a finding: is it there without the request that it is told of?

A session that moves by itself (a read that hides a coupon) blames whatever request came last. So the shortest sequence
is sent once more with plain reads in place of what is blamed. Where a rule about reads breaks then, the finding is a
consequence of that rule's own finding, and is not told beside it. In the same way an order that cannot be read without a
marketplace blames what it was read for: it is read with one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.evidence.replay import Step
from conformance.judging.judge import NOT_REFUSED, OF_STATE, WRONG_ID

if TYPE_CHECKING:
    from conformance.evidence.aggregate import Finding

Sent = Sequence[tuple[Step, Exchange]]
Replay = Callable[[list[Step]], set[tuple[str, str]] | None]  # what breaks: (requirement, name of the claim)

# What a session does by itself is theirs, in this order: a later one may be a consequence of an earlier one.
OF_READS = ("SESSION-UNIQUE", "SESSION-SAFE", "SESSION-READ", "SESSION-ISOLATED")
# Refusals that hang on what became of the session, beside those that hang on what it holds.
OF_PHASE = (
    "PAY-LOCK",
    "PAY-TWICE",
    "PAY-DECLINED",
    "PAY-DECLINED-ENDS",
    "PAY-ITEM-CHANGED",
    "ORDER-UNKNOWN",
    "SESSION-UNKNOWN",
)
ISOLATED, OPTIONAL = "SESSION-ISOLATED", "MARKET-ORDER-OPTIONAL"


def cause(finding: Finding, sent: Sent, known: set[str], replay: Replay) -> str | None:
    """The broken rule of `known` that the finding is a consequence of.

    sent: the shortest sequence that showed the breach. replay: sends steps and says what breaks; None where they cannot be
    sent. Raises RunStopped.
    """
    requirement, last = finding.requirement, sent[-1][0]
    above = OF_READS[: OF_READS.index(requirement)] if requirement in OF_READS else OF_READS
    suspects = [] if _of_the_request_alone(finding) else [entry for entry in above if entry in known]
    may_be_another = requirement == "SESSION-READ" and ISOLATED in known
    alone, beside = _with_reads(sent), _with_reads(sent, others=False)
    broken_alone = replay(alone) if alone and (suspects or may_be_another) else None
    if found := _first(suspects, broken_alone):
        return found
    if suspects and beside and beside != alone and (found := _first(suspects, replay(beside))):
        return found
    if may_be_another and broken_alone is not None and (requirement, finding.name) not in broken_alone:
        return ISOLATED
    of_header = last.request.operation == contract.READ_ORDER and not last.request.marketplace
    if of_header and OPTIONAL in known - {requirement} and (steps := _with_header(sent)):
        broken_there = replay(steps)
        if broken_there is not None and (requirement, finding.name) not in broken_there:
            return OPTIONAL
    return None


def _of_the_request_alone(finding: Finding) -> bool:
    """Whether a request should have been refused, or refused otherwise, for what it says itself: whatever the session is."""
    return finding.name in (NOT_REFUSED, WRONG_ID) and finding.requirement not in (*OF_STATE, *OF_PHASE)


def _first(suspects: list[str], broken: set[tuple[str, str]] | None) -> str | None:
    rules = {rule for rule, _ in broken or ()}
    return next((suspect for suspect in suspects if suspect in rules), None)


def _with_header(sent: Sent) -> list[Step]:
    """The steps, the last one under the marketplace of its session."""
    *before, last = [step for step, _ in sent]
    maker = next((entry for entry in before if last.subject and entry.number == last.subject.of), None)
    if maker is None:
        return []
    return [*before, replace(last, request=replace(last.request, marketplace=maker.request.marketplace))]


def _with_reads(sent: Sent, *, others: bool = True) -> list[Step]:
    """The steps with a read in place of what may be blamed: the last one, payments, what was refused, and (others) what
    was sent to another session. [] if that changes nothing, since what a read itself shows is no consequence of it."""
    makers = {step.number: step for step, _ in sent if step.creates}
    last = sent[-1][0]
    kept: list[Step] = []
    for step, exchange in sent:
        ends = step.request.operation in (contract.PLACE_ORDER, contract.READ_ORDER)
        elsewhere = step.subject is not None and last.subject is not None and step.subject.of != last.subject.of
        blamed = ends or (others and elsewhere) or not exchange.accepted or step is last
        maker = makers.get(step.subject.of) if step.subject else None
        if (
            step.creates
            or not blamed
            or not step.subject
            or (step.request.operation == contract.READ and exchange.accepted)
        ):
            kept.append(step)
            continue
        if maker is None:
            return []
        read = Request(contract.READ, None, None, maker.request.marketplace, maker.request.credential)
        kept.append(replace(step, request=read, intent=None, subject=replace(step.subject, kind="session"), fields={}))
    return kept if any(new is not old for new, (old, _) in zip(kept, sent, strict=True)) else []
