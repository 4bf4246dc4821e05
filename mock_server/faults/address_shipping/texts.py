"""Faults about the length of address lines, and about characters that an address may or may not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Marketplace
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    Condition,
    Fault,
    after,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    field,
    in_market,
    marketplaces,
    nth,
    refuse,
    refused_yet_applied,
    skip,
    tolerate,
    wrap,
)

BOTH = (INITIATE, ADDRESS)
LINES = ("addressLine1", "addressLine2")

too_long = field(*LINES) & Condition(lambda call, path, text, most: len(text) > most)


def _more(n: int) -> Callable[..., Any]:
    return lambda proceed, call, path, text, most: proceed(path, text, most + n)


def _in_bytes(proceed: Callable[..., Any], call: Call, path: str, text: str, most: int) -> Any:
    return proceed(path, text.encode(errors="replace"), most)


def _line_length(market: str, most: int) -> Callable[[Marketplace], Marketplace]:
    return lambda marketplace: replace(marketplace, line_length=most) if marketplace.id == market else marketplace


def _cut(call: Call, value: Any, *_: Any) -> None:
    for name in LINES:
        if name in call.address:
            call.address[name] = call.address[name][: call.require_market().line_length]


def has(*marks: str) -> Condition:
    """In the step `characters`: the text has one of these."""
    return Condition(lambda call, path, text: any(mark in text for mark in marks))


control = Condition(lambda call, path, text: any(ord(mark) < 32 or 127 <= ord(mark) < 160 for mark in text))
markup = has("<", ">") & ~control
accents = Condition(lambda call, path, text: not text.isascii())


def _strip_markup(call: Call, value: Any, *_: Any) -> None:
    for name, text in call.address.items():
        if isinstance(text, str):
            call.address[name] = text.replace("<", "").replace(">", "")


def _latin_only(call: Call, value: Any, *_: Any) -> None:
    for name, text in call.address.items():
        if isinstance(text, str):
            call.address[name] = text.encode("latin-1", "replace").decode("latin-1")


FAULTS: list[Fault] = [
    # length
    fault(
        "line2-one-too-long", "ADDR-LENGTH", "addressLine2 may be one character longer than it should",
        wrap("length", _more(1), on=BOTH, when=field("addressLine2"), kind="boundary"),
    ),
    fault(
        "line1-one-less-on-update", "ADDR-LENGTH", "an update refuses an addressLine1 of the longest length",
        wrap("length", _more(-1), on=ADDRESS, when=field("addressLine1"), kind="boundary"),
    ),
    fault(
        "lines-of-forty-in-gb", "ADDR-LENGTH", "in EBAY_GB address lines may have 40 characters",
        marketplaces(_line_length("EBAY_GB", 40)), on=BOTH, kind="marketplace",
    ),
    fault(
        "lines-of-thirty-five-in-au", "ADDR-LENGTH", "in EBAY_AU address lines may have no more than 35 characters",
        marketplaces(_line_length("EBAY_AU", 35)), on=BOTH, kind="marketplace",
    ),
    fault(
        "line1-counted-in-bytes", "ADDR-LENGTH", "addressLine1 is measured in bytes, so that umlauts make it too long",
        wrap("length", _in_bytes, on=BOTH, when=field("addressLine1"), kind="boundary"),
    ),
    fault(
        "long-lines-are-cut", "ADDR-LENGTH", "an address line that is too long is accepted and cut",
        skip("length", on=BOTH, when=too_long), after("address", _cut, on=BOTH), kind="ignored",
    ),
    fault(
        "line-too-long-15002", "ADDR-LENGTH", "in initiate a line that is too long is 15002",
        change_error_id(15002, on=INITIATE, when=error(15048)),
    ),
    fault(
        "line-too-long-409", "ADDR-LENGTH", "in an update a line that is too long is 15048 with status 409",
        change_status(409, on=ADDRESS, when=error(15048)),
    ),
    fault(
        "line-too-long-yet-applied", "ADDR-LENGTH", "15048, and yet the session has the long line",
        refused_yet_applied("length", on=ADDRESS, when=too_long),
    ),
    fault(
        "line-length-free-with-coupon", "ADDR-LENGTH", "with a coupon an update takes lines of any length",
        skip("length", on=ADDRESS, when=coupon & too_long),
    ),
    fault(
        "line-too-long-second-time", "ADDR-LENGTH", "the second line that is too long goes through",
        skip("length", on=ADDRESS, when=too_long & nth(2), kind="repeat"),
    ),
    # characters
    fault(
        "control-in-last-name", "ADDR-CHARS", "in initiate a last name may have control characters",
        skip("characters", on=INITIATE, when=field("lastName") & control),
    ),
    fault(
        "line-break-passes", "ADDR-CHARS", "a line break is no control character",
        skip("characters", on=BOTH, when=has("\n"), kind="boundary"),
    ),
    fault(
        "control-in-county", "ADDR-CHARS", "an update takes control characters in the county",
        skip("characters", on=ADDRESS, when=field("county") & control),
    ),
    fault(
        "control-15002", "ADDR-CHARS", "in an update a control character is 15002",
        refuse("characters", 15002, path="city", on=ADDRESS, when=control, kind="id"),
    ),
    fault(
        "control-409", "ADDR-CHARS", "in initiate a control character is 17002 with status 409",
        refuse("characters", 17002, status=409, on=INITIATE, when=control, kind="status"),
    ),
    fault(
        "control-in-city-yet-applied", "ADDR-CHARS", "17002, and yet the session has the city with it",
        refused_yet_applied("characters", on=ADDRESS, when=field("city") & control),
    ),
    fault(
        "apostrophe-in-street-refused", "ADDR-CHARS", "a street with an apostrophe is 17002",
        refuse("characters", 17002, path="shippingAddress.addressLine1", on=BOTH, when=field("addressLine1") & has("'")),
    ),
    fault(
        "accents-refused-in-us", "ADDR-CHARS", "in EBAY_US a last name with an accent is 17002",
        refuse("characters", 17002, path="recipient.lastName", on=ADDRESS,
               when=in_market("EBAY_US") & field("lastName") & accents),
    ),
    fault(
        "chinese-becomes-question-marks", "ADDR-REPLACE", "in EBAY_HK an update keeps ? for Chinese characters",
        after("address", _latin_only, on=ADDRESS, when=in_market("EBAY_HK")), also="ADDR-CHARS",
    ),
    # markup
    fault(
        "markup-passes-on-update", "ADDR-CHARS-MARKUP", "an update takes markup in a street",
        skip("characters", on=ADDRESS, when=field("addressLine1") & markup),
    ),
    fault(
        "only-scripts-are-markup", "ADDR-CHARS-MARKUP", "markup passes unless it is a script",
        skip("characters", on=BOTH, when=markup & ~has("script"), kind="boundary"),
    ),
    fault(
        "markup-15002", "ADDR-CHARS-MARKUP", "in initiate markup is 15002",
        refuse("characters", 15002, path="shippingAddress.addressLine1", on=INITIATE, when=markup, kind="id"),
    ),
    fault(
        "markup-is-stripped", "ADDR-CHARS-MARKUP", "an update accepts markup and takes its brackets out",
        tolerate("characters", on=ADDRESS, when=markup), after("address", _strip_markup, on=ADDRESS), kind="ignored",
    ),
]
