"""What a hostile server does with one request, in a few lines each. `gallery` says what a run has to make of it.

An act gets the connection, the request and the healthy shop behind; when it returns False the connection ends.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from math import inf
from random import Random
from time import monotonic
from typing import Any

from conformance.client.http1 import Response
from conformance.client.transport import Transport
from tests.hostile.server import Connection, Request, head, json_answer, session_id

HOP = {"host", "connection", "content-length", "accept-encoding"}


class Shop:
    """The healthy server behind, and what a hostile one in front of it wants to remember."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.notes: dict[str, Any] = {}
        self.tokens: set[str] = set()  # every token that it gave
        self._transport = Transport(timeout_s=30)

    def answer(self, request: Request) -> Response:
        """What the healthy server says to this request."""
        headers = {name: value for name, value in request.headers.items() if name not in HOP}
        answer = self._transport.send(request.method, self.url + request.target, headers, request.body or None)
        if request.wants_token and answer.status == 200:
            self.tokens.add(json.loads(answer.raw)["access_token"])
        return answer

    def honest(self, request: Request) -> bytes:
        """The same, as bytes to send on."""
        return written(self.answer(request))

    def close(self) -> None:
        self._transport.close()


Act = Callable[[Connection, Request, Shop], bool | None]


def written(answer: Response, *more: str, raw: bytes | None = None) -> bytes:
    """The bytes of an answer, with another body or further header lines if asked."""
    body = answer.raw if raw is None else raw
    kept = [f"{name}: {value}" for name, value in answer.headers.items() if not name.lower().startswith(("co", "tr"))]
    kind = answer.headers.get("Content-Type", "application/json")
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return head(*lines, *kept, *more) + body


def honest(connection: Connection, request: Request, shop: Shop) -> None:
    """Response as the healthy server does."""
    connection.send(shop.honest(request))


def says(data: bytes | Callable[[], bytes], *, close: bool = False) -> Act:
    """Response every request with these bytes; a function makes them when they are first needed."""

    def act(connection: Connection, request: Request, shop: Shop) -> bool:
        connection.send(data() if callable(data) else data)
        return not close

    return act


def says_json(body: bytes | Any, status: int = 200, reason: str = "OK", **headers: str) -> Act:
    """Response every request with a well-formed HTTP answer of this body."""
    return says(json_answer(body, status, reason, **headers))


def waits(data: bytes = b"") -> Act:
    """Send this much, then nothing."""

    def act(connection: Connection, request: Request, shop: Shop) -> bool:
        connection.send(data)
        connection.wait()
        return False

    return act


def drips(data: bytes) -> Act:
    """One byte a second."""

    def act(connection: Connection, request: Request, shop: Shop) -> bool:
        connection.send(data, piece=1, pause_s=1.0)
        return False

    return act


def endless(start: bytes, block: bytes) -> Act:
    """Send the start once, then the block for ever."""

    def act(connection: Connection, request: Request, shop: Shop) -> bool:
        connection.send(start)
        while not connection.server.stopped.is_set():
            connection.send(block)
        return False

    return act


def huge(connection: Connection, request: Request, shop: Shop) -> None:
    """A body of 100 MB, announced as such; sent in parts, since this process has to stay small too."""
    connection.send(head("HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {100_000_000}"))
    connection.send(b'{"checkoutSessionId":"')
    for _ in range(1000):
        connection.send(b"x" * 100_000)


def resets(data: bytes = b"") -> Act:
    """Send this much, then reset the connection."""

    def act(connection: Connection, request: Request, shop: Shop) -> bool:
        connection.send(data)
        connection.wait(0.02)  # else the reset overtakes the bytes
        connection.reset()
        return False

    return act


def every(nth: int, act: Act) -> Act:
    """Honest, but for every nth request."""

    def some(connection: Connection, request: Request, shop: Shop) -> bool | None:
        return (act if request.number % nth == 0 else honest)(connection, request, shop)

    return some


def after(count: int, act: Act) -> Act:
    """Honest for the first requests, this act from then on."""

    def later(connection: Connection, request: Request, shop: Shop) -> bool | None:
        return (act if request.number > count else honest)(connection, request, shop)

    return later


def rewrites(change: Callable[[bytes], bytes], *more: str) -> Act:
    """Honest, with each body changed and header lines added."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        answer = shop.answer(request)
        connection.send(written(answer, *more, raw=change(answer.raw)))

    return act


def only_token(act: Act) -> Act:
    """This act at the token endpoint, honest everywhere else."""

    def some(connection: Connection, request: Request, shop: Shop) -> bool | None:
        return (act if request.wants_token else honest)(connection, request, shop)

    return some


def not_token(act: Act) -> Act:
    """This act everywhere but at the token endpoint."""

    def some(connection: Connection, request: Request, shop: Shop) -> bool | None:
        return (honest if request.wants_token else act)(connection, request, shop)

    return some


def dies(connection: Connection, request: Request, shop: Shop) -> bool:
    """Stop listening and drop every connection."""
    connection.server.stop_listening()
    connection.reset()
    return False


def slow(seconds: float) -> Act:
    """Honest, after a pause in seconds."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        connection.wait(seconds)
        honest(connection, request, shop)

    return act


