"""The one place where requests leave: exact bytes out, one answer back, bounded in time and in size.

Plain sockets, because requests and urllib3 rewrite paths, hide interim answers, forgive broken framing (see `http1`)
and cost three times as much. Connections are kept alive and shared by threads; no redirect is followed.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock
from time import monotonic, sleep
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from conformance.client.http1 import Problem, Reader, Response, malformed, read_answer

KEPT_S = 0.5  # a server that drops a connection sooner than this does not keep connections

_URL = re.compile(r"(https?)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::(\d+))?([/?][!-~]*)?", re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAK = re.compile(r"[\r\n\0\ud800-\udfff]")
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class _Origin:
    scheme: str
    host: str
    port: int

    @property
    def address(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}"


def _origin(url: re.Match[str]) -> _Origin:
    scheme = url[1].lower()
    return _Origin(scheme, url[2].strip("[]").lower(), int(url[3] or (443 if scheme == "https" else 80)))


@dataclass(slots=True)
class _Request:
    """What goes out. The representation leaves the bytes away: they hold secrets, and pytest shows local variables."""

    origin: _Origin
    method: str
    wire: bytes = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def without_secrets(self, text: str) -> str:
        """`text`, which may quote the server, without anything secret that the server sends back."""
        for secret in {part for value in self.secrets for part in (value, value.split()[-1] if value.strip() else "")}:
            text = text.replace(secret, "***") if len(secret) > 3 else text
        return text


class Transport:
    """Sends requests, each bounded by `timeout_s` seconds (connection included) and `max_bytes` bytes of body.

    `rate_per_s` spaces the requests of all threads; `allowed_hosts` ("host" or "host:port") fences them in; `ca_file`
    and `client_cert` (PEM with certificate and key) are for gateways; `trust_env` lets the environment name a proxy;
    `before_request` is called before each attempt, repeated ones included, and may raise to stop it.
    `requests_sent` counts the attempts.
    """

    def __init__(
        self,
        *,
        timeout_s: float = 10.0,
        max_bytes: int = 8_000_000,
        rate_per_s: float | None = None,
        ca_file: str | None = None,
        client_cert: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        user_agent: str = "guest-checkout-conformance",
        allowed_hosts: frozenset[str] | None = None,
        trust_env: bool = False,
        before_request: Callable[[], None] | None = None,
    ) -> None:
        self.requests_sent = 0
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._pause_s = 1 / rate_per_s if rate_per_s else 0.0
        self._ca_file = ca_file
        self._client_cert = client_cert
        self._tls: ssl.SSLContext | None = None
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip", **(extra_headers or {})}
        self._allowed = allowed_hosts
        self._trust_env = trust_env
        self._before_request = before_request
        self._idle: defaultdict[_Origin, list[Reader]] = defaultdict(list)
        self._unkept: set[_Origin] = set()
        self._lock = Lock()
        self._next_at = 0.0

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        secret_headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request, its path exactly as given, and return the final answer.

        Raises Problem where there is none to judge (a redirect carries its answer), ValueError for a request that must
        not go out: a host that is not allowed, a URL or header that would break the form of the request. A connection
        that the server closed while it was idle is replaced, if it says so at once and without a byte of an answer.
        """
        secrets = secret_headers or {}
        request = self._request(method, url, {**self._headers, **headers, **secrets}, body, tuple(secrets.values()))
        del headers, secret_headers, secrets, body  # no secret in a local variable of a frame that raises
        if isinstance(request, str):
            raise ValueError(request)
        outcome = self._exchange(request)
        if isinstance(outcome, Response):
            if not (outcome.status in _REDIRECTS and "Location" in outcome.headers):
                return outcome
            where = _place(outcome.headers["Location"], request.origin)
            detail = f"The server answered {outcome.status} with a redirect to {where}; redirects are not followed."
            outcome = Problem("redirect", detail, outcome.raw[:4096], outcome)
        # A new exception, so that no frame with the server's text hangs on its traceback; and no variable for it, since
        # that would be a cycle, which keeps megabytes of a hostile answer until the collector comes by.
        raise Problem(outcome.kind, request.without_secrets(outcome.detail), outcome.partial, outcome.answer)

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            readers = [reader for idle in self._idle.values() for reader in idle]
            self._idle.clear()
        for reader in readers:
            reader.sock.close()

    def _request(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None, secrets: tuple[str, ...]
    ) -> _Request | str:
        """The request, or why it must not go out."""
        parts = _URL.fullmatch(url.partition("#")[0])
        if not parts or not _TOKEN.fullmatch(method):
            return f"cannot be sent as a request: {method!r} {url!r}"
        if self._allowed is not None and not {_origin(parts).host, _origin(parts).address} & self._allowed:
            return f"{_origin(parts).address} is not one of the target's hosts; nothing was sent"
        broken = [name for name, value in headers.items() if not _TOKEN.fullmatch(name) or _BREAK.search(value)]
        if broken:
            return f"headers would break the request: {broken}"
        origin = _origin(parts)
        fields = {"host": f"Host: {parts[2]}{f':{parts[3]}' if parts[3] else ''}"}
        if body is not None or method in ("POST", "PUT", "PATCH"):
            fields["content-length"] = f"Content-Length: {len(body or b'')}"
        fields.update((name.lower(), f"{name}: {value}") for name, value in headers.items())
        target = parts[4] or "/"
        target = target if target[0] == "/" else "/" + target
        if self._trust_env and origin.scheme == "http" and self._proxy(origin):
            target = f"{origin}{target}"
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *fields.values(), "", ""])
        return _Request(origin, method, head.encode() + (body or b""), secrets)

    def _exchange(self, request: _Request) -> Response | Problem:
        """One exchange, its connection put back or closed; repeated if its connection had been closed."""
        while True:
            self._admit()
            started = monotonic()
            deadline = started + self._timeout_s
            try:
                reader, reused = self._connection(request.origin, deadline)
            except Problem as problem:
                return problem.with_traceback(None)
            kept = False
            try:
                answer, kept = self._attempt(request, reader, deadline)
                return replace(answer, ms=(monotonic() - started) * 1000)
            except Problem as problem:
                quick = monotonic() - started < KEPT_S
                if not (reused and quick and problem.kind == "reset" and reader.received == 0):
                    problem.partial = problem.partial or bytes(reader.first)
                    return problem.with_traceback(None)
            finally:
                self._release(request.origin, reader, kept)
            self._stale(request.origin, reader, started)

    def _attempt(self, request: _Request, reader: Reader, deadline: float) -> tuple[Response, bool]:
        reader.start(deadline, 8 * self._max_bytes + 8 * 65_536)  # room for the framing of small chunks
        try:
            reader.sock.settimeout(max(0.001, deadline - monotonic()))
            with suppress(ConnectionError):  # the answer, if any, says why the server did not read on
                reader.sock.sendall(request.wire)
            answer, keep = read_answer(reader, request.method, self._max_bytes)
        except TimeoutError:
            came = f"ended after {reader.received} bytes" if reader.received else "began"
            raise Problem("timeout", f"No answer {came} within {self._timeout_s:g} s.") from None
        except ssl.SSLError as error:
            raise Problem("tls", f"The TLS connection broke ({error.reason or 'no reason given'}).") from None
        except OSError:
            where = f"after {reader.received} bytes of its answer" if reader.received else "without an answer"
            raise Problem("reset", f"The server reset the connection {where}.") from None
        if reader.buffer.strip(b"\r\n"):
            raise malformed(f"The answer is followed by {len(reader.buffer)} bytes that it did not announce.")
        return answer, keep

    def _admit(self) -> None:
        if self._before_request:
            self._before_request()
        with self._lock:
            self.requests_sent += 1
            index = max(monotonic(), self._next_at)
            self._next_at = index + self._pause_s
        if self._pause_s and (wait := index - monotonic()) > 0:
            sleep(wait)

    def _connection(self, origin: _Origin, deadline: float) -> tuple[Reader, bool]:
        """A connection and whether it was used before."""
        while True:
            with self._lock:
                idle = self._idle[origin]
                reader = idle.pop() if idle else None
            if reader is None:
                return Reader(self._connect(origin, deadline)), False
            if _is_alive(reader):
                return reader, True
            self._stale(origin, reader, monotonic())

    def _release(self, origin: _Origin, reader: Reader, kept: bool) -> None:
        if kept:
            reader.idle_since = monotonic()
        with self._lock:
            kept = kept and origin not in self._unkept
            if kept:
                self._idle[origin].append(reader)
        if not kept:
            reader.sock.close()

    def _stale(self, origin: _Origin, reader: Reader, now: float) -> None:
        """Drop the idle connections, and keep no more of them if this one was closed right after its last answer.

        A server that closes each one so, unannounced, would race with every next request; and the resets of one that
        fails now and then must not be taken for connections that were closed while idle.
        """
        with self._lock:
            if now - reader.idle_since < KEPT_S:
                self._unkept.add(origin)
            stale = [reader, *self._idle.pop(origin, [])]
        for entry in stale:
            entry.sock.close()

    def _connect(self, origin: _Origin, deadline: float) -> socket.socket:
        proxy = self._proxy(origin) if self._trust_env else None
        near = proxy or origin
        try:
            sock = socket.create_connection((near.host, near.port), max(0.001, deadline - monotonic()))
        except TimeoutError:
            raise Problem("unreachable", f"{near} cannot be reached: no answer in {self._timeout_s:g} s.") from None
        except OSError as error:
            why = (error.strerror or type(error).__name__).lower()
            raise Problem("unreachable", f"{near} cannot be reached: {why}.") from None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if origin.scheme == "http":
            return sock
        try:
            if proxy:
                _tunnel(sock, origin, deadline)
            if self._tls is None:
                self._tls = ssl.create_default_context(cafile=self._ca_file)
                if self._client_cert:
                    self._tls.load_cert_chain(self._client_cert)
            sock.settimeout(max(0.001, deadline - monotonic()))
            return self._tls.wrap_socket(sock, server_hostname=origin.host)
        except BaseException as error:
            sock.close()
            if isinstance(error, OSError):
                raise _handshake_problem(error, origin, self._timeout_s) from None
            raise

    def _proxy(self, origin: _Origin) -> _Origin | None:
        address = getproxies().get(origin.scheme)
        if not address or proxy_bypass(f"{origin.host}:{origin.port}"):
            return None
        parts = urlsplit(address if "://" in address else f"http://{address}")
        return _Origin("http", parts.hostname or "", parts.port or 80)


