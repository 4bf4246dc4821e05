"""Faults about reading: another state than the last change left, or a read that is a change itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from mock_server.domain.shop import Call, Response
from mock_server.domain.state import Cart
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    OPTION,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Effect,
    Fault,
    after,
    after_op,
    combine,
    coupon,
    fault,
    from_nth,
    just_after,
    lines,
    next_read,
    nth,
    plus,
    quantity_above,
    rebill,
    refuse,
    request_has,
    shown,
    shown_not_kept,
    store,
)


def stale_read(*operations: str, **scope: Any) -> Effect:
    """The first read after one of these changes shows what the read before it, or initiate, showed: a cache."""
    key = object()

    def keep(call: Call, response: Response, *_: Any) -> None:
        if response.status == 200 and call.session is not None:
            call.session.notes[key] = deepcopy(response.body)

    def old(call: Call, response: Response, *_: Any) -> Response | None:
        kept: Any = call.session.notes.get(key) if call.session else None
        return Response(200, kept, response.headers) if kept else None

    return combine(
        after("response", keep, on=(INITIATE, READ), when=~just_after(*operations)),
        after("response", old, on=READ, **{"kind": "read-only", **scope, "when": just_after(*operations)}),
    )


def _at_most_three(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.quantity = min(line.quantity, 3)


def _three_lines(cart: Cart, call: Call) -> None:
    del cart.lines[3:]


def _one_more(cart: Cart, call: Call) -> None:
    if cart.lines:
        cart.lines[0].quantity += 1


def _first_options(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.option = line.item.options[0].id


def _no_coupon(cart: Cart, call: Call) -> None:
    cart.coupon = None


def _one_line_less(cart: Cart, call: Call) -> None:
    cart.lines.pop()


def _no_second_line(cart: Cart, call: Call) -> None:
    cart.address = {name: value for name, value in cart.address.items() if name != "addressLine2"}


# A read that no change came before: the session was read already.
read_again = just_after(READ)
found = Condition(lambda call, *_: call.session is not None)

FAULTS: list[Fault] = [
    fault(
        "address-shown-not-kept",
        "SESSION-READ",
        "the new address stands in the answer, the next read has the old one",
        shown_not_kept(on=ADDRESS),
    ),
    fault(
        "quantity-shown-not-kept",
        "SESSION-READ",
        "from the second change on a quantity is only in the answer",
        shown_not_kept(on=QUANTITY, when=~request_has(quantity=0) & nth(2)),
    ),
    fault(
        "option-shown-not-kept",
        "SESSION-READ",
        "with three lines or more another option is only in the answer",
        shown_not_kept(on=OPTION, when=lines(3)),
    ),
    fault(
        "coupon-removal-shown-not-kept",
        "SESSION-READ",
        "a removed coupon is back in the next read",
        shown_not_kept(on=REMOVE),
    ),
    fault(
        "read-is-late",
        "SESSION-READ",
        "the first read after a new quantity shows the session as it was before",
        stale_read(QUANTITY),
    ),
    fault(
        "read-is-late-about-addresses",
        "SESSION-READ",
        "in EBAY_HK the first read after a new address has the old one",
        stale_read(ADDRESS),
        kind="read-only",
    ),
    fault(
        "read-hides-coupon",
        "SESSION-READ",
        "reads know of no coupon",
        shown(_no_coupon, on=READ),
        kind="read-only",
    ),
    fault(
        "read-hides-fourth-line",
        "SESSION-READ",
        "reads show three lines at most",
        shown(_three_lines, on=READ),
        kind="lines",
    ),
    fault(
        "read-selects-first",
        "SESSION-READ",
        "reads show the first option of a line as selected",
        shown(_first_options, on=READ),
        kind="read-only",
    ),
    fault(
        "read-shows-three-at-most",
        "SESSION-READ",
        "reads show a quantity of three at most",
        shown(_at_most_three, on=READ),
        kind="quantity",
    ),
    fault(
        "read-reprices-after-option",
        "SESSION-READ",
        "reads after another option still have the first one's delivery cost",
        rebill(plus(delivery=-1), on=READ, when=after_op(OPTION)),
        kind="cent",
    ),
    fault(
        "read-fails-with-coupon",
        "SESSION-READ",
        "a session with a coupon and three lines is read with 500",
        refuse("session_marketplace", 15000, on=READ, when=coupon & lines(3)),
    ),
    fault(
        "third-read-drops-coupon",
        "SESSION-SAFE",
        "the third read takes the coupon out of the session",
        store(_no_coupon, unseen=True, on=READ, when=coupon & nth(2)),
    ),
    fault(
        "read-adds-a-piece",
        "SESSION-SAFE",
        "a second read in a row adds a piece to the first line",
        store(_one_more, unseen=True, on=READ, when=found & ~next_read & nth(1)),
        kind="repeat",
    ),
    fault(
        "read-resets-options",
        "SESSION-SAFE",
        "a read puts every line back to its first option, as the next one shows",
        store(_first_options, unseen=True, on=READ),
        kind="after",
    ),
    fault(
        "read-loses-fourth-line",
        "SESSION-SAFE",
        "after a read the fourth line is gone, as the next one shows",
        store(_one_line_less, unseen=True, on=READ, when=lines(4, 4)),
    ),
    fault(
        "second-read-costs-more",
        "SESSION-SAFE",
        "from the second read in a row on the fee is a cent more",
        rebill(plus(fee=1), on=READ, when=read_again),
        kind="cent",
    ),
    fault(
        "read-trims-quantity",
        "SESSION-SAFE",
        "a read cuts more than three pieces to three, as the next one shows",
        store(lambda cart, call: setattr(cart.lines[0], "quantity", 3), unseen=True, on=READ, when=quantity_above(3)),
    ),
    fault(
        "read-forgets-second-address-line",
        "SESSION-SAFE",
        "after the fourth read addressLine2 is gone",
        store(_no_second_line, unseen=True, on=READ, when=from_nth(4)),
    ),
]
