"""What changes that are not recorded can do to a session: which breaches they explain, and which state they leave.

A seller changes prices, too, and no call shows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.judging.attribution import EFFECTS
from conformance.judging.claim import ABOUT_THE_OUTCOME
from conformance.judging.context import Judgment, RuleContext
from conformance.judging.model import (
    COUPONS,
    SUMMARY_PARTS,
    Line,
    StatePart,
    View,
    cart_key,
    differences,
    keyed,
    lasting,
    pricing,
    state,
)
from conformance.judging.world import World

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
# What may have taken away the option or the line that a call names.
NAMED_BEFORE = {contract.OPTION: {contract.ADDRESS}, contract.QUANTITY: {contract.QUANTITY}}
# Between the starts of two sessions: no document says how long a seller keeps a price. A run of the suite takes minutes.
PRICES_HOLD = timedelta(hours=1)
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
        if not known and contract.INVALID_VALUE in exchange.error_ids:
            known = NAMED_BEFORE.get(context.operation, set())
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


def state_before(context: RuleContext, before: View, seen: View, *, lossy: bool = False) -> View:
    """The state just before a call, if all that the call does not name had been changed: as the answer shows it.

    But for what no change does: none adds a line, and none gives a line another id. lossy: whether the file is known to lack
    calls; else the line that a change of its quantity names keeps its option.
    """
    lines = _reachable(before, seen)
    if context.operation == contract.READ:
        return seen if lines == seen.lines else _with_lines(seen, lines)
    named = str(context.body.get("lineItemId"))
    if context.operation == contract.QUANTITY and named in before.lines:
        mine = before.lines[named]
        if lossy and named in lines:
            mine = replace(mine, options=lines[named].options)
        lines = {
            line: mine if line == named else lines[line] for line in before.lines if line in lines or line == named
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


class PriceTimes:
    """When the sessions were made that showed the prices which a world knows."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[str, datetime] = {}
        self._shown: dict[tuple[Any, ...], datetime] = {}  # the latest, by the world's key of a price
        self._places: list[tuple[dict[Any, Any], dict[Any, Any]]] = [(world.units, {}), (world.prices, {})]

    def note(self, exchange: Exchange, began: datetime | None) -> None:
        """Takes note of an exchange that is in the world now."""
        for known, aside in self._places:
            known.update(aside)
            aside.clear()
        session = self._world.session_of(exchange)
        if session is not None and began is not None:
            made = self._made.setdefault(session.id, began)
            for key in self._agreed(session.marketplace, session.view):
                self._shown[key] = max(made, self._shown.get(key, made))

    def _agreed(self, market: str, shown: View) -> Iterator[tuple[Any, ...]]:
        """The prices that a session shows as the world knows them."""
        for line in shown.lines.values():
            if line.item and line.unit is not None and self._world.units.get((market, line.item)) == line.unit:
                yield market, line.item
        cart = (market, *cart_key(shown))
        if cart in self._world.prices and self._world.prices[cart][0] == lasting(shown):
            yield cart

    def forget(self, context: RuleContext, began: datetime | None) -> bool:
        """Takes out of the world the prices of an answer that only sessions of another time have shown.

        Returns whether there were any. What a session of old shows is no news of prices: they come back with `note`.
        """
        seen, known = context.answer, context.session or (context.order.paid if context.order else None)
        made = self._made.get(known.id, began) if known else began
        if seen is None or made is None:
            return False
        market = context.sold_in
        old = [key for key in self._keys(market, context.before, seen) if self._is_old(key, made)]
        for prices, aside in self._places:
            gone = {key: prices.pop(key) for key in old if key in prices}
            if known:
                aside.update(gone)
        return bool(old)

    def _keys(self, market: str, before: View | None, seen: View) -> Iterator[tuple[Any, ...]]:
        """The world's keys of the prices in an answer, but for items whose price changed within the session."""
        for line in seen.lines.values():
            own = before.line_of(line.item or "") if before else None
            if own is None or own.unit in (None, line.unit):
                yield market, line.item or ""
        yield market, *cart_key(seen)

    def _is_old(self, key: tuple[Any, ...], made: datetime) -> bool:
        return key in self._shown and abs(made - self._shown[key]) > PRICES_HOLD
