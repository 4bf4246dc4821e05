"""Which currency is the session's where an answer has several."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.judging.context import RuleContext
from suites.marketplace.rules import one_currency_in_a_session


@pytest.mark.parametrize(
    ("currencies", "main", "other"),
    [
        (["USD", "EUR", "GBP", "CAD", "AUD", "CHF"], "USD", "EUR in part 1"),  # the first of those that are as frequent
        (["AUD", "CHF", "CAD", "GBP", "EUR", "USD"], "AUD", "CHF in part 1"),
        (["USD", "EUR", "EUR"], "EUR", "USD in part 0"),
    ],
)
def test_the_most_frequent_currency_is_the_sessions(currencies: list[str], main: str, other: str) -> None:
    amounts: list[Any] = [(f"part {place}", currency) for place, currency in enumerate(currencies)]
    context = cast(RuleContext, SimpleNamespace(amounts=amounts, sold_in="EBAY_US"))
    claim = next(iter(one_currency_in_a_session(context)))
    assert (claim.ok, claim.expected, claim.actual) == (False, main, other)
