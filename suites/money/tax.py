"""Whether net prices hold the tax: nothing in the documents keeps it out of them, or says on what it is laid."""

from __future__ import annotations

from decimal import Decimal

from conformance.judging.amounts import ZERO
from conformance.judging.model import View

ROUNDED = Decimal("0.02")  # a line's tax is rounded, and so is the sum that its rate is taken from
Line = tuple[Decimal, Decimal]  # what a line costs before coupon and tax, and its net price


def in_net_prices(lines: list[Line], view: View) -> bool:
    """Whether net prices are above the goods by the summary's tax, or by each line's part of it at one rate."""
    saved, tax = view.summary.get("additionalSavings", ZERO), view.summary.get("tax", ZERO)
    goods, net = (sum(column, ZERO) for column in zip(*lines, strict=True))
    if tax <= 0 or net == goods - saved:
        return False
    if net == goods - saved + tax and (saved or all(line >= before for before, line in lines)):
        return True
    return any(_holds_at(rate, lines, saved) for rate in _rates(goods, saved, tax, view))


def _rates(goods: Decimal, saved: Decimal, tax: Decimal, view: View) -> list[Decimal]:
    """The rate of the tax, as it is laid on the goods before or after a coupon, and on delivery, fee and import or not."""
    delivery, fee, imports = (view.summary.get(name, ZERO) for name in ("deliveryCost", "fee", "importCharges"))
    others = (ZERO, delivery, delivery + fee, imports, delivery + imports, delivery + fee + imports)
    bases = {base + more for base in (goods, goods - saved) for more in others}
    return [tax / base for base in bases if base > tax]


def _holds_at(rate: Decimal, lines: list[Line], saved: Decimal) -> bool:
    if any(net - goods > goods * rate + ROUNDED for goods, net in lines):
        return False
    if not saved:
        return all(net - goods >= goods * rate - ROUNDED for goods, net in lines)
    goods, net = (sum(column, ZERO) for column in zip(*lines, strict=True))
    near = ROUNDED * len(lines)
    return any(abs(net - want) <= near for want in ((goods - saved) * (1 + rate), goods * (1 + rate) - saved))