def forgets(every_n: int) -> Act:
    """Honest, but every so many requests all sessions are gone, as after a restart."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        epoch = request.number // every_n
        known = session_id(request.target)
        if known and shop.notes.setdefault(known, epoch) != epoch:
            request = replace(request, target=request.target.replace(known, "v1%7Cgone%7C0"))
        honest(connection, request, shop)

    return act


def short_tokens(seconds: float) -> Act:
    """Honest, with tokens that end after so many seconds, as their expires_in says."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        answer = shop.answer(request)
        token = request.headers.get("authorization", "")
        if request.wants_token and answer.status == 200:
            body = {**json.loads(answer.raw), "expires_in": int(seconds)}
            shop.notes["Bearer " + body["access_token"]] = monotonic() + seconds
            answer = replace(answer, raw=json.dumps(body).encode())
        elif shop.notes.get(token, inf) < monotonic():
            connection.send(expired_token())
            return
        connection.send(written(answer))

    return act


def token_ends(uses: int) -> Act:
    """Honest, until a token has been used so often; then it is refused, and no other one is given."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        shop.notes["uses"] = shop.notes.get("uses", 0) + 1
        if shop.notes["uses"] <= uses:
            honest(connection, request, shop)
        elif request.wants_token:
            connection.send(json_answer({"error": "temporarily_unavailable"}, 503, "Service Unavailable"))
        else:
            connection.send(expired_token())

    return act


def redirects(status: int, place: str) -> Act:
    """Send every request elsewhere; `{port}` stands for this server's port, `{target}` for the path asked for."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        if "stolen" in request.target:
            connection.server.misled.append(request.target)
        location = place.format(port=connection.server.port, target=request.target)
        connection.send(json_answer({}, status, "Found", Location=location))

    return act


def echoes(connection: Connection, request: Request, shop: Shop) -> None:
    """Honest, but every answer repeats the Authorization header, plainly and in base64."""
    given = request.headers.get("authorization", "none")
    coded = base64.b64encode(given.encode()).decode()
    answer = shop.answer(request)
    raw = answer.raw
    if raw.startswith(b"{") and not request.wants_token:
        raw = json.dumps({**json.loads(raw), "debug": {"got": given, "coded": coded}}).encode()
    connection.send(written(answer, f"X-Echo: {given}", f"X-Coded: {coded}", raw=raw))


def expired_token() -> bytes:
    """The refusal of a token that is over."""
    error = {"errorId": 1001, "domain": "OAuth", "category": "REQUEST", "message": "Invalid access token"}
    return json_answer({"errors": [error]}, 401, "Unauthorized")


def bad_client() -> bytes:
    """The refusal of an app's credentials."""
    return json_answer({"error": "invalid_client", "error_description": "no such client"}, 401, "Unauthorized")


def doubles(raw: bytes) -> bytes:
    """The body with a member twice, with different values."""
    return raw.replace(b"{", b'{"checkoutSessionId":"x","errors":7,', 1)


def paints(raw: bytes) -> bytes:
    """The body with terminal escapes, markup and a formula in the texts of its errors."""
    text = r"\u001b[31m\u001b]0;owned\u0007<script>alert(1)</script><img src=x onerror=alert(1)>=cmd|calc"
    return re.sub(rb'"((?:long)?[mM]essage)": ?"', lambda found: b'"' + found[1] + b'":"' + text.encode(), raw)


JUNK: tuple[Any, ...] = (
    None, True, -1, 2.5, 10**30, "", "NaN", "1E+999999", "x" * 3000, "\x1b[31m", [], {}, [None], [[]], [{}], {"value": {}},
    [{"errorId": "15003"}], [{"lineItemId": []}], {"value": "1E+999999", "currency": "USD"}, "gone",
)  # fmt: skip


def spoils(every_n: int) -> Act:
    """Honest, but in every nth answer one value, or the status, is something else; the same ones each time."""

    def act(connection: Connection, request: Request, shop: Shop) -> None:
        answer = shop.answer(request)
        drawn = Random(request.number)
        if request.wants_token or not answer.raw or drawn.randrange(every_n):
            connection.send(written(answer))
            return
        body = json.loads(answer.raw)
        junk = drawn.choice(JUNK)
        parts = list(_parts(body))
        if parts and drawn.random() < 0.9:
            holder, key = drawn.choice(parts)
            if junk == "gone":
                del holder[key]
            else:
                holder[key] = junk
        else:
            body = junk
        status = drawn.choice([200, 201, 204, 400, 404, 409, 418, 500]) if drawn.random() < 0.1 else answer.status
        raw = b"" if status == 204 else json.dumps(body).encode()
        connection.send(written(replace(answer, status=status), raw=raw))

    return act


def _parts(body: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every value in a body."""
    if isinstance(body, dict | list):
        for key, child in list(body.items() if isinstance(body, dict) else enumerate(body)):
            yield body, key
            yield from _parts(child)


@cache
def bomb() -> bytes:
    """400 MB of blanks in 400 kB of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    blank = b" " * 1_000_000
    packed = b"".join(packer.compress(blank) for _ in range(400)) + packer.flush()
    return json_answer(packed, Content_Encoding="gzip")


@cache
def deep() -> bytes:
    """Arrays in arrays, 100,000 deep."""
    return json_answer(b'{"checkoutSessionId":"1","lineItems":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@cache
def zipped_garbage() -> bytes:
    """A gzip body with its end cut off."""
    return json_answer(gzip.compress(b'{"checkoutSessionId":"1"}' * 50)[:-20], Content_Encoding="gzip")
