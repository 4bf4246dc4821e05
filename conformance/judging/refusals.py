"""What a refusal may look like: the answers of contracts/requirements, the statuses of the OpenAPI documents."""

from __future__ import annotations

from functools import cache

from conformance.core import contract
from conformance.judging.context import RefusalReason, RuleContext

CATEGORY_STATUS = {"REQUEST": 400, "BUSINESS": 409, "APPLICATION": 500}
GATEWAY = {"OAuth", "ACCESS", "ROUTING"}  # domains of errors that say nothing of a request's content
Pairs = dict[tuple[int, int], str | None]


@cache
def _pairs(requirement: str, operation: str, role_ids: tuple[int, ...], when: str) -> Pairs:
    """Each lawful (status, errorId) of a refusal, with the name of its reading if it has one."""
    found: Pairs = {}
    for answer in contract.requirements()[requirement].answers:
        if (answer.operations and operation not in answer.operations) or answer.when not in ("", when):
            continue
        for entry in (answer.id,) if answer.id is not None else role_ids:
            for status in {answer.status} if answer.status else statuses(operation, entry):
                found.setdefault((int(status or 0), entry), answer.reading)
    return found


@cache
def statuses(operation: str, error_id: int) -> frozenset[int]:
    """The statuses of an id in an operation: the document's, else the one of its category."""
    known = contract.operations()[operation].statuses_of(error_id)
    entry = contract.error(error_id, operation)
    return known or frozenset(CATEGORY_STATUS[category] for category in (entry.categories if entry else ("REQUEST",)))


def lawful_pairs(reason: RefusalReason, operation: str) -> Pairs:
    """What a refusal for this reason may look like in this operation."""
    found = {} if reason.when == "stub" else dict(_pairs(reason.requirement, operation, reason.ids, reason.when))
    for identifier in reason.ids:
        for status in statuses(operation, identifier):
            found.setdefault((status, identifier), None)
    if reason.any_of == "documented":
        for identifier, known in contract.operations()[operation].ids.items():
            entry = contract.error(identifier, operation)
            if entry and set(entry.domains) <= GATEWAY:
                continue  # of the token, the quota or the address: no reason why this request is refused
            found.update({(status, identifier): None for status in known if 400 <= status < 500})
    return found


def fits(context: RuleContext, reason: RefusalReason) -> str | None:
    """None if the refusal is not a lawful one for this reason, else its reading or ''."""
    status = context.exchange.status or 0
    if context.exchange.accepted or status < 400 or (status == 500 and not reason.ids):
        return None
    if reason.any_of == "4xx":
        return "" if 400 <= status < 500 else None
    pairs = lawful_pairs(reason, context.operation)
    lawful = [(status, identifier) for identifier in context.exchange.error_ids if (status, identifier) in pairs]
    if not lawful:
        return None
    plain = {entry for pair, reading in pairs.items() if reading is None for entry in [pair[1]]}
    return pairs[lawful[0]] or (f"{lawful[0][0]} {lawful[0][1]}" if len(plain) > 1 and reason.any_of == "" else "")
