"""Faults about currencies, and about orders that are read without a marketplace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.faults.marketplace.header import HEADER, not_given
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    ORDER,
    QUANTITY,
    READ,
    SESSION_METHODS,
    Condition,
    Effect,
    Fault,
    after_op,
    edit,
    fault,
    in_market,
    lines,
    refuse,
    respond,
    wrap,
)

# An order under another marketplace than the one that it was placed in.
_elsewhere = Condition(
    lambda call, *_: call.order is not None
    and call.request.headers.get(HEADER) in {*call.shop.marketplaces} - {call.order.cart.market.id}
)
SHOWN = (INITIATE, *SESSION_METHODS, ORDER)  # whose answers have amounts


def currency(path: str, code: str, **scope: Any) -> Effect:
    """Another currency in one amount, or in a list of them."""
    return edit(f"{path}.currency", lambda _: code, **scope)


def _all_in(code: str, **scope: Any) -> Effect:
    """Every amount of the shop in another currency."""

    def replacement(proceed: Callable[..., Any], call: Call, minor: int, market: Any) -> Any:
        return {**proceed(), "currency": code}

    return wrap("amount", replacement, **scope)


FAULTS: list[Fault] = [
    # -- MARKET-CURRENCY --
    fault(
        "fees-in-dollars",
        "MARKET-CURRENCY",
        "fees of a line are in USD everywhere",
        currency("lineItems[].fees[].amount", "USD", on=SHOWN),
        kind="field",
    ),
    fault(
        "import-charges-in-dollars",
        "MARKET-CURRENCY",
        "import charges of an option are in USD",
        currency("lineItems[].shippingOptions[].importCharges", "USD", on=SHOWN),
        kind="field",
    ),
    fault(
        "savings-in-pounds-in-de",
        "MARKET-CURRENCY",
        "in EBAY_DE what a coupon saves is in GBP",
        currency("pricingSummary.additionalSavings", "GBP", on=SHOWN, when=in_market("EBAY_DE")),
        kind="marketplace",
    ),
    fault(
        "total-in-dollars-after-address",
        "MARKET-CURRENCY",
        "in EBAY_CA the total is in USD once the address is another",
        currency("pricingSummary.total", "USD", on=READ, when=in_market("EBAY_CA") & after_op(ADDRESS)),
        kind="after",
    ),
    fault(
        "promotions-in-euro",
        "MARKET-CURRENCY",
        "the discounts of promotions are in EUR in the answers about a quantity",
        currency("lineItems[].promotions[].discount", "EUR", on=QUANTITY),
        kind="answer-only",
    ),
    fault(
        "adjustment-in-dollars",
        "MARKET-CURRENCY",
        "the adjustment is in USD in reads",
        currency("pricingSummary.adjustment.amount", "USD", on=READ),
        kind="read-only",
    ),
    # -- MARKET-CURRENCY-OWN --
    fault(
        "canada-in-us-dollars",
        "MARKET-CURRENCY-OWN",
        "all amounts of EBAY_CA are in USD",
        _all_in("USD", on=SHOWN, when=in_market("EBAY_CA")),
    ),
    fault(
        "hong-kong-in-yuan",
        "MARKET-CURRENCY-OWN",
        "all amounts of EBAY_HK are in CNY",
        _all_in("CNY", on=SHOWN, when=in_market("EBAY_HK")),
    ),
    # -- MARKET-ORDER-OPTIONAL --
    fault(
        "order-needs-market",
        "MARKET-ORDER-OPTIONAL",
        "an order is not read without a marketplace: 409, 15027",
        refuse("stub", 15027, on=ORDER, when=not_given),
        kind="always",
    ),
    fault(
        "order-without-market-crashes-in-hk",
        "MARKET-ORDER-OPTIONAL",
        "in EBAY_HK an order without a marketplace is 500",
        respond(500, Refusal(15000).body, on=ORDER, when=not_given & in_market("EBAY_HK"), kind="marketplace"),
    ),
    fault(
        "order-without-market-has-no-lines",
        "MARKET-ORDER-OPTIONAL",
        "without a marketplace an order has three lines at most",
        edit("lineItems", lambda shown: shown[:3], on=ORDER, when=not_given & lines(4)),
        kind="lines",
        also="ORDER-READ",
    ),
    # -- MARKET-ORDER-SAME --
    fault(
        "order-from-elsewhere-crashes",
        "MARKET-ORDER-SAME",
        "an order under another marketplace is 500",
        respond(500, Refusal(15000).body, on=ORDER, when=~not_given & _elsewhere, kind="field"),
    ),
]
