"""One request to a test server by the transport."""

from __future__ import annotations

from conformance.client.http1 import Response
from conformance.client.transport import Transport
from tests.hostile.server import Server


def ask(server: Server, path: str = "/x", method: str = "GET", transport: Transport | None = None) -> Response:
    used = transport or Transport(timeout_s=2)
    try:
        return used.send(method, server.url + path, {}, b"{}" if method == "POST" else None)
    finally:
        if transport is None:
            used.close()
