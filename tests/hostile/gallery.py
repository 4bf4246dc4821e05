"""The gallery of servers that misbehave: what each does, and what a run against it has to say.

A server that breaks HTTP or JSON is not conformant; one that cannot be reached or stops answering leaves the run
incomplete; one that is only odd or slow to trust is judged as it deserves. The token endpoint is honest unless the name
begins with "token".
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.hostile import acts
from tests.hostile.acts import (
    Act,
    Shop,
    after,
    drips,
    echoes,
    endless,
    every,
    forgets,
    honest,
    only_token,
    redirects,
    resets,
    rewrites,
    says,
    says_json,
    short_tokens,
    slow,
    token_ends,
    waits,
)
from tests.hostile.server import Connection, Server, head, json_answer
from tests.hostile.tls import self_signed, server_context


class Hostile(NamedTuple):
    """`verdicts`: those that are right. `phrase`: a pattern, in any letter case, that the first sentence must contain.

    `shows`: what a single request meets, a kind of `WireProblem` or "answer".
    """

    name: str
    verdicts: tuple[str, ...]
    phrase: str
    shows: str
    act: Act
    about: str


START = head("HTTP/1.1 200 OK", "Content-Type: application/json", "Content-Length: 5000")
CHUNKED = head("HTTP/1.1 200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked")
HTML = b"<!doctype html><html><body><h1>It works!</h1></body></html>"
DOWN = json_answer(HTML, 503, "Service Unavailable", Content_Type="text/html")
ERROR = {"errorId": 10000, "domain": "API_ORDER", "category": "APPLICATION", "message": "Internal error"}
DENIED = {"errorId": 1100, "domain": "ACCESS", "category": "REQUEST", "message": "Access denied"}
BUSY = {"errorId": 2001, "domain": "ACCESS", "category": "REQUEST", "message": "The request limit has been reached"}
LINE_BREAK = {"access_token": "a\r\nX-Evil: 1", "expires_in": 7200, "token_type": "Bearer"}
AWAY = "http://localhost:{port}/stolen"
SESSION = '{"checkoutSessionId":"1","lineItems":[{"lineItemId":"1","quantity":%s}]}'

UNREACHABLE = [
    ("refuses", "refused|be reached", honest, "nobody listens at the port"),
    ("never-accepts", "be reached|no answer", honest, "a full queue, nobody accepts"),
]
NO_TLS = [
    ("tls-plain", "TLS", honest, "plain HTTP where the profile says https"),
    ("tls-untrusted", "certificate", honest, "a certificate that nobody vouches for"),
]
SILENT = [
    ("never-answers", "no answer", waits(), "reads requests and says nothing"),
    ("head-only", "no answer", waits(START), "sends the head, never the body"),
    ("half-a-head", "no answer", waits(START[:30]), "stops in the middle of the head"),
    ("drips-head", "no answer", drips(START), "the head at one byte a second"),
    ("drips-body", "no answer", drips(START + b"{" * 5000), "an answer at one byte a second"),
]
CUT_OFF = [
    ("closes", "closed|reset", says(b"", close=True), "closes without an answer"),
    ("resets", "reset|closed", resets(), "resets without an answer"),
    ("closes-in-head", "closed", says(START[:30], close=True), "closes within the head"),
    ("resets-in-head", "reset", resets(START[:30]), "resets within the head"),
    ("resets-in-body", "reset", resets(START + b"{"), "resets within the body"),
]
NOW_AND_THEN = [
    ("seventh-reset", "reset|closed", every(7, resets()), "resets every seventh request"),
    ("seventieth-silent", "no answer", every(70, waits()), "no answer to every 70th request"),
    ("flaps", "503", every(3, says(DOWN)), "every third answer is a 503"),
    ("falls-silent", "no answer", after(150, waits()), "no answer after 150 requests"),
    ("dies", "refused|reached|reset", after(150, acts.dies), "gone after 150 requests"),
    ("slow", "slow|time|second", slow(4.0), "each answer takes four seconds"),
    ("503", "503", says(DOWN), "503 and a page for everything"),
    ("502", "502", says_json(HTML, 502, "Bad Gateway"), "a gateway without a server"),
    ("429", "429|quota|limit", says_json({"errors": [BUSY]}, 429, "Too Many Requests"), "the quota is used up"),
    ("1100", "access|approv", says_json({"errors": [DENIED]}, 403, "Forbidden"), "the app is not approved"),
    ("token-silent", "token", only_token(waits()), "the token endpoint never answers"),
    ("token-ends", "token|401", token_ends(150), "a token ends after 150 uses, and no other is given"),
]
NO_HTTP = [
    ("ssh", "HTTP", says(b"SSH-2.0-OpenSSH_9.2\r\n", close=True), "another protocol"),
    ("no-head", "HTTP", says(b'{"checkoutSessionId":"1"}', close=True), "a body without a head"),
    ("http2", "HTTP", says(b"HTTP/2 200\r\n\r\n{}", close=True), "claims to be HTTP/2"),
    ("status-999999", "HTTP", says(b"HTTP/1.1 999999 ?\r\n\r\n"), "a status of six digits"),
    ("escape-reason", "HTTP", says(b"HTTP/1.1 200 \x1b[2J\r\n\r\n"), "a terminal escape for a reason"),
    ("bare-lf", "line feed", says(START.replace(b"\r", b"")), "lines that end in a bare line feed"),
    ("no-colon", "header", says(head("HTTP/1.1 200 OK", "nonsense")), "a field without a colon"),
    ("nul", "header", says(head("HTTP/1.1 200 OK", "X-Nul: \0")), "a NUL in a header"),
    ("length-too-large", "Content-Length", says(START + b"{}", close=True), "the body ends before its length"),
    ("length-too-small", "announce", says_json({"checkoutSessionId": "1"}, Content_Length="9"), "goes on beyond it"),
    ("length-twice", "Content-Length", says_json({}, Content_Length="2, 3"), "two lengths that differ"),
    ("length-nonsense", "Content-Length", says_json({}, Content_Length="two"), "a length that is no number"),
    ("bad-chunk", "chunk", says(CHUNKED + b"five\r\nhello"), "a chunk without a size"),
    ("cut-chunks", "chunk", says(CHUNKED + b"2\r\n{}\r\n", close=True), "no last chunk"),
    ("interim-flood", "interim", endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 50), "102 for ever"),
    ("upgrade", "101", says(head("HTTP/1.1 101 Switching Protocols")), "another protocol, unasked"),
    ("gzip-cut", "gzip", says(acts.zipped_garbage), "gzip with its end missing"),
    ("gzip-lie", "gzip", says_json({}, Content_Encoding="gzip"), "says gzip, is plain"),
    ("brotli", "Content-Encoding", says_json(b"\x0b", Content_Encoding="br"), "a coding that nobody asked for"),
]
TOO_MUCH = [
    ("header-flood", "head", endless(b"HTTP/1.1 200 OK\r\n", b"X-Flood: 1\r\n" * 1000), "headers for ever"),
    ("endless-body", "larger", endless(head("HTTP/1.0 200 OK"), b" " * 65_536), "a body without an end"),
    ("endless-chunks", "larger", endless(CHUNKED, b"400\r\n" + b" " * 1024 + b"\r\n"), "chunks for ever"),
    ("100-mb", "larger", acts.huge, "100 MB of JSON"),
    ("gzip-bomb", "larger|more than", says(acts.bomb), "400 MB in 400 kB of gzip"),
]
REDIRECTS = [
    ("redirect-loop", "redirect", redirects(302, "{target}"), "redirects to itself"),
    ("redirect-away", "redirect", redirects(307, AWAY), "redirects to another host"),
]
NO_JSON = [
    ("html", "JSON|html", says_json(HTML, Content_Type="text/html"), "a page for JSON"),
    ("html-as-json", "JSON", says_json(HTML), "a page that claims to be JSON"),
    ("empty", "JSON|empty|body", says_json(b""), "200 and no body"),
    ("cut-json", "JSON", says_json(b'{"checkoutSessionId":"1","lineItems":['), "JSON that is cut off"),
    ("two-values", "JSON", says_json(b'{"checkoutSessionId":"1"}{}'), "two values, one after the other"),
    ("nan", "JSON|NaN", says_json((SESSION % "NaN").encode()), "NaN"),
    ("infinity", "JSON|Infinity", says_json((SESSION % "-Infinity").encode()), "an infinite number"),
    ("duplicate-keys", "JSON|twice|duplicate", rewrites(acts.doubles), "a member twice, with different values"),
    ("invalid-utf8", "UTF-8", says_json(b'{"checkoutSessionId":"\xff\xfe\xc3"}'), "no UTF-8"),
    ("utf16", "UTF-8|JSON", says_json('{"checkoutSessionId":"1"}'.encode("utf-16")), "UTF-16"),
    ("deep", "JSON|deep|nest", says(acts.deep), "100,000 arrays in one another"),
    ("long-number", "JSON|number|quantity|digits", says_json((SESSION % ("1" * 6000)).encode()), "6,000 digits"),
    ("null", "JSON|object|null", says_json(b"null"), "null for everything"),
    ("list", "JSON|object|list|array", says_json(b"[[]]"), "a list for everything"),
    ("forgets", "15003|forg|unknown|no longer", forgets(60), "all sessions gone every 60 requests"),
]
SAME_TO_ALL = [
    ("200", r"200|\{\}|empty|checkoutSessionId", says_json({}), "200 {} to everything"),
    ("204", "204", says(head("HTTP/1.1 204 No Content")), "204 to everything"),
    ("401", "401", says(acts.expired_token), "401 to everything"),
    ("404", "404", says_json({"error": "no such page"}, 404, "Not Found"), "404 to everything"),
    ("500", "500", says_json({"errors": [ERROR]}, 500, "Internal Server Error"), "500 to everything"),
    ("surrogate", "", says_json(rb'{"checkoutSessionId":"\ud800","lineItems":[]}'), "half a character for an id"),
    ("token-nonsense", "token", only_token(says_json(b"tok tok tok")), "no JSON for a token"),
    ("token-empty", "token", only_token(says_json({})), "an empty object for a token"),
    ("token-html", "token", only_token(says_json(HTML, Content_Type="text/html")), "a page for a token"),
    ("token-404", "token", only_token(says_json({}, 404, "Not Found")), "no token endpoint"),
    ("token-refused", "token|credential|client", only_token(says(acts.bad_client)), "the right secret is refused"),
    ("token-redirect", "token|redirect", only_token(redirects(302, AWAY)), "the token request is sent elsewhere"),
    ("token-types", "token", only_token(says_json({"access_token": [12], "expires_in": "soon"})), "a list for a token"),
    ("token-line-break", "token", only_token(says_json(LINE_BREAK)), "a token that would add a header"),
]
ODD = [
    ("echoes", "conformant", echoes, "repeats the token in bodies and headers"),
    ("paints", "conformant", rewrites(acts.paints), "escape sequences and markup in its messages"),
]
JUNK = [
    ("junk-now-and-then", "", acts.spoils(40), "one value in every 40th answer is something else"),
    ("junk-often", "", acts.spoils(4), "the same in every fourth"),
    ("junk-always", "", acts.spoils(1), "the same in every answer"),
]
SHORT = [("token-short", "", short_tokens(5.0), "tokens of five seconds, as they say themselves")]


def _group(verdicts: tuple[str, ...], shows: str, rows: Sequence[tuple[str, str, Act, str]]) -> list[Hostile]:
    return [Hostile(name, verdicts, phrase, shows, act, about) for name, phrase, act, about in rows]


GALLERY = [
    *_group(("incomplete",), "unreachable", UNREACHABLE),
    *_group(("incomplete",), "tls", NO_TLS),
    *_group(("incomplete",), "timeout", SILENT),
    *_group(("incomplete",), "reset", CUT_OFF),
    *_group(("incomplete",), "answer", NOW_AND_THEN),
    *_group(("not conformant",), "malformed_http", NO_HTTP),
    *_group(("not conformant",), "too_large", TOO_MUCH),
    *_group(("not conformant",), "redirect", REDIRECTS),
    *_group(("not conformant",), "answer", NO_JSON),
    *_group(("not conformant", "incomplete"), "answer", SAME_TO_ALL),
    *_group(("not conformant",), "answer", JUNK),
    *_group(("conformant",), "answer", ODD),
    *_group(("conformant", "incomplete"), "answer", SHORT),
]

# One of each sort, for every run of the tests; the whole gallery is for the night.
SAMPLE = {"refuses", "never-answers", "length-too-large", "gzip-bomb", "deep", "404"}


@contextmanager
def serving(entry: Hostile, upstream: str) -> Iterator[tuple[str, Server, Shop]]:
    """The base URL of the hostile server, the server itself and the healthy shop behind it, which is at `upstream`."""
    shop = Shop(upstream)
    act = entry.act if entry.name.startswith("token") else acts.not_token(entry.act)

    def behave(connection: Connection) -> None:
        while request := connection.read():
            if act(connection, request, shop) is False:
                return

    with ExitStack() as stack:
        stack.callback(shop.close)
        wrap = None
        if entry.name == "tls-untrusted":
            wrap = server_context(self_signed(Path(stack.enter_context(tempfile.TemporaryDirectory()))))
        server = Server(behave, wrap=wrap)
        if entry.name == "refuses":
            server.stop_listening()
        elif entry.name == "never-accepts":
            stack.enter_context(_full(server))
        else:
            stack.enter_context(server)
        yield server.url.replace("http:", "https:") if entry.name.startswith("tls") else server.url, server, shop


@contextmanager
def _full(server: Server) -> Iterator[None]:
    """The server with its queue of connections filled, and never emptied."""
    server.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for sock in waiting:
        sock.setblocking(False)
        sock.connect_ex((server.host, server.port))
    yield
    for sock in waiting:
        sock.close()
    server.stop_listening()
