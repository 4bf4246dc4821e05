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
from conformance.core.requirement import DependsOn, OwnedBreach, phase_after_payment
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.claim import Claim
from conformance.judging.context import Judgment
from conformance.judging.model import View, text, view
from conformance.judging.world import Order, SessionChange, World

RACE = contract.owner_of(OwnedBreach.CONCURRENT_REQUESTS)
MEET_S = 10.0

# (the session before, what was sent in the order of the answers, the session's read, the orders' reads) -> a claim, or
# None where nothing can be said
RaceRule = Callable[[View, Sequence[Exchange], Exchange, Sequence[Exchange]], Claim | None]


def at_once(
    driver: CheckoutDriver,
    requests: Sequence[Request],
    requirement: str,
    case: str = "",
    *,
    delays_s: Sequence[float] = (),
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
        exchange = driver.target.send(requests[position], driver.trace.name, 0, Intent(requirement, case))
        exchange.concurrent = True
        return perf_counter(), exchange

    with ThreadPoolExecutor(len(requests)) as pool:
        answers = [pool.submit(send_when_all_are_ready, index) for index in range(len(requests))]
    return [exchange for _, exchange in sorted((each.result() for each in answers), key=lambda pair: pair[0])]


def race(
    make: Callable[[], CheckoutSession],
    case: str,
    meet: Callable[[CheckoutSession], Sequence[Request]],
    rule: RaceRule,
    *,
    delays_s: Sequence[float] = (),
) -> None:
    """Sends the requests to a new session at once, reads what they left, and has the rule say what it proves.

    Where that is a breach, they are sent to another session one after the other, in the order of the answers: what breaks
    then, too, is no race.
    """

    answer_order: list[int] = []  # in which the requests were answered

    def together(session: CheckoutSession, aside: CheckoutDriver) -> list[Exchange]:
        requests = meet(session)
        answered = at_once(session.driver, requests, RACE, case, delays_s=delays_s)
        answer_order.extend(
            next(index for index, sent in enumerate(requests) if sent is exchange.request) for exchange in answered
        )
        return [aside.judge_exchange(exchange) for exchange in answered]

    def in_turn(session: CheckoutSession, aside: CheckoutDriver) -> list[Exchange]:
        requests = meet(session)
        return [aside.send(requests[index], RACE, case) for index in answer_order]

    outcome = _run(make(), case, together, rule)
    _take_over(outcome, in_doubt=outcome.claim is None or not outcome.claim.ok)
    if outcome.claim and not outcome.claim.ok:
        control = _run(make(), case, in_turn, rule)
        _take_over(control, in_doubt=True)
        if control.claim and not control.claim.ok:
            return  # the rules of the chapters have seen it elsewhere
    found = outcome.session.driver.trace.judgments
    if outcome.claim:
        found += _judgments(outcome, case, outcome.claim)
    if outcome.claim is None or outcome.claim.ok:
        found += [judgment for judgment in outcome.judgments if not judgment.ok and not _of_turn(judgment)]


def _of_turn(judgment: Judgment) -> bool:
    """Whether what the rule says of an answer depends on the order of the requests."""
    return contract.requirements()[judgment.requirement].depends_on is DependsOn.ORDER_OF_REQUESTS


@dataclass
class RaceResult:
    """What requests to one session were answered and left; judgments: what the chapters say of the answers."""

    session: CheckoutSession
    sent: list[Exchange]
    read: Exchange
    orders: list[Exchange]
    claim: Claim | None
    judgments: list[Judgment]


def _run(
    session: CheckoutSession,
    case: str,
    send: Callable[[CheckoutSession, CheckoutDriver], list[Exchange]],
    rule: RaceRule,
) -> RaceResult:
    driver, state = session.driver, session.state
    before = state.view
    aside = copy(driver)  # numbers and records as this driver does
    aside.trace = driver.trace.aside(World(complete=False, units=driver.trace.world.units))  # knows no session

    def look() -> Exchange:
        return aside.send(Request(contract.READ, session.id, None, session.marketplace, state.app), RACE, case)

    sent = send(session, aside)
    read = look()
    placed = {text(step.body.get("purchaseOrderId")): step for step in sent if _places(step)}
    mine = {"credential": state.app, "marketplace": session.marketplace}
    orders = [aside.read_order(number, RACE, case, **mine) for number in placed if number]
    if not orders and any(step.operation == contract.PLACE_ORDER for step in sent):
        look()  # as many requests whoever came first: a seed tells how many a run sends
    return RaceResult(session, sent, read, orders, rule(before, sent, read, orders), aside.trace.judgments)


def _places(exchange: Exchange) -> bool:
    return exchange.accepted and exchange.operation == contract.PLACE_ORDER


def _judgments(outcome: RaceResult, case: str, claim: Claim) -> list[Judgment]:
    """One for each operation that took part, so that each is counted."""
    claim = replace(claim, proof=tuple(step.id for step in outcome.sent))
    return [
        Judgment(
            requirement=RACE,
            case=CaseKey(operation, case),
            operation=operation,
            ok=claim.ok,
            exchange=outcome.read.id,
            claim=None if claim.ok else claim,
            reading=claim.reading,
            marketplace=outcome.session.marketplace,
        )
        for operation in dict.fromkeys(step.operation for step in outcome.sent)
    ]


def _take_over(outcome: RaceResult, *, in_doubt: bool) -> None:
    """Takes the target's word for what the session is now."""
    session, sent, read, orders = outcome.session, outcome.sent, outcome.read, outcome.orders
    state, world = session.state, session.driver.trace.world
    state.unread_refusals.clear()
    state.unconfirmed = None
    state.in_doubt = in_doubt or not read.accepted
    state.tainted |= state.in_doubt
    state.history += [step.operation for step in sent if step.accepted]
    world.changes += [SessionChange(state.id, RACE, step.id, True, step.operation) for step in sent if step.accepted]
    if read.accepted:
        state.follow(view(read.body))
        state.last_read = read.id
        state.changes_seen = len(world.changes)
    for exchange in filter(_places, sent):
        number = text(exchange.body.get("purchaseOrderId"))
        state.pay(state.order or number, phase_after_payment(exchange.body))
        if number:
            world.add_order(Order(number, state.app, state.marketplace, state, exchange.id))
    for exchange in orders:
        known = world.orders.get(exchange.request.subject or "")
        if known and exchange.accepted:
            known.follow(view(exchange.body), text(exchange.body.get("purchaseOrderPaymentStatus")), exchange.id)
