"""Variants about payment and the purchase order."""

from __future__ import annotations

from mock.seams import CHANGES, PAID, PLACE, READ, Variant, error, phase, refuse, reid, restatus, variant
from mock.seams.core import both

VARIANTS: list[Variant] = [
    variant(
        "paid-session-gone", "PAY-READ-AFTER", "a paid session cannot be read: 400 with 15003",
        refuse("app", 15003, on=READ, when=phase(PAID)), about="read after payment",
    ),
    variant(
        "lock-15032", "PAY-LOCK", "changes after payment are 400 with 15032",
        both(reid(15032, on=CHANGES, when=error(15021)), restatus(400, on=CHANGES, when=error(15032))), about="lock",
    ),
    variant(
        "pay-again-15021", "PAY-TWICE", "placing again is 409 with 15021",
        refuse("state", 15021, on=PLACE, when=phase(PAID)), about="pay again",
    ),
]
