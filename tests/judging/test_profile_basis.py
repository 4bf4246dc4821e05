"""A finding that rests on a role of the profile says so, whether the profile says too much or too little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.core.profile import Coupon, Market, Profile, Role
from conformance.driver.session_methods import TERMS
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.world import World
from tests.doubles.reference_server import ReferenceShop

PLAIN, STOCK, LIMIT = "v1|1001|0", "v1|2001|0", "v1|2002|0"


def role(item: str, kind: str, *, amount: int = 0, error: int = 0) -> Callable[[Market], Market]:
    return lambda market: replace(market, roles=market.roles | {item: Role(kind, error, amount)})


def coupon(code: str, kind: str, error: int = 0, minimum: int = 0) -> Callable[[Market], Market]:
    return lambda market: replace(market, coupons=market.coupons | {code: Coupon(code, kind, error, Decimal(minimum))})


def known_as(**more: Any) -> Callable[[Market], Market]:
    return lambda market: replace(market, **more)


@dataclass(frozen=True)
class WrongRole:
    """A role that the shop's profile has wrong, and what its session is asked for then."""

    wrong: Callable[[Market], Market]
    requirement: str
    says: str
    item: str = PLAIN
    quantity: int = 1
    operation: str = ""
    body: dict[str, Any] | None = None


def elsewhere() -> dict[str, Any]:
    address = ReferenceShop().profile.markets["EBAY_US"].other_address
    assert address
    return address


CASES = {
    "a stock that is too low": WrongRole(
        role(STOCK, "stock", amount=2), "QTY-STOCK", f"stock = 2 of {STOCK}", STOCK, 3
    ),
    "a stock that is too high": WrongRole(
        role(STOCK, "stock", amount=9), "SESSION-CREATE", f"stock = 9 of {STOCK}", STOCK, 4
    ),
    "a limit where there is none": WrongRole(
        role(PLAIN, "limit", amount=1), "QTY-LIMIT", f"limit = 1 of {PLAIN}", PLAIN, 2
    ),
    "a limit that is too high": WrongRole(
        role(LIMIT, "limit", amount=9), "SESSION-CREATE", f"limit = 9 of {LIMIT}", LIMIT, 3
    ),
    "a limit that the profile lacks": WrongRole(
        role(LIMIT, "plain"), "SESSION-CREATE", f"{LIMIT} is plain, with ample stock", LIMIT, 3
    ),
    "an item that is sold": WrongRole(
        role(PLAIN, "refused", error=15018), "ITEM-ENDED", f"refused = 15018 of {PLAIN}"
    ),
    "a warning that never comes": WrongRole(
        role(PLAIN, "warned", error=20001), "ITEM-WARNED", f"warned = 20001 of {PLAIN}"
    ),
    "a minimum that is too high": WrongRole(
        coupon("FIVEOFF", "minimum", 16005, 9000), "COUPON-REFUSED",
        "FIVEOFF is a coupon of the kind minimum from 9000, refused with 16005",
        operation=contract.APPLY, body={"redemptionCode": "FIVEOFF"},
    ),
    "a coupon that is not good": WrongRole(
        coupon("EXPIRED", "good"), "COUPON-APPLY", "EXPIRED is a coupon of the kind good",
        operation=contract.APPLY, body={"redemptionCode": "EXPIRED"},
    ),
    "an address that is not doubtful": WrongRole(
        known_as(unverifiable_address=elsewhere()), "ADDR-WARN", "it is the unverifiable_address of EBAY_US",
        operation=contract.ADDRESS, body=elsewhere(),
    ),
    "a buyer who can pay": WrongRole(
        known_as(), "PAY-DECLINED", "the payment of ann@example.com is declined with 15023",
        operation=contract.PLACE_ORDER, body={"marketingTerms": TERMS},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_finding_names_the_role_that_may_be_wrong(name: str) -> None:
    load_rules()
    case, shop, world = CASES[name], ReferenceShop(), World()
    truth: Profile = shop.profile
    market = truth.markets["EBAY_US"]
    buyers = replace(truth.buyers, declined={"ann@example.com": 15023})
    profile = replace(truth, markets=truth.markets | {"EBAY_US": case.wrong(market)}, buyers=buyers)
    body = {
        "contactEmail": "ann@example.com",
        "lineItemInputs": [{"itemId": case.item, "quantity": case.quantity}],
        "shippingAddress": market.address,
    }
    judgments = judge(world, profile, shop.send(Request(contract.INITIATE, None, body, "EBAY_US")))
    if case.operation:
        asked = Request(case.operation, next(iter(world.sessions)), case.body, "EBAY_US")
        judgments = judge(world, profile, shop.send(asked, seq=1))
    (expected,) = {
        judgment.claim.expected for judgment in judgments if judgment.claim and judgment.requirement == case.requirement
    }
    assert expected.endswith(f", since the profile says: {case.says}"), expected


def test_a_finding_that_rests_on_no_role_names_none() -> None:
    load_rules()
    shop, world = ReferenceShop(), World()
    market = shop.profile.markets["EBAY_US"]
    body = {"contactEmail": "ann@example.com", "shippingAddress": market.address}
    items = [{"itemId": STOCK, "quantity": 1}, {"itemId": "v1|3003|0", "quantity": 1}]
    exchange = shop.send(Request(contract.INITIATE, None, body | {"lineItemInputs": items}, "EBAY_US"))
    exchange.body["pricingSummary"]["total"]["value"] = "1.00"
    exchange.body["warnings"][0]["message"] = 5
    broken = [each.claim for each in judge(world, shop.profile, exchange) if not each.ok]
    assert len(broken) > 1 and not any(claim and "the profile says" in claim.expected for claim in broken)
