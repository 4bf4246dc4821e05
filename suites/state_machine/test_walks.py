"""Walks through every marketplace: what only sequences show. A fault that only a walk finds is a situation to add."""

from __future__ import annotations

import hashlib

import pytest

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver, PrerequisiteFailed
from conformance.driver.marks import again, in_marketplaces, provokes
from conformance.evidence.states import EMPTY, ORDERED, transitions
from conformance.judging.trace import Trace

# One walk in each marketplace takes the simplest choices throughout: a session that is read and ended.
WALKS, STEPS = 2, 8

# fmt: off
FEEDS = (
    "SESSION-CREATE", "SESSION-FIELDS", "SESSION-UNIQUE", "SESSION-READ", "SESSION-SAFE", "SESSION-ISOLATED",
    "SESSION-ONLY", "SESSION-APP", "MARKET-SAME", "MARKET-CURRENCY", "QTY-SET", "QTY-ZERO", "QTY-LAST",
    "QTY-UNKNOWN-LINE", "ADDR-REPLACE", "SHIP-ONE", "SHIP-SET", "SHIP-UNKNOWN", "COUPON-APPLY", "COUPON-ONE",
    "COUPON-REMOVE", "COUPON-NOT-APPLIED", "PRICE-TOTAL", "PRICE-SUBTOTAL", "PRICE-UNIT", "PRICE-DISCOUNT",
    "PRICE-DELIVERY", "PRICE-NET", "PRICE-SAVINGS", "PRICE-FEE", "PRICE-IMPORT", "PRICE-STABLE", "PRICE-FORM",
    "PAY-PLACE", "PAY-LOCK", "PAY-TWICE", "PAY-EMPTY", "PAY-DECLINED", "PAY-DECLINED-ENDS", "ORDER-READ", "ORDER-APP",
    "ORDER-STABLE", "AUTH-TOKEN", "ERROR-SHAPE",
)
# fmt: on


def walk_seed(run_seed: int, nodeid: str) -> int:
    """The same for one seed and one test, in whichever process it runs."""
    return int.from_bytes(hashlib.sha256(f"{run_seed}/{nodeid}".encode()).digest()[:8], "big")


def unreached(shop: CheckoutDriver, trace: Trace) -> list[str]:
    """The states that walks should have been in and were not, as far as the target has them."""
    seen = {after for _, _, after in transitions(trace)}
    market = next(iter(shop.profile.markets.values()))
    kept = any(15019 in exchange.error_ids for exchange in trace.exchanges if exchange.operation == contract.QUANTITY)
    found = {
        "several lines": len(market.plain) < 2 or any(item.startswith("several lines") for item in seen),
        "a coupon applied": not market.coupons_of("good") or any(item.endswith("with a coupon") for item in seen),
        "ordered": shop.profile.payment != "place_order" or ORDERED in seen,
        "emptied": EMPTY in seen or kept,  # a target may refuse to take the last line out
    }
    return [name for name, reached in found.items() if not reached]


@provokes(*FEEDS, cost=130)
@again()
@in_marketplaces()
def test_walks(shop: CheckoutDriver, market: str, request: pytest.FixtureRequest) -> None:
    from suites.state_machine.walk import run_walks  # Hypothesis is slow to load, and not every run walks

    walks = WALKS if shop.depth is None else min(WALKS, shop.depth + 1)
    run_walks(shop, market, walk_seed(request.config.option.seed, request.node.nodeid), walks=walks, steps=STEPS)
    if not shop.trace.world.sessions:
        raise PrerequisiteFailed("SESSION-CREATE")
    missing = unreached(shop, shop.trace)
    if missing and all(judgment.ok for judgment in shop.trace.judgments):
        pytest.skip(f"the walks never were in this state: {', '.join(missing)}")
