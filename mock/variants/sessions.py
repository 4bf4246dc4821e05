"""Variants about sessions: ids, orders of lists, optional fields."""

from __future__ import annotations

import secrets

from mock.seams import (
    INITIATE,
    SESSION_METHODS,
    Condition,
    Variant,
    after,
    error,
    restatus,
    variant,
)
from mock.shop import Answer, Call

_OPTIONAL_LISTS = ("promotions", "fees", "taxDetails")


def _escaped(call: Call, id: str, kind: str) -> str:
    return f"v1|{id}|{secrets.token_hex(4)} +~ä="


def _reversed(call: Call, body: dict[str, object]) -> None:
    lines = body["lineItems"]
    assert isinstance(lines, list)
    lines.reverse()


def _empty_lists(call: Call, answer: Answer, *_: Answer) -> None:
    body = answer.body
    if answer.status != 200 or "lineItems" not in body:
        return
    body.setdefault("warnings", [])
    if "checkoutSessionId" in body:
        body.setdefault("appliedCoupons", [])
    for line in body["lineItems"]:
        for name in _OPTIONAL_LISTS:
            line.setdefault(name, [])


session_id = Condition(lambda call, kind: kind == "session")

VARIANTS: list[Variant] = [
    variant(
        "ids-to-be-escaped", "SESSION-CREATE", "session ids have pipes, blanks and letters that a path has to escape",
        after("new_id", _escaped, on=INITIATE, when=session_id), about="session ids",
    ),
    variant(
        "lines-reversed", "SESSION-CREATE", "the lines come in the opposite order",
        after("session_view", _reversed), on=(INITIATE, *SESSION_METHODS), about="order of lines",
    ),
    variant(
        "empty-lists", "SESSION-FIELDS", "lists that have nothing in them are there and empty",
        after("answer", _empty_lists),
        on=(INITIATE, *SESSION_METHODS), about="empty lists",
    ),
    variant(
        "unknown-session-404", "SESSION-UNKNOWN", "15003 comes with status 404", restatus(404, when=error(15003)),
        on=SESSION_METHODS, about="unknown session",
    ),
]
