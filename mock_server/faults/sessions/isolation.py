"""Faults about changes that reach further than their own session."""

from __future__ import annotations

from typing import Any

from mock_server.domain.shop import Call
from mock_server.domain.state import OPEN, Cart
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    QUANTITY,
    READ,
    REMOVE,
    Fault,
    after,
    applied_elsewhere,
    combine,
    fault,
    lines,
    quantity_above,
    refused_yet_applied,
    request_has,
    store,
)


def _by_item(cart: Cart, call: Call) -> None:
    """The quantity is kept by item: every open session that holds the item has it."""
    item = cart.lines[call.line_index].item
    for other in call.shop.sessions.values():
        for line in other.cart.lines if other.phase == OPEN else []:
            if line.item is item:
                line.quantity = call.quantity


def _same_options(cart: Cart, call: Call) -> None:
    """The selected option is kept by item."""
    chosen = cart.lines[call.line_index]
    for other in call.shop.sessions.values():
        for line in other.cart.lines if other.phase == OPEN else []:
            if line.item is chosen.item:
                line.option = chosen.option


def _note_coupon(call: Call, value: Any) -> None:
    call.shop.notes["coupon"] = call.require_cart().coupon


def _inherit_coupon(call: Call, value: Any) -> None:
    call.require_cart().coupon = call.shop.notes.pop("coupon", None)


def _note_address(call: Call, value: Any) -> None:
    call.shop.notes["address", call.require_cart().market.id] = call.require_cart().address


def _latest_address(call: Call, body: dict[str, Any]) -> None:
    address: Any = call.shop.notes.get(("address", call.require_cart().market.id))
    if address:
        body["shippingAddress"] = address


FAULTS: list[Fault] = [
    fault(
        "quantity-reaches-another",
        "SESSION-ISOLATED",
        "a new quantity is set in another session as well",
        applied_elsewhere(to="other", on=QUANTITY, when=~request_has(quantity=0)),
    ),
    fault(
        "removal-reaches-another",
        "SESSION-ISOLATED",
        "a removal takes a line out of another session as well",
        applied_elsewhere(to="other", on=QUANTITY, when=request_has(quantity=0)),
    ),
    fault(
        "option-reaches-another",
        "SESSION-ISOLATED",
        "another option is selected in another session as well",
        applied_elsewhere(to="other", on=OPTION),
    ),
    fault(
        "address-reaches-another",
        "SESSION-ISOLATED",
        "with three lines a new address goes to another session as well",
        applied_elsewhere(to="other", on=ADDRESS, when=lines(3)),
    ),
    fault(
        "coupon-reaches-another",
        "SESSION-ISOLATED",
        "a coupon is applied to another session as well",
        applied_elsewhere(to="other", on=APPLY),
    ),
    fault(
        "coupon-removal-reaches-another",
        "SESSION-ISOLATED",
        "a removed coupon leaves another session as well",
        applied_elsewhere(to="other", on=REMOVE),
    ),
    fault(
        "refused-quantity-reaches-another",
        "SESSION-ISOLATED",
        "15029, and yet another session has the quantity",
        refused_yet_applied("session_marketplace", to="other", on=QUANTITY),
        also="MARKET-SAME",
    ),
    fault(
        "quantity-kept-by-item",
        "SESSION-ISOLATED",
        "more than three of an item go to every session that holds it",
        store(_by_item, on=QUANTITY, when=quantity_above(3)),
    ),
    fault(
        "option-kept-by-item",
        "SESSION-ISOLATED",
        "another option is selected in every session that holds the item",
        store(_same_options, on=OPTION),
    ),
    fault(
        "new-session-inherits-coupon",
        "SESSION-ISOLATED",
        "a coupon goes on to the session that is made next",
        combine(after("apply", _note_coupon, on=APPLY), after("apply", _inherit_coupon, on=INITIATE)),
        kind="after",
    ),
    fault(
        "read-shows-latest-address",
        "SESSION-ISOLATED",
        "reads show the address that any session of the marketplace got last",
        combine(after("apply", _note_address, on=ADDRESS), after("view", _latest_address, on=READ)),
        kind="read-only",
    ),
]
