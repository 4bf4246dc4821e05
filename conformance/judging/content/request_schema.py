"""Where a request's body departs from the contract: the one place that compares requests with the OpenAPI document.

The reasons for a refusal are built on it (suites/*/rules.py), and so is the check that our own valid requests are valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.core.addresses import ADDRESS_FIELDS
from conformance.core.exchange import Request

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
MARKUP = re.compile(r"[<>]")
ODD = re.compile(f"{CONTROL.pattern}|{MARKUP.pattern}")
INT32 = 2**31 - 1


class FieldProblem(NamedTuple):
    """One departure. kind: missing, null, empty, type, fraction (2.0 for 2), form, range, length, control, markup, shape.

    path: the field as the documents write it, list positions as `[]`. optional: the field may be left out.
    """

    kind: str
    path: str
    value: Any = None
    optional: bool = False

    @property
    def field(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def in_address(self) -> bool:
        """Whether the field belongs to a shipping address."""
        return self.field in ADDRESS_PARTS or self.path.endswith("recipient")


ADDRESS_PARTS = frozenset((*ADDRESS_FIELDS, "firstName", "lastName"))


class Shape(NamedTuple):
    """A schema of a body, compiled: its references followed, its patterns ready. fields: of an object, the required."""

    kind: str
    fields: dict[str, Shape]
    required: frozenset[str]
    items: Shape | None
    pattern: re.Pattern[str] | None
    options: frozenset[str] | None
    limits: dict[str, int]


NO_LIMIT = 10**9
EMAIL = r"^[^\s@]+@[^\s@]+\Z"


@cache
def shape_of(operation: str) -> Shape | None:
    """What the body of an operation must look like; None for an operation without one."""
    known = contract.operations().get(operation)
    root = contract.document("order-v1" if operation == contract.PLACE_ORDER else "order-v2")
    return compiled(root, known.request) if known and known.request else None


def compiled(root: dict[str, Any], node: Any) -> Shape:
    schema = contract.resolve(root, node)
    pattern = EMAIL if schema.get("format") == "email" else schema.get("pattern")
    return Shape(
        schema.get("type", "object"),
        {name: compiled(root, child) for name, child in schema.get("properties", {}).items()},
        frozenset(schema.get("required", ())),
        compiled(root, schema["items"]) if "items" in schema else None,
        re.compile(pattern) if pattern else None,
        frozenset(schema["enum"]) if "enum" in schema else None,
        schema.get("x-max-length-by-marketplace", {}),
    )


def problems(request: Request) -> list[FieldProblem]:
    """Every departure of a request's body from the contract; nothing for operations without one."""
    shape, found = shape_of(request.operation), list[FieldProblem]()
    if shape is None:
        return found
    if request.raw is not None or not isinstance(request.body, dict):
        return [FieldProblem("shape", "", request.body)]
    market = request.marketplace or ""
    _object(shape, request.body, "", market, found)
    found += _by_marketplace(request, market)
    return found


def _object(shape: Shape, value: dict[str, Any], path: str, market: str, found: list[FieldProblem]) -> None:
    for name, child in shape.fields.items():
        here = f"{path}.{name}" if path else name
        if name in value:
            _value(child, value[name], here, name not in shape.required, market, found)
        elif name in shape.required:
            found.append(FieldProblem("missing", here))


def _value(shape: Shape, value: Any, path: str, optional: bool, market: str, found: list[FieldProblem]) -> None:
    kind, given = shape.kind, value.__class__
    if kind == "string" and given is str:
        _text(shape, value, path, optional, market, found)
    elif value is None:
        found.append(FieldProblem("null", path, value, optional))
    elif kind == "integer" and isinstance(value, float) and value.is_integer() and 0 <= value <= INT32:
        found.append(FieldProblem("fraction", path, value, optional))
    elif given not in JSON_TYPES[kind]:  # not isinstance, for which true is a number
        found.append(FieldProblem("type", path, value, optional))
    elif kind == "object":
        _object(shape, value, path, market, found)
    elif kind == "array":
        if not value:
            found.append(FieldProblem("empty", path, value, optional))
        assert shape.items
        for element in value:
            _value(shape.items, element, f"{path}[]", False, market, found)
    elif kind == "integer" and (value < 0 or value > INT32):
        found.append(FieldProblem("range", path, value, optional))


def _is_stub(value: str, path: str) -> bool:
    """Whether a negative-testing string of the sandbox stands for an item."""
    return value.startswith(contract.STUB) and path.endswith("itemId")


def _text(shape: Shape, value: str, path: str, optional: bool, market: str, found: list[FieldProblem]) -> None:
    if not value or value.isspace():
        found.append(FieldProblem("empty", path, value, optional))
        return
    if shape.pattern and not shape.pattern.search(value) and not _is_stub(value, path):
        found.append(FieldProblem("form", path, value, optional))
    if shape.options is not None and value not in shape.options:
        found.append(FieldProblem("form", path, value, optional))
    if shape.limits and len(value) > shape.limits.get(market, shape.limits.get("default", NO_LIMIT)):
        found.append(FieldProblem("length", path, value, optional))
    if ODD.search(value) and path.rpartition(".")[2] in ADDRESS_PARTS:
        if CONTROL.search(value):
            found.append(FieldProblem("control", path, value, optional))
        if MARKUP.search(value):
            found.append(FieldProblem("markup", path, value, optional))


def _by_marketplace(request: Request, market: str) -> Iterator[FieldProblem]:
    """What the documents demand in one marketplace only: state in the US, postal code everywhere but Hong Kong."""
    if request.operation not in (contract.INITIATE, contract.ADDRESS):
        return
    inside = request.operation == contract.INITIATE
    address = request.body.get("shippingAddress") if inside else request.body
    if not isinstance(address, dict):
        return
    prefix = "shippingAddress." if inside else ""
    state, in_us = address.get("stateOrProvince"), contract.marketplaces().get(market, {}).get("country") == "US"
    if in_us and isinstance(state, str) and state.strip() and len(state.strip()) != 2:
        yield FieldProblem("form", f"{prefix}stateOrProvince", state)
    for name, wanted in (("postalCode", market != "EBAY_HK"), ("stateOrProvince", in_us)):
        if wanted and name not in address:
            yield FieldProblem("missing", f"{prefix}{name}", optional=name == "stateOrProvince")
        elif wanted and name == "postalCode" and isinstance(address[name], str) and not address[name].strip():
            yield FieldProblem("missing", f"{prefix}{name}")
