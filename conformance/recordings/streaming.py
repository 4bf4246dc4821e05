"""Reads a large document entry by entry: a gateway's log of a day never stands in memory as a whole."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

LARGE = 1_000_000  # bytes; a smaller document is read as a whole
HEAD = 4_000_000  # so far into a document its entries begin
WINDOW = 1_000_000
ENTRIES = re.compile(rb'(?<!\\)"entries"\s*:\s*\[')
BETWEEN = re.compile(r"[\s,]*")


def streamed(raw: bytes, take: Callable[[Any], None]) -> Any:
    """The document with an empty list in place of its entries, each of which went to `take`; None where that cannot be."""
    found = ENTRIES.search(raw, 0, HEAD)
    if found is None:
        return None
    decode, read = codecs.getincrementaldecoder("utf-8")().decode, json.JSONDecoder().raw_decode
    text, parsed, place, window = "", 0, found.end(), WINDOW
    try:
        while True:
            parsed = BETWEEN.match(text, parsed).end()  # type: ignore[union-attr]
            if text[parsed : parsed + 1] == "]":
                break
            try:
                value, ended = read(text, parsed)
            except ValueError:
                if place >= len(raw):
                    return None
                text, parsed = (
                    text[parsed:] + decode(raw[place : place + window], place + window >= len(raw)),
                    0,
                )
                place, window = place + window, min(2 * window, 64 * WINDOW)
                continue
            take(value)
            parsed, window = ended, WINDOW
        rest = text[parsed:] + decode(raw[place:], True)
        return json.loads(raw[: found.end()].decode("utf-8") + rest)
    except (ValueError, RecursionError):
        return None


def lines(raw: bytes) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers; a line that is no UTF-8 with the replacement character."""
    for number, found in enumerate(re.finditer(rb"[^\n]*\n?", raw), 1):
        if line := found.group().decode("utf-8", "replace").strip():
            yield number, line
