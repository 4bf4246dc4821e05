"""Faults about the total, the subtotal, unit prices and net prices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import JSON
from mock_server.domain.pricing import Bill, Row
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart, Line
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    OPTION,
    ORDER,
    QUANTITY,
    READ,
    SESSION_METHODS,
    Condition,
    Effect,
    Fault,
    accepted,
    add,
    after,
    alternate_sessions,
    combine,
    coupon,
    fault,
    from_nth,
    in_market,
    large_quantity,
    lines,
    next_read,
    other_option,
    plus,
    rebill,
    request_has,
    since,
    stale,
)

SHOWN = (INITIATE, *SESSION_METHODS, ORDER)  # whose answers have amounts


def off(change: Callable[[Bill], int], **scope: Any) -> Effect:
    """The total, and nothing else, is off by so much."""
    def action(call: Call, bill: Bill, *_: Any) -> None:
        bill.total += change(bill)

    return after("bill", action, **{"on": SHOWN, **scope})


def unit(more: int, **scope: Any) -> Effect:
    """So many cents more for one piece, and all that follows from it."""
    return after("unit", lambda call, price, line: price + more, **{"on": SHOWN, **scope})


def net(change: Callable[[Row, Cart], int], **scope: Any) -> Effect:
    """Another net price, in the session and in its order, and nothing else."""
    def action(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
        shown["netPrice"] = call.run("amount", change(row, cart), cart.market)

    return combine(*(after(step, action, **{"on": SHOWN, **scope}) for step in ("line_view", "order_line_view")))


def _cheaper(call: Call, price: int, line: Line) -> int | None:
    return price - 1 if line.quantity > 3 else None


def _without_the_fourth(bill: Bill) -> None:
    bill.subtotal -= sum(row.gross for row in bill.rows[3:4])


def _each_line_once(bill: Bill) -> None:
    bill.subtotal = sum(row.unit for row in bill.rows)


def _after_promotions(bill: Bill) -> None:
    bill.subtotal -= bill.discount


def _rounded(bill: Bill) -> int:
    return -(bill.total % 10)


def _neighbours_share(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    """Each line's net price bears the share of the line after it: right as a whole, wrong for each."""
    index = cart.lines.index(row.line)
    other = call.notes["rows"][(index + 1) % len(cart.lines)].share
    shown["netPrice"] = call.run("amount", row.net + row.share - other, cart.market)


def _note_rows(call: Call, bill: Bill, *_: Any) -> None:
    call.notes["rows"] = bill.rows


above_three = Condition(lambda call, cart, row: row.line.quantity > 3, "quantity")

# By the words of a name: the term that the total forgets, and when.
FORGOTTEN: dict[str, tuple[Callable[[Bill], int], Condition | None, str]] = {
    "discount-with-coupon": (lambda bill: bill.discount, coupon, "with a coupon promotions do not lower the total"),
    "delivery-after-option": (lambda bill: -bill.delivery, other_option, "with another option delivery is left out"),
    "tax-above-three": (lambda bill: -bill.tax, large_quantity, "with more than three of a line tax is left out"),
    "adjustment": (lambda bill: -bill.adjustment, None, "the adjustment is left out"),
    "fee": (lambda bill: -bill.fee, None, "the fee is left out"),
    "imports-in-au": (lambda bill: -bill.imports, in_market("EBAY_AU"), "in EBAY_AU import charges are left out"),
    "savings-with-four-lines": (lambda bill: bill.savings, lines(4), "with four lines a coupon does not lower it"),
}

