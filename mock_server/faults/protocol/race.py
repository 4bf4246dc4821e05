"""Faults that need two requests in flight at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.domain.state import PAID, Cart
from mock_server.injection import (
    ADDRESS,
    APPLY,
    CHANGES,
    OPTION,
    PLACE,
    QUANTITY,
    REMOVE,
    Fault,
    concurrent,
    fault,
    in_market,
    lost_update,
    request_has,
    skip,
    store,
    wrap,
)


def _from_before(proceed: Callable[..., Any], call: Call) -> Any:
    if call.before is not None:
        call.cart = call.require_session().cart = call.before.copy()
    return proceed()


def _both_quantities(cart: Cart, call: Call) -> None:
    """Each adds its difference to what it read: of two that set one line the result is neither's."""
    if call.before is not None and call.line_index < len(call.before.lines) and call.partner is not None:
        cart.lines[call.line_index].quantity += call.quantity - call.before.lines[call.line_index].quantity


def _half_address(cart: Cart, call: Call) -> None:
    """Field by field: the street of one, the city of the other."""
    if call.before is not None and call.partner is not None and call.partner.address:
        cart.address = {**cart.address, "city": call.partner.address.get("city", "")}


def _not_paid_yet(proceed: Callable[..., Any], call: Call) -> Any:
    """The state is asked as both found it, so that a change beside a payment passes and reaches the order."""
    session = call.require_session()
    order = call.shop.orders.get(session.order) if session.phase == PAID else None
    if order is None:
        return proceed()
    call.cart = order.cart
    return None


FAULTS: list[Fault] = [
    fault("quantity-lost-at-once", "RACE", "of two quantities set at once one is lost", lost_update(on=QUANTITY)),
    fault(
        "address-lost-at-once",
        "RACE",
        "of an address and an option at once the first is lost",
        lost_update(on=(ADDRESS, OPTION)),
    ),
    fault(
        "coupon-lost-at-once",
        "RACE",
        "of a coupon and a quantity at once the first is lost",
        lost_update(on=(APPLY, QUANTITY)),
    ),
    fault(
        "coupon-removal-lost-at-once",
        "RACE",
        "of a removed coupon and a quantity at once the first is lost",
        lost_update(on=(REMOVE, QUANTITY)),
    ),
    fault(
        "lost-at-once-in-ca",
        "RACE",
        "in EBAY_CA the first of any two changes at once is lost",
        wrap("apply", _from_before, on=CHANGES, when=concurrent & in_market("EBAY_CA")),
    ),
    fault(
        "quantities-add-at-once",
        "RACE",
        "two quantities of one line at once leave a third one",
        store(_both_quantities, on=QUANTITY, when=concurrent & ~request_has(quantity=0)),
        kind="race",
    ),
    fault(
        "addresses-mix-at-once",
        "RACE",
        "two addresses at once leave the street of one and the city of the other",
        store(_half_address, on=ADDRESS, when=concurrent),
        kind="race",
    ),
    fault(
        "second-option-at-once-is-ignored",
        "RACE",
        "the second of two options at once is answered with 200 and ignored",
        skip("apply", on=OPTION, when=concurrent),
    ),
    fault(
        "change-reaches-order-at-once",
        "RACE",
        "a quantity beside a payment is taken and changes the order",
        wrap("state", _not_paid_yet, on=(QUANTITY, PLACE), when=concurrent),
    ),
]
