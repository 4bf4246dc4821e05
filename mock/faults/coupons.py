"""Faults about coupons."""

from __future__ import annotations

from mock.seams import APPLY, REMOVE, Fault, fault, ignore, in_market, lines, reid, skip
from mock.seams.conditions import error

FAULTS: list[Fault] = [
    fault(
        "coupon-sticks-in-de", "COUPON-REMOVE", "in EBAY_DE a coupon stays though its removal is answered with 200",
        ignore(on=REMOVE, when=in_market("EBAY_DE"), kind="marketplace"),
    ),
    fault(
        "second-coupon-replaces", "COUPON-ONE", "with three lines a second coupon takes the place of the first",
        skip("one_coupon", on=APPLY, when=lines(3)),
    ),
    fault(
        "coupon-not-applied-by-another-id", "COUPON-NOT-APPLIED", "removing a coupon that is not there is 15003",
        reid(15003, on=REMOVE, when=error(16025)),
    ),
]
