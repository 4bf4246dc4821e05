"""Changes that a recording does not show: a browser's log was cleared, the buyer paid on a page, a server called a server.

An answer that does not fit the state before it is judged again as if the session had been changed just before. What then
is no breach any more is doubtful: it counts only where it was seen in several sessions, at once after the call before, and
the file does show the operations that would have made the change. So is what a call breaks that may be an earlier one, seen
by a second recorder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Set
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from conformance.core import contract
from conformance.core.addresses import flat_address, folded
from conformance.core.exchange import Exchange, RecordedPart
from conformance.core.profile import Profile
from conformance.judging.amounts import ZERO
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.judge import evaluate, update_world, update_world_unjudged
from conformance.judging.knowledge import incomplete, is_usable
from conformance.judging.model import (
    COUPONS,
    LINES,
    StateKey,
    StatePart,
    cart_key,
    keyed,
    state,
)
from conformance.judging.world import Order, SessionState, UnreadRefusal, World
from conformance.recordings.entry import Listing, RecordedEntry
from conformance.recordings.unseen_changes import (
    NO_COUPONS,
    PriceTimes,
    changes_before,
    changes_before_payment,
    state_before,
)

SESSIONS = 3  # so many sessions show that it is no accident
AT_ONCE = timedelta(minutes=1)  # so soon after the call before


@dataclass(frozen=True)
class Doubtful:
    """A breach that something which is not recorded would explain: changes by these operations, or one call seen twice.

    after_a_read: whether nothing is recorded since the last read. of_order: whether an order differs from its session; totals
    are then the session's and the order's.
    """

    judgment: Judgment
    session: str
    at_once: bool
    source: int
    by: frozenset[str] = frozenset()
    copied: bool = False
    after_a_read: bool = False
    of_order: bool = False
    totals: tuple[Decimal, Decimal] = ZERO, ZERO


class Gaps:
    """Judges the exchanges of one trace and keeps apart what a gap explains."""

    def __init__(self, world: World, profile: Profile, lossy: Set[int] = frozenset()) -> None:
        """lossy: the files of which something could not be read."""
        self.world, self.profile, self._lossy = world, profile, lossy
        self.doubtful: list[Doubtful] = []
        self._accepted: dict[tuple[int, str], set[str]] = defaultdict(set)  # sessions, by file and operation
        self._paid_at_once: set[str] = set()  # orders whose payment came at once after the call before
        self._joined = False  # whether a session is shown that no recorded call made
        self._order_fits = False  # whether some order is what its session was
        self._once: dict[tuple[int, str], set[str]] = defaultdict(set)  # sessions, by file and operation
        self._unanswered: dict[str, set[str]] = defaultdict(set)  # by session
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
        failures = [judgment for judgment in found if not judgment.ok and not _carried_out(context, judgment)]
        sure = [judgment for judgment in self.judge_alone(exchange) if not judgment.ok] if failures else []
        failures = _without(failures, sure)
        if failures and may_be_a_copy:
            dated = at_once and "date" in exchange.headers
            self.doubtful += [
                Doubtful(judgment, _subject(exchange), dated, entry.source, copied=True) for judgment in failures
            ]
            update_world_unjudged(self.world, self.profile, exchange)
            return sure
        self._joined |= context.answer is not None and not (context.session or context.order or _makes(exchange))
        if context.order and context.order.view is None and not (failures or context.order.paid.in_doubt):
            self._order_fits = True
        if failures:
            context, found, doubted = self._again(context, found, failures, at_once, entry.source)
            found += _without(sure, found) if doubted else []
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
            self._accepted[entry.source, exchange.operation].add(subject)
        elif exchange.silent or not is_usable(exchange):
            self._unanswered[subject].add(exchange.operation)
        once = self._once[entry.source, exchange.operation]
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
        undo = self._change(context, at_once)
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
        self.doubtful += gone
        return again, [judgment for judgment in other if judgment.ok or not _without([judgment], found)], True

    def _change(self, context: RuleContext, at_once: bool) -> _Undo:
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
                changed.view = state_before(context, context.before, seen)
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
            changed_order.paid.in_doubt = True
            world.orders[order.id] = changed_order
        return undo

    def proved(self) -> Iterator[Judgment]:
        """The doubtful breaches that count all the same."""
        alike: dict[tuple[str, str], list[Doubtful]] = defaultdict(list)
        for doubtful in filter(self._tells, self.doubtful):
            alike[doubtful.judgment.requirement, _about(doubtful.judgment)].append(doubtful)
        for listed in alike.values():
            if self._are_no_accident(listed):
                yield from (doubtful.judgment for doubtful in listed)

    def _are_no_accident(self, alike: list[Doubtful]) -> bool:
        """Whether several sessions show a breach; for orders, whether all that were read do."""
        if len({doubtful.session for doubtful in alike}) < SESSIONS:
            return False
        if any(doubtful.of_order for doubtful in alike):
            return not self._order_fits and (all(map(self._is_shown, alike)) or _is_one_sum(alike))
        return not (self._keeps_a_sample(alike) or self._lacks_changes(alike))

    def _keeps_a_sample(self, alike: list[Doubtful]) -> bool:
        """Whether calls of other kinds are missing too: a session that no recorded call made, or what other changes explain."""
        kinds = {operation for doubtful in alike for operation in doubtful.by}
        return self._joined or any(doubtful.by and not doubtful.by & kinds for doubtful in self.doubtful)

    def _lacks_changes(self, alike: list[Doubtful]) -> bool:
        """Whether the changes that would explain reads after reads are shown in fewer sessions."""
        lost = [doubtful for doubtful in alike if doubtful.after_a_read]
        count = len({doubtful.session for doubtful in lost})
        return any(len(self._accepted[each.source, operation]) < count for each in lost for operation in each.by)

    def _is_shown(self, doubtful: Doubtful) -> bool:
        return all(self._accepted[doubtful.source, operation] for operation in doubtful.by)

    def _tells(self, doubtful: Doubtful) -> bool:
        """Whether the change would be recorded: it had little time, its file shows such changes and is known to lose none.

        A file in which each call of an operation stands twice has two recorders of them.
        """
        if doubtful.copied:
            return doubtful.at_once and bool(self._once[doubtful.source, doubtful.judgment.operation])
        lost = doubtful.source in self._lossy or doubtful.by & self._unanswered[doubtful.session]
        return doubtful.at_once and not lost and (doubtful.of_order or self._is_shown(doubtful))


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


def _is_one_sum(orders: list[Doubtful]) -> bool:
    """Whether different totals all differ by one amount: what an address changes follows from what is in the cart."""
    differences = {after - before for before, after in (doubtful.totals for doubtful in orders)}
    return ZERO not in differences and len(differences) == 1 < len({doubtful.totals for doubtful in orders})


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


def _carried_out(context: RuleContext, judgment: Judgment) -> bool:
    """Whether a breach is that a refused request was carried out, and no lawful request can have done just that."""
    if judgment.claim is None or judgment.claim.weak or not context.exchange.accepted:
        return False
    refusals = [
        *(context.session.unread_refusals if context.session else ()),
        *(context.order.unread_refusals if context.order else ()),
    ]
    return any(
        each.exchange in judgment.claim.proof
        and _is_never_lawful(context, each.requirement)
        and _asked_for(context, each)
        for each in refusals
    )


def _is_never_lawful(context: RuleContext, requirement: str) -> bool:
    """Whether what a refused request asked for is wrong whoever asks, and in any session.

    With another token or marketplace, the same body may be accepted in a call that is not recorded.
    """
    rule = contract.requirements()[requirement]
    of_roles = RecordedPart.ROLES not in context.exchange.unseen and any("." in need for need in rule.needs)
    return rule.depends_on is None and (rule.about_field or of_roles)


def _asked_for(context: RuleContext, refused: UnreadRefusal) -> bool:
    """Whether nothing of the state changed but what a refused request named, and that to what it asked for.

    A live run only asks whether something changed to that (`attribution.parts_carried_out`): it saw every change before. Here
    changes may be missing, and any other difference beside it is the sign of one.
    """
    wanted = refused.wanted if isinstance(refused.wanted, dict) else {}
    changed = {key: after for key, (_, after) in context.changes.items()}
    if not changed:
        return False
    if refused.operation == contract.QUANTITY:
        return _asked_for_quantity(context, wanted, changed)
    if refused.operation == contract.OPTION:
        return list(changed.values()) == [wanted.get("shippingOptionId")]
    if refused.operation == contract.ADDRESS:
        sent: dict[StateKey, Any] = {
            (StatePart.ADDRESS, name): folded(value) for name, value in flat_address(wanted).items()
        }
        return all(sent.get(key) == after for key, after in changed.items())
    before, after = context.changes.get(COUPONS, NO_COUPONS)
    code = {folded(str(wanted.get("redemptionCode", "")))}
    more, less = (after, before) if refused.operation == contract.APPLY else (before, after)
    return set(changed) == {COUPONS} and less < more and more - less == code


def _asked_for_quantity(context: RuleContext, wanted: dict[str, Any], changed: dict[StateKey, Any]) -> bool:
    lines = keyed(context.before).items() if context.before else ()
    named = next((key for key, line in lines if line.raw.get("lineItemId") == wanted.get("lineItemId")), None)
    if named is None:
        return False
    if wanted.get("quantity") == 0:
        return set(changed) == {LINES} and dict(lines).keys() - changed[LINES] == {named}
    return changed == {(StatePart.QUANTITY, named): wanted.get("quantity")}


def _without(judgments: list[Judgment], others: list[Judgment]) -> list[Judgment]:
    """The judgments of which none of the others says the same."""
    said = {(other.requirement, _about(other)) for other in others if not other.ok}
    return [judgment for judgment in judgments if (judgment.requirement, _about(judgment)) not in said]


def _about(judgment: Judgment) -> str:
    return judgment.claim.name if judgment.claim else ""
