"""Faults about the fields that an address has to have, each field in both operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.http.validation import Field
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    Condition,
    Fault,
    fault,
    field,
    from_nth,
    in_market,
    lines,
    nth,
    refuse,
    refused_yet_applied,
    tolerate,
    wrap,
)

SOMEBODY = {"firstName": "Guest", "lastName": "Buyer"}


def left_out(name: str) -> Condition:
    """In the step `field`: the request does not have this field of the address (null is no such case)."""
    def test(call: Call, spec: Field, value: Any) -> bool:
        holder: Any = call.data
        for part in spec.path.split(".")[:-1]:
            holder = holder.get(part) if isinstance(holder, dict) else None
        return isinstance(holder, dict) and name not in holder

    return field(name) & Condition(test)


def _home(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    return call.require_market().country


def _half(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
    """Refuses, but what came before in the body is kept already."""
    try:
        return proceed()
    except Refusal:
        cart = call.require_cart()
        cart.address = {**cart.address, "recipient": {**SOMEBODY, **call.data["recipient"]}}
        raise


def _needs_postal_code(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
    if value is None:
        raise Refusal(15001, spec.path, fieldName=spec.path)
    return proceed()


FAULTS: list[Fault] = [
    # a new session
    fault(
        "start-without-line1-in-gb", "ADDR-REQUIRED", "in EBAY_GB a session starts without addressLine1",
        tolerate("field", on=INITIATE, when=in_market("EBAY_GB") & left_out("addressLine1")),
        also=("SESSION-REQUIRED", "SESSION-FIELDS"),
    ),
    fault(
        "start-without-city", "ADDR-REQUIRED", "a session starts without a city, which is then an empty text",
        tolerate("field", returning="", on=INITIATE, when=left_out("city")), also="SESSION-REQUIRED",
    ),
    fault(
        "start-without-country", "ADDR-REQUIRED", "a session starts without a country, as if it were the marketplace's",
        wrap("field", _home, on=INITIATE, when=left_out("country")), also="SESSION-REQUIRED",
    ),
    fault(
        "start-without-phone", "ADDR-REQUIRED", "a session starts without a phone number",
        tolerate("field", on=INITIATE, when=left_out("phoneNumber")), also=("SESSION-REQUIRED", "SESSION-FIELDS"),
    ),
    fault(
        "start-without-phone-in-hk", "ADDR-REQUIRED", "in EBAY_HK a session starts without a phone number",
        tolerate("field", on=INITIATE, when=in_market("EBAY_HK") & left_out("phoneNumber")),
        also=("SESSION-REQUIRED", "SESSION-FIELDS"),
    ),
    fault(
        "start-without-recipient", "ADDR-REQUIRED", "a session starts without a recipient and makes one up",
        tolerate("field", returning=SOMEBODY, on=INITIATE, when=left_out("recipient")), also="SESSION-REQUIRED",
    ),
    fault(
        "start-without-first-name", "ADDR-REQUIRED", "a session starts without a first name",
        tolerate("field", returning="", on=INITIATE, when=left_out("firstName")), also="SESSION-REQUIRED",
    ),
    fault(
        "start-without-last-name-second-time", "ADDR-REQUIRED", "from the second one on a session starts without a "
        "last name",
        tolerate("field", returning="", on=INITIATE, when=left_out("lastName") & from_nth(2), kind="repeat"),
        also="SESSION-REQUIRED",
    ),
    fault(
        "start-without-postal-code-in-de", "ADDR-REQUIRED", "in EBAY_DE a session starts without a postal code",
        tolerate("field", on=INITIATE, when=in_market("EBAY_DE") & left_out("postalCode")),
    ),
    fault(
        "missing-line1-15002", "ADDR-REQUIRED", "in initiate a missing addressLine1 is 15002",
        refuse("field", 15002, path="shippingAddress.addressLine1", on=INITIATE, when=left_out("addressLine1"),
               kind="id"),
        also="SESSION-REQUIRED",
    ),
    fault(
        "missing-phone-409", "ADDR-REQUIRED", "in initiate a missing phone number is 15001 with status 409",
        refuse("field", 15001, status=409, path="shippingAddress.phoneNumber", on=INITIATE,
               when=left_out("phoneNumber"), kind="status"),
        also="SESSION-REQUIRED",
    ),
    fault(
        "postal-code-demanded-in-hk", "ADDR-REQUIRED", "in EBAY_HK no session starts without a postal code",
        wrap("field", _needs_postal_code, on=INITIATE, when=in_market("EBAY_HK") & field("postalCode")),
    ),
    # an update
    fault(
        "move-without-line1", "ADDR-REQUIRED", "an address without addressLine1 takes the place of one that has it",
        tolerate("field", on=ADDRESS, when=left_out("addressLine1")), also="SESSION-FIELDS",
    ),
    fault(
        "move-without-city-second-time", "ADDR-REQUIRED", "the second update without a city goes through",
        tolerate("field", on=ADDRESS, when=left_out("city") & nth(2), kind="repeat"), also="SESSION-FIELDS",
    ),
    fault(
        "move-without-country-15026", "ADDR-REQUIRED", "an update without a country is 409 15026, as if it were abroad",
        tolerate("field", on=ADDRESS, when=left_out("country"), kind="id"),
    ),
    fault(
        "move-without-phone-with-four-lines", "ADDR-REQUIRED", "with four lines the phone number can get lost",
        tolerate("field", on=ADDRESS, when=lines(4) & left_out("phoneNumber")), also="SESSION-FIELDS",
    ),
    fault(
        "move-without-recipient", "ADDR-REQUIRED", "an update without a recipient puts a made-up one in",
        tolerate("field", returning=SOMEBODY, on=ADDRESS, when=left_out("recipient")),
    ),
    fault(
        "move-without-first-name", "ADDR-REQUIRED", "an update without a first name empties it",
        tolerate("field", returning="", on=ADDRESS, when=left_out("firstName")),
    ),
    fault(
        "move-without-last-name-yet-applied", "ADDR-REQUIRED", "15001 for a missing last name, and yet it is gone",
        refused_yet_applied("field", returning="", on=ADDRESS, when=left_out("lastName")),
    ),
    fault(
        "move-without-postal-code", "ADDR-REQUIRED", "an update without a postal code takes it away",
        tolerate("field", on=ADDRESS, when=left_out("postalCode")),
    ),
    fault(
        "move-without-city-409", "ADDR-REQUIRED", "an update without a city is 15001 with status 409",
        refuse("field", 15001, status=409, path="city", on=ADDRESS, when=left_out("city"), kind="status"),
    ),
    fault(
        "move-without-phone-half-applied", "ADDR-REQUIRED", "15001 for a missing phone number, and yet there is a new "
        "recipient",
        wrap("field", _half, on=ADDRESS, when=left_out("phoneNumber"), kind="applied-though-refused"),
    ),
    fault(
        "move-in-hk-demands-postal-code", "ADDR-REQUIRED", "in EBAY_HK no update passes without a postal code",
        wrap("field", _needs_postal_code, on=ADDRESS, when=in_market("EBAY_HK") & field("postalCode")),
    ),
]
