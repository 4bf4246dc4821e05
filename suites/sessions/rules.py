"""Sessions: created, read back, safe to read, apart from each other; required fields and forms of requests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from conformance.core import contract
from conformance.core.exchange import BAD_CREDENTIALS, OTHER_APP, OWN_APP, CaseKey
from conformance.core.made_up import is_made_up, is_uuid, made_of, may_be_counted
from conformance.core.stubs import stubs_in
from conformance.judging.attribution import (
    AFTER_A_REFUSAL,
    EFFECTS,
    IN_A_READ,
    Cause,
    Difference,
    Found,
    first_match,
    parts_carried_out,
)
from conformance.judging.claim import (
    COUPONS,
    DISTINCT,
    FILLED,
    HELD,
    LINE_IDS,
    NONE,
    SAME_LINE_IDS,
    AnswerPath,
    Aspect,
    Claim,
    Reference,
    compare,
    equal,
    held,
    line_path,
    related,
    true,
)
from conformance.judging.content.information_leaks import leak
from conformance.judging.content.response_schema import departures
from conformance.judging.context import ONLY_SUCCESS, RefusalReason, RuleContext, always
from conformance.judging.model import StatePart, View, flat
from conformance.judging.refusals import GATEWAY_STATUSES, has_undocumented_status, refusal_statuses, statuses
from conformance.judging.registry import ANY_ANSWER, AnswerKind, demands, refuses, shows
from conformance.judging.world import SessionChange, SessionState
from suites.sessions.differences import is_quoted_anew, may_lose_coupon, own_differences
from suites.shared.state_claims import as_claim, blamed, not_read_back

COUPON_OF_TARGET = "a session has a coupon that nobody applied"
REMOVED_WARNINGS = {15043, 15055}
TWO_LETTERS = re.compile("[A-Za-z]{2}")
OF_ANOTHER_APP = 15025  # an answer that says it needs no token: the session is not the caller's
SESSION_ID = AnswerPath(".body.checkoutSessionId", "a checkoutSessionId")
SIGNATURE_HEADER = AnswerPath('.headers["x-ebay-security-signature"]', "a header")


@demands("SESSION-CREATE")
def initiate_answers_what_was_asked_for(context: RuleContext) -> Iterator[Claim]:
    yield compare("checkoutSessionId", SESSION_ID, FILLED, None, [context.answer.id or ""] if context.answer else [])
    if context.answer is None:
        return
    if not context.answer.lines_known:
        return
    asked: Counter[Any] = Counter()
    times: Counter[Any] = Counter()
    for line_input in context.body.get("lineItemInputs", []):
        if isinstance(line_input, dict) and isinstance(line_input.get("quantity"), int):
            asked[line_input.get("itemId")] += line_input["quantity"]
            times[line_input.get("itemId")] += 1
    given = context.answer.pieces
    # ITEM-REMOVED says which lines may be gone; of several with one item, some may be.
    doubtful: set[Any] = set()
    if REMOVED_WARNINGS & set(context.exchange.warning_ids) or not context.exchange.warnings_known:
        asked = Counter({item: count for item, count in asked.items() if item in given})
        doubtful = {item for item, count in times.items() if count > 1}
    items = sorted(asked)
    yield equal("one line for each input", "([.body.lineItems[].itemId]|unique)", items, sorted(given))
    readable = all(shown_line.quantity is not None for shown_line in context.answer.lines.values())
    for item in items if readable else ():
        if item in given and item not in doubtful:
            yield equal("quantity of a line", f"([{line_path(item)}.quantity]|add)", asked[item], given[item])
    about = "the submitted address"
    wrong = not_read_back(context.body.get("shippingAddress") or {}, context.answer.address, about)
    yield wrong or HELD


@demands("SESSION-CREATE", "SESSION-ISOLATED")
def a_fresh_session_has_no_coupon(context: RuleContext) -> Iterator[Claim]:
    """Of a coupon that nobody has to apply, no document says that a session does not begin with it."""
    given = {code.casefold() for code in context.answer.coupons} if context.answer else set[str]()
    if not given or context.answer is None:
        return
    used = given & context.world.applied_codes
    if used or any(context.profile.coupon(context.sold_in, code) for code in given):
        owner = "SESSION-ISOLATED" if used else None
        yield compare("a fresh session", COUPONS, NONE, None, context.answer.coupons, requirement=owner)
    else:
        yield held("a fresh session", reading=COUPON_OF_TARGET)


@demands("SESSION-FIELDS")
def every_answer_has_its_fields(context: RuleContext) -> Iterator[Claim]:
    yield from departures(context, "SESSION-FIELDS")
    known = context.session.id if context.session else context.request.subject
    if known and context.answer and context.answer.id and (context.session or known in context.world.given_out):
        seen = context.answer.id
        yield related("checkoutSessionId of the session", SESSION_ID.jq, "==", Reference.SESSION, known, seen)


@demands("SESSION-SIGNATURE")
def initiate_hands_out_a_signature(context: RuleContext) -> Iterator[Claim]:
    given = context.exchange.headers.get("x-ebay-security-signature", "")
    yield compare("X-EBAY-SECURITY-SIGNATURE", SIGNATURE_HEADER, FILLED, None, [given])


@shows("SESSION-UNIQUE")
def line_item_ids_are_unique(view: View) -> Iterator[Claim]:
    ids = [shown_line.raw.get("lineItemId") for shown_line in view.lines.values()]
    yield compare("line item ids of a session", LINE_IDS, DISTINCT, None, ids)


@demands("SESSION-UNIQUE")
def ids_are_unique_and_stay(context: RuleContext) -> Iterator[Claim]:
    if context.answer is None:
        return
    if context.operation == contract.INITIATE and context.answer.id:
        earlier = context.world.sessions.get(context.answer.id)
        proof, taken = (earlier.created_by,) if earlier else (), earlier.id if earlier else None
        given, first = context.answer.id, "".join(proof)
        yield related(
            "checkoutSessionId", SESSION_ID.jq, "!=", Reference.SHOWN, taken, given, proof=proof, shown_in=first
        )
    if context.session and context.before and not context.session.in_doubt:
        changed = [name for part, name in context.changes if part == StatePart.ID]
        yield true(
            not changed,
            "line item ids stay",
            "the same ids as before",
            f"another id for {changed[0]}" if changed else "",
            **SAME_LINE_IDS,
        )


@demands("SESSION-READ", "SESSION-ISOLATED", "SESSION-SAFE")
def a_read_shows_the_last_accepted_state(context: RuleContext) -> Iterator[Claim]:
    """Whose breach a difference is, depends on what happened since the state was last certain (IN_A_READ)."""
    session = context.session
    if context.operation != contract.READ or session is None or context.answer is None or session.in_doubt:
        return
    found = own_differences(context)
    others = [change for change in context.world.changes[session.changes_seen :] if change.session != session.id]
    if not found and session.unread_refusals and not session.unconfirmed:
        return  # a refusal that changed nothing is no news of reads
    facts = Difference(found, session.unread_refusals, not session.unconfirmed, session.unconfirmed, others)
    blame = first_match(IN_A_READ, facts)
    if found and blame.refusal:
        yield blamed(found, blame, "nothing changed")
        return
    owner = {Cause.ANOTHER_SESSION: "SESSION-ISOLATED", Cause.THE_READ: "SESSION-SAFE"}.get(blame.cause)
    if not found:
        changed = {other.operation for other in others} if blame.cause is Cause.ANOTHER_SESSION else {""}
        for operation in sorted(changed):
            case = CaseKey(operation) if operation else None
            yield held("state", requirement=owner, case=case)
        return
    proofs: dict[Cause, list[str | None]] = {
        Cause.ACCEPTED_CHANGE: [session.unconfirmed],
        Cause.ANOTHER_SESSION: [other.exchange for other in others[-2:]],
        Cause.THE_READ: [session.last_read],
    }
    proof = tuple(exchange for exchange in proofs[blame.cause] if exchange)
    yield as_claim(found, requirement=owner, proof=proof)
    if blame.cause is not Cause.ANOTHER_SESSION:
        return
    change = _from_elsewhere(context, found, others)
    if not change.accepted and change.requirement:
        case = CaseKey(context.operation, "another session")
        yield as_claim(found, requirement=change.requirement, case=case, proof=(change.exchange,))


def _from_elsewhere(context: RuleContext, found: Found, others: list[SessionChange]) -> SessionChange:
    """The request to another session that explains a difference: the last that asked for just that, or the last."""
    refused = {each.exchange: each for session in context.world.sessions.values() for each in session.unread_refusals}
    asked = [
        other for other in others if other.exchange in refused and parts_carried_out(found, refused[other.exchange])
    ]
    return (asked or others)[-1]


@demands("SESSION-ONLY")
def a_change_changes_only_what_it_names(context: RuleContext) -> Iterator[Claim]:
    session = context.session
    if (
        session is None
        or context.before is None
        or context.answer is None
        or session.in_doubt
        or context.operation not in contract.CHANGES
    ):
        return
    removes = context.operation == contract.QUANTITY and context.body.get("quantity") == 0
    named = {*EFFECTS[context.operation]} - {StatePart.QUANTITY if removes else StatePart.LINES}
    own: tuple[str | None, ...] = ()
    # QTY-ZERO says whether the line is gone.
    if removes and (target := context.before.lines.get(str(context.body.get("lineItemId")))):
        own = (target.item, target.id)
    found: Found = {
        (part, name): pair
        for (part, name), pair in context.changes.items()
        if part not in named
        and part != StatePart.ID
        and not (part == StatePart.COUPONS and may_lose_coupon(context))
        and not (part == StatePart.QUANTITY and name in own)
        and not (part == StatePart.OPTION and is_quoted_anew(context, name))
    }
    if not found:
        yield HELD
    elif (blame := first_match(AFTER_A_REFUSAL, Difference(found, session.unread_refusals))).refusal:
        yield blamed(found, blame, "nothing changed")
    else:
        yield as_claim(found)


@refuses("SESSION-UNKNOWN")
def an_unknown_session(context: RuleContext) -> Iterator[RefusalReason]:
    subject, world = context.request.subject or "", context.world
    if context.session or stubs_in(
        context.profile, context.request
    ):  # a stub is no id: it brings the error that it names
        return
    never = world.knows_all(contract.INITIATE) and not may_be_counted(subject, world.sessions)
    if never or is_made_up(subject, world.sessions, complete=world.complete):
        yield RefusalReason("SESSION-UNKNOWN")


@demands("SESSION-UNKNOWN")
def no_other_session_is_shown(context: RuleContext) -> Iterator[Claim]:
    """An id that may be that of a session of another test opens that session, and none that this one made."""
    subject, seen = context.request.subject, context.answer.id if context.answer else None
    if is_uuid(subject or "") and str(subject).casefold() == str(seen).casefold():
        return
    other = context.world.sessions.get(seen or "")
    if subject and other and context.session is None and (context.world.complete or _opens_it_too(context, other)):
        yield related("the session that was asked for", SESSION_ID.jq, "==", Reference.SESSION, subject, seen)


def _opens_it_too(context: RuleContext, other: SessionState) -> bool:
    """Whether an id that was made of a session's own opens it beside that one: no recorder rewrites some paths so."""
    by_its_own = bool(other.last_read or other.history)
    return by_its_own and made_of(context.request.subject or "", [other.id]) is not None


