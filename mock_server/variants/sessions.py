"""Variants about sessions: whose they are, which check comes first, which id a bad field gets. Ids and forms are in
modules of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.http.validation import Field
from mock_server.injection import (
    CHANGES,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    SESSION_METHODS,
    Variant,
    change_status,
    error,
    field,
    refuse,
    variant,
    wrap,
)
from mock_server.variants.ids import VARIANTS as IDS
from mock_server.variants.shapes import VARIANTS as SHAPES
from mock_server.variants.ways import guard, named, otherwise, where

BODIES = (INITIATE, *CHANGES)


def _empty_is_invalid(call: Call, refusal: Refusal, about: Field, value: Any) -> Refusal | None:
    return named(15002, about) if refusal.error == 15001 and isinstance(value, str) else None


def _missing_is_invalid(call: Call, refusal: Refusal, about: Field, value: Any) -> Refusal:
    return named(15002, about)


def _null_refused(proceed: Callable[..., Any], call: Call, about: Field, value: Any) -> Any:
    if value is None and not about.required and _sent(call, about):
        raise named(15002, about)
    return proceed()


def _sent(call: Call, about: Field) -> bool:
    """Whether the field of the address is in the body, as null."""
    address = call.data.get("shippingAddress", call.data) if isinstance(call.data, dict) else {}
    return isinstance(address, dict) and about.name in address


def _strict(proceed: Callable[..., Any], call: Call, about: Field, value: Any) -> Any:
    """A phone number and a postal code of a form that real ones have."""
    found = proceed()
    if isinstance(found, str):
        digits = sum(map(str.isdigit, found))
        plain = all(sign.isdigit() or sign in "+ ()-./" for sign in found)
        if about.name == "phoneNumber" and not (plain and digits >= 7):
            raise named(15002, about)
        if about.name == "postalCode" and not (found.replace(" ", "").replace("-", "").isalnum() and len(found) < 12):
            raise named(15002, about)
    return found


def _no_inputs(call: Call, about: Field, value: Any) -> bool:
    return about.path == "lineItemInputs" and value in (None, [])


def _item_form(call: Call, refusal: Refusal, about: Field, value: Any) -> int | None:
    return 15018 if isinstance(value, str) and value.strip() else None


VARIANTS: list[Variant] = [
    *IDS,
    *SHAPES,
    variant(
        "unknown-session-404", "SESSION-UNKNOWN", "15003 comes with status 404", change_status(404, when=error(15003)),
        on=SESSION_METHODS, about="unknown session",
    ),
    variant(
        "unknown-session-404-on-reads", "SESSION-UNKNOWN", "15003 comes with status 404 on reads, with 400 elsewhere",
        change_status(404, on=READ, when=error(15003)), about="unknown session",
    ),
    variant(
        "other-app-403", "SESSION-APP", "15025 comes with status 403", change_status(403, when=error(15025)),
        on=SESSION_METHODS, about="another app",
    ),
    variant(
        "other-app-403-on-changes", "SESSION-APP", "15025 comes with status 403 on changes, with 400 elsewhere",
        change_status(403, on=CHANGES, when=error(15025)), about="another app",
    ),
    guard("state-before-owner", "a session that takes no changes says so before it asks whose it is",
          ("state", "app"), on=(*CHANGES, PLACE), requirement="SESSION-APP"),
    guard("body-before-owner", "the body is read before it is asked whose the session is",
          ("session_marketplace", "app"), ("body", "app"), on=CHANGES, requirement="SESSION-APP"),
    guard("body-before-state", "the body is read before the state counts", ("body", "state"), on=(*CHANGES, PLACE),
          requirement="PAY-LOCK"),
    guard("card-before-terms", "a card is declined before the terms are read", ("payment", "body"), on=(PLACE,),
          requirement="PAY-TERMS"),
    guard("marketplace-before-owner", "the session's marketplace counts before its app", ("session_marketplace", "app"),
          on=SESSION_METHODS, requirement="MARKET-SAME"),
    guard("session-before-token", "an unknown session is told before the token is looked at", ("session", "token"),
          on=SESSION_METHODS, requirement="AUTH-TOKEN"),
    guard("session-before-body", "an unknown session is told before a body is parsed", ("session", "media_type"),
          on=(*CHANGES, PLACE), requirement="ROBUST"),
    variant(
        "empty-is-invalid", "SESSION-INVALID", "an empty text is an invalid field, not a missing one",
        otherwise("field", _empty_is_invalid, on=BODIES), about="empty fields",
    ),
    variant(
        "null-refused", "SESSION-INVALID", "null in an optional field of the address is an invalid value",
        wrap("field", _null_refused, on=BODIES), about="null",
    ),
    variant(
        "missing-ids-are-invalid", "SESSION-REQUIRED", "a missing line or option id is an invalid field",
        otherwise("field", _missing_is_invalid, on=(QUANTITY, OPTION), when=field("lineItemId", "shippingOptionId")),
        about="missing ids",
    ),
    variant(
        "no-inputs-15019", "SESSION-NO-LINES", "lineItemInputs that are absent, null or empty are an empty cart: 15019",
        refuse("field", 15019, on=INITIATE, when=where(_no_inputs)), about="no line item inputs",
    ),
    variant(
        "odd-item-id-15018", "SESSION-INVALID", "an itemId against its form is an unknown item: 15018",
        otherwise("field", _item_form, on=INITIATE, when=where(lambda call, about, value: about.name == "itemId")),
        about="form of item ids",
    ),
    variant(
        "strict-phone-and-postal-code", "SESSION-INVALID", "phone numbers and postal codes need a usual form",
        wrap("field", _strict, on=BODIES), about="form of phone numbers",
    ),
]
