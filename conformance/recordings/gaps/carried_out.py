"""A refused request that was carried out, and that no lawful request can have done: a breach whatever else is missing."""

from __future__ import annotations

from typing import Any

from conformance.core import contract
from conformance.core.addresses import flat_address, folded
from conformance.core.exchange import RecordedPart
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.model import COUPONS, LINES, StateKey, StatePart, keyed
from conformance.judging.world import UnreadRefusal
from conformance.recordings.gaps.unseen_changes import NO_COUPONS


def carried_out(context: RuleContext, judgment: Judgment) -> bool:
    """Whether a breach is that a refused request was carried out, and no lawful request can have done just that."""
    if judgment.claim is None or judgment.claim.weak or not context.exchange.accepted:
        return False
    refusals = [
        *(context.session.unread_refusals if context.session else ()),
        *(context.order.unread_refusals if context.order else ()),
    ]
    return any(
        each.exchange in judgment.claim.proof
        and _is_never_lawful(context, each.requirement)
        and _asked_for(context, each)
        for each in refusals
    )


def _is_never_lawful(context: RuleContext, requirement: str) -> bool:
    """Whether what a refused request asked for is wrong whoever asks, and in any session.

    With another token or marketplace, the same body may be accepted in a call that is not recorded.
    """
    rule = contract.requirements()[requirement]
    of_roles = RecordedPart.ROLES not in context.exchange.unseen and any("." in need for need in rule.needs)
    return rule.depends_on is None and (rule.about_field or of_roles)


def _asked_for(context: RuleContext, refused: UnreadRefusal) -> bool:
    """Whether nothing of the state changed but what a refused request named, and that to what it asked for.

    A live run only asks whether something changed to that (`attribution.parts_carried_out`): it saw every change before. Here
    changes may be missing, and any other difference beside it is the sign of one.
    """
    wanted = refused.wanted if isinstance(refused.wanted, dict) else {}
    changed = {key: after for key, (_, after) in context.changes.items()}
    if not changed:
        return False
    if refused.operation == contract.QUANTITY:
        return _asked_for_quantity(context, wanted, changed)
    if refused.operation == contract.OPTION:
        return list(changed.values()) == [wanted.get("shippingOptionId")]
    if refused.operation == contract.ADDRESS:
        sent: dict[StateKey, Any] = {
            (StatePart.ADDRESS, name): folded(value) for name, value in flat_address(wanted).items()
        }
        return all(sent.get(key) == after for key, after in changed.items())
    before, after = context.changes.get(COUPONS, NO_COUPONS)
    code = {folded(str(wanted.get("redemptionCode", "")))}
    more, less = (after, before) if refused.operation == contract.APPLY else (before, after)
    return set(changed) == {COUPONS} and less < more and more - less == code


def _asked_for_quantity(context: RuleContext, wanted: dict[str, Any], changed: dict[StateKey, Any]) -> bool:
    lines = keyed(context.before).items() if context.before else ()
    named = next((key for key, line in lines if line.raw.get("lineItemId") == wanted.get("lineItemId")), None)
    if named is None:
        return False
    if wanted.get("quantity") == 0:
        return set(changed) == {LINES} and dict(lines).keys() - changed[LINES] == {named}
    return changed == {(StatePart.QUANTITY, named): wanted.get("quantity")}
