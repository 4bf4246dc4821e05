"""In which common ways of writing it the JSON of a message has the length that the message names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from conformance.recordings.entry import Body
from conformance.recordings.values import size

EXACTLY, AS_IT_STANDS = "exactly as it stands", "as it stands"


class _Layout(NamedTuple):
    """What a layout adds to compact JSON: bytes behind each comma, around each colon, and for each step of indentation.

    indent: None where all stands on one line.
    """

    comma: int = 0
    colon: int = 0
    indent: int | None = None


LAYOUTS = {
    "compact": _Layout(),
    "spaced": _Layout(comma=1, colon=1),
    "by 2": _Layout(colon=1, indent=2),
    "by 4": _Layout(colon=1, indent=4),
    "by tabs": _Layout(colon=1, indent=1),
    "spaced by 2": _Layout(colon=2, indent=2),
}
COMPACT = [json.JSONEncoder(ensure_ascii=ascii_only, separators=(",", ":")) for ascii_only in (False, True)]
PACKED = 0.7  # of its size is what compression leaves at most
LINE_END = 2  # bytes at most, which a recorder leaves out


def writings(headers: Mapping[str, str], body: Body) -> frozenset[str] | None:
    """The ways; None where a message names no length, where its body was compressed, or where it is no JSON."""
    wire = size(headers.get("content-length"))
    if wire is None or not (body.known and body.text) or headers.get("content-encoding"):
        return None
    return _writings(body.text, wire)


def may_be_compressed(headers: Mapping[str, str], body: Body) -> bool:
    """Whether a message is so much shorter than its body that a recorder has unpacked it, and hides that."""
    return (size(headers.get("content-length")) or 0) < PACKED * _size(body.text)


@lru_cache(maxsize=4096)
def _writings(text: str, wire: int) -> frozenset[str] | None:
    try:
        lengths = [(AS_IT_STANDS, _size(text)), *_lengths(json.loads(text))]
    except (ValueError, RecursionError):
        return None
    found = {name for name, length in lengths if 0 <= wire - length <= LINE_END}
    return frozenset(found | ({EXACTLY} if _size(text) == wire else set()))


def _lengths(node: Any) -> Iterator[tuple[str, int]]:
    """The lengths of a value in each layout, with letters as they are or escaped, and with signs that some writers escape.

    They are counted, since a value written in each layout would cost most of the time of a recording.
    """
    added = _added(node)
    for encoder in COMPACT:
        written = encoder.encode(node)
        length, slashes, signs = _size(written), written.count("/"), sum(map(written.count, "&<>"))
        for name, more in added.items():
            yield name, length + more
            yield name, length + more + slashes  # PHP writes \/
            yield name, length + more + 5 * signs  # Go writes \u0026


def _added(node: Any) -> dict[str, int]:
    """How many bytes each layout adds to a value in compact JSON."""
    commas = colons = lines = steps = depth = 0
    level = [node]
    while level:
        holders = [part for part in level if part and isinstance(part, dict | list)]
        members = sum(map(len, holders))
        commas += members - len(holders)
        colons += sum(len(part) for part in holders if isinstance(part, dict))
        lines += members + len(holders)  # one for each member, and one for the bracket that closes
        steps += members * (depth + 1) + len(holders) * depth
        level = [child for part in holders for child in (part.values() if isinstance(part, dict) else part)]
        depth += 1
    return {
        name: commas * comma + colons * colon + (0 if indent is None else lines + steps * indent)
        for name, (comma, colon, indent) in LAYOUTS.items()
    }


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
