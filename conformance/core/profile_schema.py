"""The shape of a target profile: `targets/profile.schema.json`, and the first violation as one sentence.

Editors read the same schema. Its `errorMessage` says what to write; the sentence adds where and what is wrong.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date, time
from functools import cache
from typing import Any

import jsonschema_rs

from conformance.core import places
from conformance.core.inputs import InputError

PATH = places.ROOT / "targets" / "profile.schema.json"
LARGEST = 10**15
BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
BY_TYPE = {
    "string": "write a text",
    "integer": "write a whole number",
    "number": "write a number",
    "boolean": "write true or false",
    "array": "write a list",
    "object": "write a table",
}


@cache
def schema() -> dict[str, Any]:
    """The published schema, parsed."""
    found: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
    return found


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema())


def check_shape(data: dict[str, Any], source: str) -> None:
    """Raises InputError with the first violation of the schema. data: parsed TOML; source: the file's name."""
    for path, value in _values(data, ()):
        if isinstance(value, float) and not math.isfinite(value):
            raise InputError(f"{place(path)} in {source} is {value:g}: write a finite number.")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise InputError(f"{place(path)} in {source} is too large: write a number of at most 15 digits.")
        if isinstance(value, date | time):  # a value that looks like them needs quotes
            raise InputError(f'{place(path)} in {source} is a date or a time: write it in quotes, such as "{value}".')
    for error in _validator().iter_errors(data):
        raise InputError(_sentence(error, source))
    for path, value in _values(data, ()):  # to a schema 4.0 is a whole number
        if isinstance(value, float) and _is_whole_number(path):
            raise InputError(f"{place(path)} in {source} is {value}: write a whole number, without a point.")


def _is_whole_number(path: tuple[Any, ...]) -> bool:
    """Whether the schema wants a whole number at a place of a valid profile."""
    node: Any = schema()
    for part in path:
        node = _within(node, part)
    return _resolved(node).get("type") == "integer"


def _within(node: dict[str, Any], part: str | int) -> dict[str, Any]:
    """The subschema of a member or of an element; {} where it says nothing."""
    holder = _resolved(node)
    for choice in (holder, *holder.get("oneOf", ()), *holder.get("anyOf", ())):
        known = _resolved(choice)
        if isinstance(part, int) and isinstance(known.get("items"), dict):
            return dict(known["items"])
        if isinstance(part, str) and part in known.get("properties", {}):
            return dict(known["properties"][part])
        if isinstance(part, str) and isinstance(known.get("additionalProperties"), dict):
            return dict(known["additionalProperties"])
    return {}


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    return _target(node["$ref"]) | node if "$ref" in node else node


def place(path: Iterator[Any] | tuple[Any, ...] | list[Any]) -> str:
    """A place in the file, in TOML's words: `marketplaces.EBAY_US.items.limit[0].item`."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            key = part if BARE_KEY.fullmatch(part) else json.dumps(part[:60])
            words += f".{key}" if words else key
    return words


def _values(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value that is neither a table nor a list, and its path."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _values(child, (*path, key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from _values(child, (*path, index))
    else:
        yield path, node


def _sentence(error: jsonschema_rs.ValidationError, source: str) -> str:
    path = list(error.instance_path)
    kind: Any = error.kind  # its attributes differ from kind to kind
    node, message = _violated(list(error.schema_path))
    if kind.name == "additionalProperties":
        known = ", ".join(node.get("properties", {}))
        return f"{place([*path, kind.unexpected[0]])} in {source} is not known here: write one of {known}."
    if kind.name == "required":
        missing = node.get("properties", {}).get(kind.property, {})
        return f"{place([*path, kind.property])} in {source} is missing: {_advice(missing)}."
    if kind.name == "enum":
        return f"{place(path)} in {source} is none of {', '.join(map(str, node['enum']))}: write one of them."
    return f"{place(path)} in {source} cannot be used: {message or _advice(node)}."


def _violated(path: list[Any]) -> tuple[dict[str, Any], str]:
    """The subschema that holds the violated keyword, and the advice that stands nearest to it."""
    node: Any = schema()
    holder, message = node, ""
    for part in path:
        while isinstance(node, dict) and "$ref" in node and part != "$ref":
            node = _target(node["$ref"])
        if isinstance(node, dict):
            holder = node
            message = node.get("errorMessage", "" if "type" in node else message)
            node = _target(node["$ref"]) if part == "$ref" else node.get(part)
        elif isinstance(node, list):
            node = node[int(part)]
    return holder, message


def _target(reference: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["$defs"][reference.rpartition("/")[2]]
    return found


def _advice(node: dict[str, Any]) -> str:
    if "$ref" in node:
        node = _target(node["$ref"]) | node
    if "errorMessage" in node:
        return str(node["errorMessage"])
    if "enum" in node:
        return f"write one of {', '.join(map(str, node['enum']))}"
    kinds = node.get("type", "string")
    least = f" from {node['minimum']} on" if "minimum" in node else ""
    return BY_TYPE[kinds if isinstance(kinds, str) else kinds[0]] + least
