"""The reference shop, healthy or faulty, behind HTTP on a free port of this machine, for tools that can only reach a URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP, Request
from conformance.recordings.calls import operation_of
from tests.doubles.reference_server import ReferenceShop

TOKENS = {"token-one": OWN_APP, "token-two": OTHER_APP}


@contextmanager
def serve(shop: ReferenceShop) -> Iterator[str]:
    """The base URL. The tokens are those of TOKENS."""
    lock = Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                status, body, headers = answered(shop, self.command, self.path, dict(self.headers), raw)
            payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def answered(
    shop: ReferenceShop, method: str, path: str, headers: dict[str, str], raw: bytes
) -> tuple[int, Any, dict[str, str]]:
    """What the shop says to an HTTP request."""
    found = operation_of(method, path)
    if found is None:
        return 404, {"errors": [shop.entry(2002, contract.READ)]}, {}
    lower = {name.lower(): value for name, value in headers.items()}
    credential = TOKENS.get(lower.get("authorization", "").removeprefix("Bearer "), "none")
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = None
    broken = raw if raw and not isinstance(body, dict) else None
    marketplace = lower.get("x-ebay-c-marketplace-id")
    return shop.answer(Request(found[0], found[1], body, marketplace, credential, broken, lower.get("content-type")))
