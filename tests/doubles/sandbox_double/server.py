"""A twin of the vendor's sandbox: two hosts before the mock, with what a sandbox has and a shop's server does not.

Sessions are on one loopback address, purchase orders and the token endpoint on another; calls are counted against a
daily quota (429, 2001), an app without approval gets 403 and 1100, there is no place_order, and now and then a 503.
"""

from __future__ import annotations

import http.client
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

SESSIONS, ORDERS = "127.0.0.2", "127.0.0.3"
TOKEN = "/identity/v1/oauth2/token"
DROPPED = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}


@dataclass
class Behaviour:
    """How the twin behaves today. quota: calls a day; retry_after: seconds; every: each n-th call gets a 503, unless it
    is negative testing, which asks once."""

    quota: int = 5_000
    retry_after: int = 86_400
    approved: bool = True
    every: int = 0
    calls: list[tuple[str, str, str]] = field(default_factory=list)  # host, method, path
    refused: int = 0


def envelope(error_id: int, domain: str, message: str, category: str = "REQUEST") -> bytes:
    """An error of the gateway, as the vendor's has it."""
    entry = {"errorId": error_id, "domain": domain, "category": category, "message": message, "longMessage": message}
    return json.dumps({"errors": [entry]}).encode()


class Handler(BaseHTTPRequestHandler):
    """One of the two hosts."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for an answer: a client does not wait for the second
    manners: Behaviour
    upstream: str
    host: str
    lock = threading.Lock()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def answer(self) -> None:
        """The gateway first, then the mock."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        with self.lock:
            self.manners.calls.append((self.host, self.command, path))
            status, sent, headers = self.gate(path, body) or self.forward(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def gate(self, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]] | None:
        """What the gateway says, None if the call may pass."""
        kind = {"Content-Type": "application/json"}
        token, order = path == TOKEN, "/guest_purchase_order/" in path
        if (token or order) != (self.host == ORDERS) or path.endswith("/place_order"):
            return 404, envelope(2002, "ACCESS", "Resource not found"), kind
        if token:
            return None
        if not self.manners.approved:
            return 403, envelope(1100, "ACCESS", "Access denied", "APPLICATION"), kind
        calls = sum(call[2] != TOKEN for call in self.manners.calls)
        if calls > self.manners.quota:
            self.manners.refused += 1
            waiting = {"Retry-After": str(self.manners.retry_after)}
            return 429, envelope(2001, "ACCESS", "Too many requests"), kind | waiting
        stub = "testError" in path or b"testError" in body
        if self.manners.every and calls % self.manners.every == 0 and not stub:
            return 503, b"<html><body>Service unavailable</body></html>", {"Content-Type": "text/html"}
        return None

    def forward(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """The mock's answer."""
        connection = http.client.HTTPConnection(self.upstream, timeout=10)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in DROPPED}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        sent = answer.read()
        connection.close()
        return answer.status, sent, {k: v for k, v in answer.getheaders() if k.lower() not in DROPPED}


class Twin:
    """Both hosts, listening while the `with` block lasts."""

    def __init__(self, mock: str, manners: Behaviour) -> None:
        self.manners = manners
        self.servers = []
        for host in (SESSIONS, ORDERS):
            names = {"manners": manners, "upstream": urlsplit(mock).netloc, "host": host}
            server = ThreadingHTTPServer((host, 0), type("Host", (Handler,), names))
            server.daemon_threads = True
            self.servers.append(server)

    @property
    def urls(self) -> tuple[str, str]:
        """Where the sessions are, and where the orders and tokens are."""
        first, second = (f"http://{server.server_address[0]}:{server.server_address[1]}" for server in self.servers)  # type: ignore[str-bytes-safe]
        return first, second

    def __enter__(self) -> Twin:
        for entry in self.servers:
            threading.Thread(target=entry.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for entry in self.servers:
            entry.shutdown()
            entry.server_close()
