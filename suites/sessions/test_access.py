"""Whose session it is: unknown ids and other apps."""

from __future__ import annotations

from conformance.core import contract, made_up
from conformance.core.exchange import OTHER_APP, Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from suites.shared.named_sessions import session_in


@provokes("SESSION-UNKNOWN", cost=16)
@in_marketplaces(1)
def test_no_method_knows_an_unknown_session(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market)
    unknown = made_up.unknown(session.id)
    for operation, body in driver.some(session.calls()):
        driver.send(Request(operation, unknown, body, market), "SESSION-UNKNOWN")
    for other in driver.some((made_up.nearly(session.id), f"{session.id}0", session.id[:-1] or "1"), few=1):
        driver.send(Request(contract.READ, other, None, market), "SESSION-UNKNOWN", "nearly a known one")
    session.read()


@provokes("SESSION-APP", cost=30)
@in_situations(calm=1, having="second_app")
def test_no_method_works_for_another_app(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(driver, market, situation)
    for operation, body in driver.some(session.calls()):
        session.expect_refusal(operation, body, "SESSION-APP", credential=OTHER_APP)
    session.assert_still_open()


@provokes("SESSION-APP", cost=34)
@in_marketplaces(1, having="second_app")
def test_no_method_works_for_another_app_late_in_a_session(driver: CheckoutDriver, market: str) -> None:
    session = session_in(driver, market, "rich")
    for _ in range(2):
        for operation, body in session.calls():
            session.expect_refusal(operation, body, "SESSION-APP", credential=OTHER_APP)
    session.assert_still_open()
    other = driver.create_session(market, credential=OTHER_APP)
    for operation, body in other.calls():
        if operation != contract.PLACE_ORDER:
            other.send(operation, body, "SESSION-APP", "a session of the other app")
    other.read(credential=OTHER_APP)
