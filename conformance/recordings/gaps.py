"""Changes that a recording does not show: a browser's log was cleared, the buyer paid on a page, a server called a server.

An answer that does not fit the state before it is judged again as if the session had been changed just before. What then
is no breach any more is doubtful: it counts only where it was seen in several sessions, at once after the call before, and
the recording does show the operations that could have made the change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import Profile
from conformance.core.requirement import SessionPhase
from conformance.judging.claim import ABOUT_THE_OUTCOME, Aspect
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.judge import evaluate, update_world
from conformance.judging.model import SUMMARY, View, cart_key, state
from conformance.judging.world import Order, SessionState, World

SESSIONS = 3  # so many sessions show that it is no accident
AT_ONCE = timedelta(minutes=1)  # so soon after the call before
# The change that each part of a session's state follows.
CHANGED_BY: dict[str, tuple[str, ...]] = {
    Aspect.CART: (contract.QUANTITY,),
    Aspect.OPTION: (contract.OPTION,),
    Aspect.ADDRESS: (contract.ADDRESS,),
    Aspect.COUPONS: (contract.APPLY, contract.REMOVE),
}
PAID_BEFORE = 15006


@dataclass(frozen=True)
class Doubtful:
    """A breach that a change which is not recorded would explain."""

    judgment: Judgment
    session: str
    at_once: bool


class Gaps:
    """Judges the exchanges of one trace and keeps apart what a gap explains."""

    def __init__(self, world: World, profile: Profile) -> None:
        self.world, self.profile = world, profile
        self.doubtful: list[Doubtful] = []
        self._accepted: set[str] = set()
        self._last: dict[str, datetime] = {}

    def judge(self, exchange: Exchange, began: datetime | None) -> list[Judgment]:
        """Judges an exchange and folds it into the world; without what is doubtful."""
        context, found = evaluate(self.world, self.profile, exchange)
        subject = exchange.request.subject or str(exchange.member("checkoutSessionId") or "")
        last = self._last.get(subject)
        at_once = began is not None and last is not None and began - last <= AT_ONCE
        if began:
            self._last[subject] = began
        if exchange.accepted:
            self._accepted.add(exchange.operation)
        open_to_doubt = [judgment for judgment in found if not judgment.ok and not _carried_out(context, judgment)]
        if open_to_doubt:
            context, found = self._again(context, found, open_to_doubt, subject, at_once)
        update_world(context, found)
        return found

    def _again(
        self, context: RuleContext, found: list[Judgment], failures: list[Judgment], subject: str, at_once: bool
    ) -> tuple[RuleContext, list[Judgment]]:
        """Judges as if the state had changed before; takes the better of both, which is the first if it explains nothing."""
        undo = self._change(context, at_once or context.operation == contract.INITIATE)
        again, other = evaluate(self.world, self.profile, context.exchange, gap=True)
        still = {
            (judgment.requirement, judgment.claim.name) for judgment in other if not judgment.ok and judgment.claim
        }
        gone = [
            judgment
            for judgment in failures
            if judgment.claim and (judgment.requirement, judgment.claim.name) not in still
        ]
        if not gone:
            undo()
            return context, found
        self.doubtful += [
            Doubtful(judgment, subject, at_once or context.operation == contract.INITIATE) for judgment in gone
        ]
        return again, [
            judgment
            for judgment in other
            if judgment.ok or (judgment.requirement, _about(judgment)) in {(f.requirement, _about(f)) for f in found}
        ]

    def _change(self, context: RuleContext, at_once: bool) -> _Undo:
        """Puts the world into the state that an unseen change would have left; what takes it back."""
        world, session, order, seen = self.world, context.session, context.order, context.answer
        undo = _Undo(world, session, order)
        if seen is not None and context.operation != contract.READ_ORDER:
            market = session.marketplace if session else context.exchange.request.marketplace or ""
            for line in seen.lines.values():
                world.units.pop((market, line.item or ""), None)
            world.prices.pop((market, *cart_key(seen)), None)
        if session is not None and seen is not None and context.before is not None:
            changed = copy(session)
            if not at_once or state(context.before) != state(seen):
                changed.view = _before(context, context.before, seen)
                changed.pending = []
            world.sessions[session.id] = changed
        elif (
            session is not None
            and context.operation == contract.PLACE_ORDER
            and PAID_BEFORE in context.exchange.warning_ids
        ):
            paid = copy(session)
            paid.phase, paid.order = SessionPhase.ORDERED, str(context.exchange.member("purchaseOrderId"))
            world.sessions[session.id] = paid
        elif order is not None:
            changed_order = copy(order)
            changed_order.paid.in_doubt = True
            world.orders[order.id] = changed_order
        return undo

    def proved(self) -> Iterator[Judgment]:
        """The doubtful breaches that count all the same."""
        sessions: dict[tuple[str, str], set[str]] = defaultdict(set)
        for doubtful in self.doubtful:
            if doubtful.at_once:
                sessions[doubtful.judgment.requirement, _about(doubtful.judgment)].add(doubtful.session)
        for doubtful in self.doubtful:
            key = doubtful.judgment.requirement, _about(doubtful.judgment)
            if doubtful.at_once and len(sessions[key]) >= SESSIONS and self._shows_changes(doubtful.judgment):
                yield doubtful.judgment

    def _shows_changes(self, judgment: Judgment) -> bool:
        """Whether the recording shows the operations that could have made the change."""
        about = _about(judgment)
        by = (contract.PLACE_ORDER,) if about in ABOUT_THE_OUTCOME else CHANGED_BY.get(about, ())
        return not by or bool(set(by) & self._accepted)


class _Undo:
    """What was put aside in the world, to be put back."""

    def __init__(self, world: World, session: SessionState | None, order: Order | None) -> None:
        self._world, self._session, self._order = world, session, order
        self._units, self._prices = dict(world.units), dict(world.prices)

    def __call__(self) -> None:
        self._world.units.update(self._units)
        self._world.prices.update(self._prices)
        if self._session:
            self._world.sessions[self._session.id] = self._session
        if self._order:
            self._world.orders[self._order.id] = self._order


def _before(context: RuleContext, before: View, seen: View) -> View:
    """The state just before a call, if all that the call does not name had been changed: as the answer shows it."""
    if context.operation == contract.READ:
        return seen
    lines = dict(seen.lines)
    named = str(context.body.get("lineItemId"))
    if context.operation == contract.QUANTITY and named in before.lines:
        lines = {
            line: before.lines[line] if line == named else lines[line]
            for line in before.lines
            if line in lines or line == named
        }
    elif context.operation == contract.OPTION and named in before.lines and named in lines:
        lines[named] = replace(lines[named], options=before.lines[named].options)
    coupons = before.coupons if context.operation in (contract.APPLY, contract.REMOVE) else seen.coupons
    address = before.address if context.operation == contract.ADDRESS else seen.address
    return replace(
        seen,
        lines=lines,
        coupons=list(coupons),
        address=address,
        summary={},
        unreadable=frozenset(SUMMARY) | seen.unreadable,
    )


def _carried_out(context: RuleContext, judgment: Judgment) -> bool:
    """Whether a breach is that a refused request was carried out: no other change is likely to be just that."""
    if judgment.claim is None or judgment.claim.weak or not context.exchange.accepted:
        return False
    pending = [*(context.session.pending if context.session else ()), *(context.order.pending if context.order else ())]
    return any(each.exchange in judgment.claim.proof for each in pending)


def _about(judgment: Judgment) -> str:
    return judgment.claim.name if judgment.claim else ""
