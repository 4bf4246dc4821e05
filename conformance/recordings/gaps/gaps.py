"""Changes that a recording does not show: a browser's log was cleared, the buyer paid on a page, a server called a server.

An answer that does not fit the state before it is judged again as if the session had been changed just before. What then
is no breach any more is doubtful: it counts only where it was seen in several sessions, at once after the call before, and
the file does show the operations that would have made the change. So is what a call breaks that may be an earlier one, seen
by a second recorder.
"""

from __future__ import annotations

from collections.abc import Set
from copy import copy
from datetime import datetime, timedelta

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import Profile
from conformance.judging.amounts import ZERO
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.judge import evaluate, update_world, update_world_unjudged
from conformance.judging.knowledge import incomplete, is_usable
from conformance.judging.model import (
    cart_key,
    state,
)
from conformance.judging.world import Order, SessionState, World
from conformance.recordings.entry import Listing, RecordedEntry
from conformance.recordings.gaps.carried_out import carried_out
from conformance.recordings.gaps.evidence import Doubtful, Evidence, Undone, about
from conformance.recordings.gaps.unseen_changes import (
    PriceTimes,
    changes_before,
    changes_before_payment,
    state_before,
)

AT_ONCE = timedelta(minutes=1)  # so soon after the call before


class Gaps:
    """Judges the exchanges of one trace and keeps apart what a gap explains."""

    def __init__(self, world: World, profile: Profile, lossy: Set[int] = frozenset()) -> None:
        """lossy: the files of which something could not be read."""
        self.world, self.profile = world, profile
        self.evidence = Evidence(lossy)
        self._paid_at_once: set[str] = set()  # orders whose payment came at once after the call before
        self._doubted_reads: dict[
            str, tuple[SessionState, list[Doubtful]]
        ] = {}  # each with its session as it was before
        self._said_coupon: set[str] = (
            set()
        )  # sessions of which a refusal says that they have one which nobody saw applied
        self._last: dict[str, datetime] = {}
        self._prices = PriceTimes(world)

    def judge(self, exchange: Exchange, entry: RecordedEntry) -> list[Judgment]:
        """Judges an exchange and folds it into the world; without what is doubtful."""
        found = self._judge(exchange, entry)
        self._prices.note(exchange, entry.began.timestamp)
        return found

    def _judge(self, exchange: Exchange, entry: RecordedEntry) -> list[Judgment]:
        context, found = self._evaluate(exchange, entry)
        at_once = self._note(exchange, entry)
        may_be_a_copy = entry.listing is Listing.MAY_BE_COPY
        self._note_lost_coupon(context, entry.source)
        failures = [judgment for judgment in found if not judgment.ok and not carried_out(context, judgment)]
        sure = [judgment for judgment in self.judge_alone(exchange) if not judgment.ok] if failures else []
        failures = _without(failures, sure)
        if failures and may_be_a_copy:
            dated = at_once and "date" in exchange.headers
            self.evidence.doubtful += [
                Doubtful(judgment, _subject(exchange), dated, entry.source, copied=True) for judgment in failures
            ]
            update_world_unjudged(self.world, self.profile, exchange)
            return sure
        self.evidence.joined |= context.answer is not None and not (
            context.session or context.order or _makes(exchange)
        )
        if context.order and context.order.view is None and not (failures or context.order.paid.in_doubt):
            self.evidence.order_fits = True
        if failures:
            context, found, doubted = self._again(context, found, failures, at_once, entry.source)
            found += _without(sure, found) if doubted else []
        elif exchange.accepted and context.operation in contract.CHANGES:
            self._doubted_reads.pop(_subject(exchange), None)
        elif contract.SECOND_COUPON & set(exchange.error_ids):
            self._note_if_second_coupon(context, at_once, entry.source)
        shows_another = may_be_a_copy and bool(context.changes)
        update_world(context, found)
        if shows_another and context.session:
            context.session.in_doubt = True  # the copy of an earlier call would show what was then
        return found

    def judge_alone(self, exchange: Exchange) -> list[Judgment]:
        """Judges what an exchange shows by itself, whatever came before; the world stays as it is."""
        nothing = incomplete()
        nothing.given_out = self.world.sessions.keys()
        _, found = evaluate(nothing, self.profile, exchange)
        self.world.rule_errors += nothing.rule_errors
        return found

    def observe(self, exchange: Exchange, entry: RecordedEntry) -> list[Judgment]:
        """Takes a call into the world whose turn nobody knows; judges only what it shows by itself."""
        found = self.judge_alone(exchange)
        update_world_unjudged(self.world, self.profile, exchange)
        self._prices.note(exchange, entry.began.timestamp)
        return found

    def _evaluate(self, exchange: Exchange, entry: RecordedEntry) -> tuple[RuleContext, list[Judgment]]:
        """Judges an exchange; without prices of another time, where something does not hold."""
        context, found = evaluate(self.world, self.profile, exchange)
        if any(not judgment.ok for judgment in found) and self._prices.forget(context, entry.began.timestamp):
            return evaluate(self.world, self.profile, exchange)
        return context, found

    def _note(self, exchange: Exchange, entry: RecordedEntry) -> bool:
        """Takes note of a call. Returns whether it came at once after the call of its session before."""
        subject, began = _subject(exchange), entry.began.timestamp
        last = self._last.get(subject)
        if began:
            self._last[subject] = began
        if exchange.accepted and contract.PLACED_BEFORE not in exchange.warning_ids:
            self.evidence.accepted[entry.source, exchange.operation].add(subject)
        elif exchange.silent or not is_usable(exchange):
            self.evidence.unanswered[subject].add(exchange.operation)
        once = self.evidence.once[entry.source, exchange.operation]
        once.add(subject) if entry.listing is Listing.ONCE else once.discard(subject)
        if exchange.operation == contract.READ_ORDER:
            return subject in self._paid_at_once
        close = began is not None and last is not None and began - last <= AT_ONCE
        if close and exchange.operation == contract.PLACE_ORDER:
            self._paid_at_once.add(str(exchange.member("purchaseOrderId")))
        return close or exchange.operation == contract.INITIATE

    def _again(
        self, context: RuleContext, found: list[Judgment], failures: list[Judgment], at_once: bool, source: int
    ) -> tuple[RuleContext, list[Judgment], bool]:
        """Judges as if the state had changed before; takes the better of both, which is the first if it explains nothing.

        Returns with it whether it is the second.
        """
        explained = [_explained(context, judgment, at_once, source) for judgment in failures]
        undo = self._change(context, at_once, lossy=source in self.evidence.lossy)
        again, other = evaluate(self.world, self.profile, context.exchange, gap=True)
        still = {
            (judgment.requirement, judgment.claim.name) for judgment in other if not judgment.ok and judgment.claim
        }
        gone = [
            doubtful
            for doubtful in explained
            if doubtful.judgment.claim and (doubtful.judgment.requirement, doubtful.judgment.claim.name) not in still
        ]
        if not gone:
            undo()
            return context, found, False
        self.evidence.doubtful += gone
        if context.operation == contract.READ and context.session:
            self._doubted_reads[context.session.id] = context.session, gone
        else:
            self._note_if_undone(context, gone)
        return again, [judgment for judgment in other if judgment.ok or not _without([judgment], found)], True

    def _note_if_undone(self, context: RuleContext, gone: list[Doubtful]) -> None:
        """Takes note of a call that fits its session as it was before a doubtful read, and not as the read shows it."""
        before, reads = self._doubted_reads.get(_subject(context.exchange), (None, []))
        if before is None:
            return
        now = self.world.sessions[before.id]
        self.world.sessions[before.id] = copy(before)
        _, found = evaluate(self.world, self.profile, context.exchange)
        self.world.sessions[before.id] = now
        still = {(judgment.requirement, about(judgment)) for judgment in found if not judgment.ok}
        if not any((each.judgment.requirement, about(each.judgment)) in still for each in gone):
            self.evidence.undone.append(Undone(tuple(reads), tuple(gone)))

    def _note_if_second_coupon(self, context: RuleContext, at_once: bool, source: int) -> None:
        """Takes note of a refusal of a second coupon where a doubtful read has hidden the first one."""
        before, reads = self._doubted_reads.get(_subject(context.exchange), (None, []))
        if before is None or not before.view.coupons or context.before is None or context.before.coupons:
            return
        call = Doubtful(reads[0].judgment, before.id, at_once, source, frozenset({contract.APPLY}))
        self.evidence.undone.append(Undone(tuple(reads), (call,)))

    def _note_lost_coupon(self, context: RuleContext, source: int) -> None:
        """Two calls that agree on a coupon show that its own call is missing: a refusal of a second one, and its removal."""
        session, exchange = context.session, context.exchange
        if session is None or session.view.coupons or contract.APPLY in session.history:
            return
        if contract.SECOND_COUPON & set(exchange.error_ids):
            self._said_coupon.add(session.id)
        elif session.id in self._said_coupon and exchange.accepted and context.operation == contract.REMOVE:
            self.evidence.lost.add((source, contract.APPLY))

    def _change(self, context: RuleContext, at_once: bool, *, lossy: bool) -> _Undo:
        """Puts the world into the state that an unseen change would have left; what takes it back."""
        world, session, order, seen = self.world, context.session, context.order, context.answer
        undo = _Undo(world, session, order)
        if seen is not None and context.operation != contract.READ_ORDER:
            market = session.marketplace if session else context.exchange.request.marketplace or ""
            for line in seen.lines.values():
                own = context.before.line_of(line.item or "") if context.before and at_once else None
                if own is None or own.unit is None:
                    world.units.pop((market, line.item or ""), None)
                else:  # no change of a session changes what a unit costs in it
                    world.units[market, line.item or ""] = own.unit
            world.prices.pop((market, *cart_key(seen)), None)
        if session is not None and seen is not None and context.before is not None:
            changed = copy(session)
            if not at_once or state(context.before) != state(seen):
                changed.view = state_before(context, context.before, seen, lossy=lossy)
                changed.unread_refusals = []
            world.sessions[session.id] = changed
        elif (
            session is not None
            and context.operation == contract.PLACE_ORDER
            and contract.PLACED_BEFORE in context.exchange.warning_ids
            and session.order is None  # no change gives a session a second order
        ):
            paid = copy(session)
            paid.pay(str(context.exchange.member("purchaseOrderId")))
            world.sessions[session.id] = paid
        elif order is not None:
            changed_order = copy(order)
            changed_order.paid = copy(order.paid)
            changed_order.paid.in_doubt = True
            world.orders[order.id] = changed_order
        return undo


