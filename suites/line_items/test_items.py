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
def test_an_item_that_is_refused(driver: CheckoutDriver, market: str) -> None:
    plain = driver.plain(market)[0]
    refused = driver.market(market).items("refused")  # one request each, so that a budget cuts none of them
    for item in refused:
        requirement = ITEM_RULES.get(driver.market(market).roles[item].error)
        if requirement is None:
            continue
        error = driver.market(market).roles[item].error
        driver.initiate(market, [(item, 1)], requirement, f"{error}")
        if driver.thorough:
            driver.initiate(market, [(plain, 1), (item, 2)], requirement, f"{error} beside another")
            driver.initiate(market, [(item, 5), (plain, 1)], requirement, f"{error} before another")
    removed = driver.market(market).items("removed")
    alone = [item for item in refused if driver.market(market).roles[item].error in NEVER_TAKEN_OUT]
    if removed and alone and not driver.brief:  # a refusal has no warnings beside it
        error = driver.market(market).roles[alone[0]].error
        driver.initiate(
            market, [(removed[0], 1), (alone[0], 1)], ITEM_RULES[error], f"{error} beside one that is taken out"
        )


@provokes("ITEM-REMOVED", cost=12)
@in_marketplaces(2, having="item.removed")
def test_an_item_that_is_taken_out(driver: CheckoutDriver, market: str) -> None:
    plain = driver.plain(market, 3)
    for item in driver.some(driver.market(market).items("removed")):
        case = str(driver.market(market).roles[item].error)
        driver.initiate(market, [(item, 1)], "ITEM-REMOVED", f"{case} alone")
        for others in driver.some(([plain[0], item], [item, *plain], [*plain[:2], item]), few=2):
            exchange = driver.initiate(
                market, [(other, 1 + index) for index, other in enumerate(others)], "ITEM-REMOVED", case
            )
            session = (
                driver.trace.world.sessions.get(str(exchange.body.get("checkoutSessionId")))
                if exchange.accepted
                else None
            )
            if session:
                CheckoutSession(driver, session).read()


@provokes("ITEM-WARNED", "WARNING-SHAPE", "WARNING-SHAPE-OPERATION", cost=12)
@in_marketplaces(2, having="item.warned")
def test_an_item_that_is_sold_with_a_warning(driver: CheckoutDriver, market: str) -> None:
    plain = driver.plain(market)[0]
    for item in driver.some(driver.market(market).items("warned")):
        for lines in driver.some(([(plain, 1), (item, 4)], [(item, 1)])):
            session = driver.create_session(
                market, lines, requirement="ITEM-WARNED", case=str(driver.market(market).roles[item].error)
            )
            session.read()
            if driver.thorough:
                session.set_quantity(session.lines[0], 2)
                session.read()


@provokes("ITEM-UNKNOWN", cost=2)
@in_marketplaces()
def test_an_item_of_no_listing(driver: CheckoutDriver, market: str) -> None:
    plain = driver.plain(market)[0]
    unknown = made_up.ITEM
    driver.initiate(market, [(unknown, 1)], "ITEM-UNKNOWN")
    if driver.thorough:
        driver.initiate(market, [(plain, 1), (unknown, 1)], "ITEM-UNKNOWN", "beside another")
