"""Faults about the marketplace that a session was made in."""

from __future__ import annotations

from typing import Any

from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    OPTION,
    PAID,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Fault,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    in_market,
    lines,
    nth,
    phase,
    refused_yet_applied,
    skip,
)

HEADER = "x-ebay-c-marketplace-id"


def _given(call: Call) -> str:
    return call.request.headers.get(HEADER, "")


from_hk = Condition(lambda call, *_: _given(call) == "EBAY_HK", "marketplace")


def _is_last(call: Call, *_: Any) -> bool:
    """The body names the last of several lines; the marketplace is asked for before the line is looked up."""
    held = call.session.cart.lines if call.session is not None else []
    return len(held) > 1 and isinstance(call.data, dict) and call.data.get("lineItemId") == held[-1].id


_names_the_last = Condition(_is_last)

FAULTS: list[Fault] = [
    # -- MARKET-SAME, each of the seven --
    fault(
        "elsewhere-read-from-hk",
        "MARKET-SAME",
        "a session can be read from EBAY_HK, whichever is its own",
        skip("session_marketplace", on=READ, when=from_hk),
    ),
    fault(
        "elsewhere-quantity-second-time",
        "MARKET-SAME",
        "the second quantity from another marketplace is taken",
        skip("session_marketplace", on=QUANTITY, when=nth(2)),
    ),
    fault(
        "elsewhere-option-with-three",
        "MARKET-SAME",
        "with three lines an option is selected from another marketplace",
        skip("session_marketplace", on=OPTION, when=lines(3)),
    ),
    fault(
        "elsewhere-option-of-last-line",
        "MARKET-SAME",
        "an option of the last of several lines is selected from another marketplace",
        skip("session_marketplace", on=OPTION, when=_names_the_last),
    ),
    fault(
        "elsewhere-address-in-gb",
        "MARKET-SAME",
        "a session of EBAY_GB takes an address from other marketplaces",
        skip("session_marketplace", on=ADDRESS, when=in_market("EBAY_GB")),
    ),
    fault(
        "elsewhere-apply",
        "MARKET-SAME",
        "a coupon is applied from another marketplace",
        skip("session_marketplace", on=APPLY),
    ),
    fault(
        "elsewhere-remove",
        "MARKET-SAME",
        "a coupon is removed from another marketplace",
        skip("session_marketplace", on=REMOVE, when=coupon),
    ),
    fault(
        "pay-from-elsewhere",
        "MARKET-SAME",
        "an order can be placed from another marketplace",
        skip("session_marketplace", on=PLACE),
    ),
    fault(
        "elsewhere-read-when-paid",
        "MARKET-SAME",
        "a paid session can be read from another marketplace",
        skip("session_marketplace", on=READ, when=phase(PAID)),
        kind="after",
    ),
    fault(
        "elsewhere-refused-yet-applied",
        "MARKET-SAME",
        "15029, and yet the quantity is another one",
        refused_yet_applied("session_marketplace", on=QUANTITY),
    ),
    fault(
        "elsewhere-refused-yet-paid",
        "MARKET-SAME",
        "15029, and yet the order is placed",
        refused_yet_applied("session_marketplace", on=PLACE),
    ),
    fault(
        "elsewhere-refused-option-goes-further",
        "MARKET-SAME",
        "15029, and yet another session has the option",
        refused_yet_applied("session_marketplace", to="other", on=OPTION),
        also="SESSION-ISOLATED",
    ),
    fault(
        "elsewhere-is-409",
        "MARKET-SAME",
        "15029 comes with status 409 on a new address",
        change_status(409, on=ADDRESS, when=error(15029)),
    ),
    fault(
        "elsewhere-is-15027",
        "MARKET-SAME",
        "a read from another marketplace is 409 with 15027",
        change_error_id(15027, status=409, on=READ, when=error(15029)),
    ),
]
