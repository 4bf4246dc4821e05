"""Combinators on steps and refusals: the usual ways in which a server goes wrong, or differs, as effects on a shop.

All take `on=` (operations), `when=` (a condition) and `kind=` and pass them to `wrap`. Those on the JSON of
responses are in `mock_server.injection.responses`, those on what is stored in
`mock_server.injection.stored`, those on settings and goods in `mock_server.injection.shop_data`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.http.stubs import parameters
from mock_server.injection.conditions import refused
from mock_server.injection.core import Effect, wrap


def skip(step: str, returning: Any = None, **scope: Any) -> Effect:
    """A guard or a change that does not happen."""
    return wrap(step, lambda proceed, call, *args: returning, **scope)


def before(step: str, action: Callable[..., Any], **scope: Any) -> Effect:
    """`action(call, *args)` first, then the step."""

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        action(call, *args)
        return proceed()

    return wrap(step, replacement, **scope)


def after(step: str, action: Callable[..., Any], **scope: Any) -> Effect:
    """The step, then `action(call, value, *args)`: what it returns takes the value's place, but for None."""

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        value = proceed()
        other = action(call, value, *args)
        return value if other is None else other

    return wrap(step, replacement, **scope)


def refuse(step: str, id: int, *, status: int | None = None, path: str = "", **scope: Any) -> Effect:
    """A refusal with this id where the step stands, whatever the step would say; `path`: that of the field that it
    names."""

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        raise Refusal(id, path, status=status, **parameters(call, id, path or "field"))

    return wrap(step, replacement, **scope)


def tolerate(step: str, *, returning: Any = None, **scope: Any) -> Effect:
    """What the step would refuse passes; in the step `field` the value passes as it came."""

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        try:
            return proceed()
        except Refusal:
            return args[1] if step == "field" and returning is None else returning

    return wrap(step, replacement, **scope)


def assign(**values: Any) -> Callable[..., None]:
    """For `before`, `store`, `rebill`: sets these attributes of what it is given, as in `assign(quantity=3)`."""

    def action(target: Any, *_: Any) -> None:
        for name, value in values.items():
            setattr(target, name, value)

    return action


def plus(**amounts: int) -> Callable[..., None]:
    """As `assign`, but adds: `rebill(plus(delivery=1))`."""

    def action(target: Any, *_: Any) -> None:
        for name, amount in amounts.items():
            setattr(target, name, getattr(target, name) + amount)

    return action


def change_status(status: int, **scope: Any) -> Effect:
    """The same answer under another status; refusals, unless `when=` says which (as in `error(15003)`, `accepted`)."""
    scope.setdefault("kind", "status")
    scope.setdefault("when", refused)
    return after("response", lambda call, response, *_: replace(response, status=status), **scope)


def change_error_id(id: int, *, status: int | None = None, **scope: Any) -> Effect:
    """The same refusal under another id, with the status that it had or with this one."""
    scope.setdefault("kind", "id")

    def action(call: Call, response: Response, refusal: Refusal) -> Response:
        return replace(response, body=Refusal(id, **parameters(call, id)).body, status=status or response.status)

    return after("refusal", action, **scope)
