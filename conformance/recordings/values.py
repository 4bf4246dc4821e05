"""Reads members of JSON that may be of any type: a recorder's odd value is no value, never an error.

Sharing keeps many such values in little memory.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from math import isfinite
from sys import intern
from typing import Any

LONGEST_MS = 1e9  # a longer duration is a mistake of the recorder
LONGEST_HEADER = 8000


def table(node: Any) -> dict[str, Any]:
    """An object, {} for anything else."""
    return node if isinstance(node, dict) else {}


def items(node: Any) -> list[Any]:
    """A list, [] for anything else."""
    return node if isinstance(node, list) else []


def text(node: Any) -> str:
    """A text, '' for anything else; a half of a character becomes the replacement character."""
    if not isinstance(node, str):
        return ""
    return node if node.isascii() else node.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def as_json(node: Any) -> str | None:
    """A value as JSON; None where it holds what JSON has not, as YAML may: a date, bytes, itself."""
    try:
        return json.dumps(node, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None


def number(node: Any) -> float | None:
    """A finite number, also one written as a text such as `12.3` or `12,3`."""
    if isinstance(node, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,12}([.,][0-9]{1,12})?\s*", node):
        node = float(node.replace(",", "."))
    if isinstance(node, bool) or not isinstance(node, int | float):
        return None
    try:
        return float(node) if isfinite(node) else None
    except OverflowError:
        return None


def size(node: Any) -> int | None:
    """A count of bytes, None where there is none or the recorder did not know it (-1)."""
    found = number(node)
    return int(found) if found is not None and found >= 0 else None


def milliseconds(node: Any) -> float | None:
    """A duration in milliseconds, None where none is recorded."""
    found = number(node)
    return found if found is not None and 0 <= found < LONGEST_MS else None


def status(node: Any) -> int | None:
    """An HTTP status, also one written as a text such as `200 OK`; None where there was no answer."""
    if isinstance(node, str) and (found := re.match(r"\s*([1-5][0-9]{2})\b", node)):
        node = int(found.group(1))
    if isinstance(node, bool) or not isinstance(node, int | float):
        return None
    return int(node) if 100 <= node < 600 and node == int(node) else None


def headers(node: Any) -> dict[str, str]:
    """Headers by lower-case name, from a list of names and values or from an object; the first of equal names counts.

    Equal texts are one object: most headers are the same in each call.
    """
    found: dict[str, str] = {}
    for name, value in _pairs(node):
        if name and not name.startswith(":"):
            found.setdefault(intern(_name(name)), intern(value[:LONGEST_HEADER]))
        elif name == ":authority":
            found.setdefault("host", value)
    return found


def are_whole(node: Any) -> bool:
    """Whether each header of a message can be read: if not, a missing header may still have been there."""
    if isinstance(node, str):
        return bool(list(_pairs(node)))
    if isinstance(node, dict):
        listed = [element for value in node.values() for element in (value if isinstance(value, list) else [value])]
        return bool(listed) and all(map(_is_written, listed))
    found = [element for element in items(node) if isinstance(element, dict)]
    names = [pair for pair in found if text(pair.get("name")) and isinstance(pair.get("value"), str)]
    return bool(found) and len(names) == len(items(node))


def every_header(node: Any, name: str) -> list[str]:
    """Each value of a header that may be there several times."""
    return [value for key, value in _pairs(node) if key.strip().lower() == name]


def _name(written: str) -> str:
    """A header's name; also as an application server sees it, HTTP_X_EBAY_C_MARKETPLACE_ID."""
    name = written.strip().lower()
    return name.removeprefix("http_").replace("_", "-") if name.startswith("http_") else name


def _pairs(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):  # a line for each
        for line in node.splitlines():
            name, colon, value = line.partition(":")
            if colon and name.strip():
                yield text(name), text(value).strip()
    if isinstance(node, dict):
        for name, value in node.items():
            listed = items(value) or [value]
            yield from ((text(name), _plain(element)) for element in listed if all(map(_is_written, listed)))
    for pair in items(node):
        if isinstance(pair, dict) and _is_written(pair.get("value")):
            yield text(pair.get("name")), _plain(pair.get("value"))
        elif isinstance(pair, list) and len(pair) == 2 and _is_written(pair[1]):
            yield text(pair[0]), _plain(pair[1])


def _is_written(value: Any) -> bool:
    """Whether a header's value is a text or a number; anything else is the recorder's, and says nothing."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _plain(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if len(str(value)[:40]) < 40 else ""
    return text(value)


class Sharing:
    """Makes equal parts of many values one object: the answers of a session say nearly the same again and again.

    Nobody may change what it gives; the rules only read exchanges.

    Two parts are equal where they are written alike: 1, 1.0 and true are three values.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    def of(self, value: Any) -> Any:
        """The value, its parts shared. The value itself is a new object: two equal answers stay two."""
        if isinstance(value, dict):
            return {name: self._part(part) for name, part in value.items()}
        return [self._part(part) for part in value] if isinstance(value, list) else value

    def _part(self, value: Any) -> Any:
        """The one object for all parts that are written alike. It is kept, so that its id tells it from all others."""
        if isinstance(value, str):
            return self._known.setdefault(value, value)
        if isinstance(value, dict):
            members = {name: self._part(part) for name, part in value.items()}
            return self._known.setdefault((tuple(members), tuple(map(id, members.values()))), members)
        if isinstance(value, list):
            elements = [self._part(part) for part in value]
            return self._known.setdefault((None, tuple(map(id, elements))), elements)
        return self._known.setdefault((type(value), repr(value)), value)
