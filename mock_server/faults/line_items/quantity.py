"""Faults about a quantity that is set, on the right line and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import OPEN, Cart
from mock_server.injection import (
    QUANTITY,
    Condition,
    Fault,
    after_refused,
    assign,
    before,
    body_matches,
    change_error_id,
    coupon,
    edit,
    fault,
    in_market,
    kept_not_shown,
    lines,
    nth,
    quantity_above,
    refuse,
    refused_yet_applied,
    report_success,
    request_has,
    skip,
    store,
    wrap,
)

removal = request_has(quantity=0)
unknown_line = Condition(lambda call, line_id: all(line.id != line_id for line in call.require_cart().lines))


def _add(call: Call) -> None:
    call.quantity += call.require_cart().lines[call.line_index].quantity


def _next_line(call: Call) -> None:
    call.line_index = (call.line_index + 1) % len(call.require_cart().lines)


def _all_lines(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.quantity = call.quantity


def _quantities_swapped(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    first, two = shown if len(shown) == 2 else ({}, {})
    return [{**first, "quantity": two["quantity"]}, {**two, "quantity": first["quantity"]}] if first else shown


def _takes_less(call: Call, *_: Any) -> bool:
    return call.quantity < call.require_cart().lines[call.line_index].quantity


def _first_of_all(proceed: Callable[..., Any], call: Call, line_id: str) -> Any:
    return 0


def _of_another_session(proceed: Callable[..., Any], call: Call, line_id: str) -> Any:
    """A line is looked up among the lines of all sessions."""
    for session in call.shop.sessions.values():
        for index, line in enumerate(session.cart.lines):
            if line.id == line_id and session.phase == OPEN:
                call.cart = session.cart
                return index
    return proceed()


def _about_line(call: Call, response: Response | Refusal, *_: Any) -> bool:
    errors = response.body.get("errors", [{}])
    return bool(errors[0].get("inputRefIds") == ["$.lineItemId"] and errors[0].get("errorId") == 15002)


about_line = Condition(_about_line)

FAULTS: list[Fault] = [
    # -- QTY-SET --
    fault(
        "quantity-adds-with-coupon",
        "QTY-SET",
        "with a coupon the new quantity is added to the old one",
        before("apply_quantity", _add, on=QUANTITY, when=coupon & ~removal),
    ),
    fault(
        "quantity-stops-at-three",
        "QTY-SET",
        "more than three become three, silently",
        before("apply_quantity", assign(quantity=3), on=QUANTITY, when=quantity_above(3)),
    ),
    fault(
        "quantity-stops-at-99",
        "QTY-SET",
        "more than 99 become 99, silently",
        before("apply_quantity", assign(quantity=99), on=QUANTITY, when=quantity_above(99)),
        kind="boundary",
    ),
    fault(
        "quantity-goes-to-next-line",
        "QTY-SET",
        "with three lines the quantity is set on the line after the named one",
        before("apply_quantity", _next_line, on=QUANTITY, when=lines(3) & ~removal),
    ),
    fault(
        "quantity-goes-to-all-lines",
        "QTY-SET",
        "more than three pieces are set on every line",
        store(_all_lines, on=QUANTITY, when=quantity_above(3)),
    ),
    fault(
        "quantity-ignored-in-hk",
        "QTY-SET",
        "in EBAY_HK a new quantity is answered with 200 and ignored",
        skip("apply_quantity", on=QUANTITY, when=in_market("EBAY_HK") & ~removal),
    ),
    fault(
        "quantity-ignored-second-time",
        "QTY-SET",
        "the second quantity of a session is ignored",
        skip("apply_quantity", on=QUANTITY, when=~removal & nth(2)),
        kind="repeat",
    ),
    fault(
        "quantity-only-grows",
        "QTY-SET",
        "a quantity smaller than before is ignored",
        skip("apply_quantity", on=QUANTITY, when=~removal & Condition(_takes_less)),
        kind="ignored",
    ),
    fault(
        "quantity-ignored-after-refusal",
        "QTY-SET",
        "after a refused quantity the next one is ignored",
        skip("apply_quantity", on=QUANTITY, when=~removal & after_refused(QUANTITY) & nth(1)),
        kind="after",
    ),
    fault(
        "quantity-kept-not-shown",
        "QTY-SET",
        "the answer has the old quantity, the next read the new one",
        kept_not_shown(on=QUANTITY, when=~removal),
        also="SESSION-READ",
    ),
    fault(
        "quantity-shown-on-wrong-line",
        "QTY-SET",
        "with two lines the answer shows the two quantities the other way round",
        edit("lineItems", _quantities_swapped, on=QUANTITY, when=lines(2, 2)),
        kind="answer-only",
    ),
    fault(
        "same-quantity-again-is-refused",
        "QTY-SET",
        "the quantity that a line has already is refused with 15002",
        refuse(
            "apply_quantity",
            15002,
            path="quantity",
            on=QUANTITY,
            when=Condition(lambda call: call.quantity == call.require_cart().lines[call.line_index].quantity),
        ),
    ),
    # -- QTY-UNKNOWN-LINE --
    fault(
        "quantity-of-unknown-line-is-the-first",
        "QTY-UNKNOWN-LINE",
        "a quantity for an unknown line is set on the first",
        wrap("line", _first_of_all, on=QUANTITY, when=unknown_line),
    ),
    fault(
        "quantity-of-unknown-line-is-taken",
        "QTY-UNKNOWN-LINE",
        "a quantity for an unknown line is answered with 200 and ignored",
        report_success(on=QUANTITY, when=about_line & body_matches(lambda body: body.get("quantity")), kind="ignored"),
    ),
    fault(
        "quantity-of-unknown-line-is-gone-already",
        "QTY-UNKNOWN-LINE",
        "quantity 0 for an unknown line is answered with 200",
        report_success(on=QUANTITY, when=about_line & body_matches(lambda body: body.get("quantity") == 0), kind="boundary"),
    ),
    fault(
        "quantity-of-unknown-line-is-15013",
        "QTY-UNKNOWN-LINE",
        "an unknown line is 400 with 15013",
        change_error_id(15013, on=QUANTITY, when=about_line),
    ),
    fault(
        "quantity-of-line-elsewhere",
        "QTY-UNKNOWN-LINE",
        "a line of another session can be named, and gets the quantity",
        wrap("line", _of_another_session, on=QUANTITY),
        kind="always",
        also="SESSION-ISOLATED",
    ),
    fault(
        "quantity-of-unknown-line-yet-applied",
        "QTY-UNKNOWN-LINE",
        "an unknown line is refused, and yet the first has the quantity",
        refused_yet_applied("line", returning=0, on=QUANTITY),
    ),
]
