"""Reading one HTTP/1.1 answer off a socket, strictly, under a deadline and a size limit.

The standard library's client and the libraries built on it forgive what a conformance suite must see: a body shorter
than its Content-Length, a header line without a colon. They take a 103 for the final answer, and wait without end for a
head that arrives slowly. They unpack compressed bodies without a limit. RFC 9112 decides here: what it obliges a sender
to do is demanded, what it lets a recipient accept is accepted. One exception: a bare line feed in a head is refused,
though a recipient may take it for a line's end (2.2), since clients read such heads differently.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from socket import socket
from time import monotonic
from typing import Literal

Kind = Literal["unreachable", "timeout", "reset", "too_large", "malformed_http", "tls", "redirect"]

HEAD_LIMIT = 65_536  # bytes of one head, trailers or interim head; gateways cap theirs at 8 to 32 KiB
LINE_LIMIT = 4_096  # bytes of one chunk-size line with its extensions
INTERIM_LIMIT = 32  # interim answers before the final one
PARTIAL_LIMIT = 4_096  # bytes of a broken answer that are kept to be shown

_STATUS_LINE = re.compile(rb"HTTP/1\.(\d) ([1-9]\d\d)(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r\n[ \t]+")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?")


class Headers(Mapping[str, str]):
    """Header fields by name in any letter case; fields sent more than once are joined with a comma."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, tuple[str, str]] = {}
        for name, value in fields:
            earlier = self._fields.get(name.lower())
            self._fields[name.lower()] = (earlier[0], f"{earlier[1]}, {value}") if earlier else (name, value)

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({list(self)})"  # without the values, as Response


@dataclass(frozen=True, slots=True)
class Response:
    """A final answer; `raw` is its body without transfer and content coding, `interim` the 1xx statuses before it.

    `ms` is the whole exchange in milliseconds, from the moment the request is let out to the last byte of the answer.
    `signed` has the header values that the user's authentication added to the request.
    The representation leaves the server's text away: it may echo a secret, and pytest shows local variables.
    """

    status: int
    reason: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    raw: bytes = field(repr=False)
    ms: float
    interim: tuple[int, ...] = ()
    signed: tuple[str, ...] = field(default=(), repr=False)


class WireProblem(Exception):
    """No answer that can be judged came back; `detail` says why in one sentence without a secret.

    `partial` has the first bytes of what came, head included, as the server sent them; `answer` the whole answer where
    there is one: a redirect. `ms` is how long the exchange took, as in Response.
    """

    def __init__(
        self, kind: Kind, detail: str, partial: bytes = b"", answer: Response | None = None, ms: float = 0.0
    ) -> None:
        super().__init__(kind, detail)
        self.kind: Kind = kind
        self.detail = detail
        self.partial = partial
        self.answer = answer
        self.ms = ms

    def __str__(self) -> str:
        return self.detail

    def __repr__(self) -> str:
        return f"WireProblem({self.kind!r})"  # without the server's text, as Response

    def __reduce__(self) -> tuple[type[WireProblem], tuple[object, ...]]:
        return WireProblem, (self.kind, self.detail, self.partial, self.answer, self.ms)


def malformed(detail: str) -> WireProblem:
    return WireProblem("malformed_http", detail)


