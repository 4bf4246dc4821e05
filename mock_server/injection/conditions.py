"""Conditions: when an effect shows. All hold for the session of the request; before there is one, for the shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.model import Item
from mock_server.domain.errors import Refusal
from mock_server.domain.operations import CHANGES, INITIATE, QUANTITY, READ
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import Cart, Session
from mock_server.injection.core import Condition


def named_session(call: Call) -> Session | None:
    """The session of the request, of the order that it reads, or of the id in its path, which a step that comes early
    has not looked up yet."""
    return call.find_session() or call.shop.sessions.get(call.id)


def _cart(call: Call) -> Cart | None:
    if call.order is not None:
        return call.order.cart
    session = named_session(call)
    return call.cart or (session.cart if session is not None else None)


def in_market(*marketplaces: str) -> Condition:
    """Only in these marketplaces (of the session, or of the header before there is one)."""

    def test(call: Call, *_: Any) -> bool:
        cart = _cart(call)
        market = cart.market if cart is not None else call.market
        return market is not None and market.id in marketplaces

    return Condition(test, "marketplace")


def _count(call: Call, key: object, per: str) -> int:
    session = named_session(call)
    notes = session.notes if per == "session" and session is not None else call.shop.notes
    count: int = notes.get(key, 0) + 1
    notes[key] = count
    return count


def nth(n: int, per: str = "session") -> Condition:
    """Only the n-th time that it is asked, counted per session or per shop."""
    key = object()
    return Condition(lambda call, *_: _count(call, key, per) == n, "repeat")


def from_nth(n: int, per: str = "session") -> Condition:
    """From the n-th time on."""
    key = object()
    return Condition(lambda call, *_: _count(call, key, per) >= n, "repeat")


def every(n: int, per: str = "shop") -> Condition:
    """Each n-th time."""
    key = object()
    return Condition(lambda call, *_: _count(call, key, per) % n == 0, "repeat")


def lines(least: int, most: int = 1_000) -> Condition:
    """With so many lines in the cart (asked in `apply`: before the change)."""

    def test(call: Call, *_: Any) -> bool:
        cart = _cart(call)
        return least <= (len(call.requested) if cart is None else len(cart.lines)) <= most

    return Condition(test, "lines")


def _coupon(call: Call, *_: Any) -> bool:
    cart = _cart(call)
    return cart is not None and cart.coupon is not None


coupon = Condition(_coupon, "coupon")


def _in_session(test: Callable[[Call, Session], bool], kind: str = "") -> Condition:
    def of_call(call: Call, *_: Any) -> bool:
        session = named_session(call)
        return session is not None and test(call, session)

    return Condition(of_call, kind)


def after_op(*operations: str, least: int = 1) -> Condition:
    """These were accepted before in the session, so often at least."""
    return _in_session(lambda call, session: sum(session.done[op] for op in operations) >= least, "after")


def just_after(*operations: str) -> Condition:
    """One of these was the latest request that the session accepted."""
    return _in_session(lambda call, session: session.last in operations, "after")


def after_refused(*operations: str, least: int = 1) -> Condition:
    """These were refused before in the session (one that was found), so often at least."""
    return _in_session(lambda call, session: sum(session.refused[op] for op in operations) >= least, "after")


# Only the first read after a change.
next_read = _in_session(
    lambda call, session: call.operation == READ and session.last in (INITIATE, *CHANGES), "read-only"
)


def request_has(**values: Any) -> Condition:
    """What the request asks for: `request_has(quantity=0)` (attributes of `mock_server.domain.shop.Call`)."""
    return Condition(lambda call, *_: all(getattr(call, name) == value for name, value in values.items()))


def body_matches(test: Callable[[Any], object], kind: str = "field") -> Condition:
    """The JSON body of the request, as in `body_matches(lambda body: "city" not in body)`, if it is an object."""
    return Condition(lambda call, *_: isinstance(call.data, dict) and bool(test(call.data)), kind)


def quantity_above(n: int) -> Condition:
    """The quantity that is asked for, or that any line has."""

    def test(call: Call, *_: Any) -> bool:
        if call.operation == QUANTITY:
            return call.quantity > n
        cart = _cart(call)
        quantities = list(call.requested.values()) if cart is None else [line.quantity for line in cart.lines]
        return any(quantity > n for quantity in quantities)

    return Condition(test, "quantity")


def phase(name: str) -> Condition:
    """The session is open, paid or declined (`mock_server.domain.state`)."""
    return _in_session(lambda call, session: session.phase == name)


emptied = Condition(lambda call, *_: call.cart is not None and not call.cart.lines)
other_option = Condition(
    lambda call, *_: call.cart is not None and any(line.option != line.item.options[0].id for line in call.cart.lines),
    "after",
)


def line_at(position: str) -> Condition:
    """The request names the first, last, middle (neither) or only line; asked before the change."""

    def test(call: Call, *_: Any) -> bool:
        last = len(call.cart.lines) - 1 if call.cart is not None else 0
        return {
            "first": call.line_index == 0 and last > 0,
            "last": call.line_index == last and last > 0,
            "middle": 0 < call.line_index < last,
            "only": last == 0,
        }[position]

    return Condition(test)


def cart_contains(test: Callable[[Item], object]) -> Condition:
    """A line of the cart is of such an item, as in `cart_contains(lambda item: item.fees)`."""
    return Condition(lambda call, *_: call.cart is not None and any(test(line.item) for line in call.cart.lines))


def field(*paths: str) -> Condition:
    """In the steps `field`, `length` and `characters`: the path of the field ends so, as in `field("city")`."""

    def test(call: Call, about: Any, *_: Any) -> bool:
        path = about if isinstance(about, str) else about.path
        return any(path == requested or path.endswith("." + requested) for requested in paths)

    return Condition(test, "field")


# In the steps `response` and `refusal`.
refused = Condition(lambda call, response: response.status >= 400)
accepted = Condition(lambda call, response: response.status < 300)


def error(*ids: int) -> Condition:
    """In the steps `response` and `refusal`: the refusal carries one of these ids."""

    def test(call: Call, response: Response | Refusal) -> bool:
        if isinstance(response, Refusal):
            return response.error in ids
        errors = response.body.get("errors", []) if isinstance(response.body, dict) else []
        return any(error.get("errorId") in ids for error in errors)

    return Condition(test)


# The second of two requests that were in flight at once to one session (or, without one, to one operation).
concurrent = Condition(lambda call, *_: call.partner is not None, "race", meets=True)
