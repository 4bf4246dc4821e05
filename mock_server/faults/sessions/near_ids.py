"""Faults about ids that are nearly right: longer, shorter, with a zero in front, of another kind of thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    Fault,
    coupon,
    fault,
    lines,
    wrap,
)
from mock_server.injection.near_values import blank_behind, longer, order_by, session_by, zero_in_front


def _session_of_order(proceed: Callable[..., Any], call: Call) -> Any:
    if call.id in call.shop.orders:
        call.id = call.shop.orders[call.id].session
    return proceed()


def _order_of_session(proceed: Callable[..., Any], call: Call) -> Any:
    session = call.shop.sessions.get(call.id)
    call.id = session.order if session is not None and session.order else call.id
    return proceed()


FAULTS: list[Fault] = [
    fault("session-id-with-more-behind", "SESSION-UNKNOWN", "a session is read by its id with more characters behind",
          session_by(longer, on=READ), kind="boundary"),
    fault("session-id-without-its-last-digit", "SESSION-UNKNOWN", "with two lines a quantity is set by an id cut short",
          session_by(lambda sent, known: sent == known[:-1], on=QUANTITY, when=lines(2, 2)), kind="boundary"),
    fault("session-id-with-a-zero-in-front", "SESSION-UNKNOWN", "with a coupon an address is set by an id with a zero before",
          session_by(zero_in_front, on=ADDRESS, when=coupon), kind="boundary"),
    fault("session-id-with-a-blank-behind", "SESSION-UNKNOWN", "a session is paid by its id with a blank behind",
          session_by(blank_behind, on=PLACE), kind="boundary"),
    fault("order-id-opens-its-session", "SESSION-UNKNOWN", "a paid session is read by the id of its order",
          wrap("session", _session_of_order, on=READ), kind="boundary"),
    fault("order-id-with-more-behind", "ORDER-UNKNOWN", "an order is read by its id with more characters behind",
          order_by(longer), kind="boundary"),
    fault("order-id-cut-short", "ORDER-UNKNOWN", "an order is read by an id that lacks the last character",
          order_by(lambda sent, known: sent == known[:-1]), kind="boundary"),
    fault("session-id-opens-its-order", "ORDER-UNKNOWN", "an order is read by the id of its session",
          wrap("order", _order_of_session, on=ORDER), kind="boundary"),
]
