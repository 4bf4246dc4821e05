"""What a profile offers to a walk through one marketplace, and the strategies that draw from it.

Only the machine that is walking knows what its marketplace has, so a strategy asks it: `st.runner()` is the machine. A
program therefore shows the value itself, and shrinking ends at the first value of the profile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st

from conformance.core import contract
from conformance.core.profile import Profile

T = TypeVar("T")
ITEMS = 8  # so few that sessions have items in common
LINES = 4  # of a session, at most
QUANTITIES = st.integers(1, 6)
Basket = dict[str, int]  # quantity by item


@dataclass(frozen=True)
class MarketplaceOffer:
    """An empty list: the target has nothing of the kind.

    too_many: one item more than a session may hold. lines: how many a session of a walk has at most. operations: of a
    session, as the profile lets them be sent. addresses: that the marketplace delivers to. declined: e-mail addresses
    of buyers whose payment is declined. bad_credentials: as in `exchange.BAD_CREDENTIALS`.
    """

    items: list[str]
    lines: int
    too_many: list[str]
    operations: list[str]
    addresses: list[dict[str, Any]]
    coupons: list[str]
    other_marketplaces: list[str]
    bad_credentials: list[str]
    declined: list[str]
    second_app: bool
    pays: bool

    @classmethod
    def of(cls, profile: Profile, marketplace: str, plain: Sequence[str], most_lines: int) -> MarketplaceOffer:
        """What the profile says of a marketplace.

        plain: its items without conditions, the most telling first. most_lines: how many surely fit into a session.
        """
        market, pays, items = profile.markets[marketplace], profile.pays_by_call, list(plain[:ITEMS])
        addresses = (market.other_address, market.address, market.unverifiable_address)
        over = (profile.max_line_items or len(plain)) + 1
        return cls(
            items=items,
            lines=min(LINES, most_lines, len(items)),
            too_many=list(plain[:over]) if over <= len(plain) else [],
            operations=[name for name in contract.SESSION_METHODS if pays or name != contract.PLACE_ORDER],
            addresses=[address for address in addresses if address],
            coupons=[coupon.code for coupon in market.coupons_of("good", "oversized")],
            other_marketplaces=[name for name in profile.markets if name != marketplace],
            bad_credentials=[*profile.bad_tokens, "wrong-scheme"] if profile.auth.kind != "none" else [],
            declined=list(profile.buyers.declined) if pays else [],
            second_app=profile.offers("second_app"),
            pays=pays,
        )


def sampled_from_offer(values: Callable[[MarketplaceOffer], Sequence[T]]) -> st.SearchStrategy[T]:
    """One of what the walking machine's marketplace offers."""
    return st.runner().flatmap(lambda machine: st.sampled_from(values(machine.offer)))


def _basket_of(offer: MarketplaceOffer) -> st.SearchStrategy[Basket]:
    return st.dictionaries(st.sampled_from(offer.items), QUANTITIES, min_size=1, max_size=offer.lines)


ADDRESSES = sampled_from_offer(lambda offer: offer.addresses)
BAD_CREDENTIALS = sampled_from_offer(lambda offer: offer.bad_credentials)
BASKETS: st.SearchStrategy[Basket] = st.runner().flatmap(lambda machine: _basket_of(machine.offer))
COUPONS = sampled_from_offer(lambda offer: offer.coupons)
DECLINED_BUYERS = sampled_from_offer(lambda offer: offer.declined)
OPERATIONS = sampled_from_offer(lambda offer: offer.operations)
OTHER_MARKETPLACES = sampled_from_offer(lambda offer: offer.other_marketplaces)
