"""Faults about requests that lack a required field, or have a value of another type or form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.addresses import GOOD
from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.http.validation import Field
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    QUANTITY,
    REMOVE,
    Condition,
    Effect,
    Fault,
    before,
    body_matches,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    field,
    in_market,
    lines,
    refused_yet_applied,
    tolerate,
    wrap,
)


def absent(*path: str) -> Condition:
    """The step `field` is about this field, and it is not there."""
    about = field(*path)
    return Condition(lambda call, spec, value: value is None and about.test(call, spec), "field")


def without(name: str) -> Condition:
    """The body does not have this field."""
    return body_matches(lambda body: name not in body)


def is_a(kind: type, *path: str) -> Condition:
    """The step `field` is about this field, and it has a value of that type."""
    about = field(*path)
    return Condition(lambda call, spec, value: type(value) is kind and about.test(call, spec), "field")


def _first_line(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    return call.require_cart().lines[0].id


def _selected(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    return call.require_cart().lines[0].option


def _home(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    return GOOD[call.require_market().id]


def _as_text(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    return proceed(spec, str(value))


def _only_element(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    return proceed(spec, value[0] if value else None)


def _complete_inputs(call: Call) -> None:
    """Inputs without an itemId are passed over, but for the first."""
    inputs = call.data.get("lineItemInputs") if isinstance(call.data, dict) else None
    if isinstance(inputs, list):
        complete = [line_input for line_input in inputs[1:] if isinstance(line_input, dict) and "itemId" in line_input]
        call.data["lineItemInputs"] = inputs[:1] + complete


def _first_options(call: Call, refusal: Refusal) -> None:
    for line in call.require_cart().lines:
        line.option = line.item.options[0].id


def crash(on: str, when: Condition) -> Effect:
    """500 with 15000 where the step `field` should refuse."""

    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        try:
            return proceed()
        except Refusal:
            raise Refusal(15000) from None

    return wrap("field", replacement, on=on, when=when)


FAULTS: list[Fault] = [
    # -- SESSION-REQUIRED --
    fault(
        "no-email-is-taken",
        "SESSION-REQUIRED",
        "a session is made without contactEmail",
        tolerate("field", returning="nobody@example.com", on=INITIATE, when=absent("contactEmail")),
    ),
    fault(
        "no-inputs-is-a-crash",
        "SESSION-REQUIRED",
        "initiate without lineItemInputs is 500",
        crash(on=INITIATE, when=absent("lineItemInputs")),
    ),
    fault(
        "no-second-item-id-is-ignored",
        "SESSION-REQUIRED",
        "a second input without itemId is passed over",
        before("body", _complete_inputs, on=INITIATE),
        kind="ignored",
    ),
    fault(
        "no-address-is-home",
        "SESSION-REQUIRED",
        "a session without an address gets the one of somebody else",
        wrap("field", _home, on=INITIATE, when=absent("shippingAddress")),
    ),
    fault(
        "no-recipient-is-409",
        "ADDR-REQUIRED",
        "initiate without a recipient is 409 with 15001",
        change_status(
            409,
            on=INITIATE,
            when=error(15001)
            & body_matches(
                lambda body: (
                    isinstance(body.get("shippingAddress"), dict) and "recipient" not in body["shippingAddress"]
                ),
                kind="status",
            ),
        ),
        also="SESSION-REQUIRED",
    ),
    fault(
        "no-city-is-taken",
        "ADDR-REQUIRED",
        "initiate takes an address without a city",
        tolerate("field", on=INITIATE, when=absent("city"), returning="-"),
        also="SESSION-REQUIRED",
    ),
    fault(
        "no-line-id-is-the-first",
        "SESSION-REQUIRED",
        "a quantity without lineItemId is set on the first line",
        wrap("field", _first_line, on=QUANTITY, when=absent("lineItemId")),
        also="QTY-UNKNOWN-LINE",
    ),
    fault(
        "no-line-id-is-the-only",
        "SESSION-REQUIRED",
        "with one line an option without lineItemId is selected",
        wrap("field", _first_line, on=OPTION, when=lines(1, 1) & absent("lineItemId"), kind="field"),
        also="SHIP-UNKNOWN",
    ),
    fault(
        "no-option-id-is-ignored",
        "SESSION-REQUIRED",
        "no shippingOptionId is answered with 200, and nothing happens",
        wrap("field", _selected, on=OPTION, when=absent("shippingOptionId")),
        kind="ignored",
        also="SHIP-UNKNOWN",
    ),
    fault(
        "no-option-id-yet-reset",
        "SESSION-REQUIRED",
        "15001 for a missing option, and yet every line has its first one",
        before("refusal", _first_options, on=OPTION, when=error(15001) & without("shippingOptionId")),
        kind="applied-though-refused",
        also="SHIP-UNKNOWN",
    ),
    # -- SESSION-INVALID --
    fault(
        "email-of-any-form",
        "SESSION-INVALID",
        "contactEmail takes any text",
        tolerate("field", on=INITIATE, when=is_a(str, "contactEmail")),
    ),
    fault(
        "item-id-as-number-is-a-crash",
        "SESSION-INVALID",
        "a number as itemId is 500",
        crash(on=INITIATE, when=is_a(int, "itemId")),
    ),
    fault(
        "address-as-text-is-15001",
        "SESSION-INVALID",
        "a text as shippingAddress is 400 with 15001",
        change_error_id(15001, on=INITIATE, when=error(15002) & body_matches(lambda body: isinstance(body.get("shippingAddress"), str))),
        kind="id",
    ),
    fault(
        "invalid-is-409-in-hk",
        "SESSION-INVALID",
        "in EBAY_HK 15002 comes with status 409 in initiate",
        change_status(409, on=INITIATE, when=error(15002) & in_market("EBAY_HK"), kind="marketplace"),
    ),
    fault(
        "country-of-three-letters",
        "SESSION-INVALID",
        "USA is taken for US in a new address",
        wrap("field", lambda proceed, call, spec, value: proceed(spec, value[:2]), on=ADDRESS, when=is_a(str, "country")),
    ),
    fault(
        "state-of-any-length",
        "SESSION-INVALID",
        "in EBAY_US a state of any length is taken",
        tolerate("field", on=(INITIATE, ADDRESS), when=is_a(str, "stateOrProvince")),
    ),
    fault(
        "city-as-number",
        "SESSION-INVALID",
        "a number as city becomes a text",
        wrap("field", _as_text, on=ADDRESS, when=is_a(int, "city")),
    ),
    fault(
        "phone-in-a-list",
        "SESSION-INVALID",
        "a list of one phone number is taken for the number",
        wrap("field", _only_element, on=ADDRESS, when=is_a(list, "phoneNumber")),
    ),
    fault(
        "code-as-number",
        "SESSION-INVALID",
        "a number as redemptionCode is a code that is not known",
        wrap("field", _as_text, on=APPLY, when=is_a(int, "redemptionCode")),
    ),
    fault(
        "code-as-object-is-a-crash",
        "SESSION-INVALID",
        "an object as redemptionCode is 500 where a coupon is to be removed",
        crash(on=REMOVE, when=coupon & is_a(dict, "redemptionCode")),
    ),
    fault(
        "line-id-as-number",
        "SESSION-INVALID",
        "the number of a line item id is taken for the id",
        wrap("field", _as_text, on=QUANTITY, when=is_a(int, "lineItemId")),
    ),
    fault(
        "option-id-in-a-list",
        "SESSION-INVALID",
        "a list with the id of an option is taken for the id",
        wrap("field", _only_element, on=OPTION, when=is_a(list, "shippingOptionId")),
    ),
    fault(
        "invalid-city-yet-applied",
        "SESSION-INVALID",
        "15002 for a city that is no text, and yet the rest is stored",
        refused_yet_applied("field", returning="Elsewhere", on=ADDRESS, when=field("city")),
        kind="applied-though-refused",
    ),
]
