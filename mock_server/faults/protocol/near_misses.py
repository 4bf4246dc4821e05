"""Faults about values that are nearly right: tokens, media types, marketing types; and a token's refusal that lands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call
from mock_server.injection import (
    APPLY,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    REMOVE,
    Condition,
    Effect,
    Fault,
    fault,
    in_market,
    lines,
    refused_yet_applied,
    skip,
    wrap,
)


def _media_type(call: Call) -> str:
    return call.request.headers.get("content-type", "").split(";")[0].strip().lower()


def _token_like(alike: Callable[[str, str], bool], **scope: Any) -> Effect:
    """A token like a known one stands for it."""

    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        sent = call.request.headers.get("authorization", "").partition(" ")[2]
        grants = call.shop.tokens
        known = next((token for token in grants if sent not in grants and alike(sent, token)), None)
        if known is not None:
            call.app = grants[known].app
            return None
        return proceed()

    return wrap("token", replacement, **scope)


def _short_types(proceed: Callable[..., Any], call: Call, term: Any) -> Any:
    """A marketing type that begins like a documented one counts as that."""
    types = term.get("marketingTypes") if isinstance(term, dict) else None
    if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
        return proceed()
    known = ("OFFER", "PROMOTION", "SURVEY")
    return proceed({**term, "marketingTypes": [next((n for n in known if name.startswith(n)), name) for name in types]})


FAULTS: list[Fault] = [
    fault("token-cut-short", "AUTH-TOKEN", "a coupon is removed with a token that lacks its last character",
          _token_like(lambda sent, known: sent == known[:-1], on=REMOVE), kind="boundary"),
    fault("token-in-other-case", "AUTH-TOKEN", "an option is selected with a token in other letter case",
          _token_like(lambda sent, known: sent.casefold() == known.casefold(), on=OPTION), kind="boundary"),
    fault("order-with-a-longer-token", "AUTH-TOKEN", "an order is read with a token with more characters behind",
          _token_like(lambda sent, known: len(sent) > len(known) and sent.startswith(known), on=ORDER), kind="boundary"),
    fault("no-token-coupon-removal-is-ordered", "AUTH-TOKEN", "1001, and yet the order placed later is without its coupon",
          refused_yet_applied("token", to="next_order", on=REMOVE), also="ORDER-READ"),
    fault("no-token-quantity-reaches-the-buyers-other", "AUTH-TOKEN", "1001, and yet the buyer's other session has it",
          refused_yet_applied("token", to="same_buyer", on=QUANTITY), also="SESSION-ISOLATED"),
    fault("media-type-that-begins-like-json", "ROBUST", "a coupon that is sent as application/json-seq is applied",
          skip("media_type", on=APPLY, when=Condition(
              lambda call: _media_type(call).startswith("application/json") and _media_type(call) != "application/json")),
          kind="boundary"),
    fault("marketing-types-with-more-behind", "PAY-TERMS", "with two lines OFFERS counts as OFFER",
          wrap("terms", _short_types, on=PLACE, when=lines(2, 2)), kind="boundary"),
    fault("text-is-an-option-in-hk", "ROBUST", "in EBAY_HK an option that is sent as text/plain is selected",
          skip("media_type", on=OPTION, when=in_market("EBAY_HK") & Condition(
              lambda call: _media_type(call) == "text/plain"))),
]
