"""Variants about errors and the gateway."""

from __future__ import annotations

from mock.seams import OPERATIONS, TOKEN, Variant, around, drop, variant

VARIANTS: list[Variant] = [
    variant(
        "no-long-messages", "ERROR-SHAPE", "errors and warnings have no longMessage",
        drop("errors[].longMessage"), drop("warnings[].longMessage"), on=OPERATIONS, about="longMessage",
    ),
    variant(
        "token-type-bearer", "AUTH-SCOPE", "the token endpoint calls its tokens Bearer",
        around("token_view", lambda go, call: {**go(), "token_type": "Bearer"}, on=TOKEN), about="token type",
    ),
]
