"""The first requests of a run: is there a shop at all, and what do the profile's plain items show?

What the answers tell is handed to every process, so that tests can choose items and every trace knows the same prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from conformance.exchange import Exchange
from conformance.model import ZERO, Line
from conformance.shop import Features, Shop

MOST_ITEMS = 24


@dataclass
class Findings:
    """What the scout learned. cause: the sentence with which the run ends, if there is nothing to judge."""

    features: dict[tuple[str, str], Features] = field(default_factory=dict)
    units: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    cause: str | None = None

    def dump(self) -> dict[str, Any]:
        """Plain data for another process."""
        return {
            "features": [[*key, asdict(one)] for key, one in self.features.items()],
            "units": [[*key, str(value)] for key, value in self.units.items()],
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Findings:
        """The findings that another process dumped."""
        return cls(
            {(market, item): Features(**one) for market, item, one in data["features"]},
            {(market, item): Decimal(value) for market, item, value in data["units"]},
        )


def look(shop: Shop, *, chunks: int | None = None, markets: list[str] | None = None) -> Findings:
    """Initiates sessions with all plain items of each marketplace, as many in one as surely fit."""
    found = Findings()
    first: Exchange | None = None
    size = shop.maximum()
    for name in markets or list(shop.profile.markets):
        items = list(shop.market(name).plain)[:MOST_ITEMS]
        parts = [items[at : at + size] for at in range(0, len(items), size)]
        for part in parts[:chunks]:
            exchange = shop.initiate(name, [(item, 1) for item in part], "SESSION-CREATE", f"{len(part)} plain items")
            first = first or exchange
            if exchange.silent and exchange.status is None:
                return _ended(found, exchange)
            for line in _lines(shop, exchange):
                found.features[name, line.item or ""] = _features(line)
                if line.unit is not None:
                    found.units.setdefault((name, line.item or ""), line.unit)
    if not found.features and first is not None:
        return _ended(found, first)
    return found


def _lines(shop: Shop, exchange: Exchange) -> Iterator[Line]:
    session = shop.trace.world.sessions.get(str(exchange.body.get("checkoutSessionId"))) if exchange.accepted else None
    if session:
        yield from session.view.lines.values()


def _features(line: Line) -> Features:
    costs = {(one.cost, one.imports) for one in line.options}
    return Features(
        options=len(line.options) if len(costs) > 1 else 1,
        fee=bool(line.fees),
        promotion=bool(line.promotion),
        discount=any(one.discount for one in line.options),
        imports=any(one.imports > ZERO for one in line.options),
        unit=str(line.unit or 0),
        seller=str(
            (line.raw.get("seller") or {}).get("username", "") if isinstance(line.raw.get("seller"), dict) else ""
        ),
    )


def _ended(found: Findings, exchange: Exchange) -> Findings:
    found.cause = cause_of(exchange)
    return found


def cause_of(exchange: Exchange) -> str:
    """Why nothing can be judged, in one sentence."""
    ids, where = set(exchange.error_ids), exchange.url
    if exchange.status is None:
        return f"The target did not answer: {exchange.problem}"
    if 1100 in ids or exchange.status == 403:
        return "The app has no access to guest checkout (403, 1100): ask eBay for approval of this app, or check its scope."
    if exchange.status == 401 or ids & {1001, 1002, 1003}:
        return f"The target refuses the run's token ({exchange.answer()}): check the credentials in the profile."
    if exchange.status == 429 or 2001 in ids:
        return "The target's quota of calls is used up (429): try again after its reset."
    if exchange.status in (502, 503, 504):
        return f"The target is not available ({exchange.status}): try again later."
    if exchange.status == 404 and not ids - {2002, 3003}:
        return f"Nothing answers like the Order API at {where} (404): check base_url in the profile."
    if exchange.accepted:
        return "The target answers initiateGuestCheckoutSession without a checkout session, so nothing that follows can be judged."
    if exchange.status >= 500:
        return f"The target fails on a valid initiateGuestCheckoutSession ({exchange.answer()}), so nothing that follows can be judged."
    refused = f"The target refuses a valid initiateGuestCheckoutSession with {exchange.answer()}"
    return f"{refused}: check the items and the address in the profile."
