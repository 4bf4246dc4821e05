"""Combinators on what is stored, against what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.mutations import APPLY_STEP
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import OPEN, Cart, Session
from mock_server.http.routes import STEPS_OF
from mock_server.injection.core import Condition, Effect, combine, wrap
from mock_server.injection.effects import after, before, skip


def ignore(**scope: Any) -> Effect:
    """Accepted, and nothing happens."""
    scope.setdefault("kind", "ignored")
    return skip("apply", **scope)


def store(change: Callable[[Cart, Call], Any], *, unseen: bool = False, **scope: Any) -> Effect:
    """`change(cart, call)` on what is stored, once the request was applied; `unseen`: only after the answer was made,
    so that the next read is the first to show it (a read, which applies nothing, can only do that)."""
    if not unseen:
        return after("apply", lambda call, value: change(call.require_cart(), call), **scope)

    def action(call: Call, value: Any) -> None:
        if call.cart is not None:
            change(call.cart, call)

    return after("view", action, **scope)


def applied_elsewhere(to: str, **scope: Any) -> Effect:
    """Accepted, and carried out on another session (as in `refused_yet_applied`), or on the order, as well."""
    _check(to, "order")

    def action(call: Call, value: Any) -> None:
        cart, target = call.cart, _target(call, to)
        if target is not None:
            call.cart = target
            call.run(f"apply_{APPLY_STEP[call.operation]}")
            call.cart = cart

    return after("apply", action, **scope)


def shown(change: Callable[[Cart, Call], Any], **scope: Any) -> Effect:
    """The answer is made of a cart that `change(cart, call)` altered; what is stored stays as it is."""

    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        kept = call.require_cart()
        call.cart = kept.copy()
        change(call.cart, call)
        try:
            return proceed()
        finally:
            call.cart = kept

    return wrap("view", replacement, **scope)


def shown_not_kept(**scope: Any) -> Effect:
    """The answer shows the change, the next read does not."""
    key = object()

    def remember(call: Call) -> None:
        call.notes[key] = call.require_cart().copy()

    def restore(call: Call, response: Response, *_: Any) -> None:
        if key in call.notes:
            call.require_session().cart = call.notes[key]

    return combine(
        before("apply", remember, **{"kind": "answer-only", **scope}),
        after("response", restore, on=scope.get("on", ())),
    )


def kept_not_shown(**scope: Any) -> Effect:
    """The answer shows the session as it was before, the next read shows the change."""
    key = object()

    def remember(call: Call) -> None:
        call.notes[key] = call.require_cart().copy()

    def show(proceed: Callable[..., Any], call: Call) -> Any:
        now, call.cart = call.cart, call.notes.get(key, call.cart)
        try:
            return proceed()
        finally:
            call.cart = now

    return combine(
        before("apply", remember, **{"kind": "read-only", **scope}), wrap("view", show, on=scope.get("on", ()))
    )


def refused_yet_applied(step: str, to: str = "session", returning: Any = None, **scope: Any) -> Effect:
    """Refused by this step as it should be, and carried out all the same.

    `to` says where: "session"; its "order", placed already; its "next_order", placed afterwards; or another open session:
    "other" (any), "same_buyer" (the same contactEmail), "same_app" (another buyer of the app), "other_app".
    """
    _check(to, "session", "order", "next_order")
    key = object()

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        try:
            return proceed()
        except Refusal:
            if key in call.notes:
                return returning
            call.notes[key] = True
            _carry_out(call, to, key)
            raise

    def catch_up(call: Call, value: Any) -> None:
        refused_call = call.require_session().notes.pop(key, None)
        if refused_call is not None and call.order is not None and refused_call.line_index < len(call.order.cart.lines):
            refused_call.cart = call.order.cart
            refused_call.run(f"apply_{APPLY_STEP[refused_call.operation]}")

    condition: Condition | None = scope.pop("when", None)
    again = Condition(lambda call, *_: key in call.notes)  # the second time round nothing is asked, or counted
    when = condition if condition is None else again | condition
    effect = wrap(step, replacement, when=when, **{"kind": "applied-though-refused", **scope})
    return (
        replace(effect, install=combine(effect, after("apply_place", catch_up)).install)
        if to == "next_order"
        else effect
    )


def _carry_out(call: Call, to: str, key: object) -> None:
    """Once more from the body on, with the step that refused out of the way."""
    session, cart = call.session, call.cart
    if session is None and (found := call.shop.sessions.get(call.id)):  # the step comes before the one that finds it
        call.session, call.cart, call.app = found, found.cart, found.app
    call.requested, call.inputs, call.warnings = {}, [], []
    steps = [step for step in STEPS_OF[call.operation] if step not in ("token", "stub", "session", "apply")]
    try:
        for step in steps:
            call.run(step)
            call.market = call.session.cart.market if call.session is not None else call.market
        if to == "next_order":
            call.require_session().notes[key] = replace(call)
        elif (target := _target(call, to)) is not None:
            call.cart = target
            call.run("apply")
    except Refusal:
        pass  # something else was wrong with it too
    if session is not None:
        call.session, call.cart = session, cart


_OTHERS: dict[str, Callable[[Session, Session], bool]] = {
    "other": lambda own, other: True,
    "same_buyer": lambda own, other: own.email == other.email,
    "same_app": lambda own, other: own.app == other.app and own.email != other.email,
    "other_app": lambda own, other: own.app != other.app,
}


def _check(to: str, *more: str) -> None:
    if to not in (*_OTHERS, *more):
        raise ValueError(f"nothing is called {to}: {', '.join((*_OTHERS, *more))}")


def _target(call: Call, to: str) -> Cart | None:
    session = call.session
    if to == "session" or session is None:
        return call.cart
    if to == "order":
        order = call.shop.orders.get(session.order)
        return order.cart if order is not None and len(order.cart.lines) > call.line_index else None
    for other in reversed(call.shop.sessions.values()):
        if other is not session and _OTHERS[to](session, other) and _could_take(other, call):
            return other.cart
    return None


def _could_take(other: Session, call: Call) -> bool:
    """Whether the change makes sense there too: an open session of the same marketplace, with such a line."""
    if (
        other.phase != OPEN
        or other.cart.market is not call.require_cart().market
        or len(other.cart.lines) <= call.line_index
    ):
        return False
    return not call.option or any(option.id == call.option for option in other.cart.lines[call.line_index].item.options)
