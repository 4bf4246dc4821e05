"""Faults about warnings: their form, their ids, and the methods that give them."""

from __future__ import annotations

from typing import Any

from mock_server.domain.errors import JSON, warning
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Effect,
    Fault,
    after,
    coupon,
    drop,
    edit,
    error,
    fault,
    lines,
    put,
    quantity_above,
)


def given(entries: Any, **scope: Any) -> Effect:
    """The answer of success has these warnings as well."""

    def action(call: Call, body: JSON) -> None:
        body["warnings"] = [*body.get("warnings", []), *entries]

    return after("view", action, **scope)


def _null(call: Call, body: JSON) -> None:
    body.setdefault("warnings", None)


def _first(call: Call, body: JSON) -> None:
    if "warnings" in body:
        body["warnings"] = body["warnings"][:1]


def _none_of_items(call: Call, body: JSON) -> None:
    kept = [each for each in body.get("warnings", []) if each.get("errorId") not in (20000, 20001)]
    body.pop("warnings", None)
    if kept:
        body["warnings"] = kept


FAULTS: list[Fault] = [
    # -- ITEM-WARNED, and every other warning --
    fault(
        "only-the-first-warning",
        "ITEM-WARNED",
        "initiate gives the first of several warnings only",
        after("view", _first, on=INITIATE),
        also=("ADDR-WARN", "ITEM-REMOVED"),
    ),
    fault(
        "no-warning-with-coupon",
        "ITEM-WARNED",
        "a read of a session with a coupon gives no warning of its items",
        after("view", _none_of_items, on=READ, when=coupon),
    ),
    # -- WARNING-SHAPE --
    fault(
        "warnings-is-an-object",
        "WARNING-SHAPE",
        "a single warning of initiate stands outside of any list",
        edit("warnings", lambda entries: entries[0], on=INITIATE),
        kind="field",
        also=("ITEM-WARNED", "ADDR-WARN"),
    ),
    fault(
        "warnings-is-null",
        "WARNING-SHAPE",
        "a read without warnings has null there",
        after("view", _null, on=READ),
        kind="field",
    ),
    fault(
        "warnings-without-message",
        "WARNING-SHAPE",
        "the warning about an address has no message",
        drop("warnings[].message", on=ADDRESS),
    ),
    fault(
        "warnings-with-id-as-text",
        "WARNING-SHAPE",
        "errorId of the warnings of a read is a text",
        edit("warnings[].errorId", str, on=READ),
        kind="field",
        also="ITEM-WARNED",
    ),
    fault(
        "warnings-of-an-error",
        "WARNING-SHAPE",
        "with four lines a coupon brings 16005 as a warning",
        given([warning(16005)], on=APPLY, when=lines(4)),
    ),
    fault(
        "warnings-of-no-id",
        "WARNING-SHAPE",
        "an order has a warning with an id that no document has",
        given([{**warning(15005), "errorId": 99001}], on=ORDER),
        kind="id",
    ),
    fault(
        "warnings-beside-errors",
        "WARNING-SHAPE",
        "a refused quantity has a warning beside its error",
        put("warnings", [warning(20000, itemId="-")], on=QUANTITY, when=error(15002)),
        kind="field",
    ),
    # -- WARNING-SHAPE-OPERATION --
    fault(
        "read-warns-of-address",
        "WARNING-SHAPE-OPERATION",
        "a read warns of an address that could not be found",
        given([warning(15007)], on=READ),
    ),
    fault(
        "quantity-warns-of-removed-item",
        "WARNING-SHAPE-OPERATION",
        "a quantity above three is warned of with 15055",
        given([warning(15055, itemId="-")], on=QUANTITY, when=quantity_above(3)),
    ),
    fault(
        "option-warns-of-freight",
        "WARNING-SHAPE-OPERATION",
        "another option warns of freight with three lines",
        given([warning(20001, itemId="-")], on=OPTION, when=lines(3)),
    ),
    fault(
        "remove-warns-of-permit",
        "WARNING-SHAPE-OPERATION",
        "a removed coupon warns of an import permit",
        given([warning(20000, itemId="-")], on=REMOVE),
        kind="coupon",
    ),
    fault(
        "place-warns-of-address",
        "WARNING-SHAPE-OPERATION",
        "a placed order warns of the address",
        given([warning(15007)], on=PLACE),
    ),
]
