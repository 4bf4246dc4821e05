"""Faults about the marketplace of a session."""

from __future__ import annotations

from mock.seams import (
    ADDRESS,
    INITIATE,
    ORDER,
    PLACE,
    QUANTITY,
    SESSION_METHODS,
    Fault,
    edit,
    fault,
    in_market,
    refused_yet_applied,
    skip,
)

FAULTS: list[Fault] = [
    fault(
        "pay-from-elsewhere", "MARKET-SAME", "an order can be placed from another marketplace",
        skip("session_marketplace", on=PLACE),
    ),
    fault(
        "address-from-elsewhere-in-gb", "MARKET-SAME", "a session of EBAY_GB takes an address from other marketplaces",
        skip("session_marketplace", on=ADDRESS, when=in_market("EBAY_GB")),
    ),
    fault(
        "elsewhere-refused-yet-applied", "MARKET-SAME", "15029, and yet the quantity is another one",
        refused_yet_applied("session_marketplace", on=QUANTITY),
    ),
    fault(
        "fees-in-dollars", "MARKET-CURRENCY", "fees of a line are in USD everywhere",
        edit("lineItems[].fees[].amount.currency", lambda _: "USD", on=(INITIATE, *SESSION_METHODS, ORDER)),
        kind="field",
    ),
]
