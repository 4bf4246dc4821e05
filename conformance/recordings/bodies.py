"""A body from what recorders write: as text, in base64, compressed, cut, left out, or with each byte as a character."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from conformance.recordings.entry import UNSEEN, Body, is_redacted
from conformance.recordings.values import size

PACKED = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress")
MOST_BYTES = 50_000_000  # of one body that was compressed
NESTED = 60
REPLACED = "\ufffd"


def body_of(text: Any, encoding: Any, sizes: list[Any], headers: Mapping[str, str], hints: bool) -> Body:
    """The body that a recorder wrote.

    sizes: the numbers of bytes that the recorder names. headers: those of the message. hints: whether the recorder says
    beside it that it left the body out or cut it.
    """
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
    if _whole(found):
        return Body(found, taken_out=redacted_within(found))
    if hints or _may_be_cut(found, bytes_shown, known_sizes, wire):
        return UNSEEN
    return Body(found)


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
            return zlib.decompressobj(_window(name, raw)).decompress(raw, MOST_BYTES).decode("utf-8")
        except (zlib.error, UnicodeDecodeError):
            continue
    return None


def _window(name: str, raw: bytes) -> int:
    if "gzip" in name:
        return zlib.MAX_WBITS | 16
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


def redacted_within(text: str) -> frozenset[str]:
    """The members of a JSON object in which some value was taken out, '' for a value that is no object's."""
    lowered = text.casefold()
    if not any(word in lowered for word in ("redact", "removed", "mask", "hidden", "scrub", "filtered", "sanitiz", "omitted",
                                          "anonymiz", "***", "xxx", "\u2022\u2022", "\u2588", "###", "___", "---", "{{",
                                          "${")):  # fmt: skip
        return frozenset()
    node = json.loads(text)
    members = node if isinstance(node, dict) else {"": node}
    return frozenset(name for name, value in members.items() if _any_redacted(value, 0))


def _any_redacted(node: Any, depth: int) -> bool:
    if depth > NESTED:
        return False
    if isinstance(node, str):
        return is_redacted(node)
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return any(_any_redacted(child, depth + 1) for child in children)
