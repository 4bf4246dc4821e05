"""Faults about how many lines a session holds, and which."""

from __future__ import annotations

from mock_server.domain.shop import Call
from mock_server.domain.state import Cart, Line
from mock_server.injection import (
    INITIATE,
    Condition,
    Fault,
    before,
    change_status,
    error,
    fault,
    refuse,
    skip,
    store,
)


def _first_four(call: Call) -> None:
    call.inputs = call.inputs[:4]


def _merge_last_two(cart: Cart, call: Call) -> None:
    last = cart.lines.pop()
    cart.lines[-1].quantity += last.quantity


def _merge_sellers(cart: Cart, call: Call) -> None:
    """Lines of one seller become one."""
    kept: dict[str, Line] = {}
    for line in cart.lines:
        if line.item.seller in kept:
            kept[line.item.seller].quantity += line.quantity
        else:
            kept[line.item.seller] = line
    cart.lines = list(kept.values())


def _merge_titles(cart: Cart, call: Call) -> None:
    """Lines whose titles begin alike, as variations of one listing do, become one."""
    kept: dict[str, Line] = {}
    for line in cart.lines:
        name = line.item.title.partition(",")[0]
        if name in kept:
            kept[name].quantity += line.quantity
        else:
            kept[name] = line
    cart.lines = list(kept.values())


four_lines = Condition(lambda call, *_: len(call.requested) == 4, "boundary")
five_lines = Condition(lambda call, *_: len(call.requested) > 4, "boundary")
many_pieces = Condition(lambda call, *_: sum(call.requested.values()) > 40, "quantity")

FAULTS: list[Fault] = [
    fault("one-line-too-many", "LINES-MAX", "five lines are taken", skip("max_lines", on=INITIATE), kind="boundary"),
    fault(
        "four-lines-are-too-many",
        "LINES-MAX",
        "four lines are refused with 15011",
        refuse("max_lines", 15011, on=INITIATE, when=four_lines),
    ),
    fault(
        "lines-are-counted-in-pieces",
        "LINES-MAX",
        "more than forty pieces in all are refused with 15011",
        refuse("max_lines", 15011, on=INITIATE, when=many_pieces),
    ),
    fault(
        "fifth-line-is-dropped",
        "LINES-MAX",
        "of five lines the first four are taken, silently",
        skip("max_lines", on=INITIATE),
        before("apply", _first_four, on=INITIATE, when=five_lines),
        kind="ignored",
    ),
    fault(
        "too-many-lines-are-400",
        "LINES-MAX",
        "15011 comes with status 400",
        change_status(400, on=INITIATE, when=error(15011)),
    ),
    fault(
        "fourth-line-merges-into-third",
        "LINES-OWN",
        "of four lines the last two become one",
        store(_merge_last_two, on=INITIATE, when=Condition(lambda call, *_: len(call.requested) == 4, "lines")),
        also="SESSION-CREATE",
    ),
    fault(
        "items-of-one-seller-are-one-line",
        "LINES-OWN",
        "items of one seller become one line",
        store(_merge_sellers, on=INITIATE),
        kind="lines",
        also="SESSION-CREATE",
    ),
    fault(
        "variations-are-one-line",
        "LINES-OWN",
        "variations of one listing become one line",
        store(_merge_titles, on=INITIATE),
        kind="lines",
        also="SESSION-CREATE",
    ),
]
