"""Which answers of a script give its ids, and what a finding's test compares with: always answers of the script's own run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.evidence.reproduction.replay import Ref, Step, locate
from conformance.judging.claim import Claim, Reference, quoted
from conformance.judging.model import view

if TYPE_CHECKING:
    from conformance.core.exchange import Exchange

Sent = list[tuple["Step", "Exchange"]]
LINE = "([.body.lineItems[]|select(.itemId==$item)]|first)"
OPTION = (
    f"[{LINE}.shippingOptions[]|select(.shippingCarrierCode==$carrier and .shippingServiceCode==$service)]"
    "[%d].shippingOptionId"
)


class Undecidable(Exception):
    """The finding's test needs an answer that its requests do not bring: no script can decide."""


def place_of(ref: Ref, sent: Sent, before: int) -> tuple[list[int], str, list[str]]:
    """The steps whose answers give an id, the latest last; the jq filter that takes it; the arguments of that filter."""
    item = [f"--arg item {shlex.quote(ref.item)}"]
    if ref.kind == "session":
        steps, path, arguments = [ref.created_by_step], ".body.checkoutSessionId", list[str]()
    elif ref.kind == "order":
        steps, path, arguments = payments(ref, sent)[:1] or [ref.created_by_step], ".body.purchaseOrderId", []
    elif ref.kind == "line":
        steps, path, arguments = showing(ref, sent, before), f"{LINE}.lineItemId", item
    else:
        carrier, service, place = ref.option
        chosen = [f"--arg carrier {shlex.quote(carrier)}", f"--arg service {shlex.quote(service)}"]
        steps, path, arguments = showing(ref, sent, before), OPTION % place, item + chosen
    return steps, f"{path}|{ref.made.jq}" if ref.made else path, arguments


def payments(ref: Ref, sent: Sent) -> list[int]:
    """The accepted payments of a session."""
    return [
        step.number
        for step, exchange in sent
        if exchange.operation == contract.PLACE_ORDER and exchange.accepted and _created_by(step) == ref.created_by_step
    ]


def showing(ref: Ref, sent: Sent, before: int) -> list[int]:
    """The steps before another that asked for the session: their answers show it, if they are accepted."""
    return [
        step.number
        for step, exchange in sent
        if step.number < before
        and exchange.operation not in (contract.PLACE_ORDER, contract.READ_ORDER)
        and _created_by(step) == ref.created_by_step
    ]


def _created_by(step: Step) -> int | None:
    """The step that created the session which a step asks for, or creates."""
    if step.creates:
        return step.number
    return step.subject.created_by_step if step.subject else None


def compared(reference: Reference, claim: Claim, sent: Sent) -> list[int]:
    """The steps of which the last accepted answer is the one that a test compares with. Raises Undecidable."""
    last = sent[-1][0]
    if reference is Reference.SHOWN:
        steps = [step.number for step, exchange in sent if exchange.id == claim.shown_in and step is not last]
    elif last.subject is None:
        steps = []
    elif reference is Reference.FIRST:
        steps = [last.subject.created_by_step]
    elif reference is Reference.PAID:
        paid = payments(last.subject, sent)[:1]
        steps = showing(last.subject, sent, paid[0] if paid else last.number)
    elif last.subject.kind == "order":
        reads = [step.number for step, _ in sent if step.subject == last.subject]
        steps = reads[:-1]
    else:
        steps = showing(last.subject, sent, last.number)
    if not steps:
        raise Undecidable("none of its requests brings the answer that the last one is compared with")
    return steps


def known_id(reference: Reference, claim: Claim, sent: Sent) -> Ref | None:
    """The answer that gave an id, and where in it; None for an id that no answer gave."""
    last = sent[-1][0]
    asked = last.subject or last.near
    if reference is Reference.OPTION:
        return _option_ids(sent).get(claim.option) if isinstance(claim.option, str) else None
    if reference is Reference.SESSION or (asked and asked.kind == "order"):
        return asked
    return Ref("order", asked.created_by_step) if asked else None


def literal(reference: Reference, claim: Claim, sent: Sent) -> str:
    """An id that no answer gave, as a jq value. Raises Undecidable."""
    if reference is Reference.OPTION:
        return quoted(claim.option)
    if reference is Reference.SESSION and sent[-1][0].request.subject is not None:
        return quoted(sent[-1][0].request.subject)
    raise Undecidable("no answer to its requests gives the id that its test needs")


def _option_ids(sent: Sent) -> dict[str, Ref]:
    """Shipping option ids of the answers, each with how to find it again."""
    found: dict[str, Ref] = {}
    for step, exchange in sent:
        made_by = _created_by(step)
        if made_by is None or not exchange.accepted or exchange.operation == contract.READ_ORDER:
            continue
        for line in view(exchange.body).lines.values():
            for option in line.options:
                if option.id:
                    found.setdefault(option.id, Ref("option", made_by, line.item or "", locate(line, option)))
    return found
