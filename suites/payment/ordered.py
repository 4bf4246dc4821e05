"""Claims about a purchase order beside the session that was paid."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.core import contract
from conformance.core.exchange import CaseKey
from conformance.judging.amounts import amounts
from conformance.judging.attribution import Found
from conformance.judging.claim import (
    AMONG,
    HELD,
    SAME_LINE_IDS,
    AnswerPath,
    Claim,
    Reference,
    compare,
    equal,
    line_path,
    true,
)
from conformance.judging.context import RuleContext
from conformance.judging.model import StatePart, View
from conformance.judging.world import Order
from suites.money.sums import adds_up
from suites.shared.state_claims import as_claim

CURRENCIES = AnswerPath(".body|..|objects|.currency? // empty", "the currencies")


def another_order(wrong: Found) -> Claim:
    """The claim that an order differs from the session that was paid."""
    rest = {key: pair for key, pair in wrong.items() if key[0] != StatePart.ID}
    if rest:
        return as_claim(rest, Reference.PAID)
    return true(False, "line item ids", "the ids of the session", "other ids", **SAME_LINE_IDS)


def currency(context: RuleContext, paid: View) -> Claim:
    """The claim that an order has no other currency than its session."""
    used = {amount[1] for amount in amounts(paid.raw)}
    names = [name for _, name, _ in context.amounts if used]
    return compare("currency", CURRENCIES, AMONG, sorted(used), names)


def whatever_was_paid(context: RuleContext, order: Order, wrong: Found) -> Iterator[Claim]:
    """What holds of each state that the session may have had: its currency, and that its total is the sum of its parts."""
    paid, seen = order.paid.view, context.answer
    if wrong and seen and order.view is None and adds_up(paid) and adds_up(seen) is False:
        yield another_order(wrong)
    yield currency(context, paid)


def shipped_as_asked(order: Order, seen: View) -> Claim | None:
    """An option that was refused after payment, and by which the order goes all the same."""
    for refused in order.unread_refusals:
        wanted = refused.wanted if refused.operation == contract.OPTION and isinstance(refused.wanted, dict) else {}
        paid = order.paid.view.lines.get(str(wanted.get("lineItemId")))
        option = paid.option(wanted.get("shippingOptionId")) if paid else None
        shown = seen.line_of(paid.item or "") if paid else None
        detail = shown.raw.get("shippingDetail") if shown else None
        if not (paid and paid.selected and option and isinstance(detail, dict)):
            continue
        if detail.get("shippingServiceCode") == option.service != paid.selected.service:
            return equal(
                "shippingDetail.shippingServiceCode",
                f"{line_path(paid.item)}.shippingDetail.shippingServiceCode",
                paid.selected.service,
                option.service,
                requirement=refused.requirement,
                case=CaseKey(refused.operation, "the order stays"),
                proof=(refused.exchange,),
            )
    return None


def shipping(paid: View, seen: View) -> Iterator[Claim]:
    """The claims that the lines of an order go as the session had it; `shippingDetail` need not be there."""
    for ordered in seen.lines.values():
        mine = paid.line_of(ordered.item or "")
        detail = ordered.raw.get("shippingDetail")
        if (
            mine is None
            or mine.selected is None
            or not isinstance(detail, dict)
            or len(paid.lines) != len(set(paid.items))
        ):
            continue
        for name, want in (
            ("shippingCarrierCode", mine.selected.carrier),
            ("shippingServiceCode", mine.selected.service),
        ):
            if detail.get(name) is not None and detail[name] != want:
                yield equal(
                    f"shippingDetail.{name}", f"{line_path(ordered.item)}.shippingDetail.{name}", want, detail[name]
                )
                return
    if seen.lines:
        yield HELD
