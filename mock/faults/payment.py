"""Faults about payment and the purchase order."""

from __future__ import annotations

from mock.seams import (
    OPEN,
    OPTION,
    PLACE,
    QUANTITY,
    Fault,
    at_once,
    before,
    fault,
    nth,
    phase,
    refused_yet_applied,
    skip,
)
from mock.shop import Call
from mock.state import PAID


def _reopen(call: Call) -> None:
    call.the_session().phase = OPEN


FAULTS: list[Fault] = [
    fault(
        "option-after-payment-second-time", "PAY-LOCK", "the second change of an option after payment goes through",
        skip("state", on=OPTION, when=phase(PAID) & nth(2), kind="repeat"),
    ),
    fault(
        "quantity-after-payment-reaches-order", "PAY-LOCK", "15021, and yet the order has the new quantity",
        refused_yet_applied("state", to="order", on=QUANTITY),
    ),
    fault("two-orders", "PAY-TWICE", "placing again makes another order", before("apply", _reopen, on=PLACE)),
    fault(
        "two-orders-at-once", "RACE", "two payments at once make two orders",
        before("apply", _reopen, on=PLACE, when=at_once),
    ),
    fault("declined-lives-on", "PAY-DECLINED", "after a declined payment the cart can be changed",
          skip("state", on=QUANTITY, when=phase("declined"))),
]
