"""Schemathesis' checks and the requirements that they stand for. The judge decides; a check is a second opinion.

A check is on if some sentence of the vendor's documents stands behind it, and if it can object at all: the schemas of
`phase_schemas.py` are configured by this table. Where a check that is on objects and the judge does not, contract and judge
disagree: a note in the report and a defect of this suite, never a breach of the target.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import requests
from schemathesis import Case, Response
from schemathesis.core.failures import FailureGroup

from conformance.core.exchange import Exchange


class Phase(StrEnum):
    """A phase by its name in Schemathesis' settings."""

    EXAMPLES = "examples"
    COVERAGE = "coverage"
    FUZZING = "fuzzing"
    STATEFUL = "stateful"


@dataclass(frozen=True)
class Check:
    """A check of Schemathesis by its name there.

    why_off: the reason why it is off, empty if it is on. not_in: phases without it.
    """

    name: str
    requirements: tuple[str, ...] = ()
    why_off: str = ""
    not_in: tuple[Phase, ...] = ()

    @property
    def on(self) -> bool:
        """Whether answers are checked by it."""
        return not self.why_off


CHECKS = (
    Check("not_a_server_error", ("ROBUST", "SESSION-DOCUMENTED")),
    Check("status_code_conformance", ("SESSION-DOCUMENTED",)),
    Check("content_type_conformance", ("TYPE-JSON",)),
    Check("response_headers_conformance", ("SESSION-SIGNATURE",)),
    Check("response_schema_conformance", ("SESSION-FIELDS", "ORDER-FIELDS", "PRICE-FORM", "ERROR-SHAPE", "WARNING-SHAPE")),
    Check(
        "missing_required_header",
        why_off="It wants 401 where no token is sent; 400 1002 is documented too. negative_data_rejection sees the other headers.",
    ),
    Check(
        "negative_data_rejection",
        ("SESSION-INVALID", "SESSION-REQUIRED", "QTY-INVALID", "PAY-TERMS", "COUPON-REQUIRED", "ROBUST"),
        not_in=(Phase.STATEFUL,),  # links bring values that the pinned document does not have
    ),
    Check(
        "ensure_resource_availability",
        why_off="It knows no end of a session but DELETE; a payment may end it. SESSION-READ is judged.",
    ),
    Check(
        "positive_data_acceptance",
        why_off="A schema cannot say which items, coupons and addresses a shop takes. The judge knows them from the profile.",
    ),
    Check(
        "unsupported_method",
        why_off="No document says how a method that does not exist is refused.",
    ),
    Check("allow_header_conformance", why_off="No document speaks of an Allow header."),
    Check("use_after_free", why_off="No operation deletes anything."),
    Check(
        "ignored_auth",
        why_off="It sends requests of its own, past the suite's client. The coverage phase leaves Authorization out itself.",
    ),
    Check(
        "object_level_authorization",
        why_off="It sends requests of its own. SESSION-APP and ORDER-APP are judged with the profile's second app.",
    ),
    Check("max_response_time", why_off="No document promises a time."),
)  # fmt: skip


def on() -> dict[str, Any]:
    """Which checks are on, as Schemathesis' settings have it (max_response_time takes a limit there, and is off)."""
    return {check.name: {"enabled": check.on} for check in CHECKS if check.name != "max_response_time"}


def off_in(phase: Phase) -> dict[str, Any]:
    """The checks that are off in this phase alone."""
    return {check.name: {"enabled": False} for check in CHECKS if phase in check.not_in}


def objections(case: Case, exchange: Exchange) -> Iterator[str]:
    """What the checks object to in an answer: the checks' names and the message, in one line each."""
    if exchange.silent:
        return
    try:
        case.validate_response(as_response(case, exchange))
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{', '.join(failure.checks)}: {' '.join(str(failure).split())}"


def as_response(case: Case, exchange: Exchange) -> Response:
    """An exchange as Schemathesis sees an answer; secrets are out of it already. Silence becomes a 504, which no link follows."""
    content = exchange.text if exchange.body is None else json.dumps(exchange.body)
    return Response(
        status_code=exchange.status or HTTPStatus.GATEWAY_TIMEOUT,
        headers={name: [value] for name, value in exchange.headers.items()},
        content=(content or "").encode(),
        request=requests.Request(exchange.method, f"http://target.invalid{case.formatted_path}").prepare(),
        elapsed=exchange.ms / 1000,
        verify=True,
    )
