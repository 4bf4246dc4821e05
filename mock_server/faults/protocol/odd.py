"""Faults about odd requests: crashes, pages, traces, and requests that should not be taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.faults.protocol.errors import TRACE
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Effect,
    Fault,
    change_error_id,
    error,
    every,
    fault,
    put,
    refuse,
    respond,
    skip,
)

BODIES = (INITIATE, APPLY, REMOVE, QUANTITY, ADDRESS, OPTION, PLACE)
_PAGE = b"<!DOCTYPE html><html><head><title>400 Bad Request</title></head><body>nginx</body></html>"


def body(test: Callable[[bytes], object], kind: str = "") -> Condition:
    """The body of the request is such a one."""
    return Condition(lambda call, *_: bool(test(call.request.body)), kind)


def media(test: Callable[[str], object]) -> Condition:
    """The media type of the request is such a one."""
    return Condition(lambda call, *_: bool(test(call.request.headers.get("content-type", ""))))


def _deep(raw: bytes) -> bool:
    return raw.count(b"[") > 1000 or raw.count(b"{") > 1000


def _truncated(raw: bytes) -> bool:
    return raw.startswith(b"{") and not raw.rstrip().endswith(b"}")


def _numbers(raw: bytes) -> bool:
    return b"1e999" in raw


def _not_ascii(call: Call, *_: Any) -> bool:
    return not call.id.isascii()


def _odd_item(call: Call) -> bool:
    inputs = call.data.get("lineItemInputs") if isinstance(call.data, dict) else None
    return isinstance(inputs, list) and any(
        not str(line_input.get("itemId")).isascii() for line_input in inputs if isinstance(line_input, dict)
    )


def _known_fields(call: Call) -> bool:
    known = {"contactEmail", "lineItemInputs", "shippingAddress", "lineItemId", "quantity"}
    return isinstance(call.data, dict) and not set(call.data) <= known


def crash(step: str, on: str | tuple[str, ...], when: Condition) -> Effect:
    """500 with 15000 before the step."""
    return refuse(step, 15000, on=on, when=when)


FAULTS: list[Fault] = [
    fault(
        "broken-json-is-a-crash", "ROBUST", "broken JSON is 500 in initiate", crash("json", INITIATE, body(_truncated))
    ),
    fault(
        "broken-json-is-a-page",
        "ROBUST",
        "broken JSON about a quantity is a page of HTML",
        respond(400, _PAGE, on=QUANTITY, when=body(_truncated)),
        also=("ERROR-SHAPE", "TYPE-JSON"),
    ),
    fault(
        "broken-json-tells-a-trace",
        "ROBUST",
        "the refusal of broken JSON about an option is a stack trace",
        put("errors[].longMessage", TRACE, on=OPTION, when=body(_truncated)),
        kind="field",
        also="ERROR-SHAPE",
    ),
    fault("deep-lists-are-a-crash", "ROBUST", "thousands of nested lists are 500", crash("json", BODIES, body(_deep))),
    fault(
        "deep-objects-cut-the-line",
        "ROBUST",
        "thousands of nested objects are 500 with a page on a new address",
        respond(500, _PAGE, on=ADDRESS, when=body(_deep)),
        kind="status",
        also=("ERROR-SHAPE", "TYPE-JSON"),
    ),
    fault(
        "empty-body-is-a-crash",
        "ROBUST",
        "no body at all is 500 for an option",
        crash("json", OPTION, body(lambda raw: not raw)),
    ),
    fault(
        "huge-number-is-a-crash",
        "ROBUST",
        "a number beyond all bounds is 500",
        crash("json", (INITIATE, QUANTITY), body(_numbers)),
    ),
    fault(
        "text-is-taken-for-json",
        "ROBUST",
        "a quantity that is sent as text/plain is set",
        skip("media_type", on=QUANTITY),
    ),
    fault(
        "form-is-a-crash",
        "ROBUST",
        "a form in place of JSON is 500 in initiate",
        crash("media_type", INITIATE, media(lambda value: "form" in value)),
    ),
    fault(
        "unknown-field-is-a-crash",
        "ROBUST",
        "a field that nobody knows is 500 for a quantity",
        crash("body", QUANTITY, Condition(_known_fields)),
    ),
    fault(
        "long-session-id-is-a-crash",
        "ROBUST",
        "an id of more than 255 characters is 500 in a read",
        crash("session", READ, Condition(lambda call: len(call.id) > 255)),
        kind="boundary",
        also="SESSION-UNKNOWN",
    ),
    fault(
        "odd-id-is-a-crash",
        "ROBUST",
        "an id that is not ASCII is 500",
        crash("session", (READ, QUANTITY), Condition(_not_ascii)),
        also="SESSION-UNKNOWN",
    ),
    fault(
        "long-line-id-is-a-crash",
        "ROBUST",
        "a line item id of more than 255 characters is 500",
        crash("line", QUANTITY, Condition(lambda call, line_id: len(line_id) > 255)),
        kind="boundary",
        also="QTY-UNKNOWN-LINE",
    ),
    fault(
        "quotes-in-code-are-a-crash",
        "ROBUST",
        "a code with a quotation mark is 500",
        crash("coupon", APPLY, Condition(lambda call, code: "'" in code)),
        kind="field",
    ),
    fault(
        "odd-item-id-is-a-crash",
        "ROBUST",
        "an item id that is not ASCII is 500",
        crash("body", INITIATE, Condition(_odd_item)),
        kind="field",
        also="SESSION-INVALID",
    ),
    fault(
        "crash-at-the-third-broken-body",
        "ROBUST",
        "each third broken body in a shop is 500",
        change_error_id(15000, status=500, on=BODIES, when=error(2004) & every(3)),
        kind="repeat",
    ),
]