@refuses("SESSION-APP")
def another_app(context: RuleContext) -> Iterator[RefusalReason]:
    if (
        context.session
        and context.request.credential in (OWN_APP, OTHER_APP)
        and context.request.credential != context.session.app
    ):
        yield RefusalReason("SESSION-APP")


@demands("SESSION-APP", on=AnswerKind.REFUSED)
def another_app_learns_nothing(context: RuleContext) -> Iterator[Claim]:
    if context.session is None:
        return
    if OF_ANOTHER_APP in context.exchange.error_ids or _is_of_another_app(context, context.session):
        yield leak(context, context.session)


def _is_of_another_app(context: RuleContext, session: SessionState) -> bool:
    return context.request.credential == OTHER_APP and session.app == OWN_APP


def _required(context: RuleContext) -> Iterator[tuple[str, str, bool]]:
    for problem in context.problems:
        if problem.kind in ("missing", "null", "empty") and not problem.optional:
            yield problem.path, problem.kind, problem.in_address


@refuses("SESSION-REQUIRED", "SESSION-NO-LINES")
def a_required_field_is_missing(context: RuleContext) -> Iterator[RefusalReason]:
    for path, kind, in_address in _required(context):
        if path == "lineItemInputs" and kind != "missing":
            yield RefusalReason("SESSION-NO-LINES", path)
            continue
        if path.endswith(("postalCode", "stateOrProvince")):
            continue  # conditional fields: ADDR-REQUIRED
        if kind == "missing" and (context.operation == contract.INITIATE or path in ("lineItemId", "shippingOptionId")):
            yield RefusalReason("SESSION-REQUIRED", path)
        elif kind == "missing" and in_address:
            yield RefusalReason("SESSION-REQUIRED", path, certain=False, lawful=always)


