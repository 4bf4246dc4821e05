"""Takes a judged exchange into the world: what a client knows afterwards.

An answer counts as the new state even if it breaks a rule: the next request meets the session as the target has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.core.exchange import RecordedPart
from conformance.core.requirement import ExplainedFinding, PutInDoubt, SessionPhase, UnchangedPart, phase_after_payment
from conformance.core.stubs import stubs_in
from conformance.judging.knowledge import cause_in_buyer
from conformance.judging.model import cart_key, is_readable, lasting, pricing, text
from conformance.judging.world import Order, SessionChange, SessionState, UnreadRefusal, World

if TYPE_CHECKING:
    from conformance.judging.context import Judgment, RefusalReason, RuleContext


def mark_unknown(context: RuleContext) -> None:
    """No usable answer: whether a change took place is unknown until the next read."""
    context.world.without_id.add(context.operation)
    if context.session:
        context.session.in_doubt = True


def apply(context: RuleContext, reasons: list[RefusalReason], judgments: list[Judgment]) -> None:
    """Takes the exchange into the world."""
    if context.operation == contract.TOKEN:
        return
    broken = [judgment for judgment in judgments if not judgment.ok]
    if context.operation == contract.INITIATE and not (context.answer and context.answer.id):
        context.world.without_id.add(context.operation)
    if context.operation == contract.PLACE_ORDER and not isinstance(context.exchange.member("purchaseOrderId"), str):
        context.world.without_id.add(context.operation)
    if context.accepted:
        _accepted(context, broken)
    else:
        _refused(context, reasons, {judgment.requirement for judgment in judgments if judgment.ok})
    if context.session and broken:
        context.session.tainted = True


def _accepted(context: RuleContext, broken: list[Judgment]) -> None:
    world, exchange, session = context.world, context.exchange, context.session
    if context.operation == contract.INITIATE:
        _create(context, broken)
        return
    if context.operation == contract.READ_ORDER:
        _order_read(context, broken)
        return
    if session is None:
        return
    if context.operation == contract.PLACE_ORDER:
        _placed(context, session)
        return
    if context.operation == contract.APPLY:
        world.applied_codes.add(str(context.body.get("redemptionCode")).casefold())
    session.prices_in_doubt = context.operation != contract.READ and _doubt_prices(broken)
    if context.operation == contract.READ:
        session.unread_refusals = [
            refused for refused in session.unread_refusals if refused.operation == contract.PLACE_ORDER
        ]
        session.unconfirmed = None
        session.in_doubt = any(
            ExplainedFinding.SESSION_READS in contract.requirements()[breach.requirement].explains
            or (breach.claim and breach.claim.weak)
            for breach in broken
        )
        session.last_read = exchange.id
        session.changes_seen = len(world.changes)
    else:
        session.unconfirmed = exchange.id
        session.in_doubt = any(_puts_in_doubt(breach) is PutInDoubt.STATE for breach in broken)
        session.history.append(context.operation)
        session.unread_refusals.clear()
        owner = context.exchange.intent.requirement if context.exchange.intent else ""
        world.changes.append(SessionChange(session.id, owner, exchange.id, True, context.operation))
    _adopt(context, session, sound=not broken)


def _puts_in_doubt(breach: Judgment) -> PutInDoubt:
    return contract.requirements()[breach.requirement].puts_in_doubt


def _doubt_prices(broken: list[Judgment]) -> bool:
    """A breach of form puts nothing in doubt: the next read still must show what the answer showed."""
    return any(_puts_in_doubt(breach) is not PutInDoubt.NOTHING for breach in broken)


def _adopt(context: RuleContext, session: SessionState, *, sound: bool) -> None:
    if context.answer is None:
        return
    session.follow(context.answer)
    _learn(context, session, sound=sound)


def _learn(context: RuleContext, session: SessionState, *, sound: bool) -> None:
    """Remembers unit prices and the pricing of each cart: the first answer counts, later ones must agree."""
    seen = session.view
    if context.profile.prepaid and context.profile.prepaid_as(session.id):
        return  # what it cost says nothing of today's prices
    for line in seen.lines.values():
        if line.item and line.unit is not None:
            context.world.units.setdefault((session.marketplace, line.item), line.unit)
    amounts = pricing(seen)
    if not session.tainted and seen.lines and sound and is_readable(seen):
        key = (session.marketplace, *cart_key(seen))
        context.world.prices.setdefault(key, (lasting(seen), context.exchange.id))
    if not seen.coupons:
        session.without_coupon.setdefault(cart_key(seen), (amounts, context.exchange.id))


def _create(context: RuleContext, broken: list[Judgment]) -> None:
    seen = context.answer
    if seen is None or seen.id is None:
        return
    session = SessionState(
        id=seen.id,
        app=context.request.credential,
        marketplace=context.request.marketplace or "",
        email=str(context.body.get("contactEmail", "")),
        view=seen,
        created_by=context.exchange.id,
        unconfirmed=context.exchange.id,
        in_doubt=contract.owner_of_answer_to(contract.INITIATE) in {breach.requirement for breach in broken},
        prices_in_doubt=_doubt_prices(broken),
        changes_seen=len(context.world.changes),
        tainted=bool(broken),
        market_unseen=RecordedPart.MARKETPLACE in context.exchange.unseen,
    )
    context.world.sessions[seen.id] = session
    context.world.most_lines = max(context.world.most_lines, len(seen.lines))
    session.follow(seen)
    _learn(context, session, sound=not broken)


def _placed(context: RuleContext, session: SessionState) -> None:
    body = context.exchange.body
    order_id = text(body.get("purchaseOrderId"))
    if session.phase in (SessionPhase.OPEN, SessionPhase.EMPTY):
        session.unconfirmed = context.exchange.id
        _pay(context.world, session, order_id, context.exchange.id, phase_after_payment(body))
    if order_id:
        exchange = context.exchange
        context.world.add_order(Order(order_id, session.app, session.marketplace, session, exchange.id, exchange.ended))


def paid_elsewhere(world: World, session: SessionState, order: str, when: str = "") -> None:
    """The session was paid on a page, not by a call: it has its order from now on. when: the time of it, in ISO 8601."""
    _pay(world, session, order, session.created_by, SessionPhase.ORDERED)
    world.add_order(Order(order, session.app, session.marketplace, session, session.created_by, when))


def _pay(world: World, session: SessionState, order: str | None, exchange: str, phase: SessionPhase) -> None:
    """The first payment of a session was answered. exchange: the id of the exchange that shows the payment."""
    session.pay(order, phase)
    owner = contract.owner_of_answer_to(contract.PLACE_ORDER)
    world.changes.append(SessionChange(session.id, owner, exchange, True, contract.PLACE_ORDER))


def _order_read(context: RuleContext, broken: list[Judgment]) -> None:
    if context.order is None or context.answer is None:
        _prepaid(context)
        return
    telling = {
        *contract.explaining(ExplainedFinding.ORDER_READS),
        *(refused.requirement for refused in context.order.unread_refusals),
    }
    context.order.tainted |= any(breach.requirement in telling for breach in broken)
    status = text(context.exchange.body.get("purchaseOrderPaymentStatus"))
    context.order.follow(context.answer, status, context.exchange.id)
    context.order.unread_refusals.clear()


def _prepaid(context: RuleContext) -> None:
    """An order that the profile names and this is the first sight of: from now on it stays as it is."""
    if context.answer is None or context.answer.id is None or context.answer.id != context.request.subject:
        return
    known = context.profile.prepaid_as(context.answer.id)
    if known is None:
        return
    app = context.request.credential
    paid = SessionState.paid_before(known, app, context.answer, created_by=context.exchange.id)
    order = Order(known.order, app, known.marketplace, paid, "")
    order.follow(context.answer, text(context.exchange.body.get("purchaseOrderPaymentStatus")), context.exchange.id)
    context.world.orders[known.order] = order


def _refused(context: RuleContext, reasons: list[RefusalReason], fitting: set[str]) -> None:
    """fitting: the rules whose lawful refusal this is."""
    session = context.session
    if (
        context.operation == contract.INITIATE
        and contract.TOO_MANY_LINES in context.exchange.error_ids
        and not stubs_in(context.profile, context.request)
    ):
        count = len(context.items_asked)
        context.world.fewest_refused = min(context.world.fewest_refused or count, count)
    certain = [reason for reason in reasons if reason.certain] or reasons
    owner = certain[0].requirement if certain else None
    if context.order is not None or session is None:
        return
    if context.operation == contract.PLACE_ORDER and session.phase == SessionPhase.OPEN:
        session.declined_with = cause_in_buyer(context)
        if session.declined_with:
            session.phase = SessionPhase.DECLINED
            return
    if owner is None:  # it should have been accepted: who knows what was done
        session.in_doubt = True
        return
    fits = fitting & {reason.requirement for reason in reasons}
    rule = contract.requirements()[owner]
    # Of several reasons the answer names one: terms that are incomplete, and a card that is declined.
    fitting_first = (reason.requirement for reason in reasons if reason.requirement in fits)
    named = owner if owner in fits else next(fitting_first, owner)
    leads_to = contract.requirements()[named].leads_to
    if leads_to and context.operation == contract.PLACE_ORDER and session.phase == SessionPhase.OPEN:
        _lead(context, session, leads_to, fits=bool(fits))
        return
    if context.operation in (*contract.CHANGES, contract.PLACE_ORDER):
        refused = UnreadRefusal(owner, context.operation, context.exchange.id, context.request.body)
        if UnchangedPart.SESSION in rule.leaves_unchanged:
            session.unread_refusals.append(refused)
        if UnchangedPart.ORDER in rule.leaves_unchanged and session.order in context.world.orders:
            context.world.orders[session.order].unread_refusals.append(refused)
        context.world.changes.append(SessionChange(session.id, owner, context.exchange.id, False, context.operation))


def _lead(context: RuleContext, session: SessionState, phase: SessionPhase, *, fits: bool) -> None:
    """What a refused payment leaves. fits: whether the refusal is one for a reason that is known.

    Another one may rest on what is not shown, such as another application: then nobody tried to pay.
    """
    if fits or not context.doubts.cover(context.exchange):
        session.phase = phase
    else:
        session.in_doubt = True
