"""A body from what recorders write: as text, in base64, compressed, cut, left out, or with each byte as a character."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from conformance.core import contract
from conformance.recordings.cleaning.scan import scan, stands_for_a_body
from conformance.recordings.entry import UNSEEN, Body
from conformance.recordings.values import as_json, size

PACKED = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress")
MOST_BYTES = 50_000_000  # of one body that was compressed
REPLACED = "\ufffd"
OF_GZIP = zlib.MAX_WBITS | 16  # the window that reads a member with its head
OF_FUNCTION = {"statusCode", "statusDescription", "headers", "multiValueHeaders", "cookies", "body", "isBase64Encoded"}
PART = 16_384  # bytes that are unpacked at once: what is left of them is copied at the end of each member


def body_of(text: Any, encoding: Any, sizes: list[Any], headers: Mapping[str, str], hints: bool) -> Body:
    """The body that a recorder wrote.

    sizes: the numbers of bytes that the recorder names. headers: those of the message. hints: whether the recorder says
    beside it that it left the body out or cut it.
    """
    if is_of_api(text):  # a structured logger read it: nobody knows its bytes
        written = as_json(text)
        return UNSEEN if written is None else _of_json(written, json.loads(written), agrees=False)
    known_sizes = [known for known in map(size, sizes) if known is not None]
    length = size(headers.get("content-length"))
    if not isinstance(text, str) or not text:
        empty = length == 0 and not any(known_sizes) and not hints
        return Body("") if empty else UNSEEN
    packed = [coding.strip().lower() for coding in headers.get("content-encoding", "").split(",") if coding.strip()]
    found = text
    flagged = isinstance(encoding, str) and encoding.strip().lower() == "base64"
    if flagged or _is_packed_json(text):
        raw = decoded(text)
        if raw is not None:
            unpacked = _unpacked(raw, packed)
            if unpacked is None:
                return UNSEEN
            found = unpacked
    found = _as_characters(found.removeprefix("\ufeff"), known_sizes, length)
    bytes_shown = len(found.encode("utf-8", "surrogatepass"))
    wire = length if not packed else None
    if REPLACED in found or _lost_letters(found, wire, bytes_shown):
        return UNSEEN  # bytes that are no text, or half a character
    try:
        node = json.loads(found)
    except (ValueError, RecursionError):
        cut = hints or _may_be_cut(found, bytes_shown, known_sizes, wire)
        return UNSEEN if cut else Body(found, of_wire=bytes_shown == wire)
    if _is_of_gateway(node) and bytes_shown != wire:
        return body_of(node["body"], "base64" if node.get("isBase64Encoded") is True else None, [], {}, hints)
    agrees = bytes_shown in ([wire] if wire is not None else known_sizes)
    return replace(_of_json(found, node, agrees=agrees), of_wire=bytes_shown == wire)


def _is_of_gateway(node: Any) -> bool:
    """Whether a log has the whole answer of a function in place of a body, as a gateway took it from there."""
    return isinstance(node, dict) and {"statusCode", "body"} <= node.keys() <= OF_FUNCTION


def is_of_api(node: Any) -> bool:
    """Whether a value is a body of the API, as JSON: an object with some member that the documents name."""
    return isinstance(node, dict) and not node.keys().isdisjoint(_members())


@cache
def _members() -> frozenset[str]:
    """The names that the documents give to members of a body."""
    found = {"errors"}
    for operation in contract.operations().values():
        root = contract.document("order-v1" if operation.id == contract.PLACE_ORDER else "order-v2")
        for schema in (operation.request, operation.response):
            found |= contract.resolve(root, schema).get("properties", {}).keys() if schema else set()
    return frozenset(found)


def _of_json(text: str, node: Any, *, agrees: bool) -> Body:
    """A body of JSON. agrees: whether a number of bytes says that the text is as it was."""
    if isinstance(node, str) and not agrees and node.lstrip()[:1] in ("{", "[") and _whole(node):
        text, node = node, json.loads(node)  # a logger wrote the text of the body as a JSON string
    elif not isinstance(node, dict | list) and not agrees:
        return UNSEEN  # null, or a word, where a logger had no body
    if stands_for_a_body(node):
        return UNSEEN
    return Body(text, True, scan(node), agrees)


def _may_be_cut(text: str, shown: int, sizes: list[int], wire: int | None) -> bool:
    """Whether a text that is no JSON may be what is left of one: no length of the wire says that it is all of it."""
    if wire is not None:
        return shown != wire
    return shown not in sizes or text.lstrip()[:1] in ("{", "[")


def _lost_letters(text: str, wire: int | None, shown: int) -> bool:
    """Whether question marks stand for letters that a recorder could not write: then bytes are missing."""
    marks = text.count("?")
    return bool(marks) and text.isascii() and wire is not None and 0 < wire - shown <= 3 * marks


def _is_packed_json(text: str) -> bool:
    """Whether a text is JSON in base64 that no flag names; such a text begins with the letters of `{"` or `[{`."""
    raw = decoded(text) if text.startswith(("ey", "ew", "W3")) else None
    return raw is not None and raw[:1] in (b"{", b"[") and _whole(raw.decode("utf-8", "replace"))


def decoded(text: str) -> bytes | None:
    """The bytes of base64, also of the alphabet for URLs and without padding; None where the text is none."""
    plain = re.sub(r"\s+", "", text)
    if not re.fullmatch(r"[A-Za-z0-9+/_-]*={0,2}", plain) or len(plain.rstrip("=")) % 4 == 1:
        return None
    plain = plain.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _unpacked(raw: bytes, packed: list[str]) -> str | None:
    """The text of bytes, which may still be compressed; None where they cannot be read."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    for name in packed or ["gzip"]:
        if name not in PACKED[:3]:
            return None
        try:
            return unpacked(raw, MOST_BYTES, _window(name, raw)).decode("utf-8")
        except (zlib.error, UnicodeDecodeError):
            continue
    return None


def unpacked(raw: bytes, most: int, window: int = OF_GZIP) -> bytes:
    """The first `most` bytes of what was compressed. Raises zlib.error where it cannot be read; what is cut off lacks."""
    return b"".join(_parts(raw, most, window))


def _parts(raw: bytes, most: int, window: int) -> Iterator[bytes]:
    """A file of gzip is a series of members (RFC 1952); zeros may fill its last block."""
    place, left, more = 0, most, True
    while more and left > 0:
        member = zlib.decompressobj(window)
        while not member.eof and left > 0 and place < len(raw):
            part = raw[place : place + PART]
            found = member.decompress(part, left)
            place, left = place + len(part) - len(member.unused_data), left - len(found)
            yield found
        more = window == OF_GZIP and any(raw[place : place + PART])


def _window(name: str, raw: bytes) -> int:
    if "gzip" in name:
        return OF_GZIP
    return zlib.MAX_WBITS if raw[:1] == b"\x78" else -zlib.MAX_WBITS


def _as_characters(text: str, sizes: list[int], length: int | None) -> str:
    """Undoes a recorder that wrote each byte of UTF-8 as a character, unless a size says that the text is as it was."""
    if text.isascii() or len(text.encode("utf-8", "surrogatepass")) in ([length] if length is not None else sizes):
        return text
    for page in ("latin-1", "cp1252"):
        try:
            return text.encode(page).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return text


def _whole(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
