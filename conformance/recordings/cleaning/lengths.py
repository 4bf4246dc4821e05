"""In which common ways of writing it the JSON of a message has the length that the message names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.recordings.entry import Body
from conformance.recordings.values import size

EXACTLY, AS_IT_STANDS = "exactly as it stands", "as it stands"
LAYOUTS: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "spaced": {},
    "by 2": {"indent": 2},
    "by 4": {"indent": 4},
    "by tabs": {"indent": "\t"},
    "spaced by 2": {"indent": 2, "separators": (",", " : ")},
}
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
    """The lengths of a value in each layout, with letters as they are or escaped, and with signs that some writers escape."""
    for name, layout in LAYOUTS.items():
        for ascii_only in (False, True):
            written = json.dumps(node, ensure_ascii=ascii_only, **layout)
            yield name, _size(written)
            yield name, _size(written) + written.count("/")  # PHP writes \/
            yield name, _size(written) + 5 * sum(map(written.count, "&<>"))  # Go writes \u0026


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