FAULTS: list[Fault] = [
    # the total
    fault(
        "total-a-cent-more-with-three", "PRICE-TOTAL", "with three lines or more the total is a cent too much",
        add("pricingSummary.total", 1, on=SHOWN, when=lines(3) & accepted),
    ),
    fault(
        "quantity-cent-second-time", "PRICE-TOTAL", "from the second change of a quantity on the total has a cent more",
        add("pricingSummary.total", 1, on=QUANTITY, when=accepted & from_nth(2), kind="repeat"),
    ),
    *(
        fault(f"total-without-{name}", "PRICE-TOTAL", f"{sees} (in the total)", off(change, when=when))
        for name, (change, when, sees) in FORGOTTEN.items()
    ),
    fault(
        "total-adjusted-the-wrong-way", "PRICE-TOTAL", "a negative adjustment raises the total",
        off(lambda bill: -2 * min(bill.adjustment, 0), kind="field"),
    ),
    fault(
        "total-stale-after-quantity", "PRICE-TOTAL", "the total does not follow a change of a quantity",
        stale("total", on=QUANTITY), also="QTY-SET",
    ),
    fault(
        "total-stale-after-removal", "PRICE-TOTAL", "the total does not follow when a line is taken out",
        stale("total", on=QUANTITY, when=request_has(quantity=0)), also="QTY-ZERO",
    ),
    fault(
        "total-stale-after-option", "PRICE-TOTAL", "the total does not follow a change of an option",
        stale("total", on=OPTION), also="SHIP-SET",
    ),
    fault(
        "total-rounded-in-hk", "PRICE-TOTAL", "in EBAY_HK the total is rounded down to ten cents",
        off(_rounded, when=in_market("EBAY_HK")),
    ),
    fault(
        "total-cent-on-read-with-coupon", "PRICE-TOTAL", "with a coupon reads, and only reads, have a cent more",
        off(lambda bill: 1, on=READ, when=coupon, kind="read-only"), also="SESSION-READ",
    ),
    fault(
        "delivery-grows-on-read", "SESSION-READ", "the first read after a change has a cent more for delivery",
        rebill(plus(delivery=1), on=READ, when=next_read), also="PRICE-DELIVERY",
    ),
    # the subtotal
    fault(
        "subtotal-cent-above-three", "PRICE-SUBTOTAL", "with more than three of a line the subtotal has a cent more",
        rebill(plus(subtotal=1), on=SHOWN, when=large_quantity),
    ),
    fault(
        "subtotal-without-fourth-line", "PRICE-SUBTOTAL", "the fourth line is not in the subtotal",
        rebill(_without_the_fourth, on=SHOWN, when=lines(4)),
    ),
    fault(
        "subtotal-counts-lines-once-in-gb", "PRICE-SUBTOTAL", "in EBAY_GB the subtotal has one piece of each line",
        rebill(_each_line_once, on=SHOWN, when=in_market("EBAY_GB")),
    ),
    fault(
        "subtotal-stale-after-quantity", "PRICE-SUBTOTAL", "the subtotal does not follow a change of a quantity",
        stale("subtotal", on=QUANTITY), also="QTY-SET",
    ),
    fault(
        "subtotal-after-promotions-with-coupon", "PRICE-SUBTOTAL", "with a coupon promotions are off the subtotal, too",
        rebill(_after_promotions, on=SHOWN, when=coupon),
    ),
    fault(
        "subtotal-cent-after-move", "PRICE-SUBTOTAL", "after a new address the subtotal has a cent more",
        rebill(plus(subtotal=1), on=SHOWN, when=since(ADDRESS)),
    ),
    # unit prices
    fault(
        "unit-price-falls", "PRICE-UNIT", "a piece costs a cent less from the fourth on",
        after("unit", _cheaper, on=SHOWN), kind="quantity",
    ),
    fault(
        "unit-cent-more-with-coupon", "PRICE-UNIT", "with a coupon each piece costs a cent more",
        unit(1, when=coupon),
    ),
    fault(
        "unit-depends-on-session", "PRICE-UNIT", "in about every second session each piece costs a cent more",
        unit(1, when=alternate_sessions),
    ),
    fault(
        "unit-cent-less-with-three", "PRICE-UNIT", "with three lines or more each piece costs a cent less",
        unit(-1, when=lines(3)),
    ),
    fault(
        "unit-cent-more-after-option", "PRICE-UNIT", "with another option each piece costs a cent more",
        unit(1, when=other_option),
    ),
    # net prices
    fault(
        "net-has-the-fee", "PRICE-NET", "a line's fee is in its net price",
        net(lambda row, cart: row.net + sum(fee.amount for fee in row.fees), kind="field"),
    ),
    fault(
        "net-without-promotions-above-three", "PRICE-NET", "promotions of more than three are not off the net price",
        net(lambda row, cart: row.net + row.discount, when=above_three),
    ),
    fault(
        "net-without-coupon-with-four-lines", "PRICE-NET", "with four lines net prices do not have the coupon's share",
        net(lambda row, cart: row.net + row.share, when=lines(4)), also="PRICE-SAVINGS",
    ),
    fault(
        "net-of-one-piece-with-three", "PRICE-NET", "with three lines or more a net price is of one piece",
        net(lambda row, cart: row.net // row.line.quantity, when=lines(3)),
    ),
    fault(
        "net-has-delivery-in-gb", "PRICE-NET", "in EBAY_GB delivery is in the net price",
        net(lambda row, cart: row.net + row.delivery - row.delivery_discount, when=in_market("EBAY_GB")),
    ),
    fault(
        "net-bears-the-neighbours-share", "PRICE-NET", "each net price has another line's share of the coupon",
        after("bill", _note_rows, on=SHOWN), after("line_view", _neighbours_share, on=SHOWN, when=coupon & lines(2)),
        after("order_line_view", _neighbours_share, on=ORDER, when=coupon & lines(2)), kind="coupon",
    ),
    fault(
        "net-cent-less-with-coupon", "PRICE-NET", "with a coupon the first line's net price is a cent less",
        net(lambda row, cart: row.net - (row.line is cart.lines[0]), when=coupon, kind="cent"), also="PRICE-SAVINGS",
    ),
]
