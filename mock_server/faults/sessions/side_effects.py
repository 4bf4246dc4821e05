"""Faults about changes that change more of their session than they name."""

from __future__ import annotations

from mock_server.catalogue.addresses import GOOD
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.injection import (
    ADDRESS,
    APPLY,
    OPTION,
    QUANTITY,
    REMOVE,
    Fault,
    after_op,
    coupon,
    fault,
    in_market,
    lines,
    nth,
    request_has,
    store,
)


def first_options(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.option = line.item.options[0].id


def _first_options_of_others(cart: Cart, call: Call) -> None:
    for index, line in enumerate(cart.lines):
        if index != call.line_index:
            line.option = line.item.options[0].id


def _no_coupon(cart: Cart, call: Call) -> None:
    cart.coupon = None


def _one_piece(cart: Cart, call: Call) -> None:
    cart.lines[call.line_index].quantity = 1


def _others_too(cart: Cart, call: Call) -> None:
    option = cart.lines[call.line_index].item.options.index(cart.lines[call.line_index].selected)
    for line in cart.lines:
        if option < len(line.item.options):
            line.option = line.item.options[option].id


def _first_address(cart: Cart, call: Call) -> None:
    good = GOOD[cart.market.id]
    cart.address = {**good, "recipient": {**good["recipient"]}}


def _last_line_goes(cart: Cart, call: Call) -> None:
    cart.lines.pop()


def _one_more(cart: Cart, call: Call) -> None:
    cart.lines[0].quantity += 1


FAULTS: list[Fault] = [
    fault(
        "quantity-resets-options",
        "SESSION-ONLY",
        "a new quantity puts every line back to its first option",
        store(first_options, on=QUANTITY),
    ),
    fault(
        "quantity-drops-coupon",
        "SESSION-ONLY",
        "a new quantity takes the coupon out of the session",
        store(_no_coupon, on=QUANTITY, when=coupon & ~request_has(quantity=0)),
    ),
    fault(
        "removal-resets-options-of-others",
        "SESSION-ONLY",
        "a removal puts the lines that stay back to their first option",
        store(first_options, on=QUANTITY, when=request_has(quantity=0)),
        kind="after",
    ),
    fault(
        "option-resets-quantity",
        "SESSION-ONLY",
        "another option puts its line back to one piece",
        store(_one_piece, on=OPTION),
    ),
    fault(
        "option-resets-other-lines",
        "SESSION-ONLY",
        "with three lines another option puts the other lines back to their first",
        store(_first_options_of_others, on=OPTION, when=lines(3)),
        also="SHIP-SET",
    ),
    fault(
        "option-goes-to-all-lines",
        "SESSION-ONLY",
        "the second option of a line selects the second of every line",
        store(_others_too, on=OPTION),
        also="SHIP-SET",
    ),
    fault(
        "option-drops-coupon",
        "SESSION-ONLY",
        "the second change of an option takes the coupon out of the session",
        store(_no_coupon, on=OPTION, when=coupon & nth(2)),
        kind="repeat",
    ),
    fault(
        "address-drops-coupon-in-gb",
        "SESSION-ONLY",
        "in EBAY_GB a new address takes the coupon out of the session",
        store(_no_coupon, on=ADDRESS, when=in_market("EBAY_GB")),
    ),
    fault(
        "address-resets-options",
        "SESSION-ONLY",
        "a new address puts every line back to its first option",
        store(first_options, on=ADDRESS),
    ),
    fault(
        "coupon-adds-a-piece",
        "SESSION-ONLY",
        "with four lines a coupon adds a piece to the first line",
        store(_one_more, on=APPLY, when=lines(4)),
    ),
    fault(
        "coupon-removal-resets-address",
        "SESSION-ONLY",
        "a coupon's removal brings the address of the beginning back",
        store(_first_address, on=REMOVE, when=after_op(ADDRESS)),
    ),
    fault(
        "coupon-removal-drops-fourth-line",
        "SESSION-ONLY",
        "a coupon's removal takes the last of four lines with it",
        store(_last_line_goes, on=REMOVE, when=lines(4)),
    ),
]
