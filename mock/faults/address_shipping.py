"""Faults about the address and shipping options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock.seams import ADDRESS, INITIATE, OPTION, Fault, around, fault, field, ignore, other_option
from mock.shop import Call


def _one_more(go: Callable[..., Any], call: Call, path: str, text: str, most: int) -> Any:
    return go(path, text, most + 1)


FAULTS: list[Fault] = [
    fault(
        "line2-one-too-long", "ADDR-LENGTH", "addressLine2 may be one character longer than it should",
        around("length", _one_more, on=(INITIATE, ADDRESS), when=field("addressLine2"), kind="boundary"),
    ),
    fault(
        "option-changes-once", "SHIP-SET", "once a line has another option no option changes any more",
        ignore(on=OPTION, when=other_option, kind="after"),
    ),
]
