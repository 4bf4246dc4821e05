"""Walks through every marketplace: what only sequences show.

A breach ends no walk. A state that no walk was in is named in the notes of the result.
"""

from __future__ import annotations

import pytest

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import again, in_marketplaces, provokes
from conformance.evidence.states import EMPTY, ORDERED, transitions
from suites.state_machine.walks import run_walks

WALKS, STEPS = 8, 24  # in each marketplace

# fmt: off
PROVOKED = (
    "SESSION-CREATE", "SESSION-FIELDS", "SESSION-UNIQUE", "SESSION-READ", "SESSION-SAFE", "SESSION-ISOLATED",
    "SESSION-ONLY", "SESSION-APP", "MARKET-SAME", "MARKET-CURRENCY", "QTY-SET", "QTY-ZERO", "QTY-LAST",
    "QTY-UNKNOWN-LINE", "ADDR-REPLACE", "SHIP-ONE", "SHIP-SET", "SHIP-UNKNOWN", "COUPON-APPLY", "COUPON-ONE",
    "COUPON-REMOVE", "COUPON-NOT-APPLIED", "PRICE-TOTAL", "PRICE-SUBTOTAL", "PRICE-UNIT", "PRICE-DISCOUNT",
    "PRICE-DELIVERY", "PRICE-NET", "PRICE-SAVINGS", "PRICE-FEE", "PRICE-IMPORT", "PRICE-STABLE", "PRICE-FORM",
    "PAY-PLACE", "PAY-LOCK", "PAY-TWICE", "PAY-EMPTY", "PAY-DECLINED", "PAY-DECLINED-ENDS", "ORDER-READ", "ORDER-APP",
    "ORDER-STABLE", "AUTH-TOKEN", "ERROR-SHAPE",
)
# fmt: on


def not_reached(driver: CheckoutDriver, marketplace: str) -> list[str]:
    """The states that the walks should have been in and were not, as far as the target has them."""
    trace, market = driver.trace, driver.market(marketplace)
    states = {after for _, _, after in transitions(trace)}
    kept = any(
        contract.EMPTY_CART in exchange.error_ids
        for exchange in trace.exchanges
        if exchange.operation == contract.QUANTITY
    )
    reached = {
        "several lines": len(market.plain) < 2 or any(state.startswith("several lines") for state in states),
        "a coupon applied": not market.coupons_of("good") or any(state.endswith("with a coupon") for state in states),
        "ordered": driver.profile.payment.kind != "place_order" or ORDERED in states,
        "emptied": EMPTY in states or kept,  # a target may refuse to remove the last line
    }
    return [state for state, was_reached in reached.items() if not was_reached]


@provokes(*PROVOKED, cost=290)
@again()
@in_marketplaces()
def test_walks(driver: CheckoutDriver, market: str, request: pytest.FixtureRequest) -> None:
    walks = driver.times(WALKS, single=2)
    run_walks(driver, market, f"{request.config.option.seed}/{request.node.nodeid}", walks=walks, steps=STEPS)
    if states := not_reached(driver, market):
        driver.trace.notes.append(f"The walks in {market} never reached: {', '.join(states)}.")
