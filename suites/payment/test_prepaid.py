"""Purchase orders that were paid beforehand and are named in the profile: read, and left as they are."""

from __future__ import annotations

from conformance.exchange import OTHER_APP
from conformance.marks import in_marketplaces, provokes, reads_only
from conformance.shop import Shop


@provokes("ORDER-FIELDS", "ORDER-STABLE", "ORDER-UNKNOWN", "ORDER-APP", cost=6)
@reads_only()
@in_marketplaces(1, having="prepaid")
def test_orders_that_were_paid_beforehand(shop: Shop, market: str) -> None:
    for one in shop.some(shop.profile.prepaid):
        for _ in range(2):
            shop.order(one.order, "ORDER-STABLE", "paid beforehand", marketplace=one.marketplace or None)
        shop.order(shop.unknown(one.order), "ORDER-UNKNOWN")
        if shop.profile.offers("second_app"):
            shop.order(one.order, "ORDER-APP", credential=OTHER_APP)
