"""Faults about stock, purchase limits and lots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.model import Item
from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.injection import (
    INITIATE,
    QUANTITY,
    Condition,
    Fault,
    change_error_id,
    error,
    fault,
    from_nth,
    refuse,
    refused_yet_applied,
    skip,
    wrap,
)

BOTH = (INITIATE, QUANTITY)


def _cut_to_stock(call: Call, item: Item, quantity: int) -> None:
    if quantity > item.stock:
        call.quantity = item.stock


def _whole_lots(call: Call, item: Item, quantity: int) -> None:
    if item.lot:
        call.quantity = -(-quantity // item.lot) * item.lot


def _cut_yet_refused(proceed: Callable[..., Any], call: Call, item: Item, quantity: int) -> Any:
    try:
        return proceed()
    except Refusal:
        for line in call.shop.sessions[call.id].cart.lines:
            line.quantity = item.limit if line.item.id == item.id else line.quantity
        raise


at_stock = Condition(lambda call, item, quantity: quantity == item.stock, "boundary")
at_limit = Condition(lambda call, item, quantity: quantity == item.limit, "boundary")
one_above_limit = Condition(lambda call, item, quantity: quantity == item.limit + 1, "boundary")
limit_above_three = Condition(lambda call, item, quantity: item.limit > 3, "quantity")
above_stock = Condition(lambda call, item, quantity: quantity > item.stock)
beyond_ten = Condition(lambda call, item, quantity: quantity > 10, "quantity")
twice_the_lot = Condition(lambda call, item, quantity: bool(item.lot) and quantity == 2 * item.lot, "boundary")
named_later = Condition(lambda call, item, quantity: next(iter(call.requested)) != item.id, "lines")

FAULTS: list[Fault] = [
    # -- QTY-STOCK --
    fault("stock-is-not-asked", "QTY-STOCK", "more than the stock is set", skip("stock", on=QUANTITY)),
    fault(
        "stock-is-asked-of-first-line",
        "QTY-STOCK",
        "initiate looks at the stock of the first item only",
        skip("stock", on=INITIATE, when=named_later),
    ),
    fault(
        "stock-itself-is-refused",
        "QTY-STOCK",
        "the last piece of the stock cannot be had",
        refuse("stock", 15013, on=QUANTITY, when=at_stock),
    ),
    fault(
        "stock-cuts-quantity",
        "QTY-STOCK",
        "a quantity above the stock becomes the stock",
        wrap("stock", lambda proceed, call, *given: _cut_to_stock(call, *given), on=QUANTITY),
        kind="ignored",
    ),
    fault(
        "stock-is-15014",
        "QTY-STOCK",
        "a quantity above the stock is 15014",
        change_error_id(15014, on=QUANTITY, when=error(15013)),
    ),
    fault(
        "stock-refused-yet-applied",
        "QTY-STOCK",
        "15013, and yet the line has the quantity",
        refused_yet_applied("stock", on=QUANTITY),
    ),
    fault(
        "stock-is-not-asked-again",
        "QTY-STOCK",
        "more than the stock is refused once, and set the second time",
        skip("stock", on=QUANTITY, when=above_stock & from_nth(2)),
        kind="repeat",
    ),
    # -- QTY-LIMIT --
    fault(
        "limit-and-one",
        "QTY-LIMIT",
        "one more than the limit is set",
        skip("limit", on=QUANTITY, when=one_above_limit),
    ),
    fault("limit-is-not-asked", "QTY-LIMIT", "initiate takes more than the limit", skip("limit", on=INITIATE)),
    fault(
        "limit-itself-is-refused",
        "QTY-LIMIT",
        "the limit itself cannot be had in initiate",
        refuse("limit", 15012, on=INITIATE, when=at_limit),
    ),
    fault(
        "limit-above-three-is-not-asked",
        "QTY-LIMIT",
        "a limit above three is not looked at",
        skip("limit", on=BOTH, when=limit_above_three),
    ),
    fault(
        "limit-cuts-yet-refuses",
        "QTY-LIMIT",
        "15012, and yet the line has the limit",
        wrap("limit", _cut_yet_refused, on=QUANTITY),
        kind="applied-though-refused",
    ),
    # -- QTY-LOT --
    fault(
        "lot-beyond-ten",
        "QTY-LOT",
        "a quantity above ten is no question of lots",
        skip("lot", on=QUANTITY, when=beyond_ten),
    ),
    fault("lot-is-not-asked", "QTY-LOT", "part of a lot is set", skip("lot", on=QUANTITY)),
    fault("lot-is-not-asked-at-first", "QTY-LOT", "initiate takes part of a lot", skip("lot", on=INITIATE)),
    fault(
        "two-lots-are-refused",
        "QTY-LOT",
        "twice the lot is refused with 15014",
        refuse("lot", 15014, on=QUANTITY, when=twice_the_lot),
    ),
    fault(
        "lot-rounds-up",
        "QTY-LOT",
        "part of a lot becomes a whole one",
        wrap("lot", lambda proceed, call, *given: _whole_lots(call, *given), on=QUANTITY),
        kind="ignored",
    ),
]
