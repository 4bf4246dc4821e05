"""When a target is given up, and what is said then."""

from __future__ import annotations

import pytest

from conformance.client.circuit_breaker import CircuitBreaker
from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.runner.process_summary import ProcessSummary, cause_of_end


def met(
    status: int | None = 200, kind: str | None = None, problem: str | None = None, ms: float = 5.0, operation: str = ""
) -> Exchange:
    exchange = Exchange("t", 0, Request(operation or contract.READ), status=status, ms=ms)
    exchange.problem, exchange.problem_kind = problem, kind
    return exchange


TIMEOUT = met(None, "timeout", "No answer began within 10 s.")
REFUSED = met(None, "unreachable", "cannot be reached: connection refused.")
NEGATIVE = met(None, "malformed_http", "The answer is not HTTP/1.1.")


def noted(*pairs: tuple[Exchange, float], whole: bool = True) -> CircuitBreaker:
    circuit_breaker = CircuitBreaker(whole=whole)
    for exchange, seconds in pairs:
        circuit_breaker.note(exchange, seconds)
    return circuit_breaker


@pytest.mark.parametrize(
    ("pairs", "phrase"),
    [
        ([(TIMEOUT, 10)] * 2, "did not answer: No answer began"),
        ([(met(), 0.1)] + [(TIMEOUT, 10)] * 3, "stopped answering after 1 answers"),
        ([(met(), 0.1)] + [(REFUSED, 0)] * 5, "connection refused"),
        ([(met(503), 0.1)] * 5, "not available (503)"),
        ([(met(429), 0.1)] * 5, "quota"),
        ([(met(), 0.1), (REFUSED, 0)] * 20, "left 20 of 40 requests without an answer"),
        (([(met(), 0.1)] * 69 + [(TIMEOUT, 10)]) * 5, "left 5 of 350"),
        ([(NEGATIVE, 0)] * 3, "breaks HTTP: The answer is not HTTP/1.1."),
        ([(met(), 0.1), (NEGATIVE, 0)] * 20, "breaks HTTP"),
        ([(met(None, "too_large", "The head is larger."), 0)] * 3, "more than this API has to say"),
        ([(met(ms=1500), 1.5)] * 10, "1.5 s for an answer"),
    ],
)
def test_a_target_is_given_up_after_the_last_of_these_answers_and_not_before(
    pairs: list[tuple[Exchange, float]], phrase: str
) -> None:
    assert noted(*pairs[:-1]).sentence is None
    assert phrase in (noted(*pairs).sentence or "")


@pytest.mark.parametrize(
    "pairs",
    [
        [(met(ms=800), 0.8)] * 5000,  # slow, but at work
        ([(met(), 0.1)] * 99 + [(met(503), 0.1)]) * 60,
        [(met(), 0.1)] + [(REFUSED, 0)] * 4 + [(met(), 0.1)] * 400,  # a server that restarts
        [(met(500), 0.1)] * 100,  # an answer, if a bad one
        [(met(ms=9000), 9.0)] * 4 + [(met(), 0.1)] * 6,
    ],
)
def test_not_given_up(pairs: list[tuple[Exchange, float]]) -> None:
    assert noted(*pairs).sentence is None


def test_a_part_of_the_suite_may_be_as_slow_as_it_likes() -> None:
    assert noted(*[(met(ms=5000), 5.0)] * 50, whole=False).sentence is None


def test_tokens_do_not_count_as_answers_of_the_target() -> None:
    circuit_breaker = noted((met(operation=contract.TOKEN), 0.1), (TIMEOUT, 10), (TIMEOUT, 10))
    assert circuit_breaker.sentence and "did not answer" in circuit_breaker.sentence


def test_pauses_grow_and_end() -> None:
    circuit_breaker, pauses = CircuitBreaker(), []
    circuit_breaker.note(met(), 0.1)
    for _ in range(4):
        pauses.append(circuit_breaker.pause_s())
        circuit_breaker.note(REFUSED, 0)
    assert pauses == sorted(pauses) and pauses[:2] == [0, 0] and circuit_breaker.pause_s() <= 2
    circuit_breaker.note(met(), 0.1)
    assert circuit_breaker.pause_s() == 0


def test_sessions_that_are_forgotten() -> None:
    circuit_breaker = CircuitBreaker()
    circuit_breaker.forgot("one", 3)
    circuit_breaker.forgot("one", 3)
    assert circuit_breaker.sentence is None and circuit_breaker.forgotten == 3
    circuit_breaker.forgot("two", 2)
    assert (
        circuit_breaker.sentence
        and "5 that it had made" in circuit_breaker.sentence
        and "15003" in circuit_breaker.sentence
    )


def test_what_the_processes_leave() -> None:
    fine = ProcessSummary(None, 1, 3000, 2, "No answer began within 10 s.", 0)
    assert cause_of_end([fine, fine]) is None
    lossy = ProcessSummary(None, 1, 300, 20, "503", 0)
    assert cause_of_end([fine, lossy]) is None, "of all requests, few"
    assert cause_of_end([lossy]) == "The target left 20 of 300 requests without an answer, the last one so: 503."
    assert cause_of_end([fine, ProcessSummary("It stopped.", 1, 5, 0, "", 0)]) == "It stopped."
