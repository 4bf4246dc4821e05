"""Faults that show in one situation: the same item named twice, the middle line, back to an earlier quantity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.model import Item
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    OPTION,
    QUANTITY,
    Condition,
    Fault,
    after,
    after_op,
    after_refused,
    before,
    coupon,
    fault,
    ignore,
    line_at,
    lines,
    other_option,
    quantity_above,
    refused_yet_applied,
    skip,
)
from mock_server.injection.near_values import line_by, longer, shorter


def _fits_each(bound: Callable[[Item], int]) -> Condition:
    """The item is named more than once, and each quantity is within the bound; only their sum is not."""

    def test(call: Call, item: Item, quantity: int) -> bool:
        quantities = [line_input["quantity"] for line_input in call.data["lineItemInputs"] if line_input["itemId"] == item.id]
        return len(quantities) > 1 and bool(bound(item)) and max(quantities) <= bound(item)

    return Condition(test, "lines")


def _last_input_counts(call: Call, value: Any, data: dict[str, Any]) -> None:
    """Of an item that is named first and last the last quantity counts."""
    if len(call.requested) < 3:
        return
    last = data["lineItemInputs"][-1]
    call.inputs = [(item, last["quantity"] if item.id == last["itemId"] else number) for item, number in call.inputs]


def _next_line(call: Call) -> None:
    call.line_index = (call.line_index + 1) % len(call.require_cart().lines)


def _keep_largest(call: Call, value: Any) -> None:
    """A line that had this quantity already goes back to the largest that it ever had."""
    line = call.require_cart().lines[call.line_index]
    had: list[int] = call.require_session().notes.setdefault(("had", line.id), [])
    if line.quantity in had:
        line.quantity = max(had)
    had.append(line.quantity)


removal = Condition(lambda call, *_: call.quantity == 0)

FAULTS: list[Fault] = [
    # -- the same item twice --
    fault("limit-of-each-input", "QTY-LIMIT", "an item that is named twice is sold beyond its limit, each time within it",
          skip("limit", on=INITIATE, when=_fits_each(lambda item: item.limit))),
    fault("stock-of-each-input", "QTY-STOCK", "an item that is named twice is sold beyond its stock, each time within it",
          skip("stock", on=INITIATE, when=_fits_each(lambda item: item.stock))),
    fault("same-item-last-quantity-counts", "LINES-OWN", "with three items and more one named twice has its last quantity",
          after("body_initiate", _last_input_counts, on=INITIATE), kind="lines", also="SESSION-CREATE"),
    # -- quantities --
    fault("middle-quantity-goes-on-with-coupon", "QTY-SET", "with a coupon the quantity of a middle line goes to the next",
          before("apply_quantity", _next_line, on=QUANTITY, when=coupon & line_at("middle") & ~removal), kind="lines"),
    fault("hundreds-ignored-on-the-last-line", "QTY-SET", "more than a hundred are ignored on the last line",
          ignore(on=QUANTITY, when=line_at("last") & quantity_above(100)), kind="quantity"),
    fault("earlier-quantity-becomes-the-largest", "QTY-SET", "a line set back to an earlier quantity has its largest one",
          after("apply_quantity", _keep_largest, on=QUANTITY, when=~removal), kind="after"),
    fault("quantity-ignored-after-option-and-coupon", "QTY-SET", "with another option and a coupon a quantity is ignored",
          ignore(on=QUANTITY, when=coupon & other_option & ~removal), kind="coupon"),
    fault("zero-ignored-on-the-middle-after-refusal", "QTY-ZERO", "after a refused quantity a middle line stays at 0",
          ignore(on=QUANTITY, when=removal & line_at("middle") & after_refused(QUANTITY)), kind="after"),
    fault("zero-takes-the-coupon-of-two-lines", "SESSION-ONLY", "of two lines the removal of the first takes the coupon too",
          before("apply_quantity", lambda call: setattr(call.require_cart(), "coupon", None), on=QUANTITY,
                 when=removal & coupon & line_at("first") & lines(2, 2)), kind="coupon"),
    # -- refused, and yet somewhere --
    fault("stock-refused-yet-ordered", "QTY-STOCK", "15013, and yet the order placed later has the quantity",
          refused_yet_applied("stock", to="next_order", on=QUANTITY), also="ORDER-READ"),
    fault("limit-refused-yet-in-the-buyers-other", "QTY-LIMIT", "15012, and yet the same buyer's other session has it",
          refused_yet_applied("limit", to="same_buyer", on=QUANTITY), also="SESSION-ISOLATED"),
    fault("invalid-quantity-reaches-another-buyers", "QTY-INVALID",
          "15002 for a negative quantity, and yet another buyer's session lost a piece",
          refused_yet_applied("field", to="same_app", returning=1, on=QUANTITY, when=Condition(
              lambda call, spec, value: spec.name == "quantity" and type(value) is int and value < 0)),
          also="SESSION-ISOLATED"),
    fault("lot-refused-yet-ordered-after-address", "QTY-LOT",
          "15014 after a new address, and yet the order placed later has the quantity",
          refused_yet_applied("lot", to="next_order", on=QUANTITY, when=after_op(ADDRESS)), also="ORDER-READ"),
    # -- ids that are nearly right --
    fault("line-id-with-more-behind", "QTY-UNKNOWN-LINE", "a line id with more characters behind sets the line's quantity",
          line_by(longer, on=QUANTITY), kind="boundary"),
    fault("line-id-cut-short", "SHIP-UNKNOWN", "with two lines and more an option is selected by a line id cut short",
          line_by(shorter, on=OPTION, when=lines(2)), kind="boundary"),
]
