"""The trace of the running test: whether tests share one, and when it ends."""

from __future__ import annotations

import pytest

from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.judging.trace import Trace, TraceKind
from conformance.runner.running_test import RunningTest


@pytest.mark.parametrize("shared", [False, True])
def test_tests_share_a_trace_where_they_share_sessions(*, shared: bool) -> None:
    running = RunningTest(shared)
    first = running.begin(lambda: Trace("first"))
    running.skipped = Unjudged(UnjudgedReason.NO_ANSWER)
    again = running.begin(lambda: Trace("second"))
    assert (again is first) is shared and (running.skipped is None) is not shared
    assert running.ends_its_trace is not shared


def test_silence_excuses_the_test_that_met_it_alone() -> None:
    running = RunningTest(shared=True)
    trace = running.begin(lambda: Trace("all"))
    trace.exchanges.append(Exchange("all", 0, Request(contract.READ)))
    assert running.excuse() == Unjudged(UnjudgedReason.NO_ANSWER)
    running.begin(lambda: Trace("next"))
    assert running.excuse() is None
    trace.exchanges.append(Exchange("all", 1, Request(contract.READ), status=503))
    assert running.excuse() == Unjudged(UnjudgedReason.NO_ANSWER)


@pytest.mark.parametrize("shared", [False, True])
def test_a_finding_is_sent_again_in_a_trace_of_its_own(*, shared: bool) -> None:
    running = RunningTest(shared)
    running.begin(lambda: Trace("finding", kind=TraceKind.REPLAY))
    assert running.is_open and running.ends_its_trace
    written: list[tuple[str, Unjudged | None]] = []
    running.close(lambda trace, skipped: written.append((trace.name, skipped)))
    assert written == [("finding", None)] and not running.is_open
    assert running.begin(lambda: Trace("next")).name == "next"
