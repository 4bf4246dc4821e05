"""Ways to differ that several chapters of variants use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mock_server.domain.errors import JSON, Refusal
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import Cart
from mock_server.http.stubs import parameters
from mock_server.http.validation import Field
from mock_server.injection import (
    INITIATE,
    ORDER,
    SESSION_METHODS,
    Condition,
    Effect,
    Variant,
    after,
    check_earlier,
    variant,
    wrap,
)

SESSIONS = (INITIATE, *SESSION_METHODS)  # whose 200 answers show a session, but for place order
SHOWN = (*SESSIONS, ORDER)  # where amounts are seen

# Seconds, meanings and the like stay as they are: only the id of a refusal, with its own status, is another one.
Other = int | Callable[..., Refusal | int | None]


def otherwise(step: str, other: Other, **scope: Any) -> Effect:
    """What the step refuses is refused in another way: with an id, or with what `other(call, refusal, *args)` says
    (None: as it was)."""
    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        try:
            return proceed()
        except Refusal as refusal:
            other_outcome = other if isinstance(other, int) else other(call, refusal, *args)
            if other_outcome is None:
                raise
            raise (Refusal(other_outcome, **parameters(call, other_outcome)) if isinstance(other_outcome, int) else other_outcome) from None

    return wrap(step, replacement, **scope)


def named(id: int, field: Field) -> Refusal:
    """A refusal with an id that is about a field."""
    return Refusal(id, field.path, fieldName=field.path)


def shown_cart(call: Call) -> Cart:
    """The cart that an answer is about: the order's, or the session's."""
    return call.order.cart if call.order is not None else call.require_cart()


def where(test: Callable[..., object]) -> Condition:
    """A condition of a variant's own."""
    return Condition(lambda *args: bool(test(*args)))


def sessions(change: Callable[[JSON], Any]) -> Effect:
    """`change(body)` on each 200 answer that shows a session."""
    return _shown("checkoutSessionId", change)


def orders(change: Callable[[JSON], Any]) -> Effect:
    """`change(body)` on each 200 answer that shows a purchase order."""
    return _shown("purchaseOrderCreationDate", change)


def both_shown(change: Callable[[JSON], Any]) -> Effect:
    """`change(body)` on each 200 answer with line items, of a session or an order."""
    return _shown("pricingSummary", change)


def _shown(mark: str, change: Callable[[JSON], Any]) -> Effect:
    def action(call: Call, response: Response, *_: Any) -> None:
        if response.status == 200 and isinstance(response.body, dict) and mark in response.body:
            change(response.body)

    return after("response", action)


def objects(node: Any) -> Iterator[JSON]:
    """Every object of a JSON value, itself included."""
    if isinstance(node, dict):
        yield node
        for child in list(node.values()):
            yield from objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from objects(child)


def guard(name: str, sees: str, *moves: tuple[str, str], on: Sequence[str], requirement: str) -> Variant:
    """A variant that asks for one thing before another; where only one of them is wrong nothing can be seen of it."""
    effects = (check_earlier(step, than, on=tuple(on)) for step, than in moves)
    return variant(name, requirement, sees, *effects, on=on, about="order of the checks")
