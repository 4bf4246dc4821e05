"""Faults about quantity 0, and about a session whose last line went."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.injection import (
    ADDRESS,
    APPLY,
    OPTION,
    QUANTITY,
    READ,
    REMOVE,
    Fault,
    after,
    before,
    change_error_id,
    change_status,
    coupon,
    emptied,
    error,
    fault,
    in_market,
    kept_not_shown,
    line_at,
    lines,
    nth,
    refuse,
    request_has,
    skip,
    store,
    wrap,
)

removal = request_has(quantity=0)


def _first(call: Call) -> None:
    call.line_index = 0


def _no_pieces(proceed: Callable[..., Any], call: Call) -> None:
    call.require_cart().lines[call.line_index].quantity = 0


def _seller_too(cart: Cart, call: Call) -> None:
    """Everything of the seller goes."""
    seller = call.notes["seller"]
    cart.lines = [line for line in cart.lines if line.item.seller != seller]


def _note_seller(call: Call) -> None:
    call.notes["seller"] = call.require_cart().lines[call.line_index].item.seller


def _keep(call: Call) -> None:
    cart = call.require_cart()
    if cart.lines:
        call.require_session().notes["removed"] = cart.lines[call.line_index]


def _back(cart: Cart, call: Call) -> None:
    line = call.require_session().notes.pop("removed", None)
    if line is not None:
        cart.lines.append(line)


FAULTS: list[Fault] = [
    # -- QTY-ZERO --
    fault(
        "zero-keeps-last-of-four",
        "QTY-ZERO",
        "of four lines or more the last one cannot be removed",
        skip("apply_quantity", on=QUANTITY, when=lines(4) & line_at("last") & removal),
    ),
    fault(
        "zero-works-once",
        "QTY-ZERO",
        "the second removal in a session is ignored",
        skip("apply_quantity", on=QUANTITY, when=removal & nth(2), kind="repeat"),
    ),
    fault(
        "zero-stays-as-zero",
        "QTY-ZERO",
        "quantity 0 leaves the line with no pieces",
        wrap("apply_quantity", _no_pieces, on=QUANTITY, when=removal),
        kind="boundary",
    ),
    fault(
        "zero-removes-the-first",
        "QTY-ZERO",
        "with three lines the first one goes, whichever is named",
        before("apply_quantity", _first, on=QUANTITY, when=lines(3) & removal),
    ),
    fault(
        "zero-removes-the-sellers",
        "QTY-ZERO",
        "a removal takes every line of the seller with it",
        before("apply_quantity", _note_seller, on=QUANTITY, when=removal),
        store(_seller_too, on=QUANTITY, when=removal),
        kind="lines",
    ),
    fault(
        "zero-ignored-with-coupon",
        "QTY-ZERO",
        "with a coupon a removal is answered with 200 and ignored",
        skip("apply_quantity", on=QUANTITY, when=coupon & removal),
    ),
    fault(
        "zero-refused-in-de",
        "QTY-ZERO",
        "in EBAY_DE quantity 0 is 400 with 15002",
        refuse("apply_quantity", 15002, path="quantity", on=QUANTITY, when=in_market("EBAY_DE") & removal),
    ),
    fault(
        "zero-kept-not-shown",
        "QTY-ZERO",
        "the answer still has the line, the next read does not",
        kept_not_shown(on=QUANTITY, when=removal),
        also="SESSION-READ",
    ),
    fault(
        "zero-comes-back",
        "QTY-ZERO",
        "a removed line is back after the next change of the session",
        before("apply_quantity", _keep, on=QUANTITY, when=removal & lines(2)),
        store(_back, on=(OPTION, ADDRESS, APPLY), kind="after"),
        also="SESSION-ONLY",
    ),
    # -- QTY-LAST --
    fault("emptied-moves", "QTY-LAST", "an emptied session takes an address", skip("lines", on=ADDRESS, when=emptied)),
    fault("emptied-applies", "QTY-LAST", "an emptied session takes a coupon", skip("lines", on=APPLY, when=emptied)),
    fault(
        "emptied-removes-coupon",
        "QTY-LAST",
        "in an emptied session a coupon can be removed",
        skip("lines", on=REMOVE, when=emptied),
        kind="after",
    ),
    fault(
        "emptied-quantity-is-400",
        "QTY-LAST",
        "in an emptied session a quantity is 400 with 15019",
        change_status(400, on=QUANTITY, when=error(15019)),
    ),
    fault(
        "emptied-option-is-404",
        "QTY-LAST",
        "in an emptied session an option is 404 with 15019",
        change_status(404, on=OPTION, when=error(15019)),
    ),
    fault(
        "emptied-address-is-15021",
        "QTY-LAST",
        "in an emptied session an address is 409 with 15021",
        change_error_id(15021, on=ADDRESS, when=error(15019)),
    ),
    fault(
        "emptied-read-is-gone",
        "QTY-LAST",
        "an emptied session is read as 400 with 15003",
        refuse("session_marketplace", 15003, on=READ, when=emptied),
        kind="read-only",
        also="SESSION-READ",
    ),
    fault(
        "emptied-reads-a-line",
        "QTY-LAST",
        "an emptied session is read with its last line",
        before("apply_quantity", _keep, on=QUANTITY, when=removal & lines(1, 1)),
        after("session_marketplace", lambda call, value: _back(call.require_cart(), call), on=READ, when=emptied),
        kind="read-only",
        also="SESSION-READ",
    ),
]
