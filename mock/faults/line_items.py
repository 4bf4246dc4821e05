"""Faults about lines and quantities."""

from __future__ import annotations

from mock.seams import (
    INITIATE,
    QUANTITY,
    Fault,
    asks,
    assign,
    before,
    coupon,
    fault,
    line_at,
    lines,
    lost_update,
    nth,
    quantity_above,
    skip,
)
from mock.shop import Call


def _add(call: Call) -> None:
    call.quantity += call.the_cart().lines[call.at].quantity


removal = asks(quantity=0)

FAULTS: list[Fault] = [
    fault(
        "quantity-adds-with-coupon", "QTY-SET", "with a coupon the new quantity is added to the old one",
        before("apply_quantity", _add, on=QUANTITY, when=coupon & ~removal),
    ),
    fault(
        "quantity-stops-at-three", "QTY-SET", "more than three become three, silently",
        before("apply_quantity", assign(quantity=3), on=QUANTITY, when=quantity_above(3)),
    ),
    fault(
        "zero-keeps-last-of-four", "QTY-ZERO", "of four lines or more the last one cannot be removed",
        skip("apply_quantity", on=QUANTITY, when=lines(4) & line_at("last") & removal),
    ),
    fault(
        "zero-works-once", "QTY-ZERO", "the second removal in a session is ignored",
        skip("apply_quantity", on=QUANTITY, when=removal & nth(2), kind="repeat"),
    ),
    fault("one-line-too-many", "LINES-MAX", "eleven lines are taken", skip("max_lines", on=INITIATE), kind="boundary"),
    fault("quantity-lost-at-once", "RACE", "of two quantities set at once one is lost", lost_update(on=QUANTITY)),
]
