"""One broken field at a time: valid bodies with a field left out, null, empty, of another type or against its form."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

FieldPath = tuple[str | int, ...]
WRONG_TYPES: dict[str, tuple[Any, ...]] = {
    "string": (7, True),
    "object": ("text", 7, [], True),
    "array": ("text", 7, {}, True),
}
WRONG_FORMS: dict[str, tuple[str, ...]] = {
    "contactEmail": ("no address", "guest.example.com", "two@@example.com ", "guest@", "@"),
    "itemId": ("110123456789", "v1|abc|0", "v1|123"),
    "country": ("1", "Germany"),
}
US_STATES = ("California", "CAL", "C")


def fields(body: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The path of every field of a body, containers included, the first entry of each list."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield (*path, name)
            yield from fields(value, (*path, name))
    elif isinstance(body, list) and body:
        yield from fields(body[0], (*path, 0))


def value_at(body: Any, path: FieldPath) -> Any:
    """The value at a path."""
    for part in path:
        body = body[part]
    return body


def without(body: Any, path: FieldPath) -> Any:
    """A copy without the field."""
    changed = deepcopy(body)
    holder = value_at(changed, path[:-1])
    del holder[path[-1]]
    return changed


def with_value(body: Any, path: FieldPath, value: Any) -> Any:
    """A copy with another value in the field."""
    changed = deepcopy(body)
    holder = value_at(changed, path[:-1])
    holder[path[-1]] = value
    return changed


def kind_of(value: Any) -> str:
    """The JSON type of a value, as far as WRONG_TYPES names it."""
    return "object" if isinstance(value, dict) else "array" if isinstance(value, list) else "string"


def named(path: FieldPath) -> str:
    """The path as the documents write it."""
    return ".".join(str(key) for key in path if not isinstance(key, int))


def wrong_values(path: FieldPath, value: Any, market: str, *, all_of_them: bool = True) -> Iterator[Any]:
    """Values that the field must not have: other JSON types, null, empty, and texts against its stated form."""
    types = WRONG_TYPES[kind_of(value)]
    yield from types if all_of_them else types[:1]
    if isinstance(value, str) and all_of_them:  # the right value in another type: a careless server takes it
        yield [value]
        if path[-1] == "redemptionCode":
            yield {"code": value}
        if value.isdigit() and not value.startswith("0"):
            yield int(value)
    if path[-1] == "country" and isinstance(value, str):
        yield f"{value}A"
    if all_of_them or path[-1] in ("city", "itemId", "recipient"):
        yield None
    if isinstance(value, str):
        if all_of_them:
            yield ""
        forms = WRONG_FORMS.get(str(path[-1]), ())
        if path[-1] == "stateOrProvince" and market == "EBAY_US":
            forms = US_STATES
        yield from forms if all_of_them else forms[:1]
