"""Variants about the marketplace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    SESSION_METHODS,
    Variant,
    refuse,
    variant,
    wrap,
)
from mock_server.variants.ways import SESSIONS, otherwise, where

nameless = where(lambda call: not call.request.headers.get("x-ebay-c-marketplace-id"))
named = where(lambda call: call.request.headers.get("x-ebay-c-marketplace-id"))

_BY_METHOD = {
    INITIATE: (15002, 400), READ: (15029, 400), APPLY: (1100, 403), REMOVE: (2004, 400), QUANTITY: (15027, 409),
    ADDRESS: (15003, 404), OPTION: (15001, 422), PLACE: (15025, 403),
}


def _by_method(call: Call, refusal: Refusal) -> Refusal:
    id, status = _BY_METHOD[call.operation]
    return Refusal(id, status=status, fieldName="X-EBAY-C-MARKETPLACE-ID", fieldValue="", supportedValues="EBAY_US")


def _any_case(proceed: Callable[..., Any], call: Call) -> Any:
    """A marketplace counts in any letter case."""
    sent = call.request.headers.get("x-ebay-c-marketplace-id") or ""
    known = call.shop.marketplaces.get(sent.upper())
    if known is None:
        return proceed()
    call.market = known
    return None


def _of_session(proceed: object, call: Call) -> None:
    """A method that needs no marketplace takes the one of its session."""
    session = call.shop.sessions.get(call.id)
    call.market = session.cart.market if session is not None else call.shop.marketplaces["EBAY_US"]


VARIANTS: list[Variant] = [
    variant("marketplace-in-any-case", "MARKET-SUPPORTED", "the name of a marketplace counts in any letter case",
            wrap("marketplace", _any_case), on=(INITIATE, *SESSION_METHODS), about="letter case of the marketplace"),
    variant(
        "no-marketplace-15027", "MARKET-REQUIRED", "a missing marketplace header is 409 with 15027",
        refuse("marketplace", 15027, on=SESSIONS, when=nameless), about="no marketplace",
    ),
    variant(
        "no-marketplace-15029", "MARKET-REQUIRED", "a missing marketplace header is not the session's: 15029",
        refuse("marketplace", 15029, on=SESSION_METHODS, when=nameless), about="no marketplace",
    ),
    variant(
        "no-marketplace-gateway", "MARKET-REQUIRED", "a missing marketplace header is 400 with 2004",
        refuse("marketplace", 2004, on=SESSIONS, when=nameless), about="no marketplace",
    ),
    variant(
        "no-marketplace-by-method", "MARKET-REQUIRED", "a missing marketplace header is another 4xx on each method",
        otherwise("marketplace", _by_method, on=SESSIONS, when=nameless), about="no marketplace",
    ),
    variant(
        "place-without-marketplace", "MARKET-REQUIRED", "place order, whose page lists no such header, needs none",
        wrap("marketplace", _of_session, on=PLACE, when=nameless), about="marketplace of place order",
    ),
    variant(
        "unsupported-marketplace-15029", "MARKET-SUPPORTED",
        "for an existing session an unsupported marketplace is another one than the session's: 15029",
        otherwise("marketplace", 15029, on=SESSION_METHODS, when=named), about="unsupported marketplace",
    ),
]
