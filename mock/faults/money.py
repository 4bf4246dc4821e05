"""Faults about amounts."""

from __future__ import annotations

from mock.seams import (
    INITIATE,
    ORDER,
    QUANTITY,
    READ,
    SESSION_METHODS,
    Fault,
    accepted,
    add,
    after,
    fault,
    from_nth,
    lines,
    next_read,
    plus,
    rebill,
)
from mock.shop import Call
from mock.state import Line


def _cheaper(call: Call, price: int, line: Line) -> int | None:
    return price - 1 if line.quantity > 3 else None


SHOWN = (INITIATE, *SESSION_METHODS, ORDER)  # whose answers have amounts

FAULTS: list[Fault] = [
    fault(
        "total-a-cent-more-with-three", "PRICE-TOTAL", "with three lines or more the total is a cent too much",
        add("pricingSummary.total", 1, on=SHOWN, when=lines(3) & accepted),
    ),
    fault(
        "unit-price-falls", "PRICE-UNIT", "a piece costs a cent less from the fourth on",
        after("unit", _cheaper, on=SHOWN),
        kind="quantity",
    ),
    fault(
        "delivery-grows-on-read", "SESSION-READ", "the first read after a change has a cent more for delivery",
        rebill(plus(delivery=1), on=READ, when=next_read),
    ),
    fault(
        "quantity-cent-second-time", "PRICE-TOTAL", "from the second change of a quantity on the total has a cent more",
        add("pricingSummary.total", 1, on=QUANTITY, when=accepted & from_nth(2), kind="repeat"),
    ),
    fault(
        "order-costs-more", "ORDER-READ", "the purchase order's fee is a cent higher than the session's",
        rebill(plus(fee=1), on=ORDER, kind="cent"),
    ),
]
