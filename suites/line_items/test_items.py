"""Items by role: refused, taken out with a warning, sold with a warning, not known at all."""

from __future__ import annotations

from conformance.core import made_up
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, provokes
from suites.line_items.rules import ITEM_RULES

REFUSED = tuple(sorted(set(ITEM_RULES.values())))
NEVER_TAKEN_OUT = set(ITEM_RULES) - {15013, 15053, 15018}  # a line that is not available may go with a warning instead


def _refused(driver: CheckoutDriver, market: str) -> list[tuple[str, int]]:
    """The items that are refused, each with the id of its reason, as far as a requirement is about that."""
    offered = driver.market(market)
    pairs = [(item, offered.roles[item].error) for item in offered.items("refused")]
    return [(item, error) for item, error in pairs if error in ITEM_RULES]


@provokes(*REFUSED, "ITEM-OWN-ID", cost=12)
@in_marketplaces(1, having="item.refused")
def test_an_item_that_is_refused(driver: CheckoutDriver, market: str) -> None:
    """Each of them, under a budget too: each has a requirement of its own."""
    for item, error in _refused(driver, market):
        driver.initiate(market, [(item, 1)], ITEM_RULES[error], f"{error}")


@provokes(*REFUSED, cost=24)
@in_marketplaces(1, having="item.refused")
def test_an_item_is_refused_beside_others_too(driver: CheckoutDriver, market: str) -> None:
    plain = driver.plain(market)[0]
    for item, error in driver.some(_refused(driver, market)):
        driver.initiate(market, [(plain, 1), (item, 2)], ITEM_RULES[error], f"{error} beside another")
        driver.initiate(market, [(item, 5), (plain, 1)], ITEM_RULES[error], f"{error} before another")


@provokes(*REFUSED, cost=1)
@in_marketplaces(1, having="item.refused item.removed")
def test_a_refusal_has_no_warnings_beside_it(driver: CheckoutDriver, market: str) -> None:
    """One item is to be refused, another would be taken out with a warning."""
    removed = driver.market(market).items("removed")[0]
    alone = ((item, error) for item, error in _refused(driver, market) if error in NEVER_TAKEN_OUT)
    for item, error in driver.some(alone, few=1):
        case = f"{error} beside one that is taken out"
        driver.initiate(market, [(removed, 1), (item, 1)], ITEM_RULES[error], case)


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


@provokes("ITEM-WARNED", cost=5)
@in_marketplaces(1, having="item.warned")
def test_a_warning_stays_from_read_to_read(driver: CheckoutDriver, market: str) -> None:
    """And through a change of its line."""
    for item in driver.some(driver.market(market).items("warned")):
        session = driver.create_session(market, [(item, 1)], requirement="ITEM-WARNED")
        session.read()
        session.set_quantity(session.lines[0], 2)
        session.read()


@provokes("ITEM-UNKNOWN", cost=2)
@in_marketplaces()
def test_an_item_of_no_listing(driver: CheckoutDriver, market: str) -> None:
    unknown = (made_up.ITEM, 1)
    beside = [(driver.plain(market)[0], 1), unknown]
    for lines, case in driver.some((([unknown], ""), (beside, "beside another")), few=1):
        driver.initiate(market, lines, "ITEM-UNKNOWN", case)
