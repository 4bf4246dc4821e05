"""The ASGI application: finds the shop of a base path, reads the request, sends the answer.

Plain ASGI, since a router and request objects would only stand before a table of nine routes. The healthy shop is at
"/"; `/x/<name>[+<name>…][@<tag>]` is the base path of a shop of its own with these faults or variants, made when it
is first asked for; another tag is another fresh shop. `<name>~<factor>=<level>` is
a narrowed fault (`mock_server.injection.narrowing`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Request, Response, Settings, Shop
from mock_server.http.pipeline import new_shop

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

LARGEST_BODY = 1 << 20  # bytes
MOST_SHOPS = 64  # beyond these the shop that was not used for longest is forgotten, with its sessions
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]+)?|\[[0-9a-fA-F:]+\](:[0-9]+)?")


class App:
    """Holds the shops by their base path."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.healthy = new_shop(self.settings)
        self.shops: dict[str, Shop] = {}

    def shop(self, name: str) -> Shop | None:
        """The shop below `/x/<name>`; None if the name holds a fault or variant that does not exist."""
        shop = self.shops.pop(name, None)
        if shop is None:
            from mock_server.registry import build

            shop = build(name.partition("@")[0].split("+"), self.settings)
            if shop is None:
                return None
        self.shops[name] = shop  # now the latest
        if len(self.shops) > MOST_SHOPS:
            del self.shops[next(iter(self.shops))]
        return shop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            response = Response(413, Refusal(2004, text="Request body too large").body)
        else:
            response = await self.respond(scope, body)
        payload = response.body
        if not isinstance(payload, bytes):
            payload = json.dumps(payload, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(payload)), **response.headers}
        packed = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": response.status, "headers": packed})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else payload})

    async def respond(self, scope: Scope, body: bytes) -> Response:
        path = tuple(unquote(part) for part in scope["raw_path"].decode("latin-1").split("/")[1:])
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        base = f"http://{_host(scope, headers)}"
        shop: Shop | None = self.healthy
        if path[0] == "x" and len(path) > 1:
            shop = self.shop(path[1])
            base += "/x/" + path[1]
            path = path[2:]
        if shop is None:
            return Response(
                404, Refusal(2002, text="No such fault or variant: see --list-faults, --list-variants").body
            )
        if path in ((), ("",), ("catalogue",)) and scope["method"] in ("GET", "HEAD"):
            from mock_server.http.catalogue_page import response

            return response(shop, base, headers.get("accept", ""))
        if path[0] in ("sdk", "checkout"):
            from mock_server.http.hosted_page import hosted

            if (page := hosted(shop, scope["method"], path, body)) is not None:
                return page
        call = Call(shop, Request(scope["method"], path, headers, body, base, scope.get("client")))
        if shop.meets:
            from mock_server.injection import together

            return await together(call)
        return shop.respond(call)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if it is too large, after it has been read, so that the client gets to hear of it."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(chunks)
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= LARGEST_BODY:
            chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks) if size <= LARGEST_BODY else None


def _host(scope: Scope, headers: dict[str, str]) -> str:
    """Where the client says it came, or the socket's own address."""
    given = headers.get("host", "")
    if _HOST.fullmatch(given):
        return given
    host, port = scope["server"]
    return f"{host}:{port}"
