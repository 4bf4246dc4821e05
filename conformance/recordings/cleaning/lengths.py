"""In which common ways of writing it the JSON of a message has the length that the message names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from conformance.recordings.entry import Body, RecordedEntry
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


class Writings(NamedTuple):
    """The ways of both messages of a call, as `writings` gives them; None also where no message of its file needs them."""

    sent: frozenset[str] | None
    given: frozenset[str] | None


def writings_of(entries: Sequence[RecordedEntry]) -> list[Writings]:
    """The ways of each call. Where a file has each request, or each answer, exactly as it was, none of them is looked for."""
    sent = {entry.source for entry in entries if not _is_exact(entry.request_headers, entry.body)}
    given = {entry.source for entry in entries if not _is_exact(entry.response_headers, entry.answer)}
    return [
        Writings(
            writings(entry.request_headers, entry.body) if entry.source in sent else None,
            writings(entry.response_headers, entry.answer) if entry.source in given else None,
        )
        for entry in entries
    ]


def _is_exact(headers: Mapping[str, str], body: Body) -> bool:
    """Whether a message has the length that it names, or nothing to compare."""
    wire = _wire(headers, body)
    return wire is None or wire == _size(body.text)


def _wire(headers: Mapping[str, str], body: Body) -> int | None:
    """The length that a message names of its body; None where that cannot be compared with what is recorded."""
    if not (body.known and body.text) or headers.get("content-encoding"):
        return None
    return size(headers.get("content-length"))


def writings(headers: Mapping[str, str], body: Body) -> frozenset[str] | None:
    """The ways; None where a message names no length, where its body was compressed, or where it is no JSON."""
    wire = _wire(headers, body)
    return None if wire is None else _writings(body.text, wire)


def may_be_compressed(headers: Mapping[str, str], body: Body) -> bool:
    """Whether a message is so much shorter than its body that a recorder has unpacked it, and hides that."""
    return (size(headers.get("content-length")) or 0) < PACKED * _size(body.text)


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