class Reader:
    """The bytes of one connection; each exchange on it has its own deadline and limit."""

    __slots__ = ("buffer", "deadline", "first", "idle_since", "limit", "received", "sock")

    def __init__(self, sock: socket) -> None:
        self.sock = sock
        self.buffer = bytearray()
        self.idle_since = 0.0
        self.start(0.0, 0)

    def start(self, deadline: float, limit: int) -> None:
        """Begin an exchange: `deadline` on the monotonic clock in seconds, `limit` in bytes off the wire."""
        self.deadline = deadline
        self.limit = limit
        self.received = 0
        self.first = bytearray()

    def more(self) -> bool:
        """Wait for bytes; False at the end of the stream.

        Raises TimeoutError at the deadline, WireProblem above the limit, OSError as the socket does.
        """
        left = self.deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)
        data = self.sock.recv(65_536)
        self.received += len(data)
        self.buffer += data
        if len(self.first) < PARTIAL_LIMIT:
            self.first += data[: PARTIAL_LIMIT - len(self.first)]
        if self.received > self.limit:
            raise WireProblem("too_large", f"The answer was cut off after {self.received} bytes, above the limit.")
        return bool(data)

    def take(self, count: int) -> bytes:
        """Remove `count` bytes that are there already."""
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def head(self) -> bytes:
        """The next head, without the empty line that ends it."""
        searched = 0
        while True:
            # A blank line here is the tail of the answer before it: RFC 9112 6.3 lets a client drop it.
            if self.buffer.startswith((b"\r", b"\n")):
                self.buffer = self.buffer.lstrip(b"\r\n")
                searched = 0
            end = _HEAD_END.search(self.buffer, max(0, searched - 3))
            searched = len(self.buffer)
            if (end.start() if end else searched) > HEAD_LIMIT:
                raise WireProblem("too_large", f"The head of the answer is larger than {HEAD_LIMIT} bytes.")
            if not b"HTTP/".startswith(self.buffer[:5]):
                raise malformed(_not_http(self.buffer))
            if end:
                data = self.take(end.end())
                if data.count(b"\n") != data.count(b"\r\n"):
                    raise malformed("The head of the answer has lines that end in a bare line feed.")
                return data[:-4]
            if not self.more():
                where = "in the middle of the head" if self.buffer else "without an answer"
                raise WireProblem("reset", f"The server closed the connection {where}.")

    def line(self) -> bytes:
        """The next line of a chunked body, without its end."""
        while (end := self.buffer.find(b"\r\n")) < 0:
            if len(self.buffer) > LINE_LIMIT:
                raise malformed("A chunk of the body begins with a line that does not end.")
            if not self.more():
                raise malformed("The connection was closed before the last chunk of the body.")
        return self.take(end + 2)[:-2]


def read_answer(reader: Reader, method: str, max_bytes: int) -> tuple[Response, bool]:
    """The final answer to a request and whether the connection can be used again; `ms` is left at zero.

    Raises WireProblem (reset, too_large, malformed_http), TimeoutError at the deadline, OSError as the socket does.
    """
    interim: list[int] = []
    while True:
        minor, status, reason, headers = _parse_head(reader.head())
        if status >= 200:
            break
        if status == 101:
            raise malformed("The server switched protocols (101) without being asked.")
        interim.append(status)
        if len(interim) > INTERIM_LIMIT:
            raise malformed(f"More than {INTERIM_LIMIT} interim answers came before the final one.")
    body, keep = _read_body(reader, method, status, headers, max_bytes)
    tokens = {token.strip().lower() for token in headers.get("Connection", "").split(",")}
    keep = keep and "close" not in tokens and (minor > 0 or "keep-alive" in tokens)
    body = _decoded(body, headers.get("Content-Encoding", ""), max_bytes)
    return Response(status, reason, headers, body, 0.0, tuple(interim)), keep


def _parse_head(head: bytes) -> tuple[int, int, str, Headers]:
    # Line folding is obsolete, but RFC 9112 5.2 still obliges a client to read it as blanks.
    first, *lines = (_FOLD.sub(b" ", head) if b"\r\n " in head or b"\r\n\t" in head else head).split(b"\r\n")
    start = _STATUS_LINE.fullmatch(first)
    if not start:
        raise malformed(_not_http(first))
    fields = []
    for line in lines:
        field = _FIELD.fullmatch(line)
        if not field:
            raise malformed("The head of the answer has a line that is no header field.")
        fields.append((field[1].decode("ascii"), field[2].rstrip(b" \t").decode("latin-1")))
    return int(start[1]), int(start[2]), (start[3] or b"").decode("latin-1").strip(), Headers(fields)


