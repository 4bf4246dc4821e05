"""The body of an answer as JSON, by the letter of RFC 8259 and within what any document of this API needs."""

from __future__ import annotations

import json
import re
from math import isinf
from sys import intern
from typing import Any, NamedTuple

SHOWN = 4000  # characters of a text that is no JSON
DEEPEST = 100  # levels of nesting; the API's own documents have fewer than ten
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
FLAT = 200  # so many brackets in all cannot nest too deep to be handled


class Body(NamedTuple):
    """value: the JSON; or text: what it was, and its problem in words. All of them None for an empty body."""

    value: Any = None
    text: str | None = None
    problem: str | None = None


def read_json(text: str) -> Body:
    """Reads a text: NaN, infinite numbers, names that stand twice, numbers and nesting without measure are no JSON here."""
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_float, object_pairs_hook=_unique)
    except _Refused as refused:
        return Body(None, text[:SHOWN], str(refused))
    except RecursionError:
        return Body(None, text[:SHOWN], f"the JSON is nested deeper than {DEEPEST} levels")
    except json.JSONDecodeError as error:
        return Body(None, text[:SHOWN], f"the body is no JSON ({error.msg.lower()} at character {error.pos})")
    except ValueError:  # Python's own limit on the digits of a whole number
        return Body(None, text[:SHOWN], "the JSON holds a number of thousands of digits")
    if text.count("[") + text.count("{") > FLAT and _too_deep(value):
        return Body(None, text[:SHOWN], f"the JSON is nested deeper than {DEEPEST} levels")
    return Body(_whole(value) if _HALF.search(text) else value)


def _whole(value: Any) -> Any:
    """The value with halves of characters (which JSON can write, and nothing else can hold) as replacement characters."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_whole(element) for element in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(member) for name, member in value.items()}
    return value


def read_bytes(raw: bytes) -> tuple[str, str | None]:
    """(text, None), or (what can be shown, why it is no text)."""
    try:
        return raw.decode("utf-8"), None
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace"), "the body is not UTF-8"


def parsed(text: str) -> tuple[Any, str | None]:
    """(JSON value, None), or (None, the text) where it is no JSON."""
    body = read_json(text)
    return body.value, body.text


class _Refused(ValueError):
    """JSON's letter is broken; the message says how."""


def _refuse(constant: str) -> Any:
    raise _Refused(f"the JSON holds {constant}, which is no JSON number")


def _float(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise _Refused("the JSON holds a number beyond all measure")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {intern(name): value for name, value in pairs}  # the names are the same in every answer
    if len(found) != len(pairs):
        raise _Refused("an object of the JSON has the same name twice")
    return found


def _too_deep(value: Any) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        children = (
            child for container in level for child in (container.values() if isinstance(container, dict) else container)
        )
        level = [child for child in children if isinstance(child, dict | list)]
    return bool(level)
