"""Variants about coupons."""

from __future__ import annotations

from typing import Any

from mock.bodies import unfit
from mock.seams import APPLY, QUANTITY, Variant, after, error, reid, variant
from mock.shop import Call


def _leave(call: Call, value: Any) -> None:
    cart = call.the_cart()
    if cart.coupon is not None and unfit(call, cart.coupon):
        cart.coupon = None


VARIANTS: list[Variant] = [
    variant(
        "second-coupon-16023", "COUPON-ONE", "a second coupon is refused with 16023",
        reid(16023, on=APPLY, when=error(16001)), about="second coupon",
    ),
    variant(
        "unfit-coupon-leaves", "COUPON-CONDITION", "a coupon leaves when its condition does not hold any more",
        after("apply", _leave, on=QUANTITY), about="coupon condition",
    ),
]
