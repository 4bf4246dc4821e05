"""Variants about the marketplace."""

from __future__ import annotations

from mock.seams import INITIATE, SESSION_METHODS, Variant, refuse, variant
from mock.seams.core import Condition

nameless = Condition(lambda call, *_: not call.request.headers.get("x-ebay-c-marketplace-id"))

VARIANTS: list[Variant] = [
    variant(
        "no-marketplace-15027", "MARKET-REQUIRED", "a missing marketplace header is 409 with 15027",
        refuse("marketplace", 15027, on=(INITIATE, *SESSION_METHODS), when=nameless), about="no marketplace",
    ),
]
