"""What a refusal may look like, by contracts/requirements and the OpenAPI documents, and what of the profile a finding rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import Role
from conformance.judging.claim import Aspect, Claim
from conformance.judging.context import Judgment, RefusalReason, RuleContext

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
            also = _of_requirements(operation).get(identifier, ())
            found.update({(status, identifier): None for status in {*known, *also} if 400 <= status < 500})
    return found


@cache
def _of_requirements(operation: str) -> Mapping[int | None, set[int]]:
    """The statuses that some requirement lets a refusal of an operation have, by error id; None for any id."""
    found: dict[int | None, set[int]] = defaultdict(set)
    for requirement in contract.requirements().values():
        for answer in requirement.lawful_refusals:
            if answer.status and operation in (answer.operations or requirement.operations):
                found[answer.id].add(answer.status)
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
    found = contract.operations()[operation].statuses.union(*_of_requirements(operation).values())
    return frozenset(status for status in found if status >= 400)


def has_undocumented_status(exchange: Exchange) -> bool:
    """Whether a refusal has a status that no refusal of the operation has. A crash is not meant: other rules report it."""
    status = exchange.status
    if status is None or exchange.accepted or exchange.crashed or exchange.operation not in contract.operations():
        return False
    if status < 300 and not exchange.error_ids:
        return False  # an answer that cannot be read
    return status not in GATEWAY_STATUSES and status not in refusal_statuses(exchange.operation)


# ---------------------------------------------------------------- what the profile says


AMPLE = frozenset(("stock", "limit", "lot"))  # what a plain item has none of, however many are bought


def name_the_basis(context: RuleContext, judgments: Iterable[Judgment]) -> None:
    """Adds to what each breach expected the roles of the profile that this rests on, whether too high or too low."""
    for judgment in judgments:
        claim = judgment.claim
        if not judgment.ok and claim and (said := list(dict.fromkeys(_said(context, judgment.requirement, claim)))):
            basis = f"{claim.expected}, since the profile says: {', '.join(said)}"
            judgment.claim = replace(claim, expected=basis)


def _said(context: RuleContext, requirement: str, claim: Claim) -> Iterator[str]:
    """What the profile says of the roles that the requirement is about, and of those that a refusal speaks of."""
    roles = _roles_of_requirement(requirement)
    if claim.name == Aspect.ACCEPTED:
        known = [contract.error(error_id, context.operation) for error_id in context.exchange.error_ids]
        roles += [error.provoked_by for error in known if error]
    for role in roles:
        head, _, rest = role.partition(".")
        if head == "item":
            yield from _of_items(context, rest)
        elif head == "coupon" and rest:
            yield from _of_coupons(context, rest if claim.name != Aspect.ACCEPTED else "")
        elif head == "address":
            yield from _of_address(context, rest)
        elif role == "buyer.declined":
            yield from _of_buyer(context)
        elif role == "items.max" and context.profile.max_line_items:
            yield f"max_line_items = {context.profile.max_line_items}"


def _roles_of_requirement(requirement: str) -> list[str]:
    """A need of several kinds asks for an occasion, such as any warning: the expectation rests on none of them."""
    rule = contract.requirements().get(requirement)
    alternatives = [contract.alternatives(need) for need in rule.needs] if rule else []
    return [role for roles in alternatives if len({role.partition(".")[0] for role in roles}) == 1 for role in roles]


def _of_items(context: RuleContext, wanted: str) -> Iterator[str]:
    """The items of the request, or of its session where it names none, that have the role. wanted: kind, and maybe id."""
    kind, _, error = wanted.partition(".")
    line = context.named_line
    named = [str(each.get("itemId")) for each in context.line_inputs] + ([line.item or ""] if line else [])
    for item in named or (context.before.items if context.before else ()):
        role = context.profile.role(context.sold_in, item or "")
        if role and role.kind == kind and error in ("", str(role.error)):
            yield f"{kind} = {role.amount or role.error} of {item}"
        elif role == Role("plain") and kind in AMPLE and named:
            yield f"{item} is plain, with ample stock"


def _of_coupons(context: RuleContext, kind: str) -> Iterator[str]:
    """The coupons of the request and of its session. kind: '' for any."""
    code = context.body.get("redemptionCode")
    applied = context.before.coupons if context.before else ()
    for given in [code, *applied] if isinstance(code, str) else applied:
        coupon = context.profile.coupon(context.sold_in, given)
        if coupon and kind in ("", coupon.kind):
            least = f" from {coupon.minimum}" if coupon.minimum else ""
            error = f", refused with {coupon.error}" if coupon.error else ""
            yield f"{coupon.code} is a coupon of the kind {coupon.kind}{least}{error}"


def _of_address(context: RuleContext, kind: str) -> Iterator[str]:
    """The address of the request, where the profile names it or its country."""
    market, country = context.profile.markets.get(context.sold_in), context.address.get("country")
    if not market:
        return
    if kind == "unverifiable" and context.address and context.address == market.unverifiable_address:
        yield f"it is the unverifiable_address of {market.name}"
    if kind == "foreign" and country in market.foreign_countries:
        yield f"{country} is one of the foreign_countries of {market.name}"
    if kind == "sanctioned" and country in market.sanctioned_countries:
        yield f"{country} is one of the sanctioned_countries of {market.name}"


def _of_buyer(context: RuleContext) -> Iterator[str]:
    email = context.session.email.casefold() if context.session else ""
    if error := context.profile.buyers.declined.get(email):
        yield f"the payment of {email} is declined with {error}"