def _not_http(data: bytes | bytearray) -> str:
    start = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data[:30].split(b"\n")[0])
    return f"The answer is not HTTP/1.1: it begins with '{start}'."


def _read_body(reader: Reader, method: str, status: int, headers: Headers, max_bytes: int) -> tuple[bytes, bool]:
    """The body in its content coding, and whether its end was marked (if not, the connection is spent)."""
    coding = headers.get("Transfer-Encoding")
    length = _length(headers)
    if coding is not None and length is not None:
        raise malformed("The answer has both Transfer-Encoding and Content-Length.")
    if method == "HEAD" or status in (204, 304):
        return b"", True
    if coding is not None:
        if coding.strip().lower() != "chunked":
            raise malformed("The answer has a Transfer-Encoding other than chunked.")
        return _read_chunks(reader, max_bytes), True
    if length is None:
        while reader.more():
            _check_size(len(reader.buffer), max_bytes)
        return reader.take(len(reader.buffer)), False
    _check_size(length, max_bytes)
    while len(reader.buffer) < length:
        if not reader.more():
            came = len(reader.buffer)
            raise malformed(f"The body ended after {came} of the {length} bytes that Content-Length announced.")
    return reader.take(length), True


def _length(headers: Headers) -> int | None:
    given = headers.get("Content-Length")
    if given is None:
        return None
    values = {value.strip() for value in given.split(",")}  # RFC 9110 8.6: repeated alike may be taken as one
    value = values.pop()
    if values or not (value.isascii() and value.isdigit() and len(value) < 16):
        raise malformed("The answer has a Content-Length that is no number, or several that differ.")
    return int(value)


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise WireProblem("too_large", f"The body of the answer is larger than {max_bytes} bytes.")


def _read_chunks(reader: Reader, max_bytes: int) -> bytes:
    body = bytearray()
    while True:
        chunk = _CHUNK.fullmatch(reader.line())
        if not chunk:
            raise malformed("The body has a chunk without a valid size.")
        size = int(chunk[1], 16)
        if size == 0:
            break
        _check_size(len(body) + size, max_bytes)
        while len(reader.buffer) < size + 2:
            if not reader.more():
                raise malformed("The connection was closed in the middle of a chunk of the body.")
        body += reader.take(size)
        if reader.take(2) != b"\r\n":
            raise malformed("A chunk of the body does not end where its size says.")
    trailers = 0
    while line := reader.line():
        trailers += len(line)
        if trailers > HEAD_LIMIT:
            raise WireProblem("too_large", f"The trailers of the answer are larger than {HEAD_LIMIT} bytes.")
        if not _FIELD.fullmatch(line):
            raise malformed("The trailers of the answer have a line that is no header field.")
    return bytes(body)


def _decoded(body: bytes, coding: str, max_bytes: int) -> bytes:
    """The body without its content coding, never more than `max_bytes` of it in memory."""
    name = coding.strip().lower()
    if not body or name in ("", "identity"):
        return body
    if name not in ("gzip", "x-gzip", "deflate"):
        raise malformed("The body has a Content-Encoding that was not asked for.")
    decoded = bytearray()
    while body:
        unpack = zlib.decompressobj(47)  # reads the wrappers of gzip and zlib alike
        try:
            decoded += unpack.decompress(body, max_bytes + 1 - len(decoded))
        except zlib.error:
            raise malformed(f"The body says it is {name}, but cannot be unpacked.") from None
        if len(decoded) > max_bytes:
            raise WireProblem("too_large", f"The body of the answer unpacks to more than {max_bytes} bytes.")
        if not unpack.eof:
            raise malformed(f"The body says it is {name}, but ends too early.")
        body = unpack.unused_data.lstrip(b"\0")  # a gzip body may have several members, and padding
    return bytes(decoded)
