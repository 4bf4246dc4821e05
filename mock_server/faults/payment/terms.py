"""Faults about the marketing terms of place_order: each mandatory value and each field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.injection import (
    PLACE,
    Condition,
    Effect,
    Fault,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    in_market,
    nth,
    refused_yet_applied,
    skip,
    wrap,
)

CHANNELS, TYPES, AGREED = "marketingChannels", "marketingTypes", "marketingTermsAccepted"


def _lists(term: Any) -> bool:
    return isinstance(term, dict) and isinstance(term.get(CHANNELS), list) and isinstance(term.get(TYPES), list)


short = Condition(lambda call, term: _lists(term) and not (
    {"EMAIL"} <= {*map(str, term[CHANNELS])} and {"OFFER", "PROMOTION", "SURVEY"} <= {*map(str, term[TYPES])}
))
disagreed = Condition(lambda call, term: isinstance(term, dict) and term.get(AGREED) is False)


def given(change: Callable[[dict[str, Any]], dict[str, Any]], **scope: Any) -> Effect:
    """The terms count as if these fields were there, too."""
    def replacement(proceed: Callable[..., Any], call: Call, term: Any) -> Any:
        return proceed({**term, **change(term)}) if isinstance(term, dict) else proceed()

    return wrap("terms", replacement, on=PLACE, **scope)


def _with(name: str, value: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda term: {name: [*term[name], value]} if isinstance(term.get(name), list) else {}


def _default(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda term: {} if name in term else {name: value}


def _unchecked_type(name: str, kind: type, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda term: {name: value} if isinstance(term.get(name), kind) else {}


FAULTS: list[Fault] = [
    # each mandatory value
    fault(
        "placed-without-email", "PAY-TERMS", "an order is placed without channel EMAIL",
        given(_with(CHANNELS, "EMAIL"), kind="field"),
    ),
    fault(
        "placed-without-offer", "PAY-TERMS", "an order is placed without type OFFER",
        given(_with(TYPES, "OFFER"), kind="field"),
    ),
    fault(
        "placed-without-promotion-in-ca", "PAY-TERMS", "in EBAY_CA an order is placed without type PROMOTION",
        given(_with(TYPES, "PROMOTION"), when=in_market("EBAY_CA")),
    ),
    fault(
        "placed-without-survey-unless-accepted", "PAY-TERMS", "who does not accept the terms can leave out SURVEY",
        given(_with(TYPES, "SURVEY"), when=disagreed, kind="field"),
    ),
    # each field, absent
    fault(
        "placed-without-terms", "PAY-TERMS", "an order is placed without marketingTerms",
        skip("body_place", on=PLACE, when=Condition(lambda call, data: "marketingTerms" not in data), kind="field"),
    ),
    fault(
        "placed-with-empty-terms", "PAY-TERMS", "an order is placed with an empty list of marketingTerms",
        skip("body_place", on=PLACE, when=Condition(lambda call, data: data.get("marketingTerms") == []),
             kind="boundary"),
    ),
    fault(
        "placed-without-agreement", "PAY-TERMS", "an order is placed without marketingTermsAccepted",
        given(_default(AGREED, False), kind="field"),
    ),
    fault(
        "placed-without-channels", "PAY-TERMS", "an order is placed without marketingChannels",
        given(_default(CHANNELS, ["EMAIL"]), kind="field"),
    ),
    fault(
        "placed-without-types", "PAY-TERMS", "an order is placed without marketingTypes",
        given(_default(TYPES, ["OFFER", "PROMOTION", "SURVEY"]), kind="field"),
    ),
    # each field, of another type
    fault(
        "terms-of-any-type", "PAY-TERMS", "an order is placed with marketingTerms that are a text",
        skip("body_place", on=PLACE, when=Condition(lambda call, data: isinstance(data.get("marketingTerms"), str)),
             kind="field"),
    ),
    fault(
        "agreement-of-any-type", "PAY-TERMS", "marketingTermsAccepted may be a text",
        given(_unchecked_type(AGREED, str, True), kind="field"),
    ),
    fault(
        "channels-as-text", "PAY-TERMS", "marketingChannels may be a text",
        given(_unchecked_type(CHANNELS, str, ["EMAIL"]), kind="field"),
    ),
    fault(
        "types-as-object", "PAY-TERMS", "marketingTypes may be an object",
        given(_unchecked_type(TYPES, dict, ["OFFER", "PROMOTION", "SURVEY"]), kind="field"),
    ),
    # the refusal
    fault(
        "terms-409", "PAY-TERMS", "incomplete terms are 15046 with status 409",
        change_status(409, on=PLACE, when=error(15046)),
    ),
    fault(
        "terms-15033", "PAY-TERMS", "incomplete terms are 15033",
        change_error_id(15033, on=PLACE, when=error(15046)),
    ),
    fault(
        "terms-yet-placed", "PAY-TERMS", "15046 for a missing type, and yet there is an order",
        refused_yet_applied("terms", on=PLACE, when=short),
    ),
    fault(
        "terms-second-time", "PAY-TERMS", "the second attempt with incomplete terms goes through",
        skip("terms", on=PLACE, when=short & nth(2), kind="repeat"),
    ),
    fault(
        "terms-unchecked-with-coupon", "PAY-TERMS", "with a coupon the terms may be incomplete",
        skip("terms", on=PLACE, when=coupon & short),
    ),
]
