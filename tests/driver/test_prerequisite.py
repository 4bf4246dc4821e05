"""A failed prerequisite is known by itself and in the groups that Hypothesis makes of it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyFailure

from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.driver.prerequisite import PrerequisiteFailed, failed_prerequisite

BLOCKED = Unjudged(UnjudgedReason.BLOCKED, requirement="SESSION-CREATE")


def no_session() -> None:
    raise PrerequisiteFailed("SESSION-CREATE")


def no_order() -> None:
    raise PrerequisiteFailed("PAY-PLACE")


def test_a_failed_prerequisite_says_why() -> None:
    assert failed_prerequisite(PrerequisiteFailed("SESSION-CREATE")) == BLOCKED


def test_a_defect_is_none_alone_or_beside_one() -> None:
    assert failed_prerequisite(ValueError("ours")) is None
    assert failed_prerequisite(ExceptionGroup("", [PrerequisiteFailed("SESSION-CREATE"), ValueError("ours")])) is None


def test_a_session_that_is_made_when_it_is_asked_for_again() -> None:
    calls: list[int] = []

    @settings(database=None)
    @given(st.just(0))
    def flaky(number: int) -> None:
        calls.append(number)
        if len(calls) == 1:
            no_session()

    with pytest.raises(FlakyFailure) as raised:
        flaky()
    assert failed_prerequisite(raised.value) == BLOCKED


def test_two_cases_that_lack_different_things() -> None:
    @settings(database=None)
    @given(number=st.just(0))
    @example(number=1)
    @example(number=2)
    def cases(number: int) -> None:
        (no_session if number == 2 else no_order)()

    with pytest.raises(ExceptionGroup) as raised:
        cases()
    assert failed_prerequisite(raised.value) is not None
