"""A reverse proxy that records what passes in the shape of mitmproxy's HAR."""

from __future__ import annotations

import base64
import http.client
import json
import select
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"}


class RecordingProxy:
    """Passes requests on to `upstream` while it is entered; `save` writes what it has seen."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self.host, self.port, self.prefix = parts.hostname or "", parts.port or 80, parts.path
        self.entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        proxy = self

        class Handler(_Handler):
            owner = proxy

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> RecordingProxy:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, entry: dict[str, Any]) -> None:
        """Keeps an entry, in the order of the answers."""
        with self._lock:
            self.entries.append(entry)

    def save(self, path: Path) -> None:
        """Writes the HAR."""
        log = {
            "version": "1.2",
            "creator": {"name": "mitmproxy", "version": "11"},
            "pages": [],
            "entries": self.entries,
        }
        path.write_text(json.dumps({"log": log}), encoding="utf-8")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one write
    owner: RecordingProxy

    def setup(self) -> None:
        """A connection from a client has one of its own to the server."""
        super().setup()
        self._upstream = http.client.HTTPConnection(self.owner.host, self.owner.port, timeout=30)

    def finish(self) -> None:
        """Both end together."""
        self._upstream.close()
        super().finish()

    def handle_any(self) -> None:
        """One exchange: in, on, back, and into the record."""
        owner, began, clock = self.owner, datetime.now(UTC), time.perf_counter()
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        sent = [(name, value) for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP]
        upstream = self._upstream
        if upstream.sock and select.select([upstream.sock], [], [], 0)[0]:
            upstream.close()  # the server let it go: it is dialled anew
        try:
            upstream.putrequest(self.command, owner.prefix + self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent:
                upstream.putheader(name, value)
            upstream.endheaders(body or None)
            answer = upstream.getresponse()
            raw, given, status = answer.read(), answer.getheaders(), answer.status
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        self.send_response_only(status)
        for name, value in given:
            if name.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()
        owner.add(self._entry(began, (time.perf_counter() - clock) * 1000, sent, body, (status, given, raw)))

    def _entry(
        self, began: datetime, ms: float, sent: list[tuple[str, str]], body: bytes, answer: tuple[int, Any, bytes]
    ) -> dict[str, Any]:
        status, given, raw = answer
        request: dict[str, Any] = {
            "method": self.command, "url": f"http://{self.headers.get('Host')}{self.path}", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": _named(sent), "queryString": [], "headersSize": -1, "bodySize": len(body),
        }  # fmt: skip
        if self.command == "POST":
            text = body.decode("utf-8", "surrogateescape")
            request["postData"] = {"mimeType": self.headers.get("Content-Type", ""), "text": text, "params": []}
        content: dict[str, Any] = {"size": len(raw), "mimeType": dict(given).get("Content-Type", "")}
        try:
            content["text"] = raw.decode("utf-8")
        except UnicodeDecodeError:
            content |= {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
        response = {
            "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": _named(given), "cookies": [],
            "content": content, "redirectURL": "", "headersSize": -1, "bodySize": len(raw),
        }  # fmt: skip
        return {
            "startedDateTime": began.isoformat(),
            "time": ms,
            "request": request,
            "response": response,
            "cache": {},
            "timings": {},
        }

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = handle_any

    def log_message(self, *arguments: object) -> None:
        """Nothing is logged."""


def _named(headers: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
