"""Where a request's body departs from the contract: the one place that compares requests with the OpenAPI document.

The grounds for refusal are built on it (suites/*/rules.py), and so is the check that our own valid requests are valid.
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
INT32 = 2**31 - 1


class Problem(NamedTuple):
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


def problems(request: Request) -> Iterator[Problem]:
    """Every departure of a request's body from the contract; nothing for operations without one."""
    schema = schema_of(request.operation)
    if schema is None:
        return
    if request.raw is not None or request.body is None or not isinstance(request.body, dict):
        yield Problem("shape", "", request.body)
        return
    market = request.marketplace or ""
    root = contract.document("order-v1" if request.operation == contract.PLACE_ORDER else "order-v2")
    yield from _walk(root, schema, request.body, "", market)
    yield from _by_marketplace(request, market)


@cache
def schema_of(operation: str) -> dict[str, Any] | None:
    known = contract.operations().get(operation)
    return known.request if known else None


def _walk(root: dict[str, Any], schema: dict[str, Any], value: Any, path: str, market: str) -> Iterator[Problem]:
    schema = contract.resolve(root, schema)
    required = schema.get("required", [])
    for name, child in schema.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        optional = name not in required
        if name not in value:
            if not optional:
                yield Problem("missing", here)
            continue
        yield from _value(root, contract.resolve(root, child), value[name], here, optional, market)


def _value(
    root: dict[str, Any], schema: dict[str, Any], value: Any, path: str, optional: bool, market: str
) -> Iterator[Problem]:
    kind = schema.get("type", "object")
    if value is None:
        yield Problem("null", path, value, optional)
    elif kind == "integer" and isinstance(value, float) and value.is_integer() and 0 <= value <= INT32:
        yield Problem("fraction", path, value, optional)
    elif not _has_type(value, kind):
        yield Problem("type", path, value, optional)
    elif kind == "object":
        yield from _walk(root, schema, value, path, market)
    elif kind == "array":
        if not value:
            yield Problem("empty", path, value, optional)
        for entry in value:
            yield from _value(root, contract.resolve(root, schema["items"]), entry, f"{path}[]", False, market)
    elif kind == "string":
        yield from _text(schema, value, path, optional, market)
    elif kind == "integer" and (value < 0 or value > INT32):
        yield Problem("range", path, value, optional)


def _has_type(value: Any, kind: str) -> bool:
    return isinstance(value, JSON_TYPES[kind]) and not (isinstance(value, bool) and kind != "boolean")


def _text(schema: dict[str, Any], value: str, path: str, optional: bool, market: str) -> Iterator[Problem]:
    if not value.strip():
        yield Problem("empty", path, value, optional)
        return
    stub = path.endswith("itemId") and value.startswith(contract.STUB)
    if "pattern" in schema and not stub and not re.search(schema["pattern"], value):
        yield Problem("form", path, value, optional)
    if schema.get("format") == "email" and not re.fullmatch(r"[^\s@]+@[^\s@]+", value):
        yield Problem("form", path, value, optional)
    if "enum" in schema and value not in schema["enum"]:
        yield Problem("form", path, value, optional)
    limits = schema.get("x-max-length-by-marketplace")
    if limits and len(value) > limits.get(market, limits.get("default", 10**9)):
        yield Problem("length", path, value, optional)
    if path.rpartition(".")[2] in ADDRESS_PARTS:
        if CONTROL.search(value):
            yield Problem("control", path, value, optional)
        if MARKUP.search(value):
            yield Problem("markup", path, value, optional)


def _by_marketplace(request: Request, market: str) -> Iterator[Problem]:
    """What the documents demand in one marketplace only: state in the US, postal code everywhere but Hong Kong."""
    if request.operation not in (contract.INITIATE, contract.ADDRESS):
        return
    inside = request.operation == contract.INITIATE
    address = request.body.get("shippingAddress") if inside else request.body
    if not isinstance(address, dict):
        return
    prefix = "shippingAddress." if inside else ""
    state = address.get("stateOrProvince")
    if market == "EBAY_US" and isinstance(state, str) and state.strip() and len(state.strip()) != 2:
        yield Problem("form", f"{prefix}stateOrProvince", state)
    for name, wanted in (("postalCode", market != "EBAY_HK"), ("stateOrProvince", market == "EBAY_US")):
        if wanted and name not in address:
            yield Problem("missing", f"{prefix}{name}", optional=name == "stateOrProvince")
        elif wanted and name == "postalCode" and isinstance(address[name], str) and not address[name].strip():
            yield Problem("missing", f"{prefix}{name}")
