"""A shop: the state behind one base path, and the table of steps that its requests go through."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mock_server.catalogue.goods import COUPONS, EXPIRED_TOKENS, ITEMS, MARKETPLACES, SCOPES
from mock_server.catalogue.model import Address, Coupon, Item, Marketplace
from mock_server.domain.errors import JSON, Refusal
from mock_server.domain.state import Cart, Grant, Order, Session, remember

Step = Callable[..., Any]
MOST = 20_000  # sessions, orders and tokens that a shop keeps, each


@dataclass(frozen=True, slots=True)
class Settings:
    """`token_ttl` in seconds; `keep`: sessions, orders and tokens that a shop remembers, each, if not MOST."""

    max_line_items: int = 4
    token_ttl: int = 7200
    keep: int | None = None


@dataclass(slots=True)
class Request:
    """`path`: decoded segments below the shop's base path; `headers`: names in lower case; `base_url`: of this shop;
    `connection`: the client's address and port."""

    method: str
    path: tuple[str, ...]
    headers: Mapping[str, str]
    body: bytes = b""
    base_url: str = ""
    connection: object = None


@dataclass(slots=True)
class Response:
    """`body`: JSON, or bytes to be sent as they are."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A request on its way through the steps. Each step fills in what it finds.

    `id`: of the session or order in the path; `data`: the JSON body; `cart`: what a change works on; `line_index`: of the
    line that the body names; `requested`: quantity by item id of a new session, `inputs`: the same with items that exist;
    `partner`, `before`: of two requests at once (`mock_server.injection.concurrency`).
    """

    shop: Shop
    request: Request
    operation: str = ""
    id: str = ""
    app: str = ""
    data: Any = None
    market: Marketplace | None = None
    session: Session | None = None
    order: Order | None = None
    cart: Cart | None = None
    line_index: int = 0
    quantity: int = 0
    option: str = ""
    code: str = ""
    coupon: Coupon | None = None
    email: str = ""
    address: Address = field(default_factory=dict)
    requested: dict[str, int] = field(default_factory=dict)
    inputs: list[tuple[Item, int]] = field(default_factory=list)
    warnings: list[JSON] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    partner: Call | None = None
    before: Cart | None = None
    notes: dict[object, Any] = field(default_factory=dict)

    def run(self, step: str, *args: Any) -> Any:
        return self.shop.steps[step](self, *args)

    def find_session(self) -> Session | None:
        """The session of the request, or of the order that it reads."""
        return self.session or (self.shop.sessions.get(self.order.session) if self.order is not None else None)

    # For steps that come after the one that found it.
    def require_market(self) -> Marketplace:
        assert self.market is not None
        return self.market

    def require_session(self) -> Session:
        assert self.session is not None
        return self.session

    def require_cart(self) -> Cart:
        assert self.cart is not None
        return self.cart


class Shop:
    """Isolated from every other shop: its own sessions, orders, tokens, and steps to be wrapped.

    `steps`: the steps of requests by name; `steps_of`: by operation, the names of its steps in order
    (`mock_server.http.pipeline.new_shop` fills in both).

    Sound under concurrent clients without a lock: a request is handled from its first step to its answer without an
    `await`, in one thread, so no other request sees or changes the state half-way. Only the reading of a request and
    the sending of its answer wait for the network.
    """

    def __init__(self, settings: Settings, steps: Mapping[str, Step], steps_of: Mapping[str, tuple[str, ...]]) -> None:
        self.settings = settings
        self.steps = dict(steps)
        self.steps_of = dict(steps_of)
        self.marketplaces: dict[str, Marketplace] = MARKETPLACES
        self.items: dict[str, dict[str, Item]] = ITEMS
        self.coupons: dict[str, Coupon] = COUPONS
        self.sessions: dict[str, Session] = {}
        self.orders: dict[str, Order] = {}
        self.tokens: dict[str, Grant] = {token: Grant(app, SCOPES, 0.0) for token, app in EXPIRED_TOKENS.items()}
        self.notes: dict[object, Any] = {}
        # For requests that meet (`mock_server.injection.concurrency`): the operations, who is held, each session's last connection.
        self.meets: set[str] = set()
        self.held: dict[str, Any] = {}
        self.connections: dict[str, object] = {}

    def respond(self, call: Call) -> Response:
        """Never raises: what went wrong inside is a 500 with id 15000 and a traceback on stderr."""
        try:
            response: Response = call.run("call")
            return response
        except Exception:
            traceback.print_exc(file=sys.stderr)
            return Response(500, Refusal(15000).body)

    def keep_session(self, session: Session) -> None:
        remember(self.sessions, session.id, session, self.settings.keep or MOST)

    def keep_order(self, order: Order) -> None:
        remember(self.orders, order.id, order, self.settings.keep or MOST)

    def keep_token(self, token: str, grant: Grant) -> None:
        remember(self.tokens, token, grant, self.settings.keep or MOST)
