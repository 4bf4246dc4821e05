"""A server of raw bytes for tests: each connection runs one function in a thread of its own; nothing is put right."""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """A request as it came: `target` not decoded, header names in lower case, `number` counted by the server from 1."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    number: int
    head: bytes

    @property
    def wants_token(self) -> bool:
        return self.target.endswith("/token")


def head(*lines: str) -> bytes:
    """The head of an answer, made of these lines."""
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def json_answer(body: Any, status: int = 200, reason: str = "OK", **headers: str) -> bytes:
    """A well-formed answer; `body` is JSON or the bytes of it. A header that is given replaces the usual one."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    fields.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*head, "", ""]).encode() + data


class Connection:
    """One accepted connection."""

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self.server = server
        self.sock = sock
        self._buffer = b""

    def read(self) -> Request | None:
        """The next request, None when the client closed the connection."""
        while b"\r\n\r\n" not in self._buffer:
            data = self.sock.recv(65_536)
            if not data:
                return None
            self._buffer += data
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("utf-8", "replace").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            data = self.sock.recv(65_536)
            if not data:
                return None
            rest += data
        self._buffer = rest[length:]
        method, target, _ = first.split(" ", 2)
        self.server.requests = number = next(self.server.counter)
        return Request(method, target, headers, rest[:length], number, head)

    def send(self, data: bytes, *, piece: int | None = None, pause_s: float = 0.0) -> None:
        """Send bytes as they are, in pieces if asked, until the server is stopped."""
        for start in range(0, len(data), piece or max(1, len(data))):
            self.sock.sendall(data[start : start + piece] if piece else data)
            if pause_s and self.server.stopped.wait(pause_s):
                return

    def wait(self, seconds: float = 3600.0) -> None:
        """Keep the connection open without a word."""
        self.server.stopped.wait(seconds)

    def reset(self) -> None:
        """Drop the connection so that the client sees a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Behaviour = Callable[[Connection], None]


class Server:
    """Serves `behaviour` on a free port of a loopback address until the context ends."""

    def __init__(
        self,
        behaviour: Behaviour,
        *,
        host: str = "127.0.0.1",
        wrap: Callable[[socket.socket], socket.socket] | None = None,
    ) -> None:
        self._behaviour = behaviour
        self._wrap = wrap
        self._listener = socket.create_server((host, 0), backlog=64)
        self._open: set[socket.socket] = set()
        self._threads: list[Thread] = []
        self.accepted = 0
        self.requests = 0
        self.misled: list[str] = []  # paths that were asked for only because a redirect was followed
        self.counter = count(1)
        self.stopped = Event()
        self.host, self.port = self._listener.getsockname()[:2]
        self.url = f"http://{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def listen(self, backlog: int) -> None:
        """Listen with a queue of another length, without accepting yet."""
        self._listener.listen(backlog)

    def stop_listening(self) -> None:
        """Refuse new connections from now on."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.stopped.set()
        self.stop_listening()
        for sock in list(self._open):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, run: Callable[..., None], *args: Any) -> None:
        thread = Thread(target=run, args=args, daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()] + [thread]
        thread.start()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.add(sock)
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with suppress(OSError, ValueError):  # the client went away, or sent what is no HTTP
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._wrap:
                self._open.discard(sock)
                sock = self._wrap(sock)
                self._open.add(sock)
            self._behaviour(Connection(self, sock))
        self._open.discard(sock)
        with suppress(OSError):
            sock.close()


def each_request(answer: Callable[[Request], bytes]) -> Behaviour:
    """A behaviour that answers every request with the bytes that `answer` makes of it."""

    def run(connection: Connection) -> None:
        while request := connection.read():
            connection.send(answer(request))

    return run


def always(data: bytes, *, close: bool = False) -> Behaviour:
    """A behaviour that answers every request with the same bytes."""

    def run(connection: Connection) -> None:
        while connection.read():
            connection.send(data)
            if close:
                return

    return run


def session_id(target: str) -> str | None:
    """The checkout session id in a path, as it was sent."""
    found = re.search(r"/guest_checkout_session/([^/?]+)", target)
    return found[1] if found and found[1] != "initiate" else None