@refuses("SESSION-INVALID")
def a_value_has_another_type_or_form(context: RuleContext) -> Iterator[RefusalReason]:
    for problem in context.problems:
        if problem.field == "quantity" or problem.path.startswith("marketingTerms"):
            continue
        if problem.kind in ("type", "form"):
            when = (
                {"itemId": "item", "country": "country"}.get(problem.field, "")
                if isinstance(problem.value, str)
                else ""
            )
            yield RefusalReason(
                "SESSION-INVALID",
                f"{problem.path} {problem.kind}",
                when="empty" if problem.value in ([], {}) else when,
                certain=not (
                    when == "country" and TWO_LETTERS.fullmatch(problem.value)
                ),  # no document says in which case
            )
        elif (
            problem.kind in ("null", "empty") and problem.path != "lineItemInputs" and problem.field != "redemptionCode"
        ):
            # an optional field, or an id that just is not there, may be taken or refused for what it is
            doubtful = problem.optional or (
                problem.field in ("lineItemId", "shippingOptionId") and problem.kind == "empty"
            )
            yield RefusalReason(
                "SESSION-INVALID",
                f"{problem.path} {problem.kind}",
                when="empty",
                certain=not doubtful,
                lawful=_null_keeps(problem.path) if problem.kind == "null" and problem.in_address else None,
            )
            if problem.field in ("lineItemId", "shippingOptionId"):
                yield RefusalReason("SESSION-INVALID", f"{problem.path} {problem.kind}", any_of="documented")


