"""Sends requests at the same time, and judges what they left by a rule that knows every order of them.

What each of them was answered depends on luck, so the rules of the chapters, which know one order only, are not asked
about the session: only what they say of an answer by itself (form, sums) counts, and only where it is broken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from threading import Barrier
from time import perf_counter, sleep

from conformance.core import contract
from conformance.core.exchange import CaseKey, Exchange, Intent, Request
from conformance.core.requirement import DependsOn, Owned
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.claim import Claim
from conformance.judging.context import Judgment
from conformance.judging.model import Order, View, text, view
from conformance.judging.world import Change, World

RACE = contract.owner_of(Owned.CONCURRENT_REQUESTS)
MEET_S = 10.0

# (the session before, what was sent in the order of the answers, the session's read, the orders' reads) -> a claim, or
# None where nothing can be said
Rule = Callable[[View, Sequence[Exchange], Exchange, Sequence[Exchange]], Claim | None]


def at_once(
    shop: CheckoutDriver, requests: Sequence[Request], why: str, case: str = "", *, delays_s: Sequence[float] = ()
) -> list[Exchange]:
    """Sends all requests together, each from a thread and on a connection of its own, and judges none of them.

    delays_s: seconds that a request waits after all are ready. Returns the exchanges in the order of their answers.
    Raises RunStopped.
    """
    ready = Barrier(len(requests))

    def send_when_all_are_ready(position: int) -> tuple[float, Exchange]:
        ready.wait(MEET_S)
        if position < len(delays_s) and delays_s[position]:
            sleep(delays_s[position])
        exchange = shop.target.send(requests[position], shop.trace.name, 0, Intent(why, case))
        exchange.concurrent = True
        return perf_counter(), exchange

    with ThreadPoolExecutor(len(requests)) as pool:
        answers = [pool.submit(send_when_all_are_ready, index) for index in range(len(requests))]
    return [exchange for _, exchange in sorted((each.result() for each in answers), key=lambda pair: pair[0])]


def race(
    make: Callable[[], CheckoutSession],
    case: str,
    meet: Callable[[CheckoutSession], Sequence[Request]],
    rule: Rule,
    *,
    delays_s: Sequence[float] = (),
) -> None:
    """Sends the requests to a new cart's session at once, reads what they left, and has the rule say what it proves.

    Where that is a breach, they are sent to another cart one after the other, in the order of the answers: what breaks
    then, too, is no race.
    """

    order: list[int] = []  # in which the requests were answered

    def together(cart: CheckoutSession, aside: CheckoutDriver) -> list[Exchange]:
        requests = meet(cart)
        answered = at_once(cart.shop, requests, RACE, case, delays_s=delays_s)
        order.extend(next(index for index, sent in enumerate(requests) if sent is entry.request) for entry in answered)
        return [aside.observe(entry) for entry in answered]

    def in_turn(cart: CheckoutSession, aside: CheckoutDriver) -> list[Exchange]:
        requests = meet(cart)
        return [aside.send(requests[index], RACE, case) for index in order]

    heat = _heat(make(), case, together, rule)
    _take_over(heat, in_doubt=heat.claim is None or not heat.claim.ok)
    if heat.claim and not heat.claim.ok:
        control = _heat(make(), case, in_turn, rule)
        _take_over(control, in_doubt=True)
        if control.claim and not control.claim.ok:
            return  # the rules of the chapters have seen it elsewhere
    found = heat.cart.shop.trace.judgments
    if heat.claim:
        found += _judgments(heat, case, heat.claim)
    if heat.claim is None or heat.claim.ok:
        found += [judgment for judgment in heat.judgments if not judgment.ok and not _of_turn(judgment)]


def _of_turn(judgment: Judgment) -> bool:
    """Whether what the rule says of an answer depends on the order of the requests."""
    return contract.requirements()[judgment.requirement].depends_on is DependsOn.ORDER_OF_REQUESTS


@dataclass
class RaceResult:
    """What requests to one cart were answered and left; judgments: what the chapters say of the answers."""

    cart: CheckoutSession
    sent: list[Exchange]
    read: Exchange
    orders: list[Exchange]
    claim: Claim | None
    judgments: list[Judgment]


def _heat(
    cart: CheckoutSession, case: str, send: Callable[[CheckoutSession, CheckoutDriver], list[Exchange]], rule: Rule
) -> RaceResult:
    shop, session = cart.shop, cart.session
    before = session.view
    aside = copy(shop)  # records into the same trace, and knows no session
    aside.trace = replace(shop.trace, world=World(complete=False, units=shop.trace.world.units), judgments=[])

    def look() -> Exchange:
        return aside.send(Request(contract.READ, cart.id, None, cart.marketplace, session.app), RACE, case)

    sent = send(cart, aside)
    read = look()
    placed = {text(step.body.get("purchaseOrderId")): step for step in sent if _places(step)}
    mine = {"credential": session.app, "marketplace": cart.marketplace}
    orders = [aside.order(number, RACE, case, **mine) for number in placed if number]
    if not orders and any(step.operation == contract.PLACE_ORDER for step in sent):
        look()  # as many requests whoever came first: a seed tells how many a run sends
    return RaceResult(cart, sent, read, orders, rule(before, sent, read, orders), aside.trace.judgments)


def _places(entry: Exchange) -> bool:
    return entry.accepted and entry.operation == contract.PLACE_ORDER


def _judgments(heat: RaceResult, case: str, claim: Claim) -> list[Judgment]:
    """One for each operation that took part, so that each is counted."""
    claim = replace(claim, proof=tuple(step.id for step in heat.sent))
    return [
        Judgment(
            requirement=RACE,
            case=CaseKey(operation, case),
            operation=operation,
            ok=claim.ok,
            exchange=heat.read.id,
            claim=None if claim.ok else claim,
            reading=claim.reading,
            marketplace=heat.cart.marketplace,
        )
        for operation in dict.fromkeys(step.operation for step in heat.sent)
    ]


def _take_over(heat: RaceResult, *, in_doubt: bool) -> None:
    """Takes the target's word for what the session is now."""
    cart, sent, read, orders = heat.cart, heat.sent, heat.read, heat.orders
    session, world = cart.session, cart.shop.trace.world
    session.pending.clear()
    session.unconfirmed = None
    session.in_doubt = in_doubt or not read.accepted
    session.tainted |= session.in_doubt
    session.history += [step.operation for step in sent if step.accepted]
    world.changes += [Change(session.id, RACE, step.id, True, step.operation) for step in sent if step.accepted]
    if read.accepted:
        session.view, session.last_read = view(read.body), read.id
        session.changes_seen = len(world.changes)
        if session.phase in ("open", "empty"):
            session.phase = "open" if session.view.lines else "empty"
    for entry in filter(_places, sent):
        number = text(entry.body.get("purchaseOrderId"))
        session.phase, session.order = "ordered", session.order or number
        if number:
            world.orders_of.setdefault(session.id, set()).add(number)
            world.orders.setdefault(number, Order(number, session.app, session.marketplace, session, entry.id))
    for entry in orders:
        known = world.orders.get(entry.request.subject or "")
        if known and entry.accepted:
            known.view, known.last_read = view(entry.body), entry.id
            known.status = text(entry.body.get("purchaseOrderPaymentStatus"))
