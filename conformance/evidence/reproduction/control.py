"""The control of a finding: its shortest sequence is sent again without what it blames.

A session that moves by itself (a read that hides a coupon) blames whatever request came last. What the control shows is
weighed in `conformance/judging/consequences.py`; this module builds the sequences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.evidence.reproduction.replay import Step
from conformance.judging.consequences import BrokenClaims, consequence_of

if TYPE_CHECKING:
    from conformance.evidence.aggregate import Finding

Sent = Sequence[tuple[Step, Exchange]]
Replay = Callable[[list[Step]], BrokenClaims | None]  # what breaks: (requirement, name of the claim)


@dataclass
class Resent:
    """A finding's sequence, sent again as the rows of the decision table ask for it."""

    requirement: str
    name: str
    known: BrokenClaims
    sent: Sent
    replay: Replay

    def with_plain_reads(self) -> BrokenClaims | None:
        """What breaks with plain reads in place of all that is blamed, and of what went to other sessions."""
        return self._play(_with_reads(self.sent))

    def with_other_sessions(self) -> BrokenClaims | None:
        """The same, with the requests to other sessions; None if there are none."""
        steps = _with_reads(self.sent, others=False)
        return self._play(steps) if steps != _with_reads(self.sent) else None

    def under_its_marketplace(self) -> BrokenClaims | None:
        """What breaks if the order is read under its marketplace; None if it was."""
        last = self.sent[-1][0].request
        bare = last.operation == contract.READ_ORDER and not last.marketplace
        return self._play(_with_header(self.sent)) if bare else None

    def order_without_refusals(self) -> BrokenClaims | None:
        """What breaks if the refused requests before the read of an order are left out; None if there are none."""
        last = self.sent[-1][0]
        kept = [step for step, exchange in self.sent if exchange.accepted or step is last]
        of_order = last.request.operation == contract.READ_ORDER
        return self._play(kept) if of_order and len(kept) < len(self.sent) else None

    def reading_after_refusals(self) -> BrokenClaims | None:
        """What breaks if a read follows each refusal; None if that is so anyway."""
        return self._play(_read_back(self.sent))

    def _play(self, steps: list[Step]) -> BrokenClaims | None:
        return self.replay(steps) if steps else None


def cause(finding: Finding, sent: Sent, known: BrokenClaims, replay: Replay) -> str | None:
    """The broken rule of `known` that the finding is a consequence of.

    sent: the shortest sequence that showed the breach. replay: sends steps and says what breaks; None where they cannot be
    sent. Raises RunStopped.
    """
    return consequence_of(Resent(finding.requirement, finding.name, known, sent, replay))


def _with_header(sent: Sent) -> list[Step]:
    """The steps, the last one under the marketplace of its session."""
    *before, last = [step for step, _ in sent]
    maker = next((step for step in before if last.subject and step.number == last.subject.created_by_step), None)
    if maker is None:
        return []
    return [*before, replace(last, request=replace(last.request, marketplace=maker.request.marketplace))]


def _read_by(maker: Step) -> Request:
    """A read by whoever made the session."""
    return Request(contract.READ, None, None, maker.request.marketplace, maker.request.credential)


def _read_back(sent: Sent) -> list[Step]:
    """The steps with a read of its session after each refusal; [] if one follows each anyway."""
    makers = {step.number: step for step, _ in sent if step.creates}
    number = max(step.number for step, _ in sent)
    steps: list[Step] = []
    for place, (step, exchange) in enumerate(sent):
        steps.append(step)
        follows = sent[place + 1][0].request if place + 1 < len(sent) else step.request
        maker = makers.get(step.subject.created_by_step) if step.subject else None
        if exchange.accepted or maker is None or step.subject is None or follows.operation == contract.READ:
            continue
        number += 1
        read = _read_by(maker)
        steps.append(Step(number, read, None, replace(step.subject, kind="session")))
    return steps if len(steps) > len(sent) else []


def _with_reads(sent: Sent, *, others: bool = True) -> list[Step]:
    """The steps with a read in place of what may be blamed: the last one, payments, what was refused, and (others) what
    was sent to another session. [] if that changes nothing, since what a read itself shows is no consequence of it."""
    makers = {step.number: step for step, _ in sent if step.creates}
    last = sent[-1][0]
    kept: list[Step] = []
    for step, exchange in sent:
        ends = step.request.operation in (contract.PLACE_ORDER, contract.READ_ORDER)
        elsewhere = (
            step.subject is not None
            and last.subject is not None
            and step.subject.created_by_step != last.subject.created_by_step
        )
        blamed = ends or (others and elsewhere) or not exchange.accepted or step is last
        maker = makers.get(step.subject.created_by_step) if step.subject else None
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
        read = _read_by(maker)
        kept.append(replace(step, request=read, intent=None, subject=replace(step.subject, kind="session"), fields={}))
    return kept if any(new is not old for new, (old, _) in zip(kept, sent, strict=True)) else []
