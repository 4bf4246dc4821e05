"""What about a request is odd, although no field of it breaks the contract: a target may turn such a request away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from conformance.judging.content.request_schema import Shape, shape_of
from conformance.judging.context import RuleContext

PLAIN = re.compile(r"[ -~]{0,128}")
SIGNS = re.compile(r"['\"\\%{}$<>]")
DIGIT = re.compile(r"\d")
NAMING = ("lineItemId", "shippingOptionId", "redemptionCode", "itemId")
FEWEST_DIGITS = 5  # of a phone number
FOREIGN = (
    "text/plain",
    "application/json-seq",
    "application/x-www-form-urlencoded",
    "application/xml",
    "text/xml",
    "text/html",
)


def has_unknown_fields(operation: str, body: dict[str, Any]) -> bool:
    """Whether the body of a request has a field that the contract does not know."""
    shape = shape_of(operation)
    return shape is not None and _unknown(shape, body)


def _unknown(shape: Shape | None, value: Any) -> bool:
    if value.__class__ is list:
        items = shape.items if shape else None
        return any([_unknown(items, element) for element in value])
    if value.__class__ is not dict or (shape and shape.kind != "object"):
        return False
    known = shape.fields if shape else {}
    if not value.keys() <= known.keys():
        return True
    return any([_unknown(known[name], member) for name, member in value.items() if member.__class__ in (dict, list)])


def is_odd(text: str) -> bool:
    """Whether an id or a code is none that a server would give out: long, or with other signs than ids have."""
    return PLAIN.fullmatch(text) is None or SIGNS.search(text) is not None


def media_type(header: str | None) -> str | None:
    """The media type of a Content-Type header, without its parameters."""
    return None if header is None else header.partition(";")[0].strip().lower()


def no_phone(address: dict[str, Any]) -> bool:
    """Whether an address has a phone number that nobody can call: no document states its form, so a target may refuse it."""
    number = address.get("phoneNumber")
    return isinstance(number, str) and len(DIGIT.findall(number)) < FEWEST_DIGITS


def named_texts(body: dict[str, Any]) -> Iterator[str]:
    """The ids and codes that a body names."""
    listed = body.get("lineItemInputs")
    inputs = [line_input for line_input in listed if isinstance(line_input, dict)] if isinstance(listed, list) else []
    for holder in (body, *inputs):
        for name in NAMING:
            if name in holder and holder[name].__class__ is str:
                yield holder[name]


def has_odd_content(context: RuleContext) -> bool:
    """Whether a JSON object that is sent has a field nobody knows, an id of odd signs, or a phone number that is none."""
    return (
        has_unknown_fields(context.operation, context.body)
        or any(map(is_odd, named_texts(context.body)))
        or no_phone(context.address)
    )


def is_object(raw: bytes) -> bool:
    """Whether bytes are a JSON object."""
    try:
        return isinstance(json.loads(raw), dict)
    except (ValueError, RecursionError):
        return False


def taken(context: RuleContext) -> str:
    """The kind of success by which a target takes an odd request."""
    return "media type" if context.request.content_type is None else "extra"
