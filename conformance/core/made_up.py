"""Values that nobody gave out. A request that names one of them must be refused, whoever sends it and why.

Ids are made of known ones, so that they have the form of the target's own; whether an id is made of a known one can be
told again from the two.
"""

from __future__ import annotations

import string
from collections.abc import Container

ITEM = f"v1|{'9' * 11}7|0"  # well-formed, and far beyond the item ids of any listing
CODE = "NEVER-HEARD-OF"  # what every made-up coupon code begins with
ORDERS = ("no-such-order", "50000000000000")  # where no order is known
FLIPPED = 8  # digits, from the end, that an unknown id has otherwise
ENDS = string.digits + string.ascii_letters + "-_|=~."


def is_made_up_item(item: str) -> bool:
    """Whether no listing has this item id."""
    return item == ITEM


def is_made_up_code(code: str) -> bool:
    """Whether no coupon has this redemption code."""
    return code.upper().startswith(CODE)


def unknown(like: str) -> str:
    """An id of the same form that was never given out."""
    flipped = _shifted(like, 1)
    return flipped if flipped != like else f"{like}0"


def nearly(like: str) -> str:
    """An id that differs from a real one at its very end, and so was never given out either."""
    last = like[-1:]
    return f"{like[:-1]}{(int(last) + 1) % 10}" if last.isdecimal() else f"{like}0"


def is_made_up_order(order: str) -> bool:
    """Whether no order has this id, whatever orders there are."""
    return order in ORDERS or order in map(unknown, ORDERS)


def is_made_up(identifier: str, known: Container[str], *, complete: bool) -> bool:
    """Whether an id is none of the known ones, but was made of one of them.

    complete: whether every id that was given out is known; if not, an id that only ends otherwise may be one of the others.
    """
    if identifier in known:
        return False
    digits = sum(char.isdecimal() for char in identifier)
    if (complete or digits >= FLIPPED) and _shifted(identifier, -1) in known:
        return _shifted(identifier, -1) != identifier
    if not complete:
        return False
    last = identifier[-1:]
    before = f"{identifier[:-1]}{(int(last) - 1) % 10}" if last.isdecimal() else ""
    longer = any(identifier + end in known for end in ENDS)
    return longer or before in known or (last == "0" and identifier[:-1] in known)


def _shifted(identifier: str, sign: int) -> str:
    """The id with each of its last digits moved on by an amount that hangs on its place, or back."""
    digits = [place for place, char in enumerate(identifier) if char.isdecimal()][-FLIPPED:]
    return "".join(
        str((int(char) + sign * (7 + place)) % 10) if place in digits else char for place, char in enumerate(identifier)
    )
