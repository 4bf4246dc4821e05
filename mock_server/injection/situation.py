"""The situation of a request: its session as it was before, and what has happened to the session so far.

A shop keeps situations only where a condition asks for them (`keep_situations`). The words are those of
`contracts/factors.yaml`; `mock_server.injection.factors` reads the levels from here.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.catalogue.goods import DOUBTFUL
from mock_server.domain.operations import (
    ADDRESS,
    APPLY,
    CHANGES,
    INITIATE,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
)
from mock_server.domain.shop import Call, Response, Shop
from mock_server.domain.state import Cart, Session
from mock_server.injection.effects import after

_CHANGED = {QUANTITY: "quantity", OPTION: "option", ADDRESS: "address", APPLY: "coupon", REMOVE: "coupon"}


@dataclass(slots=True)
class Story:
    """What happened to a session. `sent`: requests by operation; `carts`: each state in turn; `reads`: since the last
    change; `latest`: the session that the shop changed last."""

    history: str = "fresh"
    before: str = "change"
    address: str = "first"
    had_coupon: bool = False
    sent: Counter[str] = field(default_factory=Counter)
    carts: list[str] = field(default_factory=list)
    reads: int = 0
    latest: Session | None = None


@dataclass(slots=True)
class Situation:
    """`id`: in the path; `cart`: a copy from before the request; `phase`: of the session; `body`: JSON, or {}."""

    operation: str
    id: str
    session: Session | None
    cart: Cart | None
    phase: str
    story: Story
    body: dict[str, Any]


def situation(call: Call) -> Situation | None:
    """None before the route is known."""
    found: Situation | None = call.notes.get("situation")
    return found


def keep_situations(shop: Shop) -> None:
    """Installs what keeps them; once for a shop, before any fault."""
    if not shop.notes.setdefault("situations", []):
        shop.notes["situations"].append(True)
        after("route", _open).install(shop)
        after("response", _tell).install(shop)


def _story(session: Session) -> Story:
    story: Story = session.notes.setdefault("story", Story())
    return story


def _open(call: Call, route: tuple[str, str]) -> None:
    operation, id = route
    order = call.shop.orders.get(id) if operation == ORDER else None
    session = call.shop.sessions.get(order.session if order is not None else id)
    if session is None:
        call.notes["situation"] = Situation(operation, id, None, None, "open", Story(), _body(call))
        return
    latest = call.shop.notes.get("latest change")
    story = replace(_story(session), sent=Counter(_story(session).sent), latest=latest)
    phase = session.phase if session.phase != "open" or session.cart.lines else "empty"
    call.notes["situation"] = Situation(operation, id, session, session.cart.copy(), phase, story, _body(call))


def _body(call: Call) -> dict[str, Any]:
    try:
        body = json.loads(call.request.body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _state(cart: Cart) -> str:
    lines = [(line.id, line.quantity, line.option) for line in cart.lines]
    return repr((lines, cart.coupon.code if cart.coupon else "", cart.address))


def _tell(call: Call, response: Response, *_: Any) -> None:
    """What the request adds to the story of its session."""
    now, session = situation(call), call.find_session()
    if now is None or session is None:
        return
    story = _story(session)
    story.sent[now.operation] += 1
    if now.operation == ORDER:
        return
    if response.status >= 300:
        story.before = "refusal"
        return
    story.before = "read" if now.operation == READ else "change"
    story.reads = story.reads + 1 if now.operation == READ else 0
    if now.operation in (INITIATE, PLACE, *CHANGES):
        call.shop.notes["latest change"] = session
    if now.operation == INITIATE:
        story.carts = [_state(session.cart)]
    if now.operation not in _CHANGED or now.cart is None:
        return
    removes = now.operation == QUANTITY and now.body.get("quantity") == 0
    story.history = "removal" if removes else _CHANGED[now.operation]
    story.had_coupon |= session.cart.coupon is not None
    if now.operation == ADDRESS:
        doubtful = DOUBTFUL in str(session.cart.address.get("addressLine1"))
        same = session.cart.address == now.cart.address
        story.address = "unverifiable" if doubtful else "same" if same else "updated"
    if _state(session.cart) in story.carts[:-1]:
        story.history = "back"
    story.carts.append(_state(session.cart))
