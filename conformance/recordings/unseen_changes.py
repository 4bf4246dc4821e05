"""What changes that are not recorded can do to a session: which breaches they explain, and which state they leave."""

from __future__ import annotations

from dataclasses import replace

from conformance.core import contract
from conformance.judging.attribution import EFFECTS
from conformance.judging.claim import ABOUT_THE_OUTCOME
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.model import (
    COUPONS,
    SUMMARY_PARTS,
    Line,
    StatePart,
    View,
    differences,
    keyed,
    pricing,
    state,
)

# The change that each part of a session's state follows, but for coupons, which have two.
CHANGED_BY = {part: operation for operation, parts in EFFECTS.items() for part in parts if part != StatePart.COUPONS}
# An order shows no coupon, option or address: an amount tells of the coupon and of the option, any other of the address.
CARTS = (StatePart.LINES, StatePart.QUANTITY)
SUMMARY_CHANGED_BY = {"additionalSavings": contract.APPLY, "deliveryCost": contract.OPTION}
# The change before a call that was answered as if it had taken place.
BEFORE_ACCEPTED = {contract.APPLY: contract.REMOVE, contract.REMOVE: contract.APPLY}
BEFORE_REFUSED = {
    contract.COUPON_NOT_APPLIED: contract.REMOVE,
    contract.EMPTY_CART: contract.QUANTITY,
    **dict.fromkeys(contract.SECOND_COUPON, contract.APPLY),
}
NO_COUPONS: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


def changes_before(context: RuleContext, judgment: Judgment) -> frozenset[str]:
    """The operations that would explain a breach, had they changed the session before without a record."""
    exchange = context.exchange
    if contract.PLACED_BEFORE in exchange.warning_ids:
        return frozenset({contract.PLACE_ORDER})
    if (judgment.claim and judgment.claim.name) in ABOUT_THE_OUTCOME:
        if context.accepted:
            return frozenset({BEFORE_ACCEPTED.get(context.operation, contract.PLACE_ORDER)})
        known = {BEFORE_REFUSED[error_id] for error_id in exchange.error_ids if error_id in BEFORE_REFUSED}
        return frozenset(known or {contract.PLACE_ORDER})
    found = {CHANGED_BY[part] for part, _ in context.changes if part in CHANGED_BY}
    if contract.ADDRESS in found:
        found.discard(contract.OPTION)  # another address has other options
    before, after = context.changes.get(COUPONS, NO_COUPONS)
    found |= {
        operation for operation, more in ((contract.APPLY, after - before), (contract.REMOVE, before - after)) if more
    }
    return frozenset(found)


def changes_before_payment(paid: View, seen: View) -> frozenset[str]:
    """The operations that would explain an order, had they changed the session before its payment."""
    if any(part in CARTS for part, _ in differences(state(paid), state(seen))):
        return frozenset({contract.QUANTITY})
    amounts = {name for part, name in differences(pricing(paid), pricing(seen)) if part == StatePart.SUMMARY}
    known = amounts & SUMMARY_CHANGED_BY.keys()
    return frozenset(SUMMARY_CHANGED_BY[name] for name in known) or frozenset({contract.ADDRESS})


def state_before(context: RuleContext, before: View, seen: View) -> View:
    """The state just before a call, if all that the call does not name had been changed: as the answer shows it.

    But for what no change does: none adds a line, and none gives a line another id.
    """
    lines = _reachable(before, seen)
    if context.operation == contract.READ:
        return seen if lines == seen.lines else _with_lines(seen, lines)
    named = str(context.body.get("lineItemId"))
    if context.operation == contract.QUANTITY and named in before.lines:
        lines = {
            line: before.lines[line] if line == named else lines[line]
            for line in before.lines
            if line in lines or line == named
        }
    elif context.operation == contract.OPTION and named in before.lines and named in lines:
        lines[named] = replace(lines[named], options=before.lines[named].options)
    coupons = before.coupons if context.operation in (contract.APPLY, contract.REMOVE) else seen.coupons
    address = before.address if context.operation == contract.ADDRESS else seen.address
    return _with_lines(
        replace(
            seen,
            raw={"appliedCoupons": coupons, "shippingAddress": address},
            coupons=list(coupons),
            address=address,
            summary={},
            unreadable=frozenset(SUMMARY_PARTS) | seen.unreadable,
        ),
        lines,
    )


def _with_lines(seen: View, lines: dict[str, Line]) -> View:
    """A view with other lines; its answer is another one too, so that the two are compared."""
    return replace(seen, raw=seen.raw | {"lineItems": [line.raw for line in lines.values()]}, lines=lines)


def _reachable(before: View, seen: View) -> dict[str, Line]:
    """The lines of an answer that changes can have left of those before, with the ids that they had."""
    if not before.lines_known:
        return dict(seen.lines)
    known, found = keyed(before), {}
    for name, line in keyed(seen).items():
        if (old := known.get(name)) is not None:
            found[old.id] = replace(line, id=old.id, raw=line.raw | {"lineItemId": old.raw.get("lineItemId")})
    return found
