"""Faults about a good coupon: applied, the only one, removed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.domain.errors import JSON, Refusal
from mock_server.domain.pricing import Bill, Row
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.injection import (
    APPLY,
    INITIATE,
    OPTION,
    ORDER,
    QUANTITY,
    REMOVE,
    SESSION_METHODS,
    Condition,
    Fault,
    after,
    after_op,
    change_error_id,
    change_status,
    concurrent,
    coupon,
    drop,
    edit,
    error,
    fault,
    from_nth,
    ignore,
    in_market,
    just_after,
    kept_not_shown,
    large_quantity,
    lines,
    nth,
    other_option,
    rebill,
    refuse,
    refused_yet_applied,
    request_has,
    since,
    skip,
    wrap,
)

SHOWN = (INITIATE, *SESSION_METHODS, ORDER)


def _same(call: Call, *_: Any) -> bool:
    applied = call.require_cart().coupon
    return applied is not None and applied.code == call.code


same = Condition(_same)  # in `single_coupon` and later: the coupon that is applied, once more


def _beyond_goods(bill: Bill) -> None:
    """The coupon takes off more than there is."""
    bill.savings += bill.total + 500


def _double(proceed: Callable[..., Any], call: Call) -> None:
    """The same code again saves twice as much."""
    applied = call.require_cart().coupon
    assert applied is not None
    call.require_cart().coupon = replace(applied, value=applied.value * 2, percent=applied.percent * 2)


def _forget_the_first(proceed: Callable[..., Any], call: Call) -> Any:
    try:
        return proceed()
    except Refusal:
        call.require_cart().coupon = None
        raise


def _list_the_removed(call: Call, body: JSON) -> None:
    body["appliedCoupons"] = [{"redemptionCode": call.code}]


def _no_shares(proceed: Callable[..., Any], call: Call, cart: Cart, rows: list[Row]) -> None:
    return None


FAULTS: list[Fault] = [
    # applying
    fault(
        "coupon-listed-twice-in-gb", "COUPON-APPLY", "in EBAY_GB an applied coupon is listed twice",
        edit("appliedCoupons", lambda listed: listed * 2, on=SESSION_METHODS, when=in_market("EBAY_GB")),
    ),
    fault(
        "coupon-missing-from-answer", "COUPON-APPLY", "the answer to apply_coupon has the price but not the code",
        drop("appliedCoupons", on=APPLY, kind="read-only"),
    ),
    fault(
        "coupon-saves-nothing-with-four-lines", "COUPON-APPLY", "with four lines a coupon is listed and saves nothing",
        wrap("shares", _no_shares, on=SHOWN, when=lines(4)),
    ),
    fault(
        "coupon-ignored-above-three", "COUPON-APPLY", "with more than three of a line a coupon is taken and ignored",
        ignore(on=APPLY, when=large_quantity, kind="quantity"),
    ),
    fault(
        "coupon-ignored-second-time", "COUPON-APPLY", "a coupon that was removed is taken again and ignored",
        ignore(on=APPLY, when=after_op(REMOVE), kind="repeat"),
    ),
    fault(
        "coupon-ignored-after-option", "COUPON-APPLY", "after a change of an option a coupon is taken and ignored",
        ignore(on=APPLY, when=after_op(OPTION), kind="after"),
    ),
    fault(
        "tenth-refused-in-ca", "COUPON-APPLY", "in EBAY_CA a coupon that is good everywhere is 16010",
        refuse("coupon", 16010, on=APPLY, when=in_market("EBAY_CA") & request_has(code="TENTH")),
    ),
    fault(
        "coupon-below-zero", "PRICE-FORM", "a coupon larger than the order takes the total below zero",
        rebill(_beyond_goods, on=SHOWN, when=Condition(
            lambda call, cart: cart.coupon is not None and cart.coupon.code == "GIANT" and bool(cart.lines)
        ), kind="boundary"),
        also=("COUPON-APPLY", "PRICE-SAVINGS"),
    ),
    fault(
        "applied-coupon-shows-late", "COUPON-APPLY", "the answer does not show the coupon, the next read does",
        kept_not_shown(on=APPLY), also="SESSION-READ",
    ),
    # the only one
    fault(
        "second-coupon-replaces", "COUPON-ONE", "with three lines a second coupon takes the place of the first",
        skip("single_coupon", on=APPLY, when=lines(3)),
    ),
    fault(
        "second-coupon-ignored", "COUPON-ONE", "a second coupon is answered with 200, and nothing happens",
        skip("single_coupon", on=APPLY, when=coupon), ignore(on=APPLY, when=coupon & ~same, kind="ignored"),
        kind="ignored",
    ),
    fault(
        "second-coupon-400", "COUPON-ONE", "a second coupon is 16001 with status 400",
        change_status(400, on=APPLY, when=error(16001)),
    ),
    fault(
        "second-coupon-16007", "COUPON-ONE", "a second coupon that was never used is 16007",
        change_error_id(16007, on=APPLY, when=error(16001)),
    ),
    fault(
        "second-coupon-yet-applied", "COUPON-ONE", "16001, and yet the second has replaced the first",
        refused_yet_applied("single_coupon", on=APPLY),
    ),
    fault(
        "second-coupon-clears-in-de", "COUPON-ONE", "in EBAY_DE a second coupon is 16001, and the first is gone",
        wrap("single_coupon", _forget_the_first, on=APPLY, when=in_market("EBAY_DE"), kind="applied-though-refused"),
    ),
    fault(
        "second-coupon-lands-elsewhere", "SESSION-ISOLATED", "a second coupon is 16001, and another session has it",
        refused_yet_applied("single_coupon", to="other", on=APPLY), also="COUPON-ONE",
    ),
    fault(
        "second-coupon-after-quantity", "COUPON-ONE", "right after a change of a quantity a second coupon replaces it",
        skip("single_coupon", on=APPLY, when=just_after(QUANTITY)),
    ),
    fault(
        "second-coupon-second-time", "COUPON-ONE", "who asks for a second coupon twice gets it",
        skip("single_coupon", on=APPLY, when=coupon & ~same & nth(2), kind="repeat"),
    ),
    fault(
        "same-coupon-saves-twice", "COUPON-ONE", "the same coupon again is accepted and saves twice as much",
        skip("single_coupon", on=APPLY, when=same), wrap("apply_apply", _double, on=APPLY, when=same), kind="repeat",
    ),
    fault(
        "two-coupons-at-once", "RACE", "of two coupons at once both are accepted, and the first is gone",
        skip("single_coupon", on=APPLY, when=concurrent), also="COUPON-ONE",
    ),
    # removing
    fault(
        "coupon-sticks-in-de", "COUPON-REMOVE", "in EBAY_DE a coupon stays though its removal is answered with 200",
        ignore(on=REMOVE, when=in_market("EBAY_DE"), kind="marketplace"),
    ),
    fault(
        "coupon-sticks-with-one-line", "COUPON-REMOVE", "with one line a coupon stays though its removal is accepted",
        ignore(on=REMOVE, when=lines(1, 1), kind="lines"),
    ),
    fault(
        "coupon-sticks-second-time", "COUPON-REMOVE", "a coupon that was applied again stays",
        ignore(on=REMOVE, when=from_nth(2), kind="repeat"),
    ),
    fault(
        "coupon-sticks-after-option", "COUPON-REMOVE", "with another option a coupon stays",
        ignore(on=REMOVE, when=other_option, kind="after"),
    ),
    fault(
        "removal-costs-a-cent", "COUPON-REMOVE", "a cart that had a coupon has a cent more tax",
        rebill(lambda bill: setattr(bill, "tax", bill.tax + 1), on=SHOWN, when=since(REMOVE) & ~coupon, kind="cent"),
        also="PRICE-STABLE",
    ),
    fault(
        "removed-coupon-still-listed", "COUPON-REMOVE", "the answer to a removal lists the coupon, the next read not",
        after("session_view", _list_the_removed, on=REMOVE, kind="read-only"),
    ),
    fault(
        "removal-kept-not-shown", "COUPON-REMOVE", "the answer to a removal is as before, the next read shows it",
        kept_not_shown(on=REMOVE), also="SESSION-READ",
    ),
    fault(
        "removal-refused-in-hk", "COUPON-REMOVE", "in EBAY_HK no coupon can be removed: 16025",
        refuse("coupon_applied", 16025, on=REMOVE, when=in_market("EBAY_HK")),
    ),
    fault(
        "removal-refused-above-three", "COUPON-REMOVE", "with more than three of a line a removal is 16025",
        refuse("coupon_applied", 16025, on=REMOVE, when=large_quantity & same),
    ),
]
