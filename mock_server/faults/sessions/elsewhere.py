"""Faults about what lands elsewhere: in the order that is placed later, in the same buyer's or another app's session."""

from __future__ import annotations

from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.domain.state import OPEN, PAID, Cart, Session
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    OPTION,
    QUANTITY,
    READ,
    REMOVE,
    Fault,
    after_refused,
    applied_elsewhere,
    before,
    fault,
    lines,
    refused_yet_applied,
    store,
)


def _of_the_buyer(call: Call, *phases: str) -> list[Session]:
    """The buyer's other sessions at this app, the latest first."""
    own = call.require_session()
    return [
        other for other in reversed(call.shop.sessions.values())
        if other is not own and (other.email, other.app) == (own.email, own.app) and other.phase in phases
    ]


def _coupon_of_the_buyer(cart: Cart, call: Call) -> None:
    for other in _of_the_buyer(call, OPEN):
        if other.cart.coupon is not None and other.cart.market is cart.market:
            cart.coupon = other.cart.coupon
            return


def _quantity_of_the_older(cart: Cart, call: Call) -> None:
    """The buyer's sessions before this one have the quantity of the item."""
    sessions, own = list(call.shop.sessions.values()), call.require_session()
    older = sessions[: sessions.index(own)]
    item = cart.lines[call.line_index].item if call.quantity else None
    for other in _of_the_buyer(call, OPEN):
        for line in other.cart.lines if other in older else []:
            if line.item is item:
                line.quantity = call.quantity


def _lock_of_the_buyer(call: Call, *_: Any) -> None:
    """Paying for an item locks it in the buyer's other sessions."""
    items = {line.item.id for line in call.require_cart().lines}
    if call.require_session().phase == OPEN and any(
        line.item.id in items for other in _of_the_buyer(call, PAID) for line in other.cart.lines
    ):
        raise Refusal(15021)


def _third_read(cart: Cart, call: Call) -> None:
    session = call.require_session()
    if session.done[READ] == 2 and cart.lines:
        cart.lines[0].quantity = 1


FAULTS: list[Fault] = [
    # -- refused, and yet in the order that is placed later --
    fault("strangers-quantity-is-ordered", "SESSION-APP", "15025, and yet the order placed later has the quantity",
          refused_yet_applied("app", to="next_order", on=QUANTITY), also="ORDER-READ"),
    fault("strangers-option-is-ordered-with-three", "SESSION-APP",
          "15025, and yet the order placed later has the option, with three lines",
          refused_yet_applied("app", to="next_order", on=OPTION, when=lines(3, 3)), also="ORDER-READ"),
    # -- refused, and yet in another session --
    fault("strangers-option-reaches-their-own", "SESSION-APP", "15025, and yet the option is in the other app's session",
          refused_yet_applied("app", to="other_app", on=OPTION), also="SESSION-ISOLATED"),
    fault("strangers-quantity-reaches-the-buyers-other", "SESSION-APP",
          "15025, and yet another session of the same buyer has the quantity",
          refused_yet_applied("app", to="same_buyer", on=QUANTITY), also="SESSION-ISOLATED"),
    # -- accepted, and in another session as well --
    fault("address-reaches-the-buyers-other", "SESSION-ISOLATED", "a new address goes to the same buyer's other session",
          applied_elsewhere(to="same_buyer", on=ADDRESS)),
    fault("quantity-reaches-the-buyers-older", "SESSION-ISOLATED",
          "a quantity is set in the same buyer's older sessions with the item as well",
          store(_quantity_of_the_older, on=QUANTITY)),
    fault("quantity-reaches-another-buyers", "SESSION-ISOLATED", "a quantity is set in another buyer's session as well",
          applied_elsewhere(to="same_app", on=QUANTITY, when=lines(2))),
    fault("option-reaches-the-other-app", "SESSION-ISOLATED", "an option is selected in the other app's session as well",
          applied_elsewhere(to="other_app", on=OPTION)),
    fault("coupon-removal-reaches-the-other-app", "SESSION-ISOLATED", "a removed coupon leaves the other app's session too",
          applied_elsewhere(to="other_app", on=REMOVE)),
    fault("coupon-follows-the-buyer", "SESSION-ISOLATED", "a new session has the coupon of the buyer's other session",
          store(_coupon_of_the_buyer, on=INITIATE), kind="coupon"),
    fault("payment-locks-the-buyers-other", "SESSION-ISOLATED",
          "after an order the buyer's other session with the item takes no quantity: 15021",
          before("state", _lock_of_the_buyer, on=QUANTITY), kind="after", also="QTY-SET"),
    # -- later than the next read --
    fault("third-read-after-a-refusal-resets", "SESSION-SAFE",
          "after a refused option the third read puts the first line back to one piece",
          store(_third_read, unseen=True, on=READ, when=after_refused(OPTION)), kind="after"),
]
