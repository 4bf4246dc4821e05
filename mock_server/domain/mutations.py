"""What an accepted request does to the state: the step `apply`, one function for each operation; payment."""

from __future__ import annotations

import secrets
import time

from mock_server.catalogue.goods import BUYERS
from mock_server.domain.errors import Refusal, warning
from mock_server.domain.operations import ADDRESS, APPLY, INITIATE, OPTION, PLACE, QUANTITY, REMOVE
from mock_server.domain.shop import Call
from mock_server.domain.state import DECLINED, PAID, Cart, Line, Order, Session

SIGNATURE_HEADER = "X-EBAY-SECURITY-SIGNATURE"
_DIGITS = {"session": 12, "line": 10, "order": 13}


def new_id(call: Call, kind: str) -> str:
    """An id of digits; `kind`: session, line or order."""
    digits = _DIGITS[kind]
    return str(10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1)))


def apply(call: Call) -> None:
    call.run(f"apply_{APPLY_STEP[call.operation]}")


def apply_initiate(call: Call) -> None:
    lines = [Line(call.run("new_id", "line"), item, quantity, item.options[0].id) for item, quantity in call.inputs]
    call.cart = Cart(call.require_market(), lines, call.address, time.time())
    call.session = Session(call.run("new_id", "session"), call.app, call.email, call.cart)
    call.shop.keep_session(call.session)
    call.session.signature = call.headers[SIGNATURE_HEADER] = secrets.token_urlsafe(48)


def apply_quantity(call: Call) -> None:
    lines = call.require_cart().lines
    if call.quantity == 0:
        del lines[call.line_index]
    else:
        lines[call.line_index].quantity = call.quantity


def apply_option(call: Call) -> None:
    call.require_cart().lines[call.line_index].option = call.option


def apply_address(call: Call) -> None:
    """The whole address is replaced: optional fields that are not sent again are gone."""
    call.require_cart().address = call.address


def apply_apply(call: Call) -> None:
    call.require_cart().coupon = call.coupon


def apply_remove(call: Call) -> None:
    call.require_cart().coupon = None


def goods(call: Call) -> None:
    """What happened to the items since they went into the cart."""
    if call.require_session().phase == PAID:
        return
    for line in call.require_cart().lines:
        if line.item.at_payment:
            raise Refusal(line.item.at_payment)


def payment(call: Call) -> None:
    """A payment that fails ends the session, whatever the reason."""
    session = call.require_session()
    error = BUYERS.get(session.email.lower(), 0)
    if error and session.phase != PAID:
        session.phase, session.declined = DECLINED, error
        raise Refusal(error)


def apply_place(call: Call) -> None:
    """Makes the order, once; placing again shows the same one with a warning. Stock, limits and coupons are not used
    up."""
    session = call.require_session()
    if session.phase == PAID:
        call.order = call.shop.orders[session.order]
        call.warnings.append(warning(15006))
        return
    cart = call.require_cart()
    call.order = Order(call.run("new_id", "order"), call.app, session.id, cart.copy(), time.time())
    call.shop.keep_order(call.order)
    session.phase, session.order = PAID, call.order.id
    if any(line.item.unpaid for line in cart.lines):
        call.warnings.append(warning(15005))


# Each operation's own step of `apply`, by the end of its name.
APPLY_STEP = {
    INITIATE: "initiate",
    QUANTITY: "quantity",
    OPTION: "option",
    ADDRESS: "address",
    APPLY: "apply",
    REMOVE: "remove",
    PLACE: "place",
}

STEPS = {
    step.__name__: step
    for step in (
        new_id,
        apply,
        apply_initiate,
        apply_quantity,
        apply_option,
        apply_address,
        apply_apply,
        apply_remove,
        goods,
        payment,
        apply_place,
    )
}
