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
        known = driver.paid(market).state.order or known
    for unknown in driver.some((made_up.unknown(known), made_up.ORDERS[0])):
        driver.read_order(unknown, "ORDER-UNKNOWN")
    driver.read_order(made_up.unknown(known), "ORDER-UNKNOWN", "with a marketplace", marketplace=market)


@provokes("ORDER-APP", cost=6)
@in_marketplaces(1, having="payment second_app")
def test_another_app_cannot_read_an_order(driver: CheckoutDriver, market: str) -> None:
    session = driver.paid(market)
    for _ in driver.some(range(2)):
        session.read_order("ORDER-APP", credential=OTHER_APP)
        session.read_order()


@provokes("SESSION-APP", cost=7)
@in_marketplaces(1, having="payment second_app")
def test_a_paid_session_is_closed_to_another_app(driver: CheckoutDriver, market: str) -> None:
    """It is neither read nor changed nor paid again, and its order stays as it was."""
    session = driver.paid(market)
    session.read("SESSION-APP", "once it is paid", credential=OTHER_APP)
    session.set_quantity(session.lines[0], 3, "SESSION-APP", "once it is paid", credential=OTHER_APP)
    if driver.profile.pays_by_call:
        session.place_order("SESSION-APP", "once it is paid", credential=OTHER_APP)
    session.read_back()


@provokes("ORDER-APP", cost=4)
@in_marketplaces(1, having="place_order second_app")
def test_an_order_of_another_app_cannot_be_read(driver: CheckoutDriver, market: str) -> None:
    theirs = driver.create_session(market, credential=OTHER_APP)
    theirs.place_order(credential=OTHER_APP)
    theirs.read_order("ORDER-APP", "an order of the other app")
