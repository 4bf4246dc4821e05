"""Faults about what is no quantity: in initiate and in update_quantity, a kind of value each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.http.validation import INT_MAX, Field
from mock_server.injection import (
    INITIATE,
    QUANTITY,
    Condition,
    Effect,
    Fault,
    change_error_id,
    error,
    fault,
    in_market,
    lines,
    refused_yet_applied,
    report_success,
    wrap,
)


def given(test: Callable[[Any], object]) -> Condition:
    """The step `field` is about a quantity, and its value is such a one."""
    return Condition(lambda call, spec, value: spec.name == "quantity" and bool(test(value)), "field")


def taken(change: Callable[[Any], Any], on: str, when: Condition, **scope: Any) -> Effect:
    """The value becomes another one, which is a quantity."""

    def replacement(proceed: Callable[..., Any], call: Call, spec: Field, value: Any) -> Any:
        return change(value)

    return wrap("field", replacement, on=on, when=when, **scope)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


negative = given(lambda value: _is_number(value) and value < 0)
fraction = given(lambda value: isinstance(value, float))
digits = given(lambda value: isinstance(value, str) and value.isdigit())
text = given(lambda value: isinstance(value, str))
boolean = given(lambda value: isinstance(value, bool))
nothing = given(lambda value: value is None)
huge = given(lambda value: _is_number(value) and value > INT_MAX)
zero = given(lambda value: value == 0 and _is_number(value))
listed = given(lambda value: isinstance(value, list | dict))


def _about_quantity(call: Call, response: Response | Refusal, *_: Any) -> bool:
    first = response.body.get("errors", [{}])[0]
    return first.get("errorId") == 15002 and str(first.get("inputRefIds", "")).endswith("quantity']")


about_quantity = Condition(_about_quantity)

FAULTS: list[Fault] = [
    # -- initiate --
    fault(
        "fractions-are-cut",
        "QTY-INVALID",
        "initiate cuts a fraction off",
        taken(lambda value: max(1, int(value)), INITIATE, fraction),
    ),
    fault("digits-are-a-number", "QTY-INVALID", "initiate takes a text of digits", taken(int, INITIATE, digits)),
    fault("true-is-one", "QTY-INVALID", "initiate takes true for 1", taken(lambda value: 1, INITIATE, boolean)),
    fault(
        "none-is-one",
        "QTY-INVALID",
        "initiate takes an absent quantity for 1",
        taken(lambda value: 1, INITIATE, nothing),
        also="SESSION-REQUIRED",
    ),
    fault(
        "zero-is-one-at-first",
        "QTY-INVALID",
        "initiate takes 0 for 1",
        taken(lambda value: 1, INITIATE, zero),
        kind="boundary",
    ),
    fault(
        "huge-is-most",
        "QTY-INVALID",
        "initiate takes what is beyond 32 bits for 9999",
        taken(lambda value: 9999, INITIATE, huge),
        kind="boundary",
    ),
    # -- update_quantity --
    fault(
        "minus-one-removes",
        "QTY-INVALID",
        "a negative quantity removes the line",
        taken(lambda value: 0, QUANTITY, negative),
    ),
    fault("fractions-are-rounded", "QTY-INVALID", "a fraction is rounded", taken(round, QUANTITY, fraction)),
    fault(
        "digits-are-a-number-later",
        "QTY-INVALID",
        "a text of digits is set as a quantity",
        taken(int, QUANTITY, digits),
    ),
    fault(
        "none-is-one-later", "QTY-INVALID", "an absent quantity is set as 1", taken(lambda value: 1, QUANTITY, nothing)
    ),
    fault(
        "none-is-ignored-in-de",
        "QTY-INVALID",
        "in EBAY_DE a quantity that is absent or null is 200 and ignored",
        report_success(on=QUANTITY, when=error(15001) & in_market("EBAY_DE"), kind="marketplace"),
    ),
    fault(
        "huge-wraps",
        "QTY-INVALID",
        "a quantity beyond 32 bits counts modulo a thousand",
        taken(lambda value: int(value) % 1000 or 1, QUANTITY, huge),
        kind="boundary",
    ),
    fault(
        "quantity-of-32-bits",
        "QTY-INVALID",
        "of a quantity beyond 32 bits the last 32 count",
        taken(lambda value: int(value) % 2**32, QUANTITY, huge),
        kind="boundary",
    ),
    fault(
        "list-removes-with-three",
        "QTY-INVALID",
        "with three lines a list or object as quantity is taken for 0",
        taken(lambda value: 0, QUANTITY, lines(3) & listed, kind="lines"),
    ),
    fault(
        "invalid-quantity-yet-applied",
        "QTY-INVALID",
        "15002 for a quantity, and yet the line has two pieces",
        refused_yet_applied("field", returning=2, on=QUANTITY, when=given(lambda value: True)),
        kind="applied-though-refused",
    ),
    fault(
        "invalid-quantity-is-15013",
        "QTY-INVALID",
        "a quantity that is a text is 409 with 15013",
        change_error_id(15013, status=409, on=QUANTITY, when=about_quantity),
    ),
]