def _subject(exchange: Exchange) -> str:
    return exchange.request.subject or str(exchange.member("checkoutSessionId") or "")


def _makes(exchange: Exchange) -> bool:
    return exchange.operation == contract.INITIATE


def _explained(context: RuleContext, judgment: Judgment, at_once: bool, source: int) -> Doubtful:
    """A breach, with what may explain it."""
    order, session, seen = context.order, context.session, context.answer
    if order is not None and seen is not None:
        paid = order.paid.view
        by, totals = (
            changes_before_payment(paid, seen),
            (paid.summary.get("total", ZERO), seen.summary.get("total", ZERO)),
        )
        return Doubtful(judgment, order.paid.id, at_once, source, by, of_order=True, totals=totals)
    reads = context.operation == contract.READ and session is not None
    after_a_read = reads and session is not None and not (session.unconfirmed or session.unread_refusals)
    by = changes_before(context, judgment)
    return Doubtful(judgment, _subject(context.exchange), at_once, source, by, after_a_read=after_a_read)


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


def _without(judgments: list[Judgment], others: list[Judgment]) -> list[Judgment]:
    """The judgments of which none of the others says the same."""
    said = {(other.requirement, about(other)) for other in others if not other.ok}
    return [judgment for judgment in judgments if (judgment.requirement, about(judgment)) not in said]
