"""Items by role: refused, taken out with a warning, sold with a warning, not known at all."""

from __future__ import annotations

from conformance.core import made_up
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, provokes
from suites.line_items.rules import ITEM_RULES

REFUSED = tuple(sorted(set(ITEM_RULES.values())))
NEVER_TAKEN_OUT = set(ITEM_RULES) - {15013, 15053, 15018}  # a line that is not available may go with a warning instead


@provokes(*REFUSED, "ITEM-OWN-ID", cost=40)
@in_marketplaces(1, having="item.refused")
def test_an_item_that_is_refused(shop: CheckoutDriver, market: str) -> None:
    plain = shop.plain(market)[0]
    refused = shop.market(market).items("refused")  # one request each, so that a budget cuts none of them
    for item in refused:
        why = ITEM_RULES.get(shop.market(market).roles[item].error)
        if why is None:
            continue
        error = shop.market(market).roles[item].error
        shop.initiate(market, [(item, 1)], why, f"{error}")
        if shop.thorough:
            shop.initiate(market, [(plain, 1), (item, 2)], why, f"{error} beside another")
            shop.initiate(market, [(item, 5), (plain, 1)], why, f"{error} before another")
    removed = shop.market(market).items("removed")
    alone = [entry for entry in refused if shop.market(market).roles[entry].error in NEVER_TAKEN_OUT]
    if removed and alone and not shop.brief:  # a refusal has no warnings beside it
        error = shop.market(market).roles[alone[0]].error
        shop.initiate(
            market, [(removed[0], 1), (alone[0], 1)], ITEM_RULES[error], f"{error} beside one that is taken out"
        )


@provokes("ITEM-REMOVED", cost=12)
@in_marketplaces(2, having="item.removed")
def test_an_item_that_is_taken_out(shop: CheckoutDriver, market: str) -> None:
    plain = shop.plain(market, 3)
    for item in shop.some(shop.market(market).items("removed")):
        case = str(shop.market(market).roles[item].error)
        shop.initiate(market, [(item, 1)], "ITEM-REMOVED", f"{case} alone")
        for others in shop.some(([plain[0], item], [item, *plain], [*plain[:2], item]), few=2):
            exchange = shop.initiate(
                market, [(other, 1 + index) for index, other in enumerate(others)], "ITEM-REMOVED", case
            )
            session = (
                shop.trace.world.sessions.get(str(exchange.body.get("checkoutSessionId")))
                if exchange.accepted
                else None
            )
            if session:
                CheckoutSession(shop, session).read()


@provokes("ITEM-WARNED", "WARNING-SHAPE", "WARNING-SHAPE-OPERATION", cost=12)
@in_marketplaces(2, having="item.warned")
def test_an_item_that_is_sold_with_a_warning(shop: CheckoutDriver, market: str) -> None:
    plain = shop.plain(market)[0]
    for item in shop.some(shop.market(market).items("warned")):
        for lines in shop.some(([(plain, 1), (item, 4)], [(item, 1)])):
            cart = shop.cart(market, lines, why="ITEM-WARNED", case=str(shop.market(market).roles[item].error))
            cart.read()
            if shop.thorough:
                cart.set_quantity(cart.lines[0], 2)
                cart.read()


@provokes("ITEM-UNKNOWN", cost=2)
@in_marketplaces()
def test_an_item_of_no_listing(shop: CheckoutDriver, market: str) -> None:
    plain = shop.plain(market)[0]
    unknown = made_up.ITEM
    shop.initiate(market, [(unknown, 1)], "ITEM-UNKNOWN")
    if shop.thorough:
        shop.initiate(market, [(plain, 1), (unknown, 1)], "ITEM-UNKNOWN", "beside another")
