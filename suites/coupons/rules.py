"""Coupons: one at a time, listed, taken off again to the cent, and refused with the id of the reason."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Unpack

from conformance.core import contract
from conformance.core.exchange import CaseKey
from conformance.core.made_up import is_made_up_code
from conformance.core.profile import Coupon
from conformance.judging.amounts import ZERO
from conformance.judging.claim import (
    AT_MOST_ONE,
    COUPONS,
    LACKS,
    ONCE,
    SUMMARY,
    Claim,
    ClaimDetails,
    Reference,
    compare,
    held,
    related,
    shown,
    true,
)
from conformance.judging.context import RefusalReason, RuleContext
from conformance.judging.model import View, cart_key, differences, pricing
from conformance.judging.registry import demands, refuses
from suites.shared.state_claims import same_amounts, with_zeros

# Two ids for the same cause, with no sentence to choose between them.
TWINS = {16001: 16023, 16023: 16001, 16006: 16022, 16022: 16006, 16005: 16009, 16009: 16005}
# What may become of a coupon whose own condition no longer holds.
LEAVES = "it leaves the session"
SAVES_NOTHING, SAVES_LESS = "it stays and saves nothing", "it stays and saves less"
SAVES_THE_SAME = "it stays and saves the same"


def code_of(context: RuleContext) -> str | None:
    """The redemption code that a request names."""
    found = context.body.get("redemptionCode")
    return found if isinstance(found, str) and found.strip() else None


def _role(context: RuleContext) -> Coupon | None:
    code = code_of(context)
    return context.profile.coupon(context.session.marketplace, code) if code and context.session else None


def _applied(view: View, code: str) -> bool:
    return any(coupon.casefold() == code.casefold() for coupon in view.coupons)


def _spent(view: View) -> Decimal | None:
    subtotal = view.summary.get("priceSubtotal")
    return None if subtotal is None else subtotal - view.summary.get("priceDiscount", ZERO)


@demands("COUPON-APPLY")
def a_good_coupon_lowers_the_total(context: RuleContext) -> Iterator[Claim]:
    code, role = code_of(context), _role(context)
    if (
        context.operation != contract.APPLY
        or code is None
        or context.answer is None
        or context.before is None
        or _applied(context.before, code)
        or not context.answer.coupons_known
    ):
        return
    listed = [coupon.casefold() for coupon in context.answer.coupons].count(code.casefold())
    yield compare("listed once", COUPONS, ONCE, code, context.answer.coupons)
    if (
        role is None
        or role.kind == "refused"
        or listed != 1
        or {"additionalSavings", "total"} & context.answer.unreadable
    ):
        return
    before, after = context.before.summary, context.answer.summary
    saved, total = after.get("additionalSavings", ZERO), after.get("total")
    yield _than_before(
        "additionalSavings grows", "additionalSavings", ">", before.get("additionalSavings", ZERO), saved
    )
    was = before.get("total")
    if total is not None and was is not None and saved > 0 and not (context.session and context.session.tainted):
        anew = "tax is computed anew" if after.get("tax") != before.get("tax") else None
        yield _than_before("the total falls", "total", "<", was, total, reading=anew)


def _than_before(
    name: str, part: str, relation: str, before: Decimal, after: Decimal, **more: Unpack[ClaimDetails]
) -> Claim:
    """A part of the summary is more or less than in the answer before."""
    path = f'.body.pricingSummary.{part}.value? // "0"|tonumber'
    return related(name, f"({path})", relation, Reference.PREVIOUS, before, after, **more)


@refuses("COUPON-ONE")
def a_second_coupon(context: RuleContext) -> Iterator[RefusalReason]:
    code = code_of(context)
    if context.operation == contract.APPLY and code and context.before and context.before.coupons:
        same = _applied(context.before, code)
        yield RefusalReason(
            "COUPON-ONE",
            "the same again" if same else "another one",
            certain=not same,
            when="same" if same else "",
            lawful=_unchanged if same else None,
            lasts=context.answer is not None and len(set(context.answer.coupons)) > 1,
        )


def _unchanged(context: RuleContext) -> str | None:
    assert context.before and context.answer
    same = context.answer.coupons == context.before.coupons and pricing(context.answer) == pricing(context.before)
    return "same" if same else None


@demands("COUPON-ONE")
def never_more_than_one_is_listed(context: RuleContext) -> Iterator[Claim]:
    if context.operation == contract.APPLY and context.answer and context.before and context.before.coupons:
        case = CaseKey(context.operation, "the same again")
        yield compare("one coupon", COUPONS, AT_MOST_ONE, None, context.answer.coupons, case=case)
        if (
            code_of(context)
            and _applied(context.before, str(code_of(context)))
            and context.answer.coupons == context.before.coupons
        ):
            changed = with_zeros(
                differences(pricing(context.before), pricing(context.answer)), context.before, context.answer
            )
            key, (was, now) = next(iter(changed.items()), (("", ""), ("", "")))
            yield true(
                not changed,
                "nothing changes",
                f"{' '.join(key)} {shown(was)}",
                now,
                f"{SUMMARY} == {Reference.PREVIOUS}{SUMMARY}"
                f" and [.body.lineItems[].netPrice] == [{Reference.PREVIOUS}.body.lineItems[].netPrice]",
                needs=frozenset({Reference.PREVIOUS}),
                look=SUMMARY,
            )


@demands("COUPON-REMOVE")
def removing_restores_the_pricing(context: RuleContext) -> Iterator[Claim]:
    code = code_of(context)
    if context.operation != contract.REMOVE or context.answer is None or context.session is None or code is None:
        return
    gone = not _applied(context.answer, code)
    reading = "appliedCoupons is empty" if "appliedCoupons" in context.exchange.body else "appliedCoupons is absent"
    yield compare("no longer listed", COUPONS, LACKS, code, context.answer.coupons, reading=reading)
    earlier = context.session.without_coupon.get(cart_key(context.answer)) if gone else None
    if earlier is not None:
        amounts, shown_in = earlier
        yield same_amounts(
            "the pricing from before", amounts, pricing(context.answer), context.answer, shown_in=shown_in
        )


@refuses("COUPON-NOT-APPLIED")
def a_coupon_that_is_not_applied(context: RuleContext) -> Iterator[RefusalReason]:
    code = code_of(context)
    if context.operation == contract.REMOVE and code and context.before and not _applied(context.before, code):
        yield RefusalReason("COUPON-NOT-APPLIED")


@refuses("COUPON-UNKNOWN")
def a_made_up_code(context: RuleContext) -> Iterator[RefusalReason]:
    code = code_of(context)
    if context.operation == contract.APPLY and code and _role(context) is None and context.session:
        certain = is_made_up_code(code)  # of any other code the profile just may not know
        yield RefusalReason("COUPON-UNKNOWN", certain=certain, any_of="" if certain else "documented")


@refuses("COUPON-REFUSED")
def a_coupon_whose_condition_does_not_hold(context: RuleContext) -> Iterator[RefusalReason]:
    role = _role(context)
    if (
        context.operation != contract.APPLY
        or role is None
        or context.before is None
        or role.kind in ("good", "oversized")
    ):
        return
    again = _applied(context.before, role.code)  # COUPON-ONE; and yet its condition may not hold any more
    ids = (role.error, *((TWINS[role.error],) if role.error in TWINS else ()))
    if role.kind == "refused" and not again:
        yield RefusalReason("COUPON-REFUSED", f"{role.error}", ids=ids)
    elif role.kind == "minimum":
        subtotal, spent = context.before.summary.get("priceSubtotal"), _spent(context.before)
        if subtotal is None or spent is None or spent < role.minimum:
            certain = not again and subtotal is not None and subtotal < role.minimum
            yield RefusalReason("COUPON-REFUSED", f"{role.error}", ids=ids, certain=certain)
    elif role.kind == "item_bound" and not set(context.before.items) & set(role.fits):
        yield RefusalReason("COUPON-REFUSED", f"{role.error}", ids=ids, certain=bool(role.fits) and not again)


@refuses("COUPON-REQUIRED")
def no_code(context: RuleContext) -> Iterator[RefusalReason]:
    for problem in context.problems:
        if problem.field == "redemptionCode" and problem.kind in ("missing", "empty", "null"):
            yield RefusalReason("COUPON-REQUIRED", problem.kind, when="" if problem.kind == "missing" else "empty")


@demands("COUPON-ELIGIBLE")
def a_coupon_saves_on_its_own_items(context: RuleContext) -> Iterator[Claim]:
    """What an item-bound coupon saves once none of its items is left."""
    before, answer, session = context.before, context.answer, context.session
    if (
        before is None
        or answer is None
        or session is None
        or session.in_doubt
        or not before.coupons
        or not answer.lines
    ):
        return
    role = context.profile.coupon(session.marketplace, before.coupons[0])
    if role is None or not set(before.items) & set(role.fits) or set(answer.items) & set(role.fits):
        return
    saved, left = before.summary.get("additionalSavings", ZERO), answer.summary.get("additionalSavings", ZERO)
    if not answer.coupons:
        yield held(reading=LEAVES)
    elif saved > 0 and "additionalSavings" not in answer.unreadable:
        test = f'(({SUMMARY}.additionalSavings.value? // "0")|tonumber) < {saved}'
        reading = SAVES_LESS if left else SAVES_NOTHING
        yield true(
            left < saved,
            "savings without its items",
            f"less than {shown(saved)}",
            left,
            test,
            reading=reading,
            look=SUMMARY,
        )


@demands("COUPON-CONDITION")
def a_condition_no_longer_holds(context: RuleContext) -> Iterator[Claim]:
    """A reading: nothing here can fail."""
    if (
        context.session is None
        or context.before is None
        or context.answer is None
        or not context.before.coupons
        or not context.answer.lines
    ):
        return
    role = context.profile.coupon(context.session.marketplace, context.before.coupons[0])
    if role is None or role.kind not in ("minimum", "item_bound"):
        return
    before, after = (
        context.before.summary.get("additionalSavings", ZERO),
        context.answer.summary.get("additionalSavings", ZERO),
    )
    if not context.answer.coupons:
        yield held(reading=LEAVES)
    elif role.kind == "minimum" and (_spent(context.answer) or ZERO) < role.minimum:
        yield held(
            reading=SAVES_NOTHING if not after else SAVES_LESS if after < before else SAVES_THE_SAME,
        )
