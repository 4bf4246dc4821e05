"""Payment and order: what placing an order does, what it forbids afterwards, and how the purchase order reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP, CaseKey, is_over
from conformance.core.made_up import is_made_up, is_made_up_order, may_be_counted
from conformance.core.requirement import SessionPhase
from conformance.judging.attribution import AFTER_A_REFUSAL, Difference, first_match
from conformance.judging.claim import (
    AMONG,
    FILLED,
    HELD,
    LACKS,
    SAME_LINE_IDS,
    WARNING_IDS,
    AnswerPath,
    Claim,
    Reference,
    compare,
    equal,
    line_path,
    member_or_null,
    related,
    true,
    warned,
)
from conformance.judging.content.information_leaks import leak
from conformance.judging.content.response_schema import departures
from conformance.judging.context import ONLY_SUCCESS, RefusalReason, RuleContext, always
from conformance.judging.model import StateKey, StatePart, View, differences, may_be_left_out, pricing, state
from conformance.judging.registry import AnswerKind, demands, refuses
from conformance.judging.world import SessionState
from suites.payment.marketing_terms import terms_problem
from suites.payment.ordered import another_order, currency, shipped_as_asked, shipping, whatever_was_paid
from suites.shared.state_claims import as_claim, blamed, with_zeros

PARTLY_BOUGHT = 15005
PAYMENT_IDS = {PARTLY_BOUGHT}
ORDER_ID = AnswerPath(".body.purchaseOrderId", "a purchaseOrderId")
LINE_STATUS = AnswerPath(
    '.body.lineItems[]?|select(has("lineItemPaymentStatus")).lineItemPaymentStatus', "lineItemPaymentStatus"
)


@demands("PAY-PLACE")
def placing_answers_with_an_order(context: RuleContext) -> Iterator[Claim]:
    session = context.session
    if session is None or session.phase != SessionPhase.OPEN:
        return
    body, order = context.exchange.body, context.exchange.body.get("purchaseOrderId")
    if body.get("purchaseOrderPaymentStatus") == "FAILED":
        return
    yield from departures(context, "PAY-PLACE")
    yield compare("purchaseOrderId", ORDER_ID, FILLED, None, [order])
    other = context.world.orders.get(order) if isinstance(order, str) else None
    proof = (other.placed_by,) if other and other.placed_by else ()
    taken, given = other.id if other else None, order if other else ""
    first = "".join(proof)
    yield related("an order of its own", ORDER_ID.jq, "!=", Reference.SHOWN, taken, given, proof=proof, shown_in=first)
    early = contract.PLACED_BEFORE in context.exchange.warning_ids
    blamed_for = session.unread_refusals[-1] if early and session.unread_refusals else None
    yield compare(
        "the first order of the session",
        WARNING_IDS,
        LACKS,
        contract.PLACED_BEFORE,
        context.exchange.warning_ids,
        requirement=blamed_for.requirement if blamed_for else None,
        proof=(blamed_for.exchange,) if blamed_for else (),
    )


@refuses("PAY-LOCK")
def a_change_after_payment(context: RuleContext) -> Iterator[str]:
    if context.session and context.session.phase == SessionPhase.ORDERED and context.operation in contract.CHANGES:
        yield "quantity 0" if context.operation == contract.QUANTITY and context.body.get("quantity") == 0 else ""


@refuses("PAY-TWICE")
def placing_again(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session and context.session.phase == SessionPhase.ORDERED and context.operation == contract.PLACE_ORDER:
        yield RefusalReason("PAY-TWICE", certain=False, lawful=_the_same_order)


def _the_same_order(context: RuleContext) -> str | None:
    same = context.session is not None and context.exchange.body.get("purchaseOrderId") == context.session.order
    return ONLY_SUCCESS if same and contract.PLACED_BEFORE in context.exchange.warning_ids else None


@demands("PAY-TWICE")
def a_second_payment_gives_the_same_order(context: RuleContext) -> Iterator[Claim]:
    if context.session and context.session.phase == SessionPhase.ORDERED:
        first = context.session.order
        shows = member_or_null(context.exchange.body, "purchaseOrderId")
        yield related("the same order", ORDER_ID.jq, "==", Reference.ORDER, first, shows)
        if context.exchange.body.get("purchaseOrderId") == first:
            yield from warned(context.exchange, contract.PLACED_BEFORE)


@refuses("PAY-TERMS")
def incomplete_marketing_terms(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session is None or context.request.raw is not None:
        return
    problem = terms_problem(context.request.body)
    if problem == "more":  # no document says whether another value may stand beside the documented ones
        yield RefusalReason("PAY-TERMS", problem, any_of="documented", certain=False)
    elif problem:
        paid = context.session.phase is SessionPhase.ORDERED  # the answer may be that of the first payment: PAY-TWICE
        yield RefusalReason("PAY-TERMS", problem, when="shape" if problem == "shape" else "", certain=not paid)


@refuses("PAY-DECLINED")
def a_declined_buyer(context: RuleContext) -> Iterator[RefusalReason]:
    session = context.session
    error = (
        context.profile.buyers.declined.get(session.email.casefold())
        if session and session.phase == SessionPhase.OPEN
        else None
    )
    if error:
        yield RefusalReason("PAY-DECLINED", f"{error}", ids=(error,), lawful=_payment_failed)


def _payment_failed(context: RuleContext) -> str | None:
    failed = context.exchange.body.get("purchaseOrderPaymentStatus") == "FAILED"
    return ONLY_SUCCESS if failed else None


# A declined card makes the session unusable. After invalid payment data a new session has to pay: changes stay open.
UNUSABLE, PAYS_NO_MORE = 15023, 15033


def _failed_with(context: RuleContext, session: SessionState) -> int:
    """The id of a failed payment, 0 where nobody knows: an answer with FAILED names none."""
    buyers = context.profile.buyers
    known = context.world.complete or buyers.name(session.email)
    return buyers.declined.get(session.email.casefold()) or session.declined_with or (UNUSABLE if known else 0)


def _after_a_failed_payment(error: int, operation: str) -> str:
    """The kind of a success after a payment that failed with that id; empty where there must be none."""
    if operation == contract.READ:
        return "read"
    if error == PAYS_NO_MORE and operation != contract.PLACE_ORDER:
        return "invalid data"
    return "" if error in (UNUSABLE, PAYS_NO_MORE) else "other reason"


@refuses("PAY-DECLINED-ENDS")
def anything_after_a_declined_payment(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session and context.session.phase == SessionPhase.DECLINED:
        error = _failed_with(context, context.session)
        kind = _after_a_failed_payment(error, context.operation)
        yield RefusalReason(
            "PAY-DECLINED-ENDS",
            any_of="documented",
            certain=not kind,
            ids=() if context.operation == contract.READ else (UNUSABLE, error or UNUSABLE),
            lawful=(lambda _: kind) if kind else None,
        )


@refuses("PAY-EMPTY")
def an_empty_session(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session and context.session.phase == SessionPhase.EMPTY:
        yield RefusalReason("PAY-EMPTY", lasts=True)  # no change adds a line


def at_payment(context: RuleContext) -> Iterator[int]:
    """The ids that the profile names for items of this session at payment."""
    for item in context.before.items if context.before and context.session else ():
        role = context.profile.role(context.session.marketplace, item) if context.session else None
        if role and role.kind == "at_payment":
            yield role.error


@refuses("PAY-ITEM-CHANGED")
def an_item_that_changed_meanwhile(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session and context.session.phase == SessionPhase.OPEN:
        for error in at_payment(context):
            if error not in PAYMENT_IDS:
                yield RefusalReason("PAY-ITEM-CHANGED", f"{error}", ids=(error,))


@demands("PAY-PARTIAL")
def lines_that_were_not_bought_are_told(context: RuleContext) -> Iterator[Claim]:
    if (
        context.order
        and context.answer
        and PARTLY_BOUGHT in {_role_error(context, item) for item in context.order.paid.view.items}
    ):
        unbought = [
            context.answer.line_of(item)
            for item in context.order.paid.view.items
            if _role_error(context, item) == PARTLY_BOUGHT
        ]
        seen = [bought.raw.get("lineItemPaymentStatus") for bought in unbought if bought]
        item = unbought[0].item if unbought[0] else ""
        path = AnswerPath(f"{line_path(item)}.lineItemPaymentStatus", "its lineItemPaymentStatus")
        case = CaseKey(context.operation, "a line that was not bought")
        yield compare("a line that was not bought", path, LACKS, "PAID", seen, case=case)
    if context.session and context.session.phase == SessionPhase.OPEN and PAYMENT_IDS & set(at_payment(context)):
        yield from warned(context.exchange, PARTLY_BOUGHT)


@refuses("PAY-READ-AFTER")
def reading_a_paid_session(context: RuleContext) -> Iterator[RefusalReason]:
    if context.session and context.session.phase == SessionPhase.ORDERED and context.operation == contract.READ:
        yield RefusalReason("PAY-READ-AFTER", certain=False, any_of="documented", lawful=always)


# ---------------------------------------------------------------- the purchase order


@refuses("ORDER-UNKNOWN")
def an_unknown_order(context: RuleContext) -> Iterator[RefusalReason]:
    subject, world = context.request.subject or "", context.world
    known = {*world.orders, *(prepaid.order for prepaid in context.profile.prepaid if prepaid.order)}
    if subject in known:
        return
    never = world.knows_all(contract.PLACE_ORDER) and not may_be_counted(subject, known)
    if never or is_made_up(subject, known, complete=world.complete) or is_made_up_order(subject):
        yield RefusalReason("ORDER-UNKNOWN")


@refuses("ORDER-APP")
def another_apps_order(context: RuleContext) -> Iterator[RefusalReason]:
    if (
        context.order
        and context.request.credential in (OWN_APP, OTHER_APP)
        and context.request.credential != context.order.app
    ):
        yield RefusalReason("ORDER-APP")


@demands("ORDER-APP", on=AnswerKind.REFUSED)
def another_app_learns_nothing(context: RuleContext) -> Iterator[Claim]:
    if context.order and context.request.credential == OTHER_APP and context.order.app == OWN_APP:
        yield leak(context, context.order.paid)


@demands("ORDER-FIELDS")
def every_order_has_its_fields(context: RuleContext) -> Iterator[Claim]:
    yield from departures(context, "ORDER-FIELDS")


def _order_state(view: View) -> dict[StateKey, Any]:
    kept = (StatePart.LINES, StatePart.ID, StatePart.QUANTITY)
    return {key: value for key, value in state(view).items() if key[0] in kept} | pricing(view)


@demands("ORDER-READ")
def the_order_is_the_session_that_was_paid(context: RuleContext) -> Iterator[Claim]:
    order, seen = context.order, context.answer
    if (
        order is None
        or seen is None
        or not order.placed_by
        or PAYMENT_IDS & {_role_error(context, item) for item in order.paid.view.items}
    ):
        return
    same = context.exchange.body.get("purchaseOrderId") == order.id
    test = f"{ORDER_ID.jq} == {Reference.ORDER}"
    yield true(same, "purchaseOrderId", "true", same, test, needs=frozenset({Reference.ORDER}))
    paid = order.paid.view
    changed = with_zeros(differences(_order_state(paid), _order_state(seen)), paid, seen)
    wrong = {
        key: pair
        for key, pair in changed.items()
        if not (key[0] == StatePart.SUMMARY and may_be_left_out(key[1], seen))
    }
    blame = first_match(AFTER_A_REFUSAL, Difference(wrong, order.unread_refusals, unchanged=order.view is not None))
    if order.tainted or order.paid.in_doubt:
        yield from () if order.tainted else whatever_was_paid(context, order, wrong)
        return
    if asked := shipped_as_asked(order, seen):
        yield asked
        return
    if wrong and blame.refusal:
        yield blamed(wrong, blame, "the order stays", Reference.PAID if order.view is None else Reference.PREVIOUS)
    elif wrong and order.view is None:
        yield another_order(wrong)
    elif not wrong:
        yield HELD
    yield currency(context, paid)
    yield from shipping(paid, seen)


def _role_error(context: RuleContext, item: str) -> int:
    role = context.profile.role(context.order.marketplace if context.order else None, item)
    return role.error if role and role.kind == "at_payment" else 0


@demands("ORDER-READ-PAID")
def an_order_is_paid_within_the_promise(context: RuleContext) -> Iterator[Claim]:
    if context.order is None or PAYMENT_IDS & {_role_error(context, item) for item in context.order.paid.view.items}:
        return
    if (
        context.order.paid.phase is SessionPhase.DECLINED
    ):  # its payment was answered with FAILED, and there is none to come
        return
    status = context.exchange.body.get("purchaseOrderPaymentStatus")
    went_back = context.order.tainted or (
        context.order.status == "PAID" and status != "PAID"
    )  # a finding of ORDER-STABLE
    if (
        is_over(context.order.placed_at, context.exchange.started, context.profile.payment.paid_within_s)
        and not went_back
    ):
        shows = member_or_null(context.exchange.body, "purchaseOrderPaymentStatus")
        yield equal("purchaseOrderPaymentStatus", ".body.purchaseOrderPaymentStatus", "PAID", shows)
    if status == "PAID" and context.answer:
        lines = context.answer.lines.values()
        given = [line.raw["lineItemPaymentStatus"] for line in lines if "lineItemPaymentStatus" in line.raw]
        case = CaseKey(context.operation, "each line")
        yield compare("each line is PAID when the order is", LINE_STATUS, AMONG, ["PAID"], given, case=case)


@demands("ORDER-STABLE")
def reading_an_order_again_gives_the_same(context: RuleContext) -> Iterator[Claim]:
    order, seen = context.order, context.answer
    if order is None or seen is None or order.view is None:
        return
    changed = with_zeros(differences(_order_state(order.view), _order_state(seen)), order.view, seen)
    proof = (order.last_read,) if order.last_read else ()
    if changed and order.unread_refusals and order.paid.in_doubt:  # an order of the profile: nobody saw what was paid
        blame = first_match(AFTER_A_REFUSAL, Difference(changed, order.unread_refusals, unchanged=True))
        yield blamed(changed, blame, "the order stays")
        return
    if (changed and order.unread_refusals) or order.tainted:
        return  # ORDER-READ told whose breach it was
    if changed:
        rest = {key: pair for key, pair in changed.items() if key[0] != StatePart.ID}
        yield (
            as_claim(rest, proof=proof)
            if rest
            else true(False, "line item ids", "the same ids", "other ids", **SAME_LINE_IDS, proof=proof)
        )
    made = [body.get("purchaseOrderCreationDate") for body in (order.view.raw, seen.raw)]
    if not changed and all(isinstance(identifier, str) for identifier in made):
        path, case = ".body.purchaseOrderCreationDate", CaseKey(context.operation, "the creation date")
        yield related("purchaseOrderCreationDate", path, "==", Reference.PREVIOUS, *made, proof=proof, case=case)
    status = member_or_null(context.exchange.body, "purchaseOrderPaymentStatus")
    forward = "PAID" if order.status == "PAID" else status
    path = ".body.purchaseOrderPaymentStatus"
    yield equal("the payment status never goes back", path, forward, status, proof=proof)
