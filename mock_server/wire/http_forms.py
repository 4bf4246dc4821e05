"""The lawful forms that an HTTP/1.1 answer can take on the wire, each by name. Data and small functions, no sockets.

A form changes a `Reply`; `encode` turns it into bytes. Forms of one slot exclude each other, all others combine. What
is lawful is decided by RFC 9110, 9112 and 8259; a client that reads only some of these forms is wrong, not the server.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple


@dataclass(slots=True)
class Reply:
    """An answer of the server behind, and how it is going to be written.

    `bodiless`: an answer that has no body whatever its head says (to HEAD, 204, 304). `plain_client`: the client speaks
    HTTP/1.0, so neither chunks nor interim answers may go to it. `piece` in bytes, `pause_s` in seconds between pieces.
    """

    status: int
    reason: str
    fields: list[tuple[str, str]]
    body: bytes
    bodiless: bool = False
    plain_client: bool = False
    accepts_gzip: bool = False
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    version: str = "1.1"
    interim: list[str] = field(default_factory=list)
    framing: Literal["length", "chunked", "close"] = "length"
    chunk: int = 1_000
    extension: str = ""
    trailers: list[tuple[str, str]] = field(default_factory=list)
    spell: Callable[[str], str] = str
    blanks: tuple[str, str] = (" ", "")
    close: bool = False
    keep_alive: bool = False
    after: bytes = b""
    piece: int = 0
    pause_s: float = 0.0

    @property
    def is_json(self) -> bool:
        return any(name.lower() == "content-type" and "json" in value.lower() for name, value in self.fields)

    def set(self, name: str, value: str) -> None:
        """Replace a header field, at its place if it is there."""
        for index, (known, _) in enumerate(self.fields):
            if known.lower() == name.lower():
                self.fields[index] = (known, value)
                return
        self.fields.append((name, value))


def encode(reply: Reply) -> tuple[list[bytes], bool]:
    """The pieces to write one after the other, and whether the connection ends with them."""
    framing = reply.framing
    if framing == "length" and (reply.trailers or reply.extension) and reply.version == "1.1":
        framing = "chunked"
    if framing == "chunked" and (reply.plain_client or reply.version == "1.0"):
        framing = "close"
    if reply.bodiless:
        framing = "length"
    plain = reply.plain_client or reply.version == "1.0"
    ends = reply.close or framing == "close" or (plain and not reply.keep_alive)
    fields = list(reply.fields)
    if framing == "chunked":
        fields.append(("Transfer-Encoding", "chunked"))
        fields += [("Trailer", ", ".join(name for name, _ in reply.trailers))] if reply.trailers else []
    elif framing == "length" and not reply.bodiless:
        fields.append(("Content-Length", str(len(reply.body))))
    if ends and reply.version == "1.1":
        fields.append(("Connection", "close"))
    elif reply.keep_alive and not ends:
        fields += [("Connection", "keep-alive"), ("Keep-Alive", "timeout=5, max=1000")]
    before, behind = reply.blanks
    lines = [f"HTTP/{reply.version} {reply.status} {reply.reason}"]
    lines += [f"{reply.spell(name)}:{before}{value}{behind}" for name, value in fields]
    head = "\r\n".join([*lines, "", ""]).encode("latin-1")
    body = b"" if reply.bodiless else _chunks(reply) if framing == "chunked" else reply.body
    interim = [] if plain else [f"{text}\r\n\r\n".encode() for text in reply.interim]
    data = head + body + (b"" if ends else reply.after)
    step = reply.piece or len(data)
    return interim + [data[index : index + step] for index in range(0, len(data), step)], ends


def _chunks(reply: Reply) -> bytes:
    out = bytearray()
    for start in range(0, len(reply.body), reply.chunk):
        part = reply.body[start : start + reply.chunk]
        out += f"{len(part):x}{reply.extension}\r\n".encode() + part + b"\r\n"
    trailers = "".join(f"{reply.spell(name)}: {value}\r\n" for name, value in reply.trailers)
    return bytes(out) + f"0{reply.extension}\r\n{trailers}\r\n".encode()


class Form(NamedTuple):
    """`about`: what a client sees. Two forms of one `slot` exclude each other."""

    slot: str
    about: str
    apply: Callable[[Reply], None]


def _with(**changes: Any) -> Callable[[Reply], None]:
    def apply(reply: Reply) -> None:
        for name, value in changes.items():
            setattr(reply, name, value)

    return apply


def _adds(*fields: tuple[str, str]) -> Callable[[Reply], None]:
    return lambda reply: reply.fields.extend(fields)


def _types(value: str) -> Callable[[Reply], None]:
    def apply(reply: Reply) -> None:
        if reply.is_json:
            reply.set("Content-Type", value)

    return apply


def _json(write: Callable[[Any, random.Random], str]) -> Callable[[Reply], None]:
    """The same JSON value in other words; a body that is none, or that UTF-8 cannot carry, stays as it is."""

    def apply(reply: Reply) -> None:
        if reply.is_json and reply.body:
            try:
                reply.body = write(json.loads(reply.body), reply.chance).encode()
            except ValueError:
                return

    return apply


def _compact(value: Any, chance: random.Random) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _shuffled(value: Any, chance: random.Random) -> str:
    def shuffle(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: shuffle(part[name]) for name in chance.sample(list(part), len(part))}
        return [shuffle(item) for item in part] if isinstance(part, list) else part

    return json.dumps(shuffle(value), ensure_ascii=False)


def _escaped(value: Any, chance: random.Random) -> str:
    """Each character of each string as an escape; numbers and literals as they are."""
    if isinstance(value, dict):
        pairs = (f"{_escaped(name, chance)}:{_escaped(item, chance)}" for name, item in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_escaped(item, chance) for item in value) + "]"
    if isinstance(value, str):
        units = value.encode("utf-16-be", "surrogatepass")
        return '"' + "".join(f"\\u{units[index : index + 2].hex()}" for index in range(0, len(units), 2)) + '"'
    return json.dumps(value)


def _blanks(value: Any, chance: random.Random) -> str:
    return "\r\n\t " + json.dumps(value, ensure_ascii=False, separators=(" \t,\n ", "\r\n: ")) + "\n\n"


def _slashes(value: Any, chance: random.Random) -> str:
    return json.dumps(value, ensure_ascii=False).replace("/", "\\/")


def _gzip(members: int) -> Callable[[Reply], None]:
    def apply(reply: Reply) -> None:
        if not reply.accepts_gzip or not reply.body or reply.bodiless:
            return
        half = len(reply.body) // members
        parts = [reply.body] if members == 1 else [reply.body[:half], reply.body[half:]]
        reply.body = b"".join(gzip.compress(part, 1, mtime=0) for part in parts)
        reply.fields += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]

    return apply


def _odd(name: str) -> str:
    return "".join(char.upper() if index % 2 else char.lower() for index, char in enumerate(name))


def _small(reply: Reply) -> None:
    reply.piece = 1 if len(reply.body) <= 1_500 else 500


def _drop(reply: Reply, *names: str) -> None:
    reply.fields = [pair for pair in reply.fields if pair[0].lower() not in names]


def _shuffle_fields(reply: Reply) -> None:
    # Fields of the same name keep their order: it can carry meaning, that of the others cannot.
    names = list(dict.fromkeys(name.lower() for name, _ in reply.fields))
    reply.chance.shuffle(names)
    reply.fields.sort(key=lambda pair: names.index(pair[0].lower()))


_HINTS = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nX-Early: 1"
_CONTINUE = "HTTP/1.1 100 Continue"

FORMS: dict[str, Form] = {
    "json-shuffled": Form("order", "the members of every object come in another order each time", _json(_shuffled)),
    "json-compact": Form("json", "no white space in the JSON", _json(_compact)),
    "json-pretty": Form("json", "indented JSON", _json(lambda v, _: json.dumps(v, ensure_ascii=False, indent=4))),
    "json-blanks": Form("json", "white space of all four kinds around and within the JSON", _json(_blanks)),
    "json-utf8": Form("json", "letters beyond ASCII as UTF-8", _json(lambda v, _: json.dumps(v, ensure_ascii=False))),
    "json-ascii": Form("json", "letters beyond ASCII as escapes", _json(lambda v, _: json.dumps(v))),
    "json-escaped": Form("json", "every character of every string as an escape, names included", _json(_escaped)),
    "json-slashes": Form("json", "slashes in strings escaped", _json(_slashes)),
    "gzip": Form("coding", "gzip, where the client accepts it", _gzip(1)),
    "gzip-members": Form("coding", "gzip of two members, where the client accepts it", _gzip(2)),
    "chunked": Form("framing", "bodies in chunks of 1,000 bytes", _with(framing="chunked")),
    "chunked-tiny": Form("framing", "bodies in chunks of seven bytes", _with(framing="chunked", chunk=7)),
    "close-delimited": Form("framing", "bodies that end with the connection", _with(framing="close")),
    "http10": Form("framing", "HTTP/1.0, each connection ends with its answer", _with(version="1.0", framing="close")),
    "http10-keep-alive": Form("framing", "HTTP/1.0 with kept connections", _with(version="1.0", keep_alive=True)),
    "chunk-extensions": Form("extension", "chunk sizes with extensions", _with(extension=';name=value;quoted="a;b"')),
    "trailers": Form("trailers", "fields after the last chunk", _with(trailers=[("X-Sum", "1"), ("X-After", "2")])),
    "close": Form("connection", "each connection ends after one answer", _with(close=True)),
    "keep-alive": Form("connection", "Keep-Alive fields", _with(keep_alive=True)),
    "lower": Form("names", "header names in lower case", _with(spell=str.lower)),
    "upper": Form("names", "header names in upper case", _with(spell=str.upper)),
    "odd-case": Form("names", "header names in mIxEd case", _with(spell=_odd)),
    "blanks": Form("blanks", "blanks and tabs around header values", _with(blanks=("\t  \t", " \t "))),
    "tight": Form("blanks", "no blank after the colon of a header", _with(blanks=("", ""))),
    "charset-upper": Form("type", "Content-Type with charset=UTF-8", _types("application/json; charset=UTF-8")),
    "charset-lower": Form("type", "Content-Type with charset=utf-8", _types("application/json;charset=utf-8")),
    "charset-quoted": Form("type", "Content-Type with a quoted charset", _types('application/json; charset="utf-8"')),
    "type-case": Form("type", "Content-Type in another letter case", _types("Application/JSON")),
    "no-reason": Form("reason", "status lines without a reason", _with(reason="")),
    "odd-reason": Form("reason", "status lines with a reason of their own", _with(reason="D\xe9j\xe0 vu: {200} / 404")),
    "interim-100": Form("interim", "an unasked 100 before each answer", _with(interim=[_CONTINUE])),
    "interim-103": Form("interim", "a 103 before each answer", _with(interim=[_HINTS])),
    "interim-many": Form("interim", "100, 103 and 103 before each answer", _with(interim=[_CONTINUE, _HINTS, _HINTS])),
    "slow": Form("pace", "answers in pieces of 1,000 bytes, two milliseconds apart", _with(piece=1_000, pause_s=0.002)),
    "bytes": Form("pace", "answers byte by byte, up to 1,500 bytes", _small),
    "pieces": Form("pace", "answers in pieces of 13 bytes", _with(piece=13)),
    "trailing-crlf": Form("after", "a blank line after each answer, which a client may drop", _with(after=b"\r\n")),
    "extra-headers": Form(
        "extra",
        "header fields that nobody knows, one empty, one with bytes beyond ASCII",
        _adds(("X-Unknown", 'a, b;c="d"'), ("X-Empty", ""), ("X-Latin", "caf\xe9"), ("Via", "1.1 gateway")),
    ),
    "cookies": Form("cookies", "a header field twice", _adds(("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"))),
    "long-header": Form("long", "a header value of 7,000 characters", _adds(("X-Long", "long " * 1400))),
    "no-date": Form("date", "no Date, no Server", lambda reply: _drop(reply, "date", "server")),
    "fields-shuffled": Form("place", "header fields in another order each time", _shuffle_fields),
}


def chosen(names: Iterable[str]) -> list[Form]:
    """The forms of these names, in the order in which they are applied. Raises ValueError: unknown, or they exclude."""
    names = list(names)
    unknown = [name for name in names if name not in FORMS]
    if unknown:
        raise ValueError(f"no such form: {', '.join(unknown)}; there are {', '.join(FORMS)}")
    slots: dict[str, str] = {}
    for name in names:
        earlier = slots.setdefault(FORMS[name].slot, name)
        if earlier != name:
            raise ValueError(f"{earlier} and {name} exclude each other")
    return [form for name, form in FORMS.items() if name in names]
