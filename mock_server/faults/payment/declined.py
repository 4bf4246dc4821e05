"""Faults about a declined payment, and about what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    DECLINED,
    OPEN,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Fault,
    after,
    body_matches,
    change_error_id,
    change_status,
    error,
    fault,
    from_nth,
    in_market,
    lines,
    phase,
    refuse,
    refused_yet_applied,
    skip,
    wrap,
)

declined = phase(DECLINED)
zero = body_matches(lambda body: body.get("quantity") == 0)
bad_card = Condition(lambda call: call.require_session().email.lower() == "declined@example.com")
LATEST = object()  # note of a shop: the latest payment was declined


def _reopen(call: Call, *_: Any) -> None:
    call.require_session().phase = OPEN


def _order_anyway(proceed: Callable[..., Any], call: Call) -> Any:
    try:
        return proceed()
    except Refusal:
        call.run("apply")
        raise


def _remembers(proceed: Callable[..., Any], call: Call) -> Any:
    """A payment after a declined one is declined as well, whoever pays."""
    if call.shop.notes.pop(LATEST, 0):
        raise Refusal(15023)
    try:
        return proceed()
    except Refusal:
        call.shop.notes[LATEST] = 1
        raise


FAULTS: list[Fault] = [
    fault(
        "declined-card-pays-in-de", "PAY-DECLINED", "in EBAY_DE a declined card pays for an order",
        skip("payment", on=PLACE, when=in_market("EBAY_DE") & bad_card),
    ),
    fault(
        "declined-card-pays-for-two-lines", "PAY-DECLINED", "with two lines a declined card pays for an order",
        skip("payment", on=PLACE, when=lines(2) & bad_card),
    ),
    fault(
        "declined-400", "PAY-DECLINED", "a declined card is 15023 with status 400",
        change_status(400, on=PLACE, when=error(15023)),
    ),
    fault(
        "declined-15049", "PAY-DECLINED", "a declined card is 15049",
        refuse("payment", 15049, on=PLACE, when=bad_card, kind="id"),
    ),
    fault(
        "no-card-15033", "PAY-DECLINED", "who has no card to pay with gets 15033",
        change_error_id(15033, on=PLACE, when=error(15004)),
    ),
    fault(
        "processor-15049", "PAY-DECLINED", "a payment that the processor does not take is 15049",
        change_error_id(15049, on=PLACE, when=error(17000)),
    ),
    fault(
        "declined-yet-ordered", "PAY-DECLINED", "15023 for a declined card, and yet there is an order",
        wrap("payment", _order_anyway, on=PLACE, when=bad_card, kind="applied-though-refused"), also="PAY-DECLINED-ENDS",
    ),
    # afterwards
    fault(
        "declined-lives-on", "PAY-DECLINED-ENDS", "after a declined payment quantities can be changed",
        skip("state", on=QUANTITY, when=declined & ~zero),
    ),
    fault(
        "declined-removal", "PAY-DECLINED-ENDS", "after a declined payment quantity 0 takes a line out",
        skip("state", on=QUANTITY, when=declined & zero),
    ),
    fault(
        "declined-address", "PAY-DECLINED-ENDS", "after a declined payment the address can be changed",
        skip("state", on=ADDRESS, when=declined),
    ),
    fault(
        "declined-option-in-au", "PAY-DECLINED-ENDS", "in EBAY_AU an option can be changed after a declined payment",
        skip("state", on=OPTION, when=declined & in_market("EBAY_AU"), kind="marketplace"),
    ),
    fault(
        "declined-coupon-second-time", "PAY-DECLINED-ENDS", "the second coupon after a declined payment is taken",
        skip("state", on=APPLY, when=declined & from_nth(2), kind="repeat"),
    ),
    fault(
        "declined-coupon-off", "PAY-DECLINED-ENDS", "after a declined payment the coupon can be removed",
        skip("state", on=REMOVE, when=declined),
    ),
    fault(
        "declined-pays-again", "PAY-DECLINED-ENDS", "after a declined payment the next one of the session goes through",
        skip("state", on=PLACE, when=declined), skip("payment", on=PLACE, when=declined), kind="repeat",
    ),
    fault(
        "declined-opens-with-a-read", "PAY-DECLINED-ENDS", "a read opens a declined session again",
        after("session_view", _reopen, on=READ, when=declined, kind="after"),
    ),
    fault(
        "declined-address-yet-applied", "PAY-DECLINED-ENDS", "after a declined payment an address is refused and kept",
        refused_yet_applied("state", on=ADDRESS, when=declined),
    ),
    fault(
        "declined-change-500", "PAY-DECLINED-ENDS", "after a declined payment changes are 15032 with status 500",
        change_status(500, on=(QUANTITY, ADDRESS, OPTION, APPLY, REMOVE), when=error(15032)),
    ),
    fault(
        "declined-stays-for-the-next", "PAY-DECLINED-ENDS", "after a declined payment the next one, whosever, is, too",
        wrap("payment", _remembers, on=PLACE, kind="after"), also="PAY-PLACE",
    ),
]
