"""Requests at once: some order of them must explain every answer and what they left (linearizability, small model).

The state is what a client sets (`conformance.judging.model.state`: lines, quantities, options, coupon, address) and whether it
was paid. Each change and payment is one step from state to state. What passes, and why:

- A server that takes one after the other passes: that is one of the orders.
- A server that refuses one of them passes, whichever documented 4xx it gives: nobody promises a client that two changes
  at once both succeed. But what was refused must not have been done, and not all of them may be refused for nothing.
- A change may answer late: it shows the session at any moment from its own change on, the others' changes included.
- Two payments may both be accepted, with warning 15006 or without, as long as they name one order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.core.addresses import flat_address, folded, shows
from conformance.core.exchange import Exchange, Request
from conformance.judging.claim import Claim
from conformance.judging.context import RefusalReason
from conformance.judging.model import (
    COUPONS,
    LINES,
    StateKey,
    StatePart,
    View,
    differences,
    keyed,
    may_be_left_out,
    pricing,
    state,
    text,
    view,
)
from conformance.judging.refusals import lawful_pairs
from suites.shared.state_claims import as_claim, with_zeros

PAID: StateKey = (StatePart.PAID, "")
State = dict[StateKey, Any]


ONE_AFTER_THE_OTHER, ONE_ORDER, ANSWERED = "one after the other", "one purchase order", "each is answered"
# What is reported first where an order leaves several things unexplained: what was left, before what was answered.
LEFT, BOUGHT, TAKEN, REFUSED, SHOWN = range(5)


class Unexplained(NamedTuple):
    """What one order does not explain. rank: the lowest is reported."""

    rank: int
    name: str
    expected: str
    actual: str


def start(before: View) -> State:
    """The state in which the requests found the session."""
    return {key: value for key, value in state(before).items() if key[0] != StatePart.ID} | {PAID: False}


def step(now: State, request: Request, keys: dict[str, str]) -> tuple[State, list[RefusalReason]]:
    """The state that a request leaves, and the reasons for which it must (or may) be refused.

    keys: what the model calls a line, by its lineItemId.
    """
    if request.operation == contract.PLACE_ORDER:
        if now[PAID]:
            return now, [RefusalReason("PAY-TWICE", certain=False)]
        return (now | {PAID: True}, []) if now[LINES] else (now, [RefusalReason("PAY-EMPTY")])
    if now[PAID]:
        return now, [RefusalReason("PAY-LOCK")]
    if not now[LINES]:
        return now, [RefusalReason("QTY-LAST")]
    if request.operation == contract.ADDRESS:
        sent = {(StatePart.ADDRESS, name): folded(value) for name, value in flat_address(request.object()).items()}
        return {key: value for key, value in now.items() if key[0] != StatePart.ADDRESS} | sent, []
    if request.operation in (contract.QUANTITY, contract.OPTION):
        return _of_a_line(now, request, keys)
    return _of_a_coupon(now, request)


def _of_a_line(now: State, request: Request, keys: dict[str, str]) -> tuple[State, list[RefusalReason]]:
    body, key = request.object(), keys.get(str(request.object().get("lineItemId")), "")
    if key not in now[LINES]:
        return now, [RefusalReason("QTY-UNKNOWN-LINE" if request.operation == contract.QUANTITY else "SHIP-UNKNOWN")]
    if request.operation == contract.OPTION:
        return now | {(StatePart.OPTION, key): body.get("shippingOptionId")}, []
    return _quantity(now, key, body.get("quantity"))


def _of_a_coupon(now: State, request: Request) -> tuple[State, list[RefusalReason]]:
    code = folded(str(request.object().get("redemptionCode")))
    if request.operation == contract.REMOVE:
        gone = now | {COUPONS: now[COUPONS] - {code}}
        return (gone, []) if code in now[COUPONS] else (now, [RefusalReason("COUPON-NOT-APPLIED")])
    if now[COUPONS]:
        same = code in now[COUPONS]
        return now, [RefusalReason("COUPON-ONE", certain=not same, when="same" if same else "")]
    return now | {COUPONS: frozenset({code})}, []


def _quantity(now: State, key: str, quantity: Any) -> tuple[State, list[RefusalReason]]:
    if quantity:
        return now | {(StatePart.QUANTITY, key): quantity}, []
    rest = {
        name: value
        for name, value in now.items()
        if name[0] not in (StatePart.QUANTITY, StatePart.OPTION) or name[1] != key
    }
    last = [RefusalReason("QTY-LAST", certain=False)] if now[LINES] == {key} else []
    return rest | {LINES: now[LINES] - {key}}, last


def unlike(now: State, seen: View) -> dict[StateKey, tuple[Any, Any]]:
    """What an answer shows that the state does not; of an address, only fields that were sent count."""
    found = differences(now, state(seen))
    return {key: pair for key, pair in found.items() if _counts(now, key, pair)}


def _counts(now: State, key: StateKey, pair: tuple[Any, Any]) -> bool:
    part, name = key
    if part in (StatePart.ID, StatePart.PAID) or (key == COUPONS and not now[LINES]):
        return False
    if part == StatePart.ADDRESS:
        return key in now and not shows(name, *pair, now.get((StatePart.ADDRESS, "country")))
    return part != StatePart.OPTION or None not in pair


def documented(exchange: Exchange, refusal_reasons: list[RefusalReason]) -> bool:
    """Whether a refusal has a status and an id that the documents know for its method or for a refusal reason.

    A session that is busy with another request may look locked, as a paid one does.
    """
    locked = RefusalReason("PAY-TWICE" if exchange.operation == contract.PLACE_ORDER else "PAY-LOCK")
    pairs: set[tuple[int, int]] = set()
    for reason in (RefusalReason("RACE", any_of="documented"), locked, *refusal_reasons):
        pairs |= set(lawful_pairs(reason, exchange.operation))
    return any(
        (exchange.status, identifier) in pairs
        for identifier in exchange.error_ids
        if identifier not in contract.GATEWAY_IDS
    )


def refused_for_nothing(order: Sequence[Exchange], before: View) -> int:
    """How many of them this order gives no reason to refuse, and yet they were refused."""
    keys, now, count = _keys(before), start(before), 0
    for exchange in order:
        after, refusal_reasons = step(now, exchange.request, keys)
        count += not exchange.accepted and not refusal_reasons
        now = after if exchange.accepted else now
    return count


def _keys(before: View) -> dict[str, str]:
    return {line.id: key for key, line in keyed(before).items()}


def wrong_in(
    order: Sequence[Exchange], before: View, read: Exchange, orders: Sequence[Exchange]
) -> Iterator[Unexplained]:
    """Everything that this order of the requests does not explain."""
    keys, states = _keys(before), [start(before)]
    for exchange in order:
        after, refusal_reasons = step(states[-1], exchange.request, keys)
        if exchange.accepted and any(reason.certain for reason in refusal_reasons):
            yield Unexplained(TAKEN, ONE_AFTER_THE_OTHER, f"{words(exchange.request)} refused", exchange.answer())
        if not exchange.accepted:
            after = states[-1]
            if not documented(exchange, refusal_reasons):
                expected = f"{words(exchange.request)} accepted, or refused with a documented 4xx"
                yield Unexplained(REFUSED, ANSWERED, expected, exchange.answer())
        states.append(after)
    if refused_for_nothing(order, before) == len(order):
        yield Unexplained(REFUSED, ANSWERED, "one of them accepted", "all of them refused")
    for place, exchange in enumerate(order, 1):
        if exchange.accepted and exchange.operation in contract.CHANGES:
            shown = [unlike(now, view(exchange.body)) for now in states[place:]]
            if all(shown):
                yield _difference(SHOWN, shown[0], f" in the answer to {words(exchange.request)}")
    yield from _left(states[-1], read, orders)


def _left(now: State, read: Exchange, orders: Sequence[Exchange]) -> Iterator[Unexplained]:
    """What was read afterwards, against the state that the order leaves."""
    shown = view(read.body) if read.accepted else None
    if shown and (found := unlike(now, shown)):
        yield _difference(LEFT, found)
    if shown is None and not (now[PAID] and documented(read, [RefusalReason("PAY-READ-AFTER")])):
        yield Unexplained(LEFT, ONE_AFTER_THE_OTHER, "a session that can be read", read.answer())
    for order in orders:
        if not order.accepted:
            yield Unexplained(BOUGHT, ONE_AFTER_THE_OTHER, "an order that can be read", order.answer())
            continue
        bought = view(order.body)
        found = {
            key: pair for key, pair in unlike(now, bought).items() if key[0] in (StatePart.LINES, StatePart.QUANTITY)
        }
        if shown and not found:
            found = with_zeros(differences(pricing(shown), pricing(bought)), shown, bought)
            found = {
                key: pair
                for key, pair in found.items()
                if not (key[0] == StatePart.SUMMARY and may_be_left_out(key[1], bought))
            }
        if found:
            yield _difference(BOUGHT, found, " in the order")


def _difference(rank: int, found: dict[StateKey, tuple[Any, Any]], where: str = "") -> Unexplained:
    claim = as_claim(found)
    return Unexplained(rank, ONE_AFTER_THE_OTHER, claim.expected, claim.actual + where)


def explained(before: View, sent: Sequence[Exchange], read: Exchange, orders: Sequence[Exchange]) -> Claim | None:
    """The claim that some order explains it all; None where an answer is missing, since nothing can rest on that.

    sent: in the order of the answers. It says what each order asks for, and which of them answered first.
    """
    if any(step.silent for step in (*sent, read, *orders)):
        return None
    numbers = {text(step.body.get("purchaseOrderId")) for step in sent if step.accepted and _places(step)} - {None}
    if len(numbers) > 1:
        return _claim(Unexplained(LEFT, ONE_ORDER, "one purchaseOrderId", f"{len(numbers)} purchase orders"), sent)
    every = [(order, list(wrong_in(order, before, read, orders))) for order in permutations(sent)]
    best = min((wrong for _, wrong in every), key=len)
    if best:
        expected = list(dict.fromkeys(min(wrong).expected for _, wrong in every))
        worst = min(best)
        lead = "what one of the orders leaves: " if worst.rank in (LEFT, BOUGHT) else ""
        return _claim(worst._replace(expected=lead + " or ".join(expected[:3])), sent)
    # Who came first is luck and no reading. A refusal of a request that any order would have accepted is a reading.
    for_nothing = all(refused_for_nothing(order, before) for order, wrong in every if not wrong)
    return Claim(True, "an order", "", "", "", reading="one of the two was refused" if for_nothing else None)


def _places(exchange: Exchange) -> bool:
    return exchange.operation == contract.PLACE_ORDER


def _claim(wrong: Unexplained, sent: Sequence[Exchange]) -> Claim:
    # No jq test: a script sends one request after the other, so it cannot show this.
    return Claim(False, wrong.name, wrong.expected, f"{wrong.actual}; {schedule(sent)}", "")


def schedule(sent: Sequence[Exchange]) -> str:
    """Who answered first, for a person."""
    answers = ", ".join(f"{index}. {words(step.request)} → {step.answer()}" for index, step in enumerate(sent, 1))
    return f"sent at once, answered in this order: {answers}"


def words(request: Request) -> str:
    """A request in a few words."""
    body = request.object()
    detail = next((body[name] for name in ("quantity", "redemptionCode", "shippingOptionId") if name in body), None)
    return request.operation if detail is None else f"{request.operation} {detail}"
