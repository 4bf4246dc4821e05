"""Faults about the lock: what an order forbids afterwards."""

from __future__ import annotations

from mock_server.domain.errors import JSON
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    CHANGES,
    OPTION,
    PAID,
    QUANTITY,
    READ,
    REMOVE,
    Fault,
    after,
    body_matches,
    change_error_id,
    change_status,
    error,
    fault,
    ignore,
    in_market,
    just_after,
    lines,
    nth,
    phase,
    refuse,
    refused_yet_applied,
    skip,
)

paid = phase(PAID)
above_three = body_matches(lambda body: isinstance(body.get("quantity"), int) and body["quantity"] > 3, "quantity")
zero = body_matches(lambda body: body.get("quantity") == 0)


def _emptied(call: Call, body: JSON) -> None:
    body["lineItems"] = []


FAULTS: list[Fault] = [
    fault(
        "option-after-payment-second-time", "PAY-LOCK", "the second change of an option after payment goes through",
        skip("state", on=OPTION, when=paid & nth(2), kind="repeat"),
    ),
    fault(
        "quantity-above-three-after-payment", "PAY-LOCK", "after payment a quantity above three is set",
        skip("state", on=QUANTITY, when=paid & above_three),
    ),
    fault(
        "removal-after-payment", "PAY-LOCK", "after payment quantity 0 takes a line out",
        skip("state", on=QUANTITY, when=paid & zero),
    ),
    fault(
        "address-after-payment-with-four-lines", "PAY-LOCK", "with four lines the address changes after payment",
        skip("state", on=ADDRESS, when=paid & lines(4), kind="lines"),
    ),
    fault(
        "coupon-after-payment-in-gb", "PAY-LOCK", "in EBAY_GB a coupon can be applied after payment",
        skip("state", on=APPLY, when=paid & in_market("EBAY_GB"), kind="marketplace"),
    ),
    fault(
        "coupon-off-after-payment", "PAY-LOCK", "after payment the coupon can be removed",
        skip("state", on=REMOVE, when=paid),
    ),
    fault(
        "address-after-payment-and-a-read", "PAY-LOCK", "right after a paid session was read its address can change",
        skip("state", on=ADDRESS, when=paid & just_after(READ), kind="after"),
    ),
    fault(
        "option-after-payment-ignored", "PAY-LOCK", "after payment a change of an option is accepted and ignored",
        skip("state", on=OPTION, when=paid), ignore(on=OPTION, when=paid), kind="ignored",
    ),
    # refused, and yet
    fault(
        "quantity-after-payment-reaches-order", "PAY-LOCK", "15021, and yet the order has the new quantity",
        refused_yet_applied("state", to="order", on=QUANTITY),
    ),
    fault(
        "option-after-payment-reaches-order", "PAY-LOCK", "15021, and yet the order is shipped another way",
        refused_yet_applied("state", to="order", on=OPTION),
    ),
    fault(
        "coupon-off-after-payment-reaches-order", "PAY-LOCK", "15021, and yet the order is without its coupon",
        refused_yet_applied("state", to="order", on=REMOVE),
    ),
    fault(
        "address-after-payment-yet-applied", "PAY-LOCK", "15021, and yet the session has the new address",
        refused_yet_applied("state", on=ADDRESS),
    ),
    fault(
        "coupon-after-payment-yet-applied", "PAY-LOCK", "15021, and yet the session has the coupon",
        refused_yet_applied("state", on=APPLY),
    ),
    fault(
        "quantity-after-payment-elsewhere", "SESSION-ISOLATED", "15021, and yet another session has the quantity",
        refused_yet_applied("state", to="other", on=QUANTITY), also="PAY-LOCK",
    ),
    # the refusal
    fault(
        "lock-400", "PAY-LOCK", "after payment changes of the address are 15021 with status 400",
        change_status(400, on=ADDRESS, when=error(15021)),
    ),
    fault(
        "lock-15032-with-409", "PAY-LOCK", "after payment changes of an option are 15032 with status 409",
        change_error_id(15032, on=OPTION, when=error(15021)),
    ),
    fault(
        "lock-15019", "PAY-LOCK", "after payment the cart counts as empty: 15019",
        change_error_id(15019, on=CHANGES, when=error(15021)),
    ),
    fault(
        "lock-of-coupons-16001", "PAY-LOCK", "after payment a coupon is 16001",
        refuse("state", 16001, on=APPLY, when=paid, kind="id"),
    ),
    # reading it
    fault(
        "paid-session-reads-empty", "SESSION-READ", "a paid session reads as if it had no lines",
        after("session_view", _emptied, on=READ, when=paid), also="PAY-READ-AFTER",
    ),
]