def _null_keeps(path: str) -> Callable[[RuleContext], str | None]:
    """Null in a part of an address that a change may leave out: lawful where the answer shows the part as it was."""

    def lawful(context: RuleContext) -> str | None:
        if context.operation != contract.ADDRESS or context.before is None or context.answer is None:
            return None
        was, shown = flat(context.before), flat(context.answer)
        parts = [name for name in was if name == path or name.startswith(f"{path}.")]
        kept = parts and all(shown.get(name) == was[name] for name in parts)
        return ONLY_SUCCESS if kept else None

    return lawful


@demands("SESSION-DOCUMENTED", on=ANY_ANSWER)
def status_and_ids_are_documented(context: RuleContext) -> Iterator[Claim]:
    exchange, known = context.exchange, contract.operations()[context.operation]
    if context.accepted:
        yield equal("status of a success", ".status", 200, exchange.status)
        return
    known_rules = contract.requirements()
    id_is_open = any(known_rules[reason.requirement].leaves_id_open for reason in context.reasons)
    if has_undocumented_status(exchange) and not (context.doubts.all or (id_is_open and not context.broken)):
        known_here = sorted(refusal_statuses(context.operation))
        want, test = f"one of {', '.join(map(str, known_here))}", f".status|IN({','.join(map(str, known_here))})"
        yield true(False, Aspect.REFUSAL_STATUS, want, exchange.answer(), test)
        return
    if context.broken or id_is_open or context.doubts.all or exchange.status in GATEWAY_STATUSES:
        return
    extra = [
        identifier
        for identifier in exchange.error_ids
        if identifier not in contract.GATEWAY_IDS and exchange.status not in _known(context.operation, identifier)
    ]
    if not known.ids.keys() >= set(extra) and context.request.credential in BAD_CREDENTIALS:
        return  # an id of the token endpoint; those of the method say by themselves what they are about
    yield true(
        not extra,
        "each errorId",
        f"ids that {context.operation} documents with {exchange.status}",
        extra,
        "all(.body.errors[]?.errorId; IN(" + ",".join(map(str, sorted(known.ids))) + "))",
    )


@cache
def _known(operation: str, error_id: int) -> frozenset[int]:
    known = set(contract.operations()[operation].statuses_of(error_id))
    for requirement in contract.requirements().values():
        for answer in requirement.lawful_refusals:
            if answer.id == error_id and operation in (answer.operations or requirement.operations):
                known |= {answer.status} if answer.status else set(statuses(operation, error_id))
    return frozenset(known)
