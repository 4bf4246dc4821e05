"""How what an answer shows departs from what it should show: in kind, never by the values themselves."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

CENTS = Decimal("0.10")  # up to this an amount is wrong by rounding, not by a part that is missing
CENT = Decimal("0.02")
EMPTY: tuple[Any, ...] = (None, "", [], {})


class Deviation(StrEnum):
    """How what was seen departs from what was expected. The value is what result.json and known-defects.json hold."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    SERVER_ERROR = "server error"
    STATUS = "another status"
    ID = "another id"
    STATUS_AND_ID = "another status and id"
    ABSENT = "absent"
    UNASKED = "not expected"
    CENT_MORE = "a cent more"
    CENT_LESS = "a cent less"
    SOME_CENTS = "some cents"
    TWICE = "twice as much"
    MORE = "more"
    LESS = "less"
    COUNT = "another number"
    OTHER = "another value"


def deviation_of(expected: Any, actual: Any) -> Deviation:
    """How a value that is not the expected one departs from it."""
    if actual in EMPTY:
        return Deviation.ABSENT
    if expected in EMPTY:
        return Deviation.UNASKED
    if _is_number(expected) and _is_number(actual):
        return _of_numbers(Decimal(expected), Decimal(actual))
    if isinstance(expected, list | tuple) and isinstance(actual, list | tuple) and len(expected) != len(actual):
        return Deviation.COUNT
    return Deviation.OTHER


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _of_numbers(expected: Decimal, actual: Decimal) -> Deviation:
    difference = actual - expected
    if difference.is_nan():
        return Deviation.OTHER
    if abs(difference) <= CENT:
        return Deviation.CENT_MORE if difference > 0 else Deviation.CENT_LESS
    if abs(difference) <= CENTS:
        return Deviation.SOME_CENTS
    if actual == 2 * expected:
        return Deviation.TWICE
    return Deviation.MORE if difference > 0 else Deviation.LESS


def deviation_of_refusal(pairs: dict[tuple[int, int], Any], status: int | None, ids: list[int]) -> Deviation:
    """How an answer departs from the refusals that would be right. pairs: status and error id of each."""
    if status is None or status < 400:
        return Deviation.ACCEPTED
    if status >= 500:
        return Deviation.SERVER_ERROR
    if any(error_id in ids for _, error_id in pairs):
        return Deviation.STATUS
    return Deviation.ID if any(right == status for right, _ in pairs) else Deviation.STATUS_AND_ID
