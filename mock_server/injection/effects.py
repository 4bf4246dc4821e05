"""Combinators on steps and refusals: the usual ways in which a server goes wrong, or differs, as effects on a shop.

All take `on=` (operations), `when=` (a condition) and `kind=` and pass them to `around`. Those on the JSON of answers
are in `mock_server.injection.responses`, those on what is stored in `mock_server.injection.stored`, those on settings and goods in
`mock_server.injection.shop_data`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Answer, Call
from mock_server.http.stubs import parameters
from mock_server.injection.conditions import refused
from mock_server.injection.core import Effect, around


def skip(step: str, returning: Any = None, **only: Any) -> Effect:
    """A guard or a change that does not happen."""
    return around(step, lambda go, call, *args: returning, **only)


def before(step: str, do: Callable[..., Any], **only: Any) -> Effect:
    """`do(call, *args)` first, then the step."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        do(call, *args)
        return go()

    return around(step, by, **only)


def after(step: str, do: Callable[..., Any], **only: Any) -> Effect:
    """The step, then `do(call, value, *args)`: what it returns takes the value's place, but for None."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        value = go()
        other = do(call, value, *args)
        return value if other is None else other

    return around(step, by, **only)


def refuse(step: str, id: int, *, status: int | None = None, at: str = "", **only: Any) -> Effect:
    """A refusal with this id where the step stands, whatever the step would say; `at`: the path of the field that it
    names."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        raise Refusal(id, at, status=status, **parameters(call, id, at or "field"))

    return around(step, by, **only)


def tolerate(step: str, *, returning: Any = None, **only: Any) -> Effect:
    """What the step would refuse passes; in the step `field` the value passes as it came."""
    def by(go: Callable[..., Any], call: Call, *args: Any) -> Any:
        try:
            return go()
        except Refusal:
            return args[1] if step == "field" and returning is None else returning

    return around(step, by, **only)


def assign(**values: Any) -> Callable[..., None]:
    """For `before`, `store`, `rebill`: sets these attributes of what it is given, as in `assign(quantity=3)`."""
    def do(target: Any, *_: Any) -> None:
        for name, value in values.items():
            setattr(target, name, value)

    return do


def plus(**amounts: int) -> Callable[..., None]:
    """As `assign`, but adds: `rebill(plus(delivery=1))`."""
    def do(target: Any, *_: Any) -> None:
        for name, amount in amounts.items():
            setattr(target, name, getattr(target, name) + amount)

    return do


def restatus(status: int, **only: Any) -> Effect:
    """The same answer under another status; refusals, unless `when=` says which (as in `error(15003)`, `accepted`)."""
    only.setdefault("kind", "status")
    only.setdefault("when", refused)
    return after("answer", lambda call, answer, *_: replace(answer, status=status), **only)


def reid(id: int, *, status: int | None = None, **only: Any) -> Effect:
    """The same refusal under another id, with the status that it had or with this one."""
    only.setdefault("kind", "id")

    def do(call: Call, answer: Answer, refusal: Refusal) -> Answer:
        return replace(answer, body=Refusal(id, **parameters(call, id)).body, status=status or answer.status)

    return after("refusal", do, **only)