def _handshake_problem(error: OSError, origin: _Origin, timeout_s: float) -> Problem:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Problem("tls", f"The certificate of {origin} is not trusted: {error.verify_message}.")
    if isinstance(error, ssl.SSLError):
        return Problem("tls", f"{origin} does not speak TLS as expected ({error.reason or 'no reason given'}).")
    if isinstance(error, TimeoutError):
        return Problem("timeout", f"No TLS connection to {origin} within {timeout_s:g} s.")
    return Problem("reset", f"{origin} closed the connection during the TLS handshake.")


def _is_alive(reader: Reader) -> bool:
    """Whether an idle connection is still open. Raises Problem if it holds bytes that belong to no answer."""
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
    raise Problem("malformed_http", detail, data[:4096])


def _tunnel(sock: socket.socket, origin: _Origin, deadline: float) -> None:
    reader = Reader(sock)
    reader.start(deadline, 1_000_000)
    sock.sendall(f"CONNECT {origin.host}:{origin.port} HTTP/1.1\r\nHost: {origin.host}:{origin.port}\r\n\r\n".encode())
    answer, _ = read_answer(reader, "HEAD", 0)
    if answer.status != 200:
        raise Problem("unreachable", f"The proxy refused a connection to {origin} with {answer.status}.")


def _place(location: str, origin: _Origin) -> str:
    """Where a redirect leads, as an origin at most: the rest is the server's text."""
    parts = _URL.match(f"{origin.scheme}:{location}" if location.startswith("//") else location)
    if not parts or _origin(parts) == origin:
        return "another path of the same host"
    return f"another host ({str(_origin(parts))[:200]})"
