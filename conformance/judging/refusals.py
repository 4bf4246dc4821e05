"""What a refusal may look like: the answers of contracts/requirements, the statuses of the OpenAPI documents."""

from __future__ import annotations

from functools import cache

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.judging.context import RefusalReason, RuleContext

CATEGORY_STATUS = {"REQUEST": 400, "BUSINESS": 409, "APPLICATION": 500}
GATEWAY = {"OAuth", "ACCESS", "ROUTING"}  # domains of errors that say nothing of a request's content
Pairs = dict[tuple[int, int], str | None]


@cache
def _pairs(requirement: str, operation: str, role_ids: tuple[int, ...], when: str) -> Pairs:
    """Each lawful (status, errorId) of a refusal, with the name of its reading if it has one."""
    found: Pairs = {}
    for answer in contract.requirements()[requirement].lawful_refusals:
        if (answer.operations and operation not in answer.operations) or answer.when not in ("", when):
            continue
        for error_id in (answer.id,) if answer.id is not None else role_ids:
            for status in {answer.status} if answer.status else statuses(operation, error_id):
                found.setdefault((int(status or 0), error_id), answer.reading)
    return found


@cache
def statuses(operation: str, error_id: int) -> frozenset[int]:
    """The statuses of an id in an operation: the document's, else that of the id's category."""
    known = contract.operations()[operation].statuses_of(error_id)
    documented = contract.error(error_id, operation)
    return known or frozenset(
        CATEGORY_STATUS[category] for category in (documented.categories if documented else ("REQUEST",))
    )


def lawful_pairs(reason: RefusalReason, operation: str) -> Pairs:
    """What a refusal for this reason may look like in this operation."""
    found = {} if reason.stub else dict(_pairs(reason.requirement, operation, reason.ids, reason.when))
    for identifier in reason.ids:
        for status in statuses(operation, identifier):
            found.setdefault((status, identifier), None)
    if reason.any_of == "documented":
        for identifier, known in contract.operations()[operation].ids.items():
            documented = contract.error(identifier, operation)
            if documented and set(documented.domains) <= GATEWAY:
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
    plain = {error_id for pair, reading in pairs.items() if reading is None for error_id in [pair[1]]}
    return pairs[lawful[0]] or (f"{lawful[0][0]} {lawful[0][1]}" if len(plain) > 1 and reason.any_of == "" else "")


# Where a server's HTTP layer or a gateway answers before the API does.
GATEWAY_STATUSES = frozenset((401, 405, 406, 408, 411, 413, 414, 415, 429, 431))


@cache
def refusal_statuses(operation: str) -> frozenset[int]:
    """The statuses that a refusal of this operation may have by its document or by some requirement."""
    found = {status for status in contract.operations()[operation].statuses if status >= 400}
    for requirement in contract.requirements().values():
        for answer in requirement.lawful_refusals:
            if operation in (answer.operations or requirement.operations) and (answer.status or 0) >= 400:
                found.add(answer.status or 0)
    return frozenset(found)


def has_undocumented_status(exchange: Exchange) -> bool:
    """Whether a refusal has a status that no refusal of the operation has. A crash is not meant: other rules report it."""
    status = exchange.status
    if status is None or exchange.accepted or exchange.crashed or exchange.operation not in contract.operations():
        return False
    if status < 300 and not exchange.error_ids:
        return False  # an answer that cannot be read
    return status not in GATEWAY_STATUSES and status not in refusal_statuses(exchange.operation)


def profile_says(context: RuleContext) -> str:
    """What the profile says of the item, coupon or number of lines that the refusal speaks of: it may be wrong there."""
    operation, market = context.operation, context.profile.markets.get(context.sold_in)
    roles = {known.provoked_by for each in context.exchange.error_ids if (known := contract.error(each, operation))}
    named = [each.get("itemId") for each in context.line_inputs]
    line, code = context.named_line, context.body.get("redemptionCode")
    said = []
    for item in [*named, line.item if line else None]:
        role = market.roles.get(str(item)) if market else None
        if role and f"item.{role.kind}" in roles:
            said.append(f"{role.kind} = {role.amount} of {item}")
    if "items.max" in roles and context.profile.max_line_items:
        said.append(f"max_line_items = {context.profile.max_line_items}")
    coupon = context.profile.coupon(context.sold_in, code) if isinstance(code, str) else None
    if coupon and any(role.startswith("coupon.") for role in roles):
        said.append(f"{coupon.code} is a coupon of the kind {coupon.kind}")
    return f", since the profile says: {', '.join(dict.fromkeys(said))}" if said else ""
