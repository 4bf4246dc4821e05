"""Values that nobody gave out. A request that names one of them must be refused, whoever sends it and why.

Ids are made of known ones, so that they have the form of the target's own; whether an id is made of a known one can be
told again from the two.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

ITEM = f"v1|{'9' * 11}7|0"  # well-formed, and far beyond the item ids of any listing
TOKEN_TAIL = "-made-up"
CODE = "NEVER-HEARD-OF"  # what every made-up coupon code begins with
ORDERS = ("no-such-order", "50000000000000")  # where no order is known
FLIPPED = 8  # digits, from the end, that an unknown id has otherwise
FAR = "90817263"  # behind an id of fewer digits
COUNTED = 5  # last digits of a long id in which others of the same days may differ
DIGIT = re.compile(r"\d")
RUNS = re.compile(r"(.)\1+")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_made_up_item(item: str) -> bool:
    """Whether no listing has this item id."""
    return item == ITEM


def is_made_up_code(code: str) -> bool:
    """Whether no coupon has this redemption code."""
    return code.upper().startswith(CODE)


def unknown(like: str) -> str:
    """An id that was never given out: of the same form, or far beyond what a server that counts its ids has come to."""
    return _shifted(like, 1) if _digits(like) >= FLIPPED else f"{like}{FAR}"


def nearly(like: str) -> str:
    """An id that differs from a real one at its very end. A server that counts its ids may have given it out."""
    last = like[-1:]
    return f"{like[:-1]}{(int(last) + 1) % 10}" if last.isdecimal() else f"{like}0"


def is_made_up_order(order: str) -> bool:
    """Whether no order has this id, whatever orders there are."""
    return order in ORDERS or order in map(unknown, ORDERS)


def is_made_up(identifier: str, known: Collection[str], *, complete: bool) -> bool:
    """Whether an id was never given out: it was made of a known one, or has another form than all of them.

    complete: whether ids of this target were seen as they were given out, so that their form is known.
    """
    if identifier in known:
        return False
    if identifier.endswith(FAR) and identifier.removesuffix(FAR) in known:
        return True
    if _digits(identifier) >= FLIPPED and _shifted(identifier, -1) in known:
        return True
    return complete and bool(known) and not any(_alike(identifier, given_out) for given_out in known)


def may_be_counted(identifier: str, known: Collection[str]) -> bool:
    """Whether a server that counts its ids may have given out this one to another test, or in another run."""
    return any(_near(identifier, given_out) for given_out in known)


class Recipe(NamedTuple):
    """How a made-up id was made of a known one: in this process, and as a jq filter for a script."""

    make: Callable[[str], str]
    jq: str


CUT_FROM = 4  # characters; of a shorter id a part says nothing
COUNT_ON = '(if test("[0-9]$") then .[:-1] + (((.[-1:]|tonumber) + 1) % 10|tostring) else . + "0" end)'
SHIFT = (
    '((. / "") as $c | [range($c|length)|select($c[.]|test("[0-9]"))] as $p'
    f" | if ($p|length) < {FLIPPED} then . + {json.dumps(FAR)}"
    f" else reduce $p[-{FLIPPED}:][] as $i ($c; .[$i] = ((($c[$i]|tonumber) + 7 + $i) % 10|tostring)) | add end)"
)
RECASE = "(explode|map(if . >= 65 and . <= 90 then . + 32 elif . >= 97 and . <= 122 then . - 32 else . end)|implode)"


def recipe(identifier: str, like: str) -> Recipe | None:
    """How the id was made of the known one; None if it was not."""
    whole = {unknown: SHIFT, nearly: COUNT_ON, str.swapcase: RECASE}
    for make, jq in whole.items():
        if like.isascii() and identifier == make(like) != like:
            return Recipe(make, jq)
    if len(like) >= CUT_FROM and like in identifier:
        parts = identifier.split(like)
        return Recipe(lambda known: known.join(parts), f". as $id | {json.dumps(parts)} | join($id)")
    if len(like) - len(identifier) in (1, 2) and len(like) >= CUT_FROM and identifier in like:
        start = like.index(identifier)
        end = len(like) - len(identifier) - start
        return Recipe(lambda known: known[start : len(known) - end], f".[{start}:length - {end}]")
    return None


def made_of(identifier: str, known: Iterable[str]) -> tuple[str, Recipe] | None:
    """The known id that a made-up one was made of, and how; the longest where there are several."""
    for like in sorted(known, key=len, reverse=True):
        if found := recipe(identifier, like):
            return like, found
    return None


def near_token(token: str, kind: str) -> str:
    """A token that is nearly this one: `cut-short` by its last character, or in `other-case`; with a tail where it has none."""
    cut, recased = token.rstrip("=")[:-1], token.swapcase()
    if kind == "other-case":
        return f"{token}{TOKEN_TAIL}" if is_uuid(token) or recased == token else recased
    return cut or f"{token}{TOKEN_TAIL}"


def is_uuid(identifier: str) -> bool:
    """Whether an id has the form of a UUID, whose letter case does not count (RFC 9562)."""
    return UUID.fullmatch(identifier) is not None


def _alike(identifier: str, other: str) -> bool:
    return _form(identifier) == _form(other) or _near(identifier, other)


def _near(identifier: str, other: str) -> bool:
    """Whether two ids are the same UUID, or differ in their last digits alone, or in their number where that is short."""
    if is_uuid(identifier) and identifier.casefold() == other.casefold():
        return True
    if max(_digits(identifier), _digits(other)) < FLIPPED:
        return RUNS.sub(r"\1", _form(identifier)) == RUNS.sub(r"\1", _form(other))
    return (
        _form(identifier) == _form(other)
        and identifier[:-COUNTED] == other[:-COUNTED]
        and identifier[-COUNTED:].isdecimal()
    )


@lru_cache(maxsize=4096)  # the same ids are compared again and again
def _form(text: str) -> str:
    """9 for each digit, a for each letter of either case, other signs as they are."""
    return "".join("9" if char.isdecimal() else "a" if char.isalpha() else char for char in text)


def _digits(text: str) -> int:
    return len(DIGIT.findall(text))


def _shifted(identifier: str, sign: int) -> str:
    """The id with each of its last digits moved on by an amount that hangs on its place, or back."""
    digits = [place for place, char in enumerate(identifier) if char.isdecimal()][-FLIPPED:]
    return "".join(
        str((int(char) + sign * (7 + place)) % 10) if place in digits else char for place, char in enumerate(identifier)
    )
