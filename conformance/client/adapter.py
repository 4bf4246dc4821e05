"""The wire behind `requests`: exact bytes out, one answer back, bounded in time and in size.

`StrictAdapter` is mounted on a `requests.Session` in place of urllib3's, which rewrites paths, hides interim answers and
forgives broken framing (see `http1`). Connections are kept alive and shared by threads; no redirect is followed.
"""

from __future__ import annotations

import io
import re
import select
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic, sleep
from typing import Any

import requests
from requests.adapters import BaseAdapter

from conformance.client.dial import connect, refused_by_proxy
from conformance.client.http1 import Reader, Response, WireProblem, malformed, read_answer
from conformance.client.route import URL, Origin, Route
from conformance.core.profile import DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_S

KEPT_S = 0.5  # a server that drops a connection sooner than this does not keep connections
ALONE_S = 1.0  # an answer that takes longer may wait for a thread that an idle connection holds

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAK = re.compile(r"[\r\n\0\ud800-\udfff]")


class ExactRequest(requests.PreparedRequest):
    """A prepared request whose parts stand as they were given: `requests` would quote the path once more."""

    def __init__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, secrets: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self.method, self.url, self.body = method, url, body
        self.headers = requests.structures.CaseInsensitiveDict(headers)
        self.secrets = secrets
        self.signed: tuple[str, ...] = ()

    def without_secrets(self, text: str) -> str:
        """`text`, which may quote the server, without anything secret that the server sends back."""
        for secret in {
            part
            for value in (*self.secrets, *self.signed)
            for part in (value, value.split()[-1] if value.strip() else "")
        }:
            text = text.replace(secret, "***") if len(secret) > 3 else text
        return text


class ExactResponse(requests.Response):
    """An answer as `requests` knows it; `strict` is the same as the transport reads it."""

    def __init__(self, answer: Response, request: requests.PreparedRequest) -> None:
        super().__init__()
        self.strict = answer
        self.status_code, self.reason = answer.status, answer.reason
        self.headers = requests.structures.CaseInsensitiveDict(answer.headers)
        self.raw = io.BytesIO(answer.raw)  # `requests` reads the body from here, once
        self.encoding = "utf-8"
        self.url, self.request = str(request.url), request

    @property
    def is_redirect(self) -> bool:
        """Never: a redirect is an answer to be judged, and nothing follows it."""
        return False


@dataclass(slots=True)
class _Outgoing:
    """What goes out. The representation leaves the bytes away: they hold secrets, and pytest shows local variables."""

    origin: Origin
    method: str
    wire: bytes = field(repr=False)

    @property
    def repeatable(self) -> bool:
        """Whether it changes nothing, so that it may be sent twice. A reset never proves that a request was not read."""
        return self.method in ("GET", "HEAD")


