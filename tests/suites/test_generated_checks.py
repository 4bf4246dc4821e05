"""Each of Schemathesis' checks that is on objects to some answer, in the phases that it is on in, and not to a good one."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, find, settings
from hypothesis import Phase as Generating
from schemathesis import Case, GenerationMode
from schemathesis.generation.meta import TestPhase

from conformance.core import contract
from conformance.core.exchange import SIGNATURE, Exchange, Request
from strategies.determinism import SEEDED, drawn_by
from suites.generated.checks import CHECKS, Phase, objections
from suites.generated.phase_schemas import schema

AnyCase = Case[Any]
SESSIONS = "/buy/order/v2/guest_checkout_session"
SESSION = contract.document("order-v2")["components"]["examples"]["Session"]["value"]
REFUSAL = {"errors": [{"errorId": 15002, "domain": "API_ORDER", "category": "REQUEST", "message": "m"}]}
FIRST = settings(
    backend=SEEDED,
    phases=(Generating.generate,),
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def drawn(mode: GenerationMode, method: str = "/initiate") -> AnyCase:
    """A request that fits the contract, or does not."""
    operation = schema(Phase.FUZZING)[SESSIONS + method]["POST"]
    with drawn_by("checks"):
        return find(operation.as_strategy(generation_mode=mode), lambda case: True, settings=FIRST)


def case(mode: GenerationMode, phase: Phase = Phase.FUZZING) -> AnyCase:
    """A request of initiate, as if the phase had made it."""
    found = drawn(mode)
    assert found.meta
    found.meta.phase.name = TestPhase(phase.value)
    return found


def answer() -> Exchange:
    """A session as the contract's example has it."""
    exchange = Exchange("checks", 0, Request(contract.INITIATE, None, {}, "EBAY_US"), "POST")
    exchange.status, exchange.body = 200, deepcopy(SESSION)
    exchange.headers = {"content-type": "application/json", SIGNATURE: "token"}
    return exchange


def crashes(exchange: Exchange) -> None:
    exchange.status, exchange.body = 500, {"errors": []}


def has_another_status(exchange: Exchange) -> None:
    exchange.status, exchange.body = 418, REFUSAL


def is_a_page(exchange: Exchange) -> None:
    exchange.headers["content-type"] = "text/html"


def has_no_signature(exchange: Exchange) -> None:
    del exchange.headers[SIGNATURE]


def has_no_lines(exchange: Exchange) -> None:
    exchange.body["lineItems"] = "none"


def is_good(exchange: Exchange) -> None:
    """Which it must not be, where the request is broken."""


TAMPERED: dict[str, tuple[GenerationMode, Callable[[Exchange], None]]] = {
    "not_a_server_error": (GenerationMode.POSITIVE, crashes),
    "status_code_conformance": (GenerationMode.POSITIVE, has_another_status),
    "content_type_conformance": (GenerationMode.POSITIVE, is_a_page),
    "response_headers_conformance": (GenerationMode.POSITIVE, has_no_signature),
    "response_schema_conformance": (GenerationMode.POSITIVE, has_no_lines),
    "negative_data_rejection": (GenerationMode.NEGATIVE, is_good),
}
PAIRS = [(check.name, phase) for check in CHECKS if check.on for phase in Phase if phase not in check.not_in]


def objecting(sent: AnyCase, tamper: Callable[[Exchange], Any]) -> set[str]:
    """The checks that object to a tampered answer."""
    exchange = answer()
    tamper(exchange)
    return {name for text in objections(sent, exchange) for name in text.partition(": ")[0].split(", ")}


@pytest.mark.parametrize(("check", "phase"), PAIRS)
def test_a_check_that_is_on_objects_to_some_answer(check: str, phase: Phase) -> None:
    mode, tamper = TAMPERED[check]
    assert check in objecting(case(mode, phase), tamper)


@pytest.mark.parametrize("phase", Phase)
def test_no_check_objects_to_a_good_answer(phase: Phase) -> None:
    assert objecting(case(GenerationMode.POSITIVE, phase), is_good) == set()


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("tamper", [tamper for _, tamper in TAMPERED.values()])
def test_a_check_that_is_off_objects_to_nothing(phase: Phase, tamper: Callable[[Exchange], None]) -> None:
    on = {check for check, there in PAIRS if there is phase}
    for mode in GenerationMode:
        assert objecting(case(mode, phase), tamper) <= on


def test_a_documented_refusal_by_5xx_is_no_server_error() -> None:
    def may_not_use_the_coupon(exchange: Exchange) -> None:
        exchange.status, exchange.body = 500, {"errors": [{"errorId": 16020}]}

    documented = drawn(GenerationMode.POSITIVE, "/{checkoutSessionId}/apply_coupon")
    assert "not_a_server_error" not in objecting(documented, may_not_use_the_coupon)
    assert "not_a_server_error" in objecting(documented, crashes)
    assert "not_a_server_error" in objecting(case(GenerationMode.POSITIVE), may_not_use_the_coupon)
