"""Which role each coupon has, and from which amount on a coupon with a minimum is taken."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from conformance.commands.probe.observations import Voucher
from conformance.commands.probe.session import WizardSession
from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import SAFE_LINE_COUNT
from conformance.judging.amounts import total
from conformance.judging.model import Line, View, view

SINGLES = 4  # sessions of one item each in which a coupon is tried
MINIMUM = (16005, 16009)
DEPENDS = (*MINIMUM, 16013, 16016, 16017)  # a coupon that fits another cart or address
STEPS, MOST_PIECES = 10, 30  # halvings, and pieces of each of two items, in the search for a minimum


class Cart(NamedTuple):
    """A cart of two lines: its subtotal, and the pieces of each."""

    subtotal: Decimal
    first: int
    second: int


def most_calls(coupons: int, items: int) -> int:
    """The most requests that the coupons of one marketplace take."""
    carts = SINGLES + -(-items // SAFE_LINE_COUNT)
    return carts + coupons * (2 * carts + 6 + 1 + 4 * STEPS) if coupons else 0


def find_coupon_roles(probe: WizardSession, codes: list[str]) -> None:
    """Applies each code to a few sessions of one item each, and takes it off again; fills `probe.seen.coupons`."""
    sessions: list[tuple[str, View]] = []
    for good in probe.seen.of("plain")[:SINGLES] if codes else ():
        _, shown = probe.initiate([(good.item, 1)])
        if shown is not None and shown.id:
            sessions.append((good.item, shown))
    plain = [good.item for good in probe.seen.of("plain")]
    parts = (
        [plain[start : start + SAFE_LINE_COUNT] for start in range(SINGLES, len(plain), SAFE_LINE_COUNT)]
        if codes
        else []
    )
    carts = [shown for part in parts if (shown := probe.initiate([(item, 1) for item in part])[1]) is not None]
    for code in codes if sessions else ():
        probe.seen.coupons.append(_role(probe, code, sessions, carts))


def _role(probe: WizardSession, code: str, sessions: list[tuple[str, View]], carts: list[View]) -> Voucher:
    fits: list[str] = []
    refusals: list[Exchange] = []
    oversized = True
    for item, shown in sessions:
        exchange = probe.apply(str(shown.id), code)
        if not exchange.accepted:
            refusals.append(exchange)
            if exchange.silent or not set(exchange.error_ids) & set(DEPENDS):
                break
            continue
        fits.append(item)
        oversized = oversized and _takes_all(shown, view(exchange.body))
        probe.remove(str(shown.id), code)
    known = {identifier for identifier in contract.operations()[contract.APPLY].ids if 16000 <= identifier < 17000}
    ids = sorted({error for exchange in refusals for error in exchange.error_ids if error in known})
    if fits and not refusals:
        kind = "oversized" if oversized else "good"
        return Voucher(code, kind, remark=f"taken with each of {len(fits)} items", fits=fits)
    if not ids:
        return Voucher(code, "unknown", remark=f"answered with {refusals[0].answer()}")
    if set(ids) & set(MINIMUM):
        return _minimum(probe, Voucher(code, "minimum", ids[0], fits=fits))
    if fits or set(ids) & set(DEPENDS):
        return Voucher(code, "item_bound", ids[0], fits=fits)
    return _again(probe, Voucher(code, "refused", ids[0]), [*(shown for _, shown in sessions), *carts])


def _again(probe: WizardSession, voucher: Voucher, carts: list[View]) -> Voucher:
    """The second try: with other items, with another option, at another address. A coupon taken then has no role."""
    shown, *others = carts
    if any(_taken(probe, other, voucher.code) for other in others):
        voucher.kind, voucher.remark = "unknown", f"refused with {voucher.error}, taken with other items"
        return voucher
    line = next(iter(shown.lines.values()))
    if len(line.options) > 1:
        first = next((option for option in line.options if option.selected), line.options[0])
        other = next(option for option in reversed(line.options) if option is not first)
        taken = _option(probe, shown, line, other.id) and _taken(probe, shown, voucher.code)
        _option(probe, shown, line, first.id)  # as the next coupon is to find it
        if taken:
            voucher.kind = "unknown"
            voucher.remark = f"refused with {voucher.error}, taken with another shipping option"
            return voucher
    if probe.seen.other and probe.send(contract.ADDRESS, shown.id, probe.seen.other).accepted:
        if _taken(probe, shown, voucher.code):
            voucher.kind, voucher.remark = "unknown", f"refused with {voucher.error}, taken at another address"
        probe.send(contract.ADDRESS, shown.id, probe.seen.address)
    return voucher


def _option(probe: WizardSession, shown: View, line: Line, option: str | None) -> bool:
    return probe.send(contract.OPTION, shown.id, {"lineItemId": line.id, "shippingOptionId": option}).accepted


def _taken(probe: WizardSession, shown: View, code: str) -> bool:
    if not probe.apply(str(shown.id), code).accepted:
        return False
    probe.remove(str(shown.id), code)
    return True


def _minimum(probe: WizardSession, voucher: Voucher) -> Voucher:
    """Finds by bisection, over carts of two items, the amount from which on the coupon is taken."""
    priced = [
        (good.item, unit)
        for good in probe.seen.of("plain")
        if good.item in probe.lines
        and (unit := probe.lines[good.item][1].unit)
        and not probe.lines[good.item][1].promotion  # a promotion lowers what counts towards a minimum
    ]
    priced.sort(key=lambda pair: pair[1])
    if len(priced) < 2:
        return voucher
    (first, low), (second, high) = priced[0], priced[1]
    _, shown = probe.initiate([(first, 1), (second, 1)])
    by_item = {line.item: line for line in shown.lines.values()} if shown else {}
    if shown is None or not shown.id or {first, second} != set(by_item):
        return voucher
    pieces = range(1, MOST_PIECES + 1)
    carts = sorted({Cart(few * low + more * high, few, more) for few in pieces for more in pieces})
    lines = by_item[first], by_item[second]
    below, above = 0, len(carts)
    seen: dict[bool, list[Decimal]] = {True: [], False: []}
    for _ in range(STEPS):
        if above - below <= 1:
            break
        middle = (below + above) // 2
        tried = _applied_to(probe, shown.id, lines, carts[middle], voucher.code)
        if tried is None:
            return voucher
        accepted, spent = tried
        seen[accepted].append(spent)
        below, above = (below, middle) if accepted else (middle, above)
    if seen[False] and seen[True] and max(seen[False]) < min(seen[True]):
        voucher.refused, voucher.taken = max(seen[False]), min(seen[True])
    return voucher


def _applied_to(
    probe: WizardSession, session: str, lines: tuple[Line, Line], cart: Cart, code: str
) -> tuple[bool, Decimal] | None:
    """Whether the coupon is taken with that cart, and what its items cost then; None where the cart cannot be had.

    An item may have a promotion from some quantity on, which lowers what counts towards a minimum.
    """
    spent = cart.subtotal
    for line, quantity in zip(lines, (cart.first, cart.second), strict=True):
        changed = probe.set_quantity(session, line, quantity)
        if not changed.accepted:
            return None
        spent = cart.subtotal - view(changed.body).summary.get("priceDiscount", Decimal(0))
    exchange = probe.apply(session, code)
    if exchange.accepted:
        probe.remove(session, code)
    return exchange.accepted, spent


def _takes_all(before: View, after: View) -> bool:
    """Whether a coupon took off as much as the goods cost."""
    totals = before.summary.get("total"), after.summary.get("total")
    cost = total(line.net for line in before.lines.values())
    return totals[0] is not None and totals[1] is not None and cost is not None and totals[0] - totals[1] >= cost
