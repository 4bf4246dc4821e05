"""Documents that are read back from files, against their published schemas (reports/schemas/)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import jsonschema_rs

from reports.text import Json

SCHEMAS = Path(__file__).with_name("schemas")
LONGEST = 200  # characters of an error that a sentence repeats


class UnfitFile(ValueError):
    """A file or folder holds something else than what was asked for; the message names it and says what."""


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError where there is none, or where it is nested too deeply."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def departure(document: Any, schema: str) -> str | None:
    """Where and how a document departs from a published schema, in some words; None where it keeps it.

    Members that the schema does not know are no departure: a later version may have written them.
    schema: the name of the file in reports/schemas/ without its ending.
    """
    error = next(_validator(schema).iter_errors(document), None)
    return None if error is None else _words(error)


def history_departure(entry: Any, members: tuple[str, ...], of_a_rule: tuple[str, ...]) -> str | None:
    """The same for what a history keeps of a result. members, of_a_rule: the members of the result that it keeps."""
    error = next(_history_validator(members, of_a_rule).iter_errors(entry), None)
    return None if error is None else _words(error)


def _words(error: jsonschema_rs.ValidationError) -> str:
    place = "/".join(map(str, error.instance_path))
    said = error.message if len(error.message) <= LONGEST else f"{error.message[:LONGEST]}…"
    return f"{place}: {said}" if place else said


def _open(node: Any) -> Any:
    """The schema without its ban on further members."""
    if isinstance(node, list):
        return [_open(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {name: _open(part) for name, part in node.items() if (name, part) != ("additionalProperties", False)}


def _schema(name: str) -> Json:
    found: Json = _open(json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")))
    return found


@cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_schema(name))


@cache
def _history_validator(members: tuple[str, ...], of_a_rule: tuple[str, ...]) -> jsonschema_rs.Draft202012Validator:
    result = _schema("result")
    rule = result["$defs"]["requirement"]
    rules = {
        "type": "object",
        "required": of_a_rule,
        "properties": {name: rule["properties"][name] for name in of_a_rule},
    }
    known = {name: result["properties"][name] for name in members} | {"format": {"enum": [1, 2]}}
    return jsonschema_rs.Draft202012Validator(
        {
            "$schema": result["$schema"],
            "type": "object",
            "required": [*members, "requirements"],
            "properties": {**known, "requirements": {"type": "array", "minItems": 1, "items": rules}},
            "$defs": result["$defs"],
        }
    )
