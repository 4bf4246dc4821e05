"""Purchase orders: whose they are, and ids that were never given out."""

from __future__ import annotations

from conformance.core import made_up
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes


@provokes("ORDER-UNKNOWN", cost=2)
@in_marketplaces(1)
def test_an_unknown_order(driver: CheckoutDriver, market: str) -> None:
    known = made_up.ORDERS[1]
    if driver.profile.offers("payment"):
        session = driver.paid(market)
        known = session.state.order or known
        if driver.profile.offers("second_app") and not driver.brief:
            session.read_order("ORDER-APP", credential=OTHER_APP)
    for unknown in driver.some((made_up.unknown(known), made_up.ORDERS[0])):
        driver.read_order(unknown, "ORDER-UNKNOWN")
    driver.read_order(made_up.unknown(known), "ORDER-UNKNOWN", "with a marketplace", marketplace=market)


@provokes("ORDER-APP", "SESSION-APP", cost=9)
@in_marketplaces(1, having="payment second_app")
def test_another_app_cannot_read_an_order(driver: CheckoutDriver, market: str) -> None:
    session = driver.paid(market)
    for _ in driver.some(range(2)):
        session.read_order("ORDER-APP", credential=OTHER_APP)
        session.read_order()
    if driver.brief:
        return
    session.read("SESSION-APP", "once it is paid", credential=OTHER_APP)
    session.set_quantity(session.lines[0], 3, "SESSION-APP", "once it is paid", credential=OTHER_APP)
    if driver.profile.payment == "place_order":
        session.place_order("SESSION-APP", "once it is paid", credential=OTHER_APP)
    others = [name for name in driver.profile.markets if name != market]
    for other in others[:1]:
        session.read("MARKET-SAME", f"{market} as {other}, once it is paid", marketplace=other)
        session.set_quantity(
            session.lines[0], 4, "MARKET-SAME", f"{market} as {other}, once it is paid", marketplace=other
        )
    session.read_back()
    if not driver.profile.pays_by_call:
        return
    theirs = driver.create_session(market, credential=OTHER_APP)
    theirs.place_order(credential=OTHER_APP)
    theirs.read_order("ORDER-APP", "an order of the other app")
