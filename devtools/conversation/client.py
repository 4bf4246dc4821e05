"""A client of the mock inside the process: the real ASGI application, without a socket."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mock_server.catalogue.addresses import GOOD
from mock_server.catalogue.goods import APPS, ITEMS, SCOPE
from mock_server.server import App

V2 = "/buy/order/v2/guest_checkout_session"
TERMS: dict[str, list[dict[str, Any]]] = {
    "marketingTerms": [
        {
            "marketingChannels": ["EMAIL"],
            "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"],
            "marketingTermsAccepted": False,
        }
    ]
}
ONE, TWO = APPS


def plain(market: str, count: int, first: int = 0) -> list[str]:
    items = [item.id for item in ITEMS[market].values() if item.role == "plain"]
    return items[first : first + count]


def special(market: str, trait: str, value: int | None = None) -> str:
    """The item that is refused, removed, … with this id; or the one that has a limit, a lot, …"""
    return next(
        item.id
        for item in ITEMS[market].values()
        if (getattr(item, trait) == value if value else getattr(item, trait) and item.role == trait)
    )


def cart(market: str, items: list[tuple[str, Any]], **more: Any) -> dict[str, Any]:
    inputs = [{"itemId": item, "quantity": quantity} for item, quantity in items]
    return {"contactEmail": "guest@example.com", "lineItemInputs": inputs, "shippingAddress": GOOD[market], **more}


@dataclass(slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def ids(self) -> list[int]:
        """Of its errors, or else of its warnings."""
        return [entry["errorId"] for entry in self.json.get("errors", self.json.get("warnings", []))]

    def money(self, name: str) -> str:
        value: str = self.json["pricingSummary"][name]["value"]
        return value


class Client:
    """`prefix` is the base path of the shop; tokens are fetched when they are first needed."""

    def __init__(self, app: App, prefix: str = "") -> None:
        self.app, self.prefix = app, prefix
        self.tokens: dict[str, str] = {}
        self.loop = asyncio.new_event_loop()

    def close(self) -> None:
        self.loop.close()

    def raw(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        return self.loop.run_until_complete(self._send(method, path, headers, body))

    async def _send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        scope = {
            "type": "http",
            "method": method,
            "raw_path": (self.prefix + path).encode(),
            "server": ("127.0.0.1", 80),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        names = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], names, sent[1]["body"])

    def grant(self, app: str = ONE, secret: str | None = None, **form: str) -> Reply:
        fields = {"grant_type": "client_credentials", "scope": SCOPE, **form}
        packed = base64.b64encode(f"{app}:{APPS.get(app, '') if secret is None else secret}".encode()).decode()
        body = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)
        headers = {"Authorization": f"Basic {packed}", "Content-Type": "application/x-www-form-urlencoded"}
        return self.raw("POST", "/identity/v1/oauth2/token", headers, body.encode())

    def token(self, app: str = ONE, scope: str = SCOPE) -> str:
        if app + scope not in self.tokens:
            self.tokens[app + scope] = self.grant(app, scope=scope).json["access_token"]
        return self.tokens[app + scope]

    def prepare(self, market: str | None, app: str, token: str | None, data: Any) -> tuple[dict[str, str], bytes]:
        headers = {"Content-Type": "application/json"}
        bearer = self.token(app) if token is None else token
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        if market is not None:
            headers["X-EBAY-C-MARKETPLACE-ID"] = market
        return headers, b"" if data is None else data if isinstance(data, bytes) else json.dumps(data).encode()

    def call(
        self,
        method: str,
        path: str,
        data: Any = None,
        market: str | None = "EBAY_US",
        *,
        app: str = ONE,
        token: str | None = None,
    ) -> Reply:
        return self.raw(method, path, *self.prepare(market, app, token, data))

    def concurrent(self, *requests: tuple[str, str, Any], market: str = "EBAY_US") -> list[Reply]:
        """Several requests in flight together."""

        async def all_of_them() -> list[Reply]:
            return await asyncio.gather(
                *(self._send(method, path, *self.prepare(market, ONE, None, data)) for method, path, data in requests)
            )

        self.token()
        return self.loop.run_until_complete(all_of_them())

    # -- the nine operations --

    def initiate(self, market: str, items: list[tuple[str, Any]], **more: Any) -> Reply:
        return self.call("POST", f"{V2}/initiate", cart(market, items, **more), market)

    def change(self, session: str, verb: str, data: Any, market: str | None = "EBAY_US", **more: Any) -> Reply:
        return self.call("POST", f"{V2}/{quote(session, safe='')}/{verb}", data, market, **more)

    def read(self, session: str, market: str | None = "EBAY_US", **more: Any) -> Reply:
        return self.call("GET", f"{V2}/{quote(session, safe='')}", None, market, **more)

    def place(self, session: str, market: str | None = "EBAY_US", data: Any = TERMS, **more: Any) -> Reply:
        path = f"/buy/order/v1/guest_checkout_session/{quote(session, safe='')}/place_order"
        return self.call("POST", path, data, market, **more)

    def order(self, order: str, market: str | None = None, **more: Any) -> Reply:
        return self.call("GET", f"/buy/order/v2/guest_purchase_order/{quote(order, safe='')}", None, market, **more)
