"""Two requests at once, repeatably: the first is held until the second is there, then they run one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import remember
from mock_server.http.routes import find
from mock_server.injection.conditions import concurrent
from mock_server.injection.core import Effect, wrap

# Seconds that a request is held for another one. A client that sends one after the other does so on one connection, and
# should not have to wait for long; a request on another connection than the session's last one smells of company.
ALONE, COMPANY = 0.02, 0.15


@dataclass(slots=True)
class _Held:
    call: Call
    met: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event = field(default_factory=asyncio.Event)


async def together(call: Call) -> Response:
    """Answers a request of a shop that has effects on requests that meet.

    The second of a pair has `partner`, the first's call, and `before`, the cart as both found it.
    """
    shop = call.shop
    try:
        operation, id = find(call.request.method, call.request.path)
    except Refusal:
        return shop.respond(call)
    if operation not in shop.meets:
        return shop.respond(call)
    key = id or operation
    first: _Held | None = shop.held.pop(key, None)
    if first is not None:
        call.partner = first.call
        session = shop.sessions.get(id)
        call.before = session.cart.copy() if session is not None else None
        first.met.set()
        await first.done.wait()
        return shop.respond(call)
    held = _Held(call)
    shop.held[key] = held
    known = shop.connections.get(key, call.request.connection)
    remember(shop.connections, key, call.request.connection, 10_000)
    try:
        await asyncio.wait_for(held.met.wait(), ALONE if known == call.request.connection else COMPANY)
    except TimeoutError:
        if shop.held.get(key) is held:
            del shop.held[key]
    try:
        return shop.respond(call)
    finally:
        held.done.set()


def lost_update(**scope: Any) -> Effect:
    """Of two changes at once the second starts from what both found, so that the first is lost."""

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        if call.before is not None:
            call.cart = call.require_session().cart = call.before.copy()
        return proceed()

    return wrap("apply", replacement, when=concurrent, **scope)
