"""Variants about errors and the gateway."""

from __future__ import annotations

from mock.seams import OPERATIONS, Variant, drop, variant

VARIANTS: list[Variant] = [
    variant(
        "no-long-messages", "ERROR-SHAPE", "errors and warnings have no longMessage",
        drop("errors[].longMessage"), drop("warnings[].longMessage"), on=OPERATIONS, about="longMessage",
    ),
]
