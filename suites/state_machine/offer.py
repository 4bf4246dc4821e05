"""What a profile offers to a walk through one marketplace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.driver.checkout import CheckoutDriver

T = TypeVar("T")
ITEMS = 8  # so few that sessions have items in common


@dataclass(frozen=True)
class Offer:
    """An empty list: the target has nothing of the kind.

    too_many: one item more than a session may hold. addresses: that the marketplace delivers to. declined: e-mail
    addresses of buyers whose payment is declined. bad_credentials: as in `exchange.BAD_CREDENTIALS`.
    """

    items: list[str]
    too_many: list[str]
    addresses: list[dict[str, Any]]
    coupons: list[str]
    other_marketplaces: list[str]
    bad_credentials: list[str]
    declined: list[str]
    second_app: bool
    pays: bool

    @classmethod
    def of(cls, driver: CheckoutDriver, marketplace: str) -> Offer:
        """Reads the driver's profile."""
        profile, market = driver.profile, driver.market(marketplace)
        addresses = (market.other_address, market.address, market.unverifiable_address)
        over = driver.plain(marketplace, (profile.max_line_items or 0) + 1) if profile.max_line_items else []
        pays = profile.payment == "place_order"
        return cls(
            items=driver.plain(marketplace, ITEMS),
            too_many=over if len(over) > driver.maximum() else [],
            addresses=[address for address in addresses if address],
            coupons=[coupon.code for coupon in market.coupons_of("good", "oversized")],
            other_marketplaces=[name for name in profile.markets if name != marketplace],
            bad_credentials=_bad_credentials(driver),
            declined=list(profile.declined) if pays else [],
            second_app=profile.offers("second_app"),
            pays=pays,
        )


def _bad_credentials(driver: CheckoutDriver) -> list[str]:
    profile = driver.profile
    if profile.auth == "none":
        return []
    expired = ["expired"] if profile.offers("expired_token") else []
    other = ["other-scope"] if profile.offers("other_scope") and profile.auth == "client_credentials" else []
    return ["none", "made-up", "wrong-scheme", *expired, *other]


def pick(values: Sequence[T], place: int) -> T:
    """The value at a place that was drawn without knowing how many there are."""
    return values[place % len(values)]
