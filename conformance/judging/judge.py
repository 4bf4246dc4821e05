"""One way to judge: each exchange by the rules of its operation, then into the world of what is known.

Rules are pure functions of (what was known before, exchange); see `conformance/judging/registry.py` and
suites/*/rules.py. Live runs, recordings, shrinking and mutation tests all call `judge`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.core import contract
from conformance.core.exchange import OWN_APP, CaseKey, Exchange, RecordedPart
from conformance.core.profile import Profile
from conformance.core.requirement import DependsOn, OwnedBreach
from conformance.judging import apply_exchange
from conformance.judging.attribution import RefusedRequest, owner_of_answer, owner_of_valid_request, owners_of_refusal
from conformance.judging.claim import (
    JQ_ACCEPTED,
    JQ_REFUSED,
    Aspect,
    Claim,
    refused,
    true,
)
from conformance.judging.content.deviation import Deviation, deviation_of_refusal
from conformance.judging.context import Judgment, RefusalReason, RuleContext
from conformance.judging.knowledge import NotRecorded, doubts, guarded, is_usable, lawful_reading
from conformance.judging.model import seen_again, view
from conformance.judging.refusals import Pairs, fits, lawful_pairs, name_the_basis
from conformance.judging.registry import AnswerKind, Rule, demanding, forbidding, in_order, refusing, yields_to
from conformance.judging.world import SessionState, World

# An answer with none of these members is no session. Then the missing session is the only finding.
SESSION_PARTS = {"checkoutSessionId", "lineItems", "shippingAddress", "pricingSummary"}
RuleClaims = tuple[str, list[Claim]]


def judge(world: World, profile: Profile, exchange: Exchange) -> list[Judgment]:
    """Judges one exchange, then takes it into the world."""
    context, judgments = evaluate(world, profile, exchange)
    update_world(context, judgments)
    return judgments


def evaluate(
    world: World, profile: Profile, exchange: Exchange, *, gap: bool = False
) -> tuple[RuleContext, list[Judgment]]:
    """Judges one exchange and leaves its effect out of the world.

    The world may gain a session that was paid beforehand, and errors of rules.

    gap: whether a change before it may be missing in the recording.
    """
    context = _context(world, profile, exchange)
    context.gap = gap
    if not is_usable(exchange):
        return context, []
    if exchange.breach or exchange.silent:  # nothing in it for the other rules
        return context, _answer_judgments(context, AnswerKind.UNREADABLE) if exchange.breach else []
    reasons: list[RefusalReason] = []
    judgments: list[Judgment] = []
    if context.operation != contract.TOKEN:
        reasons, blind = _reasons(context)
        context.reasons, context.doubts = tuple(reasons), doubts(context, blind)
        judgments = list(_refusal_judgments(context, reasons) if reasons else _acceptance(context))
    context.broken = frozenset([judgment.requirement for judgment in judgments if not judgment.ok])
    if not (context.broken and context.accepted):  # what should have been refused has no right answer
        judgments += _answer_judgments(context, AnswerKind.ACCEPTED if context.accepted else AnswerKind.REFUSED)
        if not context.accepted:
            judgments = _without_unread_ids(context, judgments)
    name_the_basis(context, judgments)
    return context, judgments


def update_world(context: RuleContext, judgments: list[Judgment]) -> None:
    """Takes a judged exchange into the world."""
    exchange = context.exchange
    if exchange.breach or exchange.silent or not is_usable(exchange):
        apply_exchange.mark_unknown(context)
        return
    if context.world.coverage is not None:
        context.world.coverage.note(context, judgments)
    apply_exchange.apply(context, list(context.reasons), judgments)


def update_world_unjudged(world: World, profile: Profile, exchange: Exchange) -> None:
    """Takes an exchange into the world unjudged: it went together with others, so its turn is not known."""
    if exchange.operation in (contract.READ, contract.READ_ORDER):
        return  # it may show what was before
    context = _context(world, profile, exchange)
    if exchange.silent or not is_usable(exchange):
        apply_exchange.mark_unknown(context)
        return
    apply_exchange.apply(context, [], [])
    if context.session:
        context.session.in_doubt = True
        order = world.orders.get(context.session.order or "")
        if order:  # nobody knows what it holds of changes that were sent at the same time
            order.paid.in_doubt = True


def leaves_open(world: World, profile: Profile, exchange: Exchange) -> bool:
    """Whether the documents leave the answer open: accepted or refused, or refused with any 4xx."""
    reasons = refusal_reasons(_context(world, profile, exchange))
    any_refusal = not exchange.accepted and any(reason.any_of == "4xx" for reason in reasons)
    return any_refusal or (bool(reasons) and not any(reason.certain for reason in reasons))


def refusal_reasons(context: RuleContext) -> list[RefusalReason]:
    """Every reason for which the request must or may be refused; first those of the requirement that it was sent for."""
    return _reasons(context)[0]


def _reasons(context: RuleContext) -> tuple[list[RefusalReason], list[str]]:
    """The reasons for a refusal, and the requirements whose rules would read what is not known."""
    reasons: list[RefusalReason] = []
    shown, blind = guarded(context), []
    for requirement, rule in refusing[context.operation]:
        try:
            for reason in rule(shown):
                reasons.append(reason if isinstance(reason, RefusalReason) else RefusalReason(requirement, reason))
        except NotRecorded:
            blind.append(requirement)
        except Exception as error:
            context.world.rule_errors.append(_rule_error(context, requirement, error))
    in_doubt = context.session is not None and context.session.in_doubt
    if context.may_have_changed or in_doubt:  # it may not be what the last answer showed
        reasons = [replace(each, certain=each.certain and _stands(each, in_doubt=in_doubt)) for each in reasons]
    reasons.sort(key=lambda reason: (reason.requirement != context.sent_for, not reason.certain))
    return reasons, blind


def _stands(reason: RefusalReason, *, in_doubt: bool) -> bool:
    """Whether a reason does not rest on a state of which nobody knows whether it lasts."""
    rests_on_state = contract.requirements()[reason.requirement].depends_on is DependsOn.SESSION_STATE
    return not rests_on_state or (reason.lasts and not in_doubt)


def _context(world: World, profile: Profile, exchange: Exchange) -> RuleContext:
    subject, operation = exchange.request.subject, exchange.request.operation
    of_order = operation == contract.READ_ORDER
    session = order = answer = None
    if subject and of_order:
        order = world.orders.get(subject)
    elif subject:
        session = world.sessions.get(subject) or _paid_before(world, profile, subject)
    if operation not in (contract.PLACE_ORDER, contract.TOKEN) and exchange.accepted:
        known = order or session
        shown = RecordedPart.PERSON not in exchange.unseen
        answer = seen_again(known.view if known else None, exchange.body, of_order=of_order, address_known=shown)
        exchange.body = answer.raw  # equal, and held once
    return RuleContext(world, profile, exchange, session, answer, order)


def _paid_before(world: World, profile: Profile, subject: str) -> SessionState | None:
    """A session that the profile names as paid: nobody knows what it holds until it is read."""
    known = profile.prepaid_as(subject)
    if known is None or known.session != subject:
        return None
    return world.sessions.setdefault(subject, SessionState.paid_before(known, OWN_APP, view({}), id=subject))


def _case(context: RuleContext, requirement: str, detail: str = "") -> CaseKey:
    intent = context.exchange.intent
    detail = intent.case if intent and intent.requirement == requirement and intent.case else detail
    return CaseKey(context.operation, detail)


def _judgment(
    context: RuleContext,
    requirement: str,
    claim: Claim | None,
    *,
    ok: bool,
    detail: str = "",
    reading: str | None = None,
) -> Judgment:
    return Judgment(
        requirement=requirement,
        case=(claim.case if claim and claim.case else None) or _case(context, requirement, detail),
        operation=context.operation,
        ok=ok,
        exchange=context.exchange.id,
        claim=claim,
        reading=reading,
        marketplace=context.marketplace,
    )


def _refusal_judgments(context: RuleContext, reasons: list[RefusalReason]) -> Iterator[Judgment]:
    """Judges an answer to a request that has reasons for refusal; nothing for a lawful acceptance without a reading."""
    exchange = context.exchange
    certain = [reason for reason in reasons if reason.certain]
    if context.accepted:
        lawful = [(reason, reading) for reason in reasons if (reading := lawful_reading(context, reason)) is not None]
        excused = [reason for reason, _ in lawful]
        # A second reason without a reading still demands a refusal.
        if lawful and all(reason in excused for reason in certain):
            reason, name = lawful[0]
            yield _judgment(context, reason.requirement, None, ok=True, detail=reason.detail, reading=name)
            return
    fitting = [(reason, reading) for reason in reasons if (reading := fits(context, reason)) is not None]
    for reason, name in fitting:
        yield _judgment(context, reason.requirement, None, ok=True, detail=reason.detail, reading=name or None)
    if fitting or (context.accepted and not certain) or context.doubts.cover(exchange):
        return
    forbidden = _forbidden(context)
    if forbidden:  # the token was turned away, before the request itself was looked at
        yield from forbidden
        return
    claim = _refusal_claim(context, reasons)
    for reason in owners_of_refusal(context, reasons):
        yield _judgment(context, reason.requirement, claim, ok=False, detail=reason.detail)


def _refusal_claim(context: RuleContext, reasons: list[RefusalReason]) -> Claim:
    exchange = context.exchange
    about = Aspect.NO_SERVER_ERROR if exchange.crashed else Aspect.REFUSAL_ID
    if context.accepted:
        about = Aspect.REFUSED
    if any(reason.any_of == "4xx" for reason in reasons):
        return true(
            False, about, "refused with a 4xx", exchange.answer(), JQ_REFUSED, deviation=_departure(context, {})
        )
    union: Pairs = {}
    for reason in reasons:
        union.update(lawful_pairs(reason, context.operation))
    claim = refused(False, about, union, exchange.answer(), deviation=_departure(context, union))
    strings = [reason.stub for reason in reasons if reason.stub]
    if not strings:
        return claim
    says = f"since [stubs] of the profile says that the target knows the negative-testing string {strings[0]}"
    return replace(claim, expected=f"{claim.expected}, {says}")


def _departure(context: RuleContext, pairs: Pairs) -> str:
    return deviation_of_refusal(dict.fromkeys(pairs), context.exchange.status, list(context.exchange.error_ids))


def _acceptance(context: RuleContext) -> Iterator[Judgment]:
    """A request without reasons for refusal must be accepted; nothing is said of a session that the run did not make."""
    exchange = context.exchange
    if context.operation == contract.READ_ORDER:
        if context.order is None:
            return
    elif context.operation != contract.INITIATE and context.session is None:
        return
    if context.accepted:
        owner = owner_of_answer(context)
        if context.answer and context.order is None and not SESSION_PARTS & exchange.body.keys():
            want, test = "a checkout session in the answer", '(.body|has("checkoutSessionId") or has("lineItems"))'
            yield _judgment(context, owner, true(False, "a checkout session", want, exchange.body, test), ok=False)
        elif context.sent_for == owner:
            yield _judgment(context, owner, None, ok=True)
        return
    if context.doubts.cover(exchange):
        return
    if forbidden := _forbidden(context):
        yield from forbidden
        return
    blame = owner_of_valid_request(RefusedRequest(context))
    if blame.requirement:
        departure = Deviation.SERVER_ERROR if exchange.crashed else Deviation.REFUSED
        claim = true(False, Aspect.ACCEPTED, "accepted with 200", exchange.answer(), JQ_ACCEPTED, deviation=departure)
        claim = replace(claim, proof=(blame.refusal.exchange,)) if blame.refusal else claim
        yield _judgment(context, blame.requirement, claim, ok=False)


def _forbidden(context: RuleContext) -> list[Judgment]:
    """The breach of a rule that forbids this refusal, whatever was asked for."""
    if context.accepted:
        return []
    for requirement, claims in _claims_of(context, forbidding[context.operation]):
        return [_judgment(context, requirement, claims[0], ok=False)]
    return []


def _answer_judgments(context: RuleContext, kind: AnswerKind) -> list[Judgment]:
    """What the rules of the operation say of the answer, without what a broken rule leaves nothing to say for."""
    claims_of_rules = _claims_of(context, demanding[context.operation, kind])
    if context.broken or [claim for _, claims in claims_of_rules for claim in claims if not claim.ok]:
        claims_of_rules = _without_yielding(context, claims_of_rules)
    exchange, operation, marketplace = context.exchange.id, context.operation, context.marketplace
    sent_for, plain = context.sent_for, CaseKey(operation)
    own = _case(context, sent_for) if sent_for else plain  # the case of the rule that the request was sent for
    owned = [(claim.requirement or requirement, claim) for requirement, claims in claims_of_rules for claim in claims]
    return [  # not by `_judgment`: an accepted answer has some dozens of claims
        Judgment(
            requirement=owner,
            case=(own if owner == sent_for else plain)
            if claim.case is None and claim.detail is None
            else _named_case(claim, operation),
            operation=operation,
            ok=claim.ok,
            exchange=exchange,
            claim=None if claim.ok else claim,
            reading=claim.reading,
            marketplace=marketplace,
        )
        for owner, claim in owned
    ]


def _named_case(claim: Claim, operation: str) -> CaseKey:
    return claim.case or CaseKey(operation, claim.detail or "")


def _claims_of(context: RuleContext, rules: list[Rule]) -> list[RuleClaims]:
    """The claims of each rule, whatever the others say."""
    claims_of_rules: list[RuleClaims] = []
    shown = guarded(context)
    answer = shown.answer
    for requirement, rule, presumes_same_cart, of_view in rules:
        claims: list[Claim] = []
        try:
            if presumes_same_cart and shown.another_cart:
                continue  # sums over a cart that is not the session's say nothing
            if not of_view:
                claims += rule(shown)
            elif answer is None:
                continue
            elif rule in answer.facts:
                claims = answer.facts[rule]
            else:
                claims = answer.facts[rule] = list(rule(answer))
        except NotRecorded:
            pass
        except Exception as error:  # a defect of ours must not hide what the other rules see
            context.world.rule_errors.append(_rule_error(context, requirement, error))
        if claims:
            claims_of_rules.append((requirement, claims))
    return claims_of_rules


def _without_yielding(context: RuleContext, claims_of_rules: list[RuleClaims]) -> list[RuleClaims]:
    """The claims without those of rules that yield to a broken one, or whose own refusal is broken already."""
    failed, kept = set(context.broken), []
    for requirement, claims in sorted(claims_of_rules, key=in_order):
        if requirement in context.broken or failed & yields_to(requirement):
            continue
        kept.append((requirement, claims))
        failed |= {claim.requirement or requirement for claim in claims if not claim.ok}
    return kept


def _without_unread_ids(context: RuleContext, judgments: list[Judgment]) -> list[Judgment]:
    """No id can be read: that is one finding, whatever the request was sent for."""
    if context.exchange.error_ids:
        return judgments
    owner = contract.owner_of(OwnedBreach.UNREADABLE_IDS)
    if not any(judgment.requirement == owner and not judgment.ok for judgment in judgments):
        return judgments
    return [
        judgment
        for judgment in judgments
        if judgment.ok or not judgment.claim or judgment.claim.name != Aspect.REFUSAL_ID
    ]


def _rule_error(context: RuleContext, requirement: str, error: Exception) -> str:
    return f"the rule of {requirement} fails on {context.exchange.id}: {error!r}"