class StrictAdapter(BaseAdapter):
    """Sends requests, each bounded by `timeout_s` seconds (connection included) and `max_bytes` bytes of body.

    The system's resolution of a name alone has no limit of ours.

    rate_per_s: spaces the requests of all threads. allowed_hosts ("host" or "host:port"): a fence around them.
    route: TLS and proxies. before_request: called before each attempt, repeated ones included; it may raise to stop it.
    requests_sent: counts the attempts.
    """

    def __init__(
        self,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        max_bytes: int = DEFAULT_MAX_BYTES,
        rate_per_s: float | None = None,
        route: Route | None = None,
        allowed_hosts: frozenset[str] | None = None,
        before_request: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.requests_sent = 0
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._pause_s = 1 / rate_per_s if rate_per_s else 0.0
        self._route = route or Route()
        self._allowed = allowed_hosts
        self._before_request = before_request
        self._idle: defaultdict[Origin, list[Reader]] = defaultdict(list)
        self._unkept: set[Origin] = set()
        self._keeps: set[Origin] = set()  # who answered twice on one connection
        self._lock = Lock()
        self._next_at = 0.0

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """One exchange. The options of `requests` (stream, timeout, verify, cert, proxies) change nothing.

        Raises WireProblem where there is no answer to judge, ValueError for a request that must not go out: a host that is
        not allowed, a URL or header that would break the form of the request.
        """
        outgoing = self._outgoing(request)
        if isinstance(outgoing, str):
            raise ValueError(outgoing)
        outcome = self._exchange(outgoing)
        proxy = self._route.proxy(outgoing.origin)
        if isinstance(outcome, Response) and outcome.status == 407 and proxy:
            outcome = refused_by_proxy(proxy, outgoing.origin, outcome.status)
        if isinstance(outcome, WireProblem):
            raise outcome
        return ExactResponse(outcome, request)

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            readers = [reader for idle in self._idle.values() for reader in idle]
            self._idle.clear()
        for reader in readers:
            reader.sock.close()

    def _outgoing(self, request: requests.PreparedRequest) -> _Outgoing | str:
        """The bytes of a request, or why it must not go out."""
        method, url = str(request.method), str(request.url)
        headers = {
            name: value if isinstance(value, str) else str(value, "latin-1") for name, value in request.headers.items()
        }
        body = request.body.encode() if isinstance(request.body, str) else request.body
        parts = URL.fullmatch(url.partition("#")[0])
        if not parts or not _TOKEN.fullmatch(method) or not isinstance(body, bytes | None):
            return f"cannot be sent as a request: {method!r} {url!r}"
        origin = Origin.of(parts)
        if self._allowed is not None and not {origin.host, origin.address} & self._allowed:
            return f"{origin.address} is not one of the target's hosts; nothing was sent"
        broken = [name for name, value in headers.items() if not _TOKEN.fullmatch(name) or _BREAK.search(value)]
        if broken:
            return f"headers would break the request: {broken}"
        fields = {"host": f"Host: {parts[2]}{f':{parts[3]}' if parts[3] else ''}"}
        if body is not None or method in ("POST", "PUT", "PATCH"):
            fields["content-length"] = f"Content-Length: {len(body or b'')}"
        fields.update((name.lower(), f"{name}: {value}") for name, value in headers.items())
        target = parts[4] or "/"
        target = target if target[0] == "/" else "/" + target
        if origin.scheme == "http" and (proxy := self._route.proxy(origin)):
            target = f"{origin}{target}"
            if proxy.authorization:
                fields["proxy-authorization"] = f"Proxy-Authorization: {proxy.authorization}"
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *fields.values(), "", ""])
        return _Outgoing(origin, method, head.encode() + (body or b""))

    def _exchange(self, request: _Outgoing) -> Response | WireProblem:
        """One exchange, repeated if its connection had been closed; its time begins when the request is let out."""
        outcome = None
        while outcome is None:
            self._admit()
            started = monotonic()
            outcome = self._once(request, started)
        ms = (monotonic() - started) * 1000
        if isinstance(outcome, Response):
            return replace(outcome, ms=ms)
        outcome.ms = ms
        return outcome.with_traceback(None)

    def _once(self, request: _Outgoing, started: float) -> Response | WireProblem | None:
        """One attempt, its connection put back or closed; None where a read met a connection that had been closed."""
        deadline, origin = started + self._timeout_s, request.origin
        try:
            reader, reused = self._connection(request, deadline)
        except WireProblem as problem:
            return problem
        kept = False
        try:
            answer, kept = self._attempt(request, reader, deadline)
            if reused:
                self._keeps.add(origin)
            return answer
        except WireProblem as problem:
            quick = monotonic() - started < KEPT_S
            if not (reused and request.repeatable and quick and problem.kind == "reset" and reader.received == 0):
                problem.partial = problem.partial or bytes(reader.first)
                return problem
        finally:
            self._release(origin, reader, kept)
        self._stale(origin, reader, started)
        return None

    def _attempt(self, request: _Outgoing, reader: Reader, deadline: float) -> tuple[Response, bool]:
        reader.start(deadline, 8 * self._max_bytes + 8 * 65_536)  # room for the framing of small chunks
        try:
            reader.sock.settimeout(max(0.001, deadline - monotonic()))
            with suppress(ConnectionError):  # the answer, if any, says why the server did not read on
                reader.sock.sendall(request.wire)
            self._await(request.origin, reader.sock, deadline)
            answer, keep = read_answer(reader, request.method, self._max_bytes)
        except TimeoutError:
            came = f"ended after {reader.received} bytes" if reader.received else "began"
            raise WireProblem("timeout", f"No answer {came} within {self._timeout_s:g} s.") from None
        except ssl.SSLError as error:
            raise WireProblem("tls", f"The TLS connection broke ({error.reason or 'no reason given'}).") from None
        except OSError:
            where = f"after {reader.received} bytes of its answer" if reader.received else "without an answer"
            raise WireProblem("reset", f"The server reset the connection {where}.") from None
        if reader.buffer.strip(b"\r\n"):
            raise malformed(f"The answer is followed by {len(reader.buffer)} bytes that it did not announce.")
        return answer, keep

    def _await(self, origin: Origin, sock: socket.socket, deadline: float) -> None:
        """Waits for the first byte. A server with one thread that keeps connections serves this one only when the idle
        ones are closed; so they are, where an answer takes long, and no more of them are kept."""
        acknowledge_at_once(sock)
        while (left := deadline - monotonic()) > 0 and not _is_readable(sock, min(left, ALONE_S)):
            with self._lock:
                idle = self._idle.pop(origin, [])
                if idle:
                    self._unkept.add(origin)
            for reader in idle:
                reader.sock.close()

    def _admit(self) -> None:
        with self._lock:
            if self._before_request:
                self._before_request()
            self.requests_sent += 1
            begins_at = max(monotonic(), self._next_at)
            self._next_at = begins_at + self._pause_s
        if self._pause_s and (wait := begins_at - monotonic()) > 0:
            sleep(wait)

    def _connection(self, request: _Outgoing, deadline: float) -> tuple[Reader, bool]:
        """A connection and whether it was used before.

        A used one may be closed at any moment. What must not be sent twice takes one only where that is unlikely.
        """
        origin = request.origin
        while True:
            with self._lock:
                idle = self._idle[origin]
                reader = idle.pop() if idle else None
            if reader is None:
                break
            if not _is_alive(reader):
                self._stale(origin, reader, monotonic())
                continue
            if request.repeatable or (origin in self._keeps and monotonic() - reader.idle_since < KEPT_S):
                return reader, True
            reader.sock.close()
            break
        return Reader(connect(origin, self._route, deadline, self._timeout_s)), False

    def _release(self, origin: Origin, reader: Reader, kept: bool) -> None:
        if kept:
            reader.idle_since = monotonic()
        with self._lock:
            kept = kept and origin not in self._unkept
            if kept:
                self._idle[origin].append(reader)
        if not kept:
            reader.sock.close()

    def _stale(self, origin: Origin, reader: Reader, now: float) -> None:
        """Drop the idle connections, and keep no more of them if this one was closed right after its last answer.

        A server that closes each one so, unannounced, would race with every next request; and the resets of one that
        fails now and then must not be taken for connections that were closed while idle.
        """
        with self._lock:
            if now - reader.idle_since < KEPT_S:
                self._unkept.add(origin)
            stale = [reader, *self._idle.pop(origin, [])]
        for connection in stale:
            connection.sock.close()


def acknowledge_at_once(sock: socket.socket) -> None:
    """Lets a server that writes head and body apart go on: its second write may wait for the first to be acknowledged.

    The kernel delays that by 40 ms for each answer, and forgets the option after some segments.
    """
    if hasattr(socket, "TCP_QUICKACK"):  # Linux
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def _is_readable(sock: socket.socket, seconds: float) -> bool:
    """Whether bytes, or the end of the connection, come within so many seconds."""
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([sock], [], [], seconds)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _is_alive(reader: Reader) -> bool:
    """Whether an idle connection is still open. Raises WireProblem if it holds bytes that belong to no answer."""
    try:
        reader.sock.setblocking(False)
        data = reader.sock.recv(65_536)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    if not data.strip(b"\r\n"):
        return bool(data)
    if data.startswith((b"HTTP/1.1 408", b"HTTP/1.0 408")):  # how servers say that they close an idle connection
        return False
    reader.sock.close()
    detail = f"The answer before was followed by {len(data)} bytes that it did not announce."
    raise WireProblem("malformed_http", detail, data[:4096])
