"""Conditions: when an effect shows. All hold for the session of the request; before there is one, for the shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock.catalogue.model import Item
from mock.errors import Refusal
from mock.routes import CHANGES, INITIATE, QUANTITY, READ
from mock.seams.core import Condition
from mock.shop import Answer, Call


def in_market(*marketplaces: str) -> Condition:
    """Only in these marketplaces (of the session, or of the header before there is one)."""
    def test(call: Call, *_: Any) -> bool:
        market = call.cart.market if call.cart else call.order.cart.market if call.order else call.market
        return market is not None and market.id in marketplaces

    return Condition(test, "one marketplace")


def _count(call: Call, key: object, per: str) -> int:
    notes = call.session.notes if per == "session" and call.session is not None else call.shop.notes
    notes[key] = notes.get(key, 0) + 1
    return notes[key]


def nth(n: int, per: str = "session") -> Condition:
    """Only the n-th time that it is asked, counted per session or per shop."""
    key = object()
    return Condition(lambda call, *_: _count(call, key, per) == n, "n-th time")


def from_nth(n: int, per: str = "session") -> Condition:
    """From the n-th time on."""
    key = object()
    return Condition(lambda call, *_: _count(call, key, per) >= n, "n-th time")


def every(n: int, per: str = "shop") -> Condition:
    """Each n-th time."""
    key = object()
    return Condition(lambda call, *_: _count(call, key, per) % n == 0, "n-th time")


def lines(least: int, most: int = 1_000) -> Condition:
    """With so many lines in the cart (asked in `apply`: before the change)."""
    def test(call: Call, *_: Any) -> bool:
        cart = call.order.cart if call.order is not None else call.cart
        return least <= (len(call.wanted) if cart is None else len(cart.lines)) <= most

    return Condition(test, "many lines")


def _coupon(call: Call, *_: Any) -> bool:
    cart = call.order.cart if call.order is not None else call.cart
    return cart is not None and cart.coupon is not None


coupon = Condition(_coupon, "coupon applied")


def after_op(*operations: str) -> Condition:
    """One of these was accepted before in the session."""
    return Condition(
        lambda call, *_: call.session is not None and any(call.session.done[op] for op in operations), "after a change"
    )


def just_after(*operations: str) -> Condition:
    """One of these was the latest request that the session accepted."""
    return Condition(lambda call, *_: call.session is not None and call.session.last in operations, "after a change")


# Only the first read after a change.
next_read = Condition(
    lambda call, *_: call.operation == READ and call.session is not None and call.session.last in (INITIATE, *CHANGES),
    "next read",
)


def quantity_above(n: int) -> Condition:
    """The quantity that is asked for, or that any line has."""
    def test(call: Call, *_: Any) -> bool:
        if call.operation == QUANTITY:
            return call.quantity > n
        cart = call.order.cart if call.order is not None else call.cart
        quantities = list(call.wanted.values()) if cart is None else [line.quantity for line in cart.lines]
        return any(quantity > n for quantity in quantities)

    return Condition(test, "quantity above three")


def phase(name: str) -> Condition:
    """The session is open, paid or declined (`mock.state`)."""
    return Condition(lambda call, *_: call.session is not None and call.session.phase == name)


emptied = Condition(lambda call, *_: call.cart is not None and not call.cart.lines)
other_option = Condition(
    lambda call, *_: call.cart is not None and any(line.option != line.item.options[0].id for line in call.cart.lines),
    "after a change",
)


def line_at(position: str) -> Condition:
    """The request names the first, last, middle (neither) or only line; asked before the change."""
    def test(call: Call, *_: Any) -> bool:
        last = len(call.cart.lines) - 1 if call.cart is not None else 0
        return {
            "first": call.at == 0 and last > 0, "last": call.at == last and last > 0, "middle": 0 < call.at < last,
            "only": last == 0,
        }[position]

    return Condition(test)


def sells(test: Callable[[Item], object]) -> Condition:
    """A line of the cart is of such an item, as in `sells(lambda item: item.fees)`."""
    return Condition(lambda call, *_: call.cart is not None and any(test(line.item) for line in call.cart.lines))


def field(*paths: str) -> Condition:
    """In the steps `field`, `length` and `characters`: the path of the field ends so, as in `field("city")`."""
    def test(call: Call, about: Any, *_: Any) -> bool:
        path = about if isinstance(about, str) else about.path
        return any(path == wanted or path.endswith("." + wanted) for wanted in paths)

    return Condition(test, "one field")


# In the steps `answer` and `refusal`.
refused = Condition(lambda call, answer: answer.status >= 400)
accepted = Condition(lambda call, answer: answer.status == 200)


def error(*ids: int) -> Condition:
    """In the steps `answer` and `refusal`: the refusal carries one of these ids."""
    def test(call: Call, answer: Answer | Refusal) -> bool:
        if isinstance(answer, Refusal):
            return answer.error in ids
        errors = answer.body.get("errors", []) if isinstance(answer.body, dict) else []
        return any(entry.get("errorId") in ids for entry in errors)

    return Condition(test)


# The second of two requests that were in flight at once to one session (or, without one, to one operation).
at_once = Condition(lambda call, *_: call.partner is not None, "at once", meets=True)
