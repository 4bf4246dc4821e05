"""Quantities: set on one line, kept by the others, and refused where they cannot be."""

from __future__ import annotations

import pytest

from conformance.core import contract, made_up
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, provokes
from strategies.quantities import INVALID
from suites.shared.named_sessions import session_in


@provokes("QTY-SET", cost=14)
@in_marketplaces(1)
def test_a_quantity_is_set_and_set_again(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market, 3)
    for position, quantity in driver.some(((0, 2), (1, 4), (0, 12), (0, 12), (-1, 5), (0, 1)), few=3, turn=market):
        session.set_quantity(session.lines[min(position, len(session.lines) - 1)], quantity, "QTY-SET", f"{quantity}")
        session.read()


@provokes("QTY-SET", cost=3)
@in_marketplaces(1)
def test_a_hundred_and_twenty_pieces_are_refused_or_just_that_many(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market, 3)
    session.set_quantity(session.lines[-1], 120, "QTY-SET", "120")
    session.read()


@provokes("QTY-INVALID", cost=30)
@in_marketplaces(1)
def test_an_invalid_quantity_is_refused(driver: CheckoutDriver, market: str) -> None:
    items = driver.plain(market, 4)
    for index, value in enumerate(driver.some([0, *INVALID], few=4, turn=market)):
        body = driver.initiate_body(market, [(item, 1) for item in items[: 1 if index % 2 else 4]])
        body["lineItemInputs"][-1]["quantity"] = value
        driver.initiate(market, requirement="QTY-INVALID", body=body)
    body = driver.initiate_body(market, [(items[0], 1)])
    del body["lineItemInputs"][0]["quantity"]
    driver.initiate(market, requirement="QTY-INVALID", body=body)
    session = driver.create_session(market)
    for value in driver.some(INVALID, few=4, turn=market):
        session.expect_refusal(contract.QUANTITY, {"lineItemId": session.lines[0].id, "quantity": value}, "QTY-INVALID")
    session.expect_refusal(contract.QUANTITY, {"lineItemId": session.lines[0].id}, "QTY-INVALID")


@provokes("QTY-UNKNOWN-LINE", cost=8)
@in_marketplaces(1)
def test_an_unknown_line_is_refused(driver: CheckoutDriver, market: str) -> None:
    session, other = driver.create_session(market), driver.create_session(market)
    for quantity in driver.some((2, 0, 5), few=1, turn=market):
        session.expect_refusal(
            contract.QUANTITY,
            {"lineItemId": made_up.unknown(session.lines[0].id), "quantity": quantity},
            "QTY-UNKNOWN-LINE",
        )
        if other.lines[0].id != session.lines[0].id:  # line item ids are unique in a session only
            body = {"lineItemId": other.lines[0].id, "quantity": quantity}
            session.expect_refusal(contract.QUANTITY, body, "QTY-UNKNOWN-LINE", "of another session")
    other.read()
    session.expect_refusal(contract.QUANTITY, {"quantity": 2}, "QTY-UNKNOWN-LINE", "no line item id")


@provokes("QTY-UNKNOWN-LINE", cost=12)
@in_marketplaces(1, having="items.2")
def test_a_removed_line_is_an_unknown_one(driver: CheckoutDriver, market: str) -> None:
    session = session_in(driver, market, "rich")
    gone = session.lines[0]
    session.set_quantity(gone, 0)
    for quantity in (1, 0, 4):
        session.expect_refusal(
            contract.QUANTITY, {"lineItemId": gone.id, "quantity": quantity}, "QTY-UNKNOWN-LINE", "a line that is gone"
        )


FOR_EACH_BOUND = pytest.mark.parametrize("kind", ["stock", "limit", "lot"])


@provokes("QTY-STOCK", "QTY-LIMIT", "QTY-LOT", cost=4)
@in_marketplaces(1, having="item.stock|item.limit|item.lot")
@FOR_EACH_BOUND
def test_a_quantity_on_each_side_of_its_bound(driver: CheckoutDriver, market: str, kind: str) -> None:
    """As many as may be bought pass; one more is refused."""
    requirement = f"QTY-{kind.upper()}"
    for item, most in driver.some(_bounded(driver, market, kind)):
        session = driver.create_session(market, [(item, most)], requirement=requirement, case=f"{most} passes")
        _refuse(session, item, most + 1, requirement, f"{most + 1}")


@provokes("QTY-STOCK", "QTY-LIMIT", "QTY-LOT", cost=8)
@in_marketplaces(1, having="item.stock|item.limit|item.lot")
@FOR_EACH_BOUND
def test_a_bound_holds_from_change_to_change(driver: CheckoutDriver, market: str, kind: str) -> None:
    """Beyond it, below it, beyond it again and back to it."""
    requirement = f"QTY-{kind.upper()}"
    for item, most in driver.some(_bounded(driver, market, kind)):
        fine, worse = (2 * most, 2 * most + 1) if kind == "lot" else (max(1, most - 1), most + 1)
        session = driver.create_session(market, [(item, most)], requirement=requirement, case=f"{most} passes")
        _refuse(session, item, most + 1, requirement, f"{most + 1}")
        session.set_quantity(session.lines[0], fine, requirement, f"{fine} passes")
        _refuse(session, item, worse, requirement, f"{worse} again")
        session.set_quantity(session.lines[0], most, requirement, f"{most} passes again")
        session.read()


@provokes("QTY-STOCK", "QTY-LIMIT", "QTY-LOT", cost=8)
@in_marketplaces(1, having="item.stock|item.limit|item.lot")
@FOR_EACH_BOUND
def test_a_bound_holds_beside_other_lines(driver: CheckoutDriver, market: str, kind: str) -> None:
    """At the start of a session, alone and beside another item, and in a session that has a coupon."""
    requirement, plain = f"QTY-{kind.upper()}", driver.plain(market)[0]
    for item, most in driver.some(_bounded(driver, market, kind)):
        driver.initiate(market, [(item, most + 1)], requirement, f"{most + 1}")
        driver.initiate(market, [(plain, 1), (item, most + 1)], requirement, f"{most + 1} beside another")
        session = driver.create_session(market, [(plain, 5), (item, most)])
        for coupon in driver.market(market).coupons_of("good")[:1]:
            session.apply_coupon(coupon.code)
        _refuse(session, item, most + 1, requirement, f"{most + 1} beside another")


def _bounded(driver: CheckoutDriver, market: str, kind: str) -> list[tuple[str, int]]:
    """The items with such a bound, each with the bound."""
    offered = driver.market(market)
    return [(item, offered.roles[item].amount) for item in offered.items(kind)]


def _refuse(session: CheckoutSession, item: str, quantity: int, requirement: str, case: str) -> None:
    if line := session.state.view.line_of(item):
        body = {"lineItemId": line.id, "quantity": quantity}
        session.expect_refusal(contract.QUANTITY, body, requirement, case)
