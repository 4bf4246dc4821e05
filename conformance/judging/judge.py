"""One way to judge: a fold over exchanges. Rules are pure functions of (state before, exchange); see suites/*/rules.py.

A rule of the first kind (`refuses`) names grounds on which a request must be refused; its lawful answers stand in
contracts/requirements. A request without grounds must be accepted. A rule of the second kind (`demands`) makes claims
about an answer. Live runs, recordings, shrinking and mutation tests all call `judge`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OWN_APP, CaseKey, Exchange
from conformance.core.profile import Profile
from conformance.judging.claim import ACCEPTED, REFUSED, Claim, refused, true
from conformance.judging.context import Judgment, RefusalReason, RuleContext
from conformance.judging.model import Session, World, view

CATEGORY_STATUS = {"REQUEST": 400, "BUSINESS": 409, "APPLICATION": 500}
GATEWAY = {"OAuth", "ACCESS", "ROUTING"}  # domains of errors that say nothing of a request's content
# Who owns the answer to a valid request when the request was not sent for a rule of its own.
ACCEPTS = {
    contract.INITIATE: "SESSION-CREATE",
    contract.READ: "SESSION-READ",
    contract.QUANTITY: "QTY-SET",
    contract.OPTION: "SHIP-SET",
    contract.ADDRESS: "ADDR-REPLACE",
    contract.APPLY: "COUPON-APPLY",
    contract.REMOVE: "COUPON-REMOVE",
    contract.PLACE_ORDER: "PAY-PLACE",
    contract.READ_ORDER: "ORDER-READ",
}


# An answer with none of these is no session at all: one finding, not one for each part.
SESSION_PARTS = {"checkoutSessionId", "lineItems", "shippingAddress", "pricingSummary"}
NOT_REFUSED, WRONG_ID = "is refused", "has the documented id"
# Grounds that hang on what the session holds.
OF_STATE = (
    "COUPON-ONE",
    "COUPON-NOT-APPLIED",
    "COUPON-REFUSED",
    "QTY-UNKNOWN-LINE",
    "SHIP-UNKNOWN",
    "QTY-LAST",
    "PAY-EMPTY",
)


RefusalReasons = Callable[[RuleContext], Iterable[RefusalReason | str]]
Claims = Callable[[RuleContext], Iterable[Claim]]
_refusals: dict[str, list[tuple[str, RefusalReasons]]] = defaultdict(list)
_demands: dict[tuple[str, str], list[tuple[str, Claims]]] = defaultdict(list)
RULES: dict[str, list[Callable[..., Any]]] = defaultdict(list)


def refuses(requirement: str) -> Callable[[RefusalReasons], RefusalReasons]:
    """Registers a function that names the grounds of a requirement about a refusal."""

    def register(rule: RefusalReasons) -> RefusalReasons:
        for operation in contract.requirements()[requirement].operations:
            _refusals[operation].append((requirement, rule))
        RULES[requirement].append(rule)
        return rule

    return register


def demands(requirement: str, on: str = "accepted") -> Callable[[Claims], Claims]:
    """Registers a function that makes claims about answers; on: accepted, refused or any."""

    def register(rule: Claims) -> Claims:
        for operation in contract.requirements()[requirement].operations:
            for kind in ("accepted", "refused") if on == "any" else (on,):
                _demands[operation, kind].append((requirement, rule))
        RULES[requirement].append(rule)
        return rule

    return register


def sort_by_chapter() -> None:
    """Puts the rules in the order of the chapters: a later one knows what an earlier one of an answer found broken."""

    def chapter(rule: tuple[str, Any]) -> int:
        return contract.CHAPTERS.index(contract.requirements()[rule[0]].chapter)

    for refusing in _refusals.values():
        refusing.sort(key=chapter)
    for demanding in _demands.values():
        demanding.sort(key=chapter)


@cache
def _pairs(requirement: str, operation: str, role_ids: tuple[int, ...], when: str) -> dict[tuple[int, int], str | None]:
    """Each lawful (status, errorId) of a refusal, with the name of its reading if it has one."""
    found: dict[tuple[int, int], str | None] = {}
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


def lawful_pairs(ground: RefusalReason, operation: str) -> dict[tuple[int, int], str | None]:
    """What a refusal on this ground may look like in this operation."""
    found = {} if ground.when == "stub" else dict(_pairs(ground.requirement, operation, ground.ids, ground.when))
    for identifier in ground.ids:
        for status in statuses(operation, identifier):
            found.setdefault((status, identifier), None)
    if ground.any_of == "documented":
        for identifier, known in contract.operations()[operation].ids.items():
            entry = contract.error(identifier, operation)
            if entry and set(entry.domains) <= GATEWAY:
                continue  # of the token, the quota or the address: no reason why this request is refused
            found.update({(status, identifier): None for status in known if 400 <= status < 500})
    return found


def refusal_reasons(context: RuleContext) -> list[RefusalReason]:
    """Every ground on which the request must or may be refused, the one it was sent for first."""
    found = []
    for requirement, rule in _refusals[context.operation]:
        try:
            for item in rule(context):
                found.append(item if isinstance(item, RefusalReason) else RefusalReason(requirement, item))
        except Exception as error:
            context.world.rule_errors.append(_rule_error(context, requirement, error))
    if context.session and context.session.in_doubt:  # the session may not be what the last answer showed
        for item in found:
            item.certain = item.certain and item.requirement not in OF_STATE
    found.sort(key=lambda entry: (entry.requirement != context.why, not entry.certain))
    context.reasons = found
    return found


def _case(context: RuleContext, requirement: str, condition: str = "") -> CaseKey:
    intent = context.exchange.intent
    detail = intent.case if intent and intent.requirement == requirement and intent.case else condition
    return CaseKey(context.operation, detail)


def _judgment(
    context: RuleContext,
    requirement: str,
    claim: Claim | None,
    *,
    ok: bool,
    condition: str = "",
    reading: str | None = None,
) -> Judgment:
    return Judgment(
        requirement=requirement,
        case=(claim.case if claim and claim.case else None) or _case(context, requirement, condition),
        operation=context.operation,
        ok=ok,
        exchange=context.exchange.id,
        claim=claim,
        reading=reading,
        marketplace=context.marketplace,
    )


def _refusal_judgments(context: RuleContext, found: list[RefusalReason]) -> Iterator[Judgment]:
    """Judges an answer to a request that has grounds for refusal; nothing for a lawful acceptance without a reading."""
    exchange = context.exchange
    certain = [item for item in found if item.certain]
    if exchange.accepted:
        lawful = [(item, reading) for item in found if item.lawful and (reading := item.lawful(context)) is not None]
        excused = [entry for entry, _ in lawful]
        if all(entry in excused for entry in certain):  # another app's request is not excused by what its owner may do
            for element, reading in lawful[:1]:
                yield _judgment(
                    context, element.requirement, None, ok=True, condition=element.condition, reading=reading
                )
                return
    fitting = [(item, reading) for item in found if (reading := _fits(context, item)) is not None]
    for element, reading in fitting:
        yield _judgment(
            context, element.requirement, None, ok=True, condition=element.condition, reading=reading or None
        )
    if fitting or (exchange.accepted and not certain):
        return
    if context.token_rejected:
        return
    if context.asks_for_postal_code:  # whatever the request was sent for, it never came to that
        claim = true(False, "is accepted", "an address of Hong Kong without a postal code", exchange.answer(), ACCEPTED)
        yield _judgment(context, "ADDR-REQUIRED", claim, ok=False)
        return
    union: dict[tuple[int, int], str | None] = {}
    for element in found:
        union.update(lawful_pairs(element, context.operation))
    loose = any(item.any_of == "4xx" for item in found)
    about = NOT_REFUSED if exchange.accepted else ("has no server error" if _crashed(exchange) else WRONG_ID)
    claim = (
        true(False, about, "refused with a 4xx", exchange.answer(), REFUSED)
        if loose
        else refused(False, about, union, exchange.answer())
    )
    blamed: set[str] = set()
    own = [
        entry for entry in certain if entry.requirement == context.why
    ]  # what the request was sent for owns the answer
    for element in own or certain or found[:1]:
        if element.requirement not in blamed:
            blamed.add(element.requirement)
            yield _judgment(context, element.requirement, claim, ok=False, condition=element.condition)


def _crashed(exchange: Exchange) -> bool:
    return exchange.status is not None and exchange.status >= 500


def _fits(context: RuleContext, ground: RefusalReason) -> str | None:
    """None if the refusal is not a lawful one on this ground, else its reading or ''."""
    status = context.exchange.status or 0
    if context.exchange.accepted or status < 400 or (status == 500 and not ground.ids):
        return None
    if ground.any_of == "4xx":
        return "" if 400 <= status < 500 else None
    pairs = lawful_pairs(ground, context.operation)
    fits = [(status, identifier) for identifier in context.exchange.error_ids if (status, identifier) in pairs]
    if not fits:
        return None
    plain = {entry for pair, reading in pairs.items() if reading is None for entry in [pair[1]]}
    return pairs[fits[0]] or (f"{fits[0][0]} {fits[0][1]}" if len(plain) > 1 and ground.any_of == "" else "")


def judge(world: World, profile: Profile, exchange: Exchange) -> list[Judgment]:
    """Judges one exchange, then folds it into the world."""
    from conformance.judging import apply_exchange  # the fold needs the judge's types

    context = _at(world, profile, exchange)
    found: list[Judgment] = []
    if exchange.breach:  # one finding, whatever the request was sent for
        found += _unreadable(context)
    if exchange.breach or exchange.silent:
        apply_exchange.mark_unknown(context)
        return found
    reasons = refusal_reasons(context) if context.operation != contract.TOKEN else []
    if reasons:
        found += _refusal_judgments(context, reasons)
    elif context.operation != contract.TOKEN:
        found += _acceptance(context)
    context.failed = {item.requirement for item in found if not item.ok}
    if not (context.failed and context.exchange.accepted):  # what should have been refused has no right answer
        found += _claims(context)
    if (
        "ERROR-SHAPE" in context.failed and not exchange.error_ids
    ):  # no id can be read: that is one finding, whatever the request was sent for
        found = [item for item in found if item.ok or not item.claim or item.claim.name != WRONG_ID]
    if world.coverage is not None:
        world.coverage.note(context, found)
    apply_exchange.fold(context, reasons, found)
    return found


def leaves_open(world: World, profile: Profile, exchange: Exchange) -> bool:
    """Whether the documents let a target accept or refuse the request, as its session stands now."""
    reasons = refusal_reasons(_at(world, profile, exchange))
    return bool(reasons) and not any(reason.certain for reason in reasons)


def observe(world: World, profile: Profile, exchange: Exchange) -> None:
    """Folds an exchange into the world without judging it: it went together with others, so its order is not known."""
    from conformance.judging import apply_exchange

    context = _at(world, profile, exchange)
    if exchange.silent:
        apply_exchange.mark_unknown(context)
        return
    apply_exchange.fold(context, [], [])
    if context.session and exchange.operation != contract.READ:
        context.session.in_doubt = True


def _paid_before(world: World, profile: Profile, subject: str) -> Session | None:
    """A session that the profile names as paid: nobody knows what it holds until it is read."""
    known = profile.prepaid_as(subject)
    if known is None or known.session != subject:
        return None
    paid = Session(subject, OWN_APP, known.marketplace, "", view({}), "", "ordered", known.order or None)
    paid.in_doubt = True
    world.sessions[subject] = paid
    return paid


def _at(world: World, profile: Profile, exchange: Exchange) -> RuleContext:
    subject = exchange.request.subject
    body = exchange.body if exchange.accepted else None
    session = None
    if subject and exchange.operation != contract.READ_ORDER:
        session = world.sessions.get(subject) or _paid_before(world, profile, subject)
    return RuleContext(
        world=world,
        profile=profile,
        exchange=exchange,
        session=session,
        answer=view(body)
        if isinstance(body, dict) and exchange.operation not in (contract.PLACE_ORDER, contract.TOKEN)
        else None,
        order=world.orders.get(subject) if subject and exchange.operation == contract.READ_ORDER else None,
    )


def _unreadable(context: RuleContext) -> Iterator[Judgment]:
    """An answer that is no HTTP or no JSON."""
    if context.operation in contract.requirements()["TYPE-JSON"].operations:
        part = "HTTP" if context.exchange.status is None else "JSON"
        want = f"an answer that {part} can carry"
        claim = true(False, part, want, context.exchange.problem, ".body != null" if part == "JSON" else "")
        yield _judgment(context, "TYPE-JSON", claim, ok=False)


def _acceptance(context: RuleContext) -> Iterator[Judgment]:
    """A request without grounds for refusal must be accepted; nothing is said of a session that the run did not make."""
    exchange = context.exchange
    if context.operation == contract.READ_ORDER:
        if context.order is None:
            return
    elif context.operation != contract.INITIATE and context.session is None:
        return
    if context.token_rejected:
        return
    owner = _owner(context)
    if exchange.accepted and context.answer and context.order is None and not SESSION_PARTS & exchange.body.keys():
        want, test = "a checkout session in the answer", '(.body|has("checkoutSessionId") or has("lineItems"))'
        yield _judgment(context, owner, true(False, "a checkout session", want, exchange.body, test), ok=False)
        return
    if exchange.accepted:
        if context.why == owner:
            yield _judgment(context, owner, None, ok=True)
        return
    if context.session and context.session.in_doubt:
        return
    pending = context.session.pending[-1] if context.session and context.session.pending else None
    if pending and not _crashed(exchange) and not (context.session and context.session.tainted):
        owner = pending.requirement  # the earlier refused request must have done something
    claim = true(False, "is accepted", "accepted with 200", exchange.answer(), ACCEPTED)
    yield _judgment(context, owner, replace(claim, proof=(pending.exchange,)) if pending else claim, ok=False)


def _owner(context: RuleContext) -> str:
    if context.asks_for_postal_code:
        return "ADDR-REQUIRED"
    if context.why and context.operation in contract.requirements()[context.why].operations:
        return context.why
    if context.operation == contract.QUANTITY and context.body.get("quantity") == 0:
        return "QTY-ZERO"
    return ACCEPTS[context.operation]


def _claims(context: RuleContext) -> Iterator[Judgment]:
    kind = "accepted" if context.exchange.accepted else "refused"
    for requirement, rule in _demands[context.operation, kind]:
        if context.cart_differs and contract.requirements()[requirement].chapter == "money":
            continue  # sums over a cart that is not the session's say nothing
        try:
            for claim in rule(context):
                owner = claim.requirement or requirement
                if not claim.ok:
                    context.failed.add(owner)
                yield Judgment(
                    requirement=owner,
                    case=claim.case or _case(context, owner),
                    operation=context.operation,
                    ok=claim.ok,
                    exchange=context.exchange.id,
                    claim=None if claim.ok else claim,
                    reading=claim.reading,
                    marketplace=context.marketplace,
                )
        except Exception as error:  # a defect of ours must not hide what the other rules see
            context.world.rule_errors.append(_rule_error(context, requirement, error))


def _rule_error(context: RuleContext, requirement: str, error: Exception) -> str:
    return f"the rule of {requirement} fails on {context.exchange.id}: {error!r}"
