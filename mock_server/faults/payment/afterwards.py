"""Faults that an order shows: what a session had, how it came about, and what was tried after the payment."""

from __future__ import annotations

from typing import Any

from mock_server.domain.shop import Call
from mock_server.domain.state import Order
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    ORDER,
    PAID,
    PLACE,
    QUANTITY,
    REMOVE,
    Fault,
    after,
    after_op,
    coupon,
    edit,
    fault,
    from_nth,
    lines,
    other_option,
    phase,
    plus,
    rebill,
    refused_yet_applied,
    since,
    skip,
)


def _order(call: Call) -> Order:
    assert call.order is not None
    return call.order


def _first_options(call: Call, value: Any) -> None:
    for line in _order(call).cart.lines:
        line.option = line.item.options[0].id


def _no_coupon(call: Call, value: Any) -> None:
    _order(call).cart.coupon = None


def _note_quantities(call: Call, value: Any) -> None:
    most: dict[str, int] = call.require_session().notes.setdefault("most", {})
    for line in call.require_cart().lines:
        most[line.id] = max(line.quantity, most.get(line.id, 0))


def _largest(call: Call, value: Any) -> None:
    most = call.require_session().notes.get("most", {})
    for line in _order(call).cart.lines:
        line.quantity = most.get(line.id, line.quantity)


def _latest_of_the_buyer(call: Call, value: Any) -> None:
    """The lines of the order that the buyer placed last, of the same number."""
    own = call.shop.sessions[_order(call).session]
    for other in reversed(call.shop.sessions.values()):
        latest = call.shop.orders.get(other.order)
        if latest is not None and other.email == own.email and other.cart.market is own.cart.market:
            if len(latest.cart.lines) == len(_order(call).cart.lines):
                call.order = Order(_order(call).id, latest.app, latest.session, latest.cart, _order(call).created)
            return



locked = phase(PAID)

FAULTS: list[Fault] = [
    fault("order-ships-first-after-quantity", "ORDER-READ", "after an option and a quantity the order has the first options",
          after("apply_place", _first_options, on=PLACE, when=other_option & after_op(QUANTITY)), kind="after"),
    fault("order-without-coupon-after-address", "ORDER-READ", "after a coupon and a new address the order has no coupon",
          after("apply_place", _no_coupon, on=PLACE, when=coupon & after_op(ADDRESS)), kind="coupon"),
    fault("order-without-later-coupon", "ORDER-READ", "the second coupon of a session is not in the order",
          after("apply_place", _no_coupon, on=PLACE, when=coupon & after_op(APPLY, least=2)), kind="coupon"),
    fault("order-of-the-largest-quantities", "ORDER-READ", "a quantity set up and down again is ordered as it was at most",
          after("apply", _note_quantities, on=(INITIATE, QUANTITY)), after("apply_place", _largest, on=PLACE), kind="after"),
    fault("order-of-the-buyers-latest", "ORDER-STABLE", "after the buyer's next order the first one shows its lines",
          after("order", _latest_of_the_buyer, on=ORDER), kind="after", also="ORDER-READ"),
    fault("order-of-two-loses-the-last-when-read-again", "ORDER-STABLE", "read again, an order of two lines has one",
          edit("lineItems", lambda shown: shown[:1], on=ORDER, when=lines(2, 2) & from_nth(2)), kind="repeat"),
    fault("order-tax-cent-with-coupon-and-address", "ORDER-READ", "with a coupon and a new address the order's tax is a cent up",
          rebill(plus(tax=1), on=ORDER, when=coupon & since(ADDRESS)), kind="coupon"),
    # -- after payment --
    fault("option-after-payment-after-a-removed-coupon", "PAY-LOCK", "after a removed coupon an option changes after payment",
          skip("state", on=OPTION, when=locked & after_op(REMOVE)), kind="after"),
    fault("coupon-after-payment-in-the-buyers-other", "PAY-LOCK", "15021, and yet the buyer's other session has the coupon",
          refused_yet_applied("state", to="same_buyer", on=APPLY, when=locked), also="SESSION-ISOLATED"),
    fault("quantity-after-payment-in-another-app", "PAY-LOCK", "15021, and yet the other app's session has the quantity",
          refused_yet_applied("state", to="other_app", on=QUANTITY, when=locked), also="SESSION-ISOLATED"),
    fault("address-after-decline-in-the-buyers-other", "PAY-DECLINED-ENDS",
          "15032 after a declined payment, and yet the buyer's other session has the address",
          refused_yet_applied("state", to="same_buyer", on=ADDRESS, when=~locked), also="SESSION-ISOLATED"),
]
