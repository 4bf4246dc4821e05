"""Faults about a marketplace that is not supported, or not given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Effect,
    Fault,
    change_error_id,
    change_status,
    error,
    every,
    fault,
    in_market,
    refuse,
    refused_yet_applied,
    respond,
    wrap,
)

HEADER = "x-ebay-c-marketplace-id"


def _given(call: Call) -> str:
    return call.request.headers.get(HEADER, "")


not_given = Condition(lambda call, *_: not _given(call), "field")
unsupported = Condition(lambda call, *_: _given(call) not in ("", *call.shop.marketplaces))


def _own_or_us(proceed: Callable[..., Any], call: Call) -> Any:
    """A header that is not there, or not supported, stands for the session's own marketplace, or for EBAY_US."""
    try:
        return proceed()
    except Refusal:
        session = call.shop.sessions.get(call.id)
        call.market = session.cart.market if session is not None else call.shop.marketplaces["EBAY_US"]


def default_market(when: Condition, on: str | tuple[str, ...], kind: str = "") -> Effect:
    return wrap("marketplace", _own_or_us, on=on, when=when, kind=kind)


FAULTS: list[Fault] = [
    # -- MARKET-SUPPORTED, each of the eight --
    fault(
        "unsupported-initiate-is-us",
        "MARKET-SUPPORTED",
        "a session of an unsupported marketplace is one of EBAY_US",
        default_market(unsupported, INITIATE),
    ),
    fault(
        "unsupported-read",
        "MARKET-SUPPORTED",
        "an unsupported marketplace stands for the session's own in a read",
        default_market(unsupported, READ),
    ),
    fault(
        "unsupported-quantity-is-400",
        "MARKET-SUPPORTED",
        "15027 comes with status 400 on a quantity",
        change_status(400, on=QUANTITY, when=error(15027)),
    ),
    fault(
        "unsupported-option-in-au",
        "MARKET-SUPPORTED",
        "in EBAY_AU an option is selected under an unsupported marketplace",
        default_market(unsupported & in_market("EBAY_AU"), OPTION, kind="marketplace"),
    ),
    fault(
        "unsupported-address-crashes",
        "MARKET-SUPPORTED",
        "an address under an unsupported marketplace is 500",
        change_error_id(15000, status=500, on=ADDRESS, when=error(15027)),
        kind="status",
    ),
    fault(
        "unsupported-apply-yet-applied",
        "MARKET-SUPPORTED",
        "15027, and yet the coupon is applied",
        refused_yet_applied("marketplace", on=APPLY, when=unsupported),
    ),
    fault(
        "unsupported-remove-is-15003",
        "MARKET-SUPPORTED",
        "removing a coupon under an unsupported marketplace is 15003",
        change_error_id(15003, status=400, on=REMOVE, when=error(15027)),
    ),
    fault(
        "unsupported-place",
        "MARKET-SUPPORTED",
        "an order is placed under an unsupported marketplace",
        default_market(unsupported, PLACE),
    ),
    # -- MARKET-REQUIRED, each of the seven --
    fault(
        "no-market-initiate",
        "MARKET-REQUIRED",
        "a session without a marketplace is one of EBAY_US",
        default_market(not_given, INITIATE),
    ),
    fault(
        "no-market-read",
        "MARKET-REQUIRED",
        "a session is read without a marketplace",
        default_market(not_given, READ),
    ),
    fault(
        "no-market-quantity",
        "MARKET-REQUIRED",
        "in EBAY_DE a quantity is set without a marketplace",
        default_market(not_given & in_market("EBAY_DE"), QUANTITY, kind="marketplace"),
    ),
    fault(
        "no-market-option-crashes",
        "MARKET-REQUIRED",
        "an option without a marketplace is 500",
        refuse("marketplace", 15000, on=OPTION, when=not_given),
    ),
    fault(
        "no-market-address",
        "MARKET-REQUIRED",
        "an address is set without a marketplace",
        default_market(not_given, ADDRESS),
    ),
    fault(
        "no-market-apply-at-times",
        "MARKET-REQUIRED",
        "each second coupon without a marketplace is applied",
        default_market(not_given & every(2), APPLY, kind="repeat"),
    ),
    fault(
        "no-market-remove-is-ignored",
        "MARKET-REQUIRED",
        "removing a coupon without a marketplace is 200 with nothing in it",
        respond(200, {}, on=REMOVE, when=not_given),
        kind="ignored",
    ),
]
