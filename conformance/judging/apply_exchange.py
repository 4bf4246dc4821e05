"""Folds a judged exchange into the world: what a client knows afterwards. Where a target breaks a rule, its word is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.core.stubs import stubs_in
from conformance.judging.model import UNKNOWN, Order, Pending, Session, World, cart_key, lasting, money, pricing, text

if TYPE_CHECKING:
    from conformance.judging.judge import At, Ground, Judgment

# A breach of these rules says nothing about the cart, so the next read still must show what the answer showed.
FORM = ("SESSION-FIELDS", "SESSION-DOCUMENTED", "SESSION-SIGNATURE", "TYPE-JSON", "WARNING-SHAPE")

# After a read that breaks one of these nobody knows what the session holds.
DOUBTS = ("SESSION-READ", "SESSION-SAFE", "SESSION-ISOLATED", "SESSION-UNIQUE")


def silence(at: At) -> None:
    """No usable answer: whether a change took place is unknown until the next read."""
    if at.session:
        at.session.in_doubt = True


def fold(at: At, reasons: list[Ground], judged: list[Judgment]) -> None:
    """Takes the exchange into the world."""
    if at.operation == contract.TOKEN:
        return
    broken = [one for one in judged if not one.ok]
    if at.exchange.accepted:
        _accepted(at, broken)
    else:
        _refused(at, reasons, {one.requirement for one in judged if one.ok})
    if at.session and broken:
        at.session.tainted = True


def _accepted(at: At, broken: list[Judgment]) -> None:
    world, exchange, session = at.world, at.exchange, at.session
    if at.operation == contract.INITIATE:
        _create(at, bool(broken))
        return
    if at.operation == contract.READ_ORDER:
        _order_read(at)
        return
    if session is None:
        return
    if at.operation == contract.PLACE_ORDER:
        _placed(at, session)
        return
    state_broken = any(_of_state(one) for one in broken)
    session.prices_in_doubt = at.operation != contract.READ and any(not _of_form(one) for one in broken)
    if at.operation == contract.READ:
        session.pending = [one for one in session.pending if one.operation == contract.PLACE_ORDER]
        session.unconfirmed = None
        session.in_doubt = any(one.requirement in DOUBTS or (one.claim and one.claim.weak) for one in broken)
        session.last_read = exchange.id
        session.changes_seen = len(world.changes)
    else:
        session.unconfirmed = exchange.id
        session.in_doubt = state_broken
        session.history.append(at.operation)
        session.pending.clear()
        owner = at.exchange.intent.requirement if at.exchange.intent else ""
        world.changes.append((session.id, owner, exchange.id, True))
    _adopt(at, session)


def _of_form(one: Judgment) -> bool:
    return one.requirement in FORM


def _of_state(one: Judgment) -> bool:
    chapter = contract.requirements()[one.requirement].chapter
    return chapter not in ("money", "protocol") and one.requirement not in FORM


def _adopt(at: At, session: Session) -> None:
    if at.answer is None:
        return
    session.view = at.answer
    if session.phase in ("open", "empty") and session.view.lines_known:
        session.phase = "open" if session.view.lines else "empty"
    learn(at, session)


def learn(at: At, session: Session) -> None:
    """Remembers unit prices and the pricing of each cart: the first answer counts, later ones must agree."""
    seen = session.view
    if at.profile.prepaid_as(session.id):
        return  # what it cost says nothing of today's prices
    for line in seen.lines.values():
        if line.item and line.unit is not None:
            at.world.units.setdefault((session.marketplace, line.item), line.unit)
    amounts = pricing(seen)
    if not session.tainted and seen.lines and not at.failed and UNKNOWN not in amounts.values():
        key = (session.marketplace, *cart_key(seen))
        at.world.prices.setdefault(key, (lasting(seen), at.exchange.id))
    if not seen.coupons:
        session.without_coupon.setdefault(cart_key(seen), amounts)


def _create(at: At, broken: bool) -> None:
    seen = at.answer
    if seen is None or seen.id is None:
        return
    session = Session(
        id=seen.id,
        app=at.request.credential,
        marketplace=at.request.marketplace or "",
        email=str(at.body.get("contactEmail", "")),
        view=seen,
        created_by=at.exchange.id,
        unconfirmed=at.exchange.id,
        in_doubt=broken and "SESSION-CREATE" in at.failed,
        prices_in_doubt=bool(at.failed - set(FORM)),
        changes_seen=len(at.world.changes),
        tainted=broken,
    )
    at.world.sessions[seen.id] = session
    at.world.most_lines = max(at.world.most_lines, len(seen.lines))
    if not seen.lines and seen.lines_known:
        session.phase = "empty"
    learn(at, session)


def _placed(at: At, session: Session) -> None:
    body = at.exchange.body
    order_id = text(body.get("purchaseOrderId"))
    failed = body.get("purchaseOrderPaymentStatus") == "FAILED"
    if session.phase in ("open", "empty"):
        session.phase = "declined" if failed else "ordered"
        session.order = order_id
        session.pending.clear()
        session.unconfirmed = at.exchange.id
        at.world.changes.append((session.id, "PAY-PLACE", at.exchange.id, True))
    if order_id:
        at.world.orders_of.setdefault(session.id, set()).add(order_id)
        if order_id not in at.world.orders:
            at.world.orders[order_id] = Order(order_id, session.app, session.marketplace, session, at.exchange.id)


def paid_elsewhere(world: World, session: Session, order: str) -> None:
    """The session was paid on a page, not by a call: it has its order from now on."""
    session.phase, session.order = "ordered", order
    session.pending.clear()
    world.changes.append((session.id, "PAY-PLACE", session.created_by, True))
    world.orders_of.setdefault(session.id, set()).add(order)
    made = Order(order, session.app, session.marketplace, session, session.created_by)
    world.orders.setdefault(order, made)


def _order_read(at: At) -> None:
    if at.order is None or at.answer is None:
        _prepaid(at)
        return
    at.order.tainted = at.order.tainted or bool(at.failed & {"ORDER-READ", "ORDER-STABLE", "PAY-LOCK"})
    at.order.view = at.answer
    at.order.status = text(at.exchange.body.get("purchaseOrderPaymentStatus"))
    at.order.last_read = at.exchange.id
    at.order.pending.clear()


def _prepaid(at: At) -> None:
    """An order that the profile names and this is the first sight of: from now on it stays as it is."""
    if at.answer is None or at.answer.id is None or at.answer.id != at.request.subject:
        return
    known = at.profile.prepaid_as(at.answer.id)
    if known is None:
        return
    paid = Session("", at.request.credential, known.marketplace, "", at.answer, at.exchange.id, "ordered", known.order)
    paid.in_doubt = True  # nobody saw the session
    order = Order(known.order, at.request.credential, known.marketplace, paid, "")
    order.view, order.last_read = at.answer, at.exchange.id
    order.status = text(at.exchange.body.get("purchaseOrderPaymentStatus"))
    at.world.orders[known.order] = order


def _refused(at: At, reasons: list[Ground], fitting: set[str]) -> None:
    """fitting: the rules whose lawful refusal this is."""
    session = at.session
    if at.operation == contract.INITIATE and 15011 in at.exchange.error_ids and not stubs_in(at.profile, at.request):
        count = len(at.body.get("lineItemInputs") or [])
        at.world.fewest_refused = min(at.world.fewest_refused or count, count)
    certain = [one for one in reasons if one.certain] or reasons
    owner = certain[0].requirement if certain else None
    if at.order is not None or session is None:
        return
    if owner is None:  # it should have been accepted: who knows what was done
        session.in_doubt = True
        return
    fits = fitting & {one.requirement for one in reasons}
    declined = owner == "PAY-DECLINED" and (not fits or "PAY-DECLINED" in fits)
    if at.operation == contract.PLACE_ORDER and session.phase == "open" and declined:
        session.phase = "declined"
        return
    if at.operation in (*contract.CHANGES, contract.PLACE_ORDER):
        one = Pending(owner, at.operation, at.exchange.id, at.request.body)
        session.pending.append(one)
        if session.order and session.order in at.world.orders:
            at.world.orders[session.order].pending.append(one)
        at.world.changes.append((session.id, owner, at.exchange.id, False))


__all__ = ["fold", "learn", "money", "paid_elsewhere", "silence"]
