"""What an answer shows that the session so far does not, and which of it a change may bring about."""

from __future__ import annotations

from conformance.core import contract
from conformance.judging.attribution import Found
from conformance.judging.context import RuleContext
from conformance.judging.model import StatePart, keyed, repeated
from suites.shared.state_claims import with_zeros


def own_differences(context: RuleContext) -> Found:
    """What a read shows that the session so far does not: cart, address, coupons and prices."""
    assert context.before and context.answer and context.session
    if context.answer is context.before:
        return {}
    found = {key: pair for key, pair in context.changes.items() if key[0] != StatePart.ID}
    if not context.session.prices_in_doubt:
        found |= context.price_changes
    if repeated(context.answer.coupons) and not repeated(context.before.coupons):
        codes = [code.casefold() for code in context.answer.coupons]
        found[StatePart.COUPONS, ""] = (
            frozenset(codes),
            frozenset(f"{code} {codes.count(code)} times" for code in codes),
        )
    return with_zeros(found, context.before, context.answer)


def is_quoted_anew(context: RuleContext, key: str) -> bool:
    """Whether the selected option is not offered at a new address, or is the same one under another id.

    No document says that ids of options last, or that each address has the same options.
    """
    assert context.before and context.answer
    old, line = keyed(context.before)[key].selected, keyed(context.answer)[key]
    new = line.selected
    if context.operation != contract.ADDRESS or old is None or new is None:
        return False
    same, there = (old.carrier, old.service), line.option(old.id)
    if there and (there.carrier, there.service) == same:
        return False
    return same == (new.carrier, new.service) or all((each.carrier, each.service) != same for each in line.options)


def may_lose_coupon(context: RuleContext) -> bool:
    """Whether a coupon's own condition may have ended with this change (COUPON-CONDITION)."""
    if context.session is None or context.before is None or context.answer is None or not context.answer.lines:
        return True
    roles = [context.profile.coupon(context.session.marketplace, code) for code in context.before.coupons]
    conditional = any(role is None or role.kind not in ("good", "oversized") for role in roles)
    return conditional and set(context.answer.coupons) <= set(context.before.coupons)
