"""Each of the seven session methods stays in the marketplace that made the session."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from suites.shared.named_sessions import session_in

UNSUPPORTED = "EBAY_ATLANTIS"


def _others(driver: CheckoutDriver, market: str) -> list[str]:
    return [name for name in driver.profile.markets if name != market]


@provokes("MARKET-SAME", cost=90)
@in_marketplaces(1, having="second_marketplace|items.1")
def test_no_method_works_in_another_marketplace(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market)
    for other in driver.some(_others(driver, market)):
        for operation, body in session.calls():
            session.expect_refusal(operation, body, "MARKET-SAME", f"{market} as {other}", marketplace=other)
    session.assert_still_open()


@provokes("MARKET-SAME", cost=4)
@in_marketplaces(1, having="second_marketplace")
def test_an_address_of_another_marketplace_does_not_open_it(driver: CheckoutDriver, market: str) -> None:
    """The address fits the marketplace that the header names, and not the session."""
    session = driver.create_session(market)
    for other in driver.some(_others(driver, market), few=1):
        there = driver.market(other).address
        session.expect_refusal(contract.ADDRESS, there, "MARKET-SAME", f"{market} as {other}", marketplace=other)
    session.assert_still_open()


@provokes("MARKET-SUPPORTED", "MARKET-REQUIRED", cost=40)
@in_situations(calm=1)
def test_a_marketplace_has_to_be_given_and_supported(driver: CheckoutDriver, market: str, situation: str) -> None:
    body = driver.initiate_body(market, [(driver.plain(market)[0], 1)])
    driver.send(Request(contract.INITIATE, None, body, UNSUPPORTED), "MARKET-SUPPORTED", "unsupported")
    driver.send(Request(contract.INITIATE, None, body, None), "MARKET-REQUIRED", "no header")
    session = session_in(driver, market, situation)
    methods = session.calls()
    for operation, sent in driver.some(methods):
        session.expect_refusal(operation, sent, "MARKET-SUPPORTED", "unsupported", marketplace=UNSUPPORTED)
    session.read()
    for operation, sent in driver.some(method for method in methods if method[0] != contract.PLACE_ORDER):
        session.expect_refusal(operation, sent, "MARKET-REQUIRED", "no header", marketplace=None)


@provokes("MARKET-ORDER-OPTIONAL", "MARKET-ORDER-SAME", cost=5)
@in_marketplaces(1, having="payment")
def test_an_order_is_read_without_a_marketplace_and_under_another(driver: CheckoutDriver, market: str) -> None:
    session = driver.paid(market)
    session.read_order("MARKET-ORDER-OPTIONAL", marketplace=None)
    session.read_order(marketplace=market)
    for other in _others(driver, market)[:1]:
        session.read_order("MARKET-ORDER-SAME", f"{market} as {other}", marketplace=other)


@provokes("MARKET-SAME", cost=7)
@in_marketplaces(1, having="payment")
def test_a_paid_session_stays_in_its_marketplace(driver: CheckoutDriver, market: str) -> None:
    """Elsewhere it is neither read nor changed nor paid again."""
    session = driver.paid(market)
    quantity = {"lineItemId": session.lines[0].id, "quantity": 4}
    for other in _others(driver, market)[:1]:
        case = f"{market} as {other}, once it is paid"
        session.read("MARKET-SAME", case, marketplace=other)
        session.send(contract.QUANTITY, quantity, "MARKET-SAME", case, marketplace=other)
        if driver.profile.pays_by_call:
            session.place_order("MARKET-SAME", case, marketplace=other)
    session.read_back()


@provokes("MARKET-CURRENCY", "MARKET-CURRENCY-OWN", cost=8)
@in_marketplaces(1)
def test_a_full_cart_is_in_one_currency(driver: CheckoutDriver, market: str) -> None:
    session_in(driver, market, "rich").read()
