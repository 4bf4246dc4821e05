"""Odd requests: a 4xx whatever its id, never a crash, never a page or a trace."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes
from conformance.driver.session_methods import CHANGE_METHODS
from strategies.hostile import NEGATIVE, as_other_media, odd_texts, with_extras
from suites.shared.named_sessions import session_in


@provokes("ROBUST", "TYPE-JSON", "ERROR-SHAPE", cost=120)
@in_marketplaces(1)
def test_odd_bodies(driver: CheckoutDriver, market: str) -> None:
    session = session_in(driver, market, "two lines")
    start = driver.initiate_body(market, [(driver.plain(market)[0], 1)])
    for case, (raw, kind) in driver.some((NEGATIVE | as_other_media(start)).items()):
        driver.send(Request(contract.INITIATE, None, None, market, raw=raw, content_type=kind), "ROBUST", case)
    for operation, _ in driver.some(call for call in session.calls() if call[1] is not None):
        for case, (raw, kind) in driver.some(NEGATIVE.items()):
            session.send(operation, None, "ROBUST", case, raw=raw, content_type=kind)
        session.read()


@provokes("ROBUST", cost=30)
@in_marketplaces(1)
def test_other_media_types_and_unknown_fields(driver: CheckoutDriver, market: str) -> None:
    session = session_in(driver, market, "two lines")
    for operation, body in map(session.call, CHANGE_METHODS[:-1]):  # each but quantity 0
        for case, (raw, kind) in driver.some(as_other_media(body).items()):
            session.send(operation, None, "ROBUST", case, raw=raw, content_type=kind)
            session.read()
    for case, body in with_extras(driver.initiate_body(market, [(driver.plain(market)[0], 1)])).items():
        driver.initiate(market, requirement="ROBUST", case=case, body=body)
    session = driver.create_session(market)
    for case, body in with_extras({"lineItemId": session.lines[0].id, "quantity": 2}).items():
        session.send(contract.QUANTITY, body, "ROBUST", case)
        session.read()


@provokes("ROBUST", cost=40)
@in_marketplaces(1)
def test_odd_ids_and_texts(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market)
    for case, text in driver.some(odd_texts().items()):
        driver.send(Request(contract.READ, text, None, market), "ROBUST", f"session id: {case}")
        driver.send(
            Request(contract.QUANTITY, text, {"lineItemId": "1", "quantity": 1}, market),
            "ROBUST",
            f"session id: {case}",
        )
        driver.read_order(text, "ROBUST", f"order id: {case}")
        session.send(contract.QUANTITY, {"lineItemId": text, "quantity": 2}, "ROBUST", f"line id: {case}")
        session.send(
            contract.OPTION,
            {"lineItemId": session.lines[0].id, "shippingOptionId": text},
            "ROBUST",
            f"option id: {case}",
        )
        session.send(contract.APPLY, {"redemptionCode": text}, "ROBUST", f"code: {case}")
        driver.initiate(market, [(text, 1)], "ROBUST", f"item id: {case}")
    session.read()
