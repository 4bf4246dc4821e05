"""Each field of each request: left out where it is required, of another type, against its stated form."""

from __future__ import annotations

from typing import Any

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes
from conformance.driver.session_methods import CHANGE_METHODS
from strategies.addresses import whole
from strategies.broken import fields, named, value_at, with_value, without, wrong_values
from suites.shared.named_sessions import body_in_turn

REQUIRED = (
    "contactEmail",
    "lineItemInputs",
    "lineItemInputs.itemId",
    "lineItemInputs.quantity",
    "shippingAddress",
    "shippingAddress.recipient",
)


def _initiate(driver: CheckoutDriver, market: str) -> dict[str, Any]:
    return driver.initiate_body(market, [(driver.plain(market)[0], 1)])


@provokes("SESSION-REQUIRED", "ERROR-PARAMS", cost=8)
@in_marketplaces(1)
def test_initiate_without_a_required_field(driver: CheckoutDriver, market: str) -> None:
    body = _initiate(driver, market)
    for path in driver.some(field for field in fields(body) if named(field) in REQUIRED):
        driver.initiate(market, requirement="SESSION-REQUIRED", case=named(path), body=without(body, path))
    two = driver.initiate_body(market, [(item, 1) for item in driver.plain(market, 2)])
    if len(two["lineItemInputs"]) > 1:
        for name in ("itemId", "quantity"):
            driver.initiate(
                market,
                requirement="SESSION-REQUIRED",
                case=f"the second {name}",
                body=without(two, ("lineItemInputs", 1, name)),
            )


@provokes("SESSION-NO-LINES", cost=2)
@in_marketplaces(1)
def test_initiate_without_lines(driver: CheckoutDriver, market: str) -> None:
    body = _initiate(driver, market)
    driver.initiate(
        market, requirement="SESSION-NO-LINES", case="empty", body=with_value(body, ("lineItemInputs",), [])
    )


@provokes("SESSION-INVALID", cost=40)
@in_marketplaces(1)
def test_initiate_with_a_value_that_no_field_takes(driver: CheckoutDriver, market: str) -> None:
    body = body_in_turn(driver, market)
    body["shippingAddress"] = whole(market, body["shippingAddress"])
    for path in driver.some(fields(body), few=5):
        if path[-1] == "quantity":
            continue  # QTY-INVALID
        for value in driver.some(wrong_values(path, value_at(body, path), market), few=2):
            driver.initiate(market, requirement="SESSION-INVALID", case=named(path), body=with_value(body, path, value))


@provokes("SESSION-INVALID", cost=60)
@in_marketplaces(1)
def test_a_change_with_a_value_that_no_field_takes(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market, 2)
    for operation, body in map(session.call, CHANGE_METHODS[:-1]):  # each but quantity 0
        if operation == contract.ADDRESS:
            body = whole(market, body)
        for path in driver.some(fields(body), few=1):
            if path[-1] == "quantity":
                continue  # QTY-INVALID
            for value in driver.some(wrong_values(path, value_at(body, path), market), few=1, turn=market):
                if path[-1] == "redemptionCode" and value in ("", None):
                    continue  # COUPON-REQUIRED
                session.expect_refusal(operation, with_value(body, path, value), "SESSION-INVALID", named(path))
