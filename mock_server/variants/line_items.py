"""Variants about lines, quantities and items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Item
from mock_server.domain.errors import Refusal, warning
from mock_server.domain.operations import APPLY, INITIATE, OPTION, QUANTITY, REMOVE
from mock_server.domain.shop import Call
from mock_server.http.validation import INT_MAX, Field
from mock_server.injection import (
    CHANGES,
    Effect,
    Variant,
    after,
    before,
    check_earlier,
    emptied,
    field,
    items,
    refuse,
    settings,
    variant,
    wrap,
)
from mock_server.variants.ways import named, otherwise, where

TAKES = (INITIATE, QUANTITY)  # the methods that take a quantity


def _swapped(call: Call, refusal: Refusal, *_: Any) -> int:
    return {15012: 15013, 15013: 15012}[refusal.error]


def _two_lines(call: Call, value: Any, data: Any) -> None:
    """Each input a line of its own."""
    kept = {item.id: item for item, _ in call.inputs}
    call.inputs = [
        (kept[line_input["itemId"]], line_input["quantity"]) for line_input in data["lineItemInputs"] if line_input["itemId"] in kept
    ]


def _no_double(call: Call, value: Any, data: Any) -> None:
    if len(call.requested) < len(data["lineItemInputs"]):
        raise Refusal(15002, "lineItemInputs[1].itemId", fieldName="lineItemInputs.itemId")


def _too_much_goes(proceed: Callable[..., Any], call: Call) -> None:
    """A line whose quantity cannot be had is taken out with a warning; if it was all there was, nothing is left."""
    kept: list[tuple[Item, int]] = []
    gone: list[tuple[Item, int]] = []
    for item, quantity in call.inputs:
        try:
            call.run("quantity", item, quantity)
            kept.append((item, quantity))
        except Refusal:
            (kept if item.removed or item.refused else gone).append((item, 1))
    call.inputs = kept
    if gone and not kept:
        raise Refusal(15053)
    proceed()
    call.warnings += [warning(15055, itemId=item.id) for item, _ in gone]


def _last_stays(call: Call) -> None:
    if call.quantity == 0 and len(call.require_cart().lines) == 1:
        raise Refusal(15019, maxLineItems=call.shop.settings.max_line_items)


def _coupon_goes(call: Call, value: Any) -> None:
    if not call.require_cart().lines:
        call.require_cart().coupon = None


def _quantity(name: str, sees: str, test: Callable[[Any], object], id: int) -> Variant:
    """Another id for the quantities of a kind."""
    def other_refusal(call: Call, refusal: Refusal, about: Field, value: Any) -> Refusal | None:
        return named(id, about) if test(value) else None

    effect = otherwise("field", other_refusal, on=TAKES, when=field("quantity"))
    return variant(name, "QTY-INVALID", sees, effect, about="ids of odd quantities")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(name: str, requirement: str, sees: str, other_refusal: Callable[[Item], int]) -> Variant:
    """Items that are refused with another id."""
    def change(item: Item) -> Item:
        return replace(item, refused=other_refusal(item) if item.refused else 0)

    return variant(name, requirement, sees, items(change), on=INITIATE, about="ids of refused items")


def _invalid_item(test: Callable[[Item], bool]) -> Effect:
    return refuse("item", 15002, path="lineItemInputs.itemId", on=INITIATE, when=where(lambda call, item: test(item)))


def _unsupported(name: str) -> Callable[..., Refusal]:
    """15027, which names the field and its value."""
    return lambda call, refusal, value: Refusal(15027, name, fieldName=name, fieldValue=value, supportedValues="other")


def _unknown(id: int) -> Variant:
    """An item that is in no catalogue: the body ends with 15018, and its id is looked up again here."""
    def other_refusal(call: Call, refusal: Refusal, data: Any) -> int | None:
        known = call.shop.items[call.require_market().id]
        return id if refusal.error == 15018 and any(item not in known for item in call.requested) else None

    effect = otherwise("body_initiate", other_refusal, on=INITIATE)
    return variant(f"unknown-item-{id}", "ITEM-UNKNOWN", f"an item that no listing has is {id}", effect,
                   about="ids of unknown items")


def _alone(id: int, sees: str) -> Variant:
    effect = refuse("remove", id, on=INITIATE, when=where(lambda call, item, others: not others))
    return variant(f"removed-alone-{id}", "ITEM-REMOVED", f"an item that is taken out and was all there was: {sees}",
                   effect, about="removed items alone")


def _max(name: str, count: int) -> Variant:
    return variant(name, "LINES-MAX", f"a session takes {count} lines at most", settings(max_line_items=count),
                   on=INITIATE, about="maximum of lines")


def _warn(call: Call, body: dict[str, Any]) -> None:
    other_refusal = [warning(line.item.warned, itemId=line.item.id) for line in call.require_cart().lines if line.item.warned]
    if other_refusal:
        body["warnings"] = [*body.get("warnings", []), *other_refusal]


VARIANTS: list[Variant] = [
    _max("ten-lines", 10),
    _max("ten-lines-unsaid", 10),
    variant("four-lines-unsaid", "LINES-MAX", "a session takes four lines, and the profile does not say so", on=INITIATE,
            about="maximum of lines"),
    variant("same-item-two-lines", "LINES-OWN", "the same item twice is two lines",
            after("body_initiate", _two_lines, on=INITIATE), about="the same item twice"),
    variant("same-item-refused", "LINES-OWN", "the same item twice is refused with 15002",
            after("body_initiate", _no_double, on=INITIATE), about="the same item twice"),
    variant("limit-and-stock-swapped", "QTY-LIMIT", "the limit is refused with 15013, the stock with 15012",
            otherwise("limit", _swapped, on=TAKES), otherwise("stock", _swapped, on=TAKES),
            about="ids of limit and stock"),
    variant("limit-as-stock", "QTY-LIMIT", "limit and stock are both refused with 15013",
            otherwise("limit", 15013, on=TAKES), about="ids of limit and stock"),
    variant("stock-as-limit", "QTY-STOCK", "limit and stock are both refused with 15012",
            otherwise("stock", 15012, on=TAKES), about="ids of limit and stock"),
    variant("too-much-is-taken-out", "QTY-STOCK", "a new session goes without a line that is too much: 15055",
            wrap("supply", _too_much_goes, on=INITIATE), about="too much in a new session"),
    variant("too-much-alone-15053", "QTY-STOCK", "a new session with nothing but too much of an item is 15053",
            otherwise("quantity", lambda call, *_: 15053 if len(call.inputs) == 1 else None, on=INITIATE),
            about="too much in a new session"),
    variant("stock-15053-on-update", "QTY-STOCK", "more than the stock is 15053 where a quantity is updated",
            otherwise("stock", 15053, on=QUANTITY), about="ids of limit and stock"),
    variant("last-line-stays", "QTY-LAST", "the last line cannot be removed: 409 with 15019",
            before("apply_quantity", _last_stays, on=QUANTITY), about="the last line"),
    variant("emptied-line-invalid", "QTY-LAST", "in an emptied session the line that is gone is an invalid one: 15002",
            check_earlier("body", "lines", on=(QUANTITY, OPTION)), about="changes of an emptied session"),
    variant("emptied-coupon-16000", "QTY-LAST", "in an emptied session a coupon fits no item: 16000",
            refuse("lines", 16000, on=APPLY, when=emptied), about="coupons of an emptied session"),
    variant("emptied-coupon-16013", "QTY-LAST", "in an emptied session a coupon fits no item: 16013, 16025",
            refuse("lines", 16013, on=APPLY, when=emptied), check_earlier("body", "lines", on=REMOVE),
            about="coupons of an emptied session"),
    variant("emptied-drops-the-coupon", "COUPON-CONDITION", "with the last line the coupon goes too",
            after("apply_quantity", _coupon_goes, on=QUANTITY), about="coupon of an emptied session"),
    _quantity("odd-quantities-15001", "every quantity that is none is 15001", lambda value: True, 15001),
    _quantity("odd-numbers-15014", "numbers that are no quantity are 15014", _number, 15014),
    _quantity("odd-numbers-by-size", "numbers beyond 32 bits are more than the stock: 15013",
              lambda value: _number(value) and value > INT_MAX, 15013),
    _quantity("odd-numbers-above-the-limit", "numbers beyond 32 bits are more than the limit: 15012",
              lambda value: _number(value) and value > INT_MAX, 15012),
    _quantity("zero-in-initiate-15014", "0 in a new session is 15014", lambda value: value == 0 and value is not False, 15014),
    variant("unknown-lines-by-method", "QTY-UNKNOWN-LINE", "an unknown line is 15053 or 15001, by the method",
            otherwise("line", lambda call, *_: 15053 if call.operation == QUANTITY else 15001, on=CHANGES),
            about="unknown lines"),
    variant("unknown-options-15019", "SHIP-UNKNOWN", "an option that the line does not have is 409 with 15019",
            otherwise("option", 15019, on=OPTION), about="unknown options"),
    variant("unknown-lines-15027", "QTY-UNKNOWN-LINE", "an unknown line is an unsupported value: 409 with 15027",
            otherwise("line", _unsupported("lineItemId"), on=(QUANTITY, OPTION)), about="unknown lines"),
    variant("unknown-options-15027", "SHIP-UNKNOWN", "an option that the line does not have is 409 with 15027",
            otherwise("option", _unsupported("shippingOptionId"), on=OPTION), about="unknown options"),
    _unknown(15002),
    _unknown(15053),
    variant("ended-item-15002", "ITEM-ENDED", "an ended item is an invalid field: 400 with 15002",
            _invalid_item(lambda item: item.refused == 15018), about="ids of refused items"),
    variant("sold-out-item-15002", "ITEM-OUT-OF-STOCK", "a sold-out item is an invalid field: 400 with 15002",
            _invalid_item(lambda item: item.refused == 15013), about="ids of refused items"),
    _refused("sold-out-item-15053", "ITEM-OUT-OF-STOCK", "a sold-out item is 15053",
             lambda item: 15053 if item.refused == 15013 else item.refused),
    _refused("sold-out-item-15012", "ITEM-OUT-OF-STOCK", "a sold-out item is 15012",
             lambda item: 15012 if item.refused == 15013 else item.refused),
    _refused("unavailable-item-15013", "ITEM-UNAVAILABLE", "an item that is not available is out of stock: 15013",
             lambda item: 15013 if item.refused == 15053 else item.refused),
    variant("unavailable-item-15002", "ITEM-UNAVAILABLE", "an item that is not available is an invalid field: 15002",
            _invalid_item(lambda item: item.refused == 15053), about="ids of refused items"),
    _refused("not-shippable-swapped", "ITEM-NOT-SHIPPABLE", "where 15026 fits, 15028 comes, and the other way round",
             lambda item: {15026: 15028, 15028: 15026}.get(item.refused, item.refused)),
    _refused("all-items-15018", "ITEM-ENDED", "whatever is wrong with an item, it is 15018", lambda item: 15018),
    _refused("all-items-15053", "ITEM-UNAVAILABLE", "whatever is wrong with an item, it is 15053", lambda item: 15053),
    _alone(15018, "15018"),
    _alone(15019, "an empty cart, 15019"),
    _alone(15053, "15053"),
    variant("warnings-everywhere", "ITEM-WARNED", "the warnings of an item come with each session answer",
            after("session_view", _warn, on=CHANGES), about="warnings of changes"),
]
