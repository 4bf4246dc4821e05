"""Sends Schemathesis' cases to a live checkout through the suite's own client, where the judge judges them.

Schemathesis' checks are the second opinion: where one objects and the judge does not, the trace gets a note.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from schemathesis import Case
from schemathesis.core import NOT_SET

from conformance.core import contract
from conformance.core.exchange import MARKETPLACE_HEADER, OWN_APP, Exchange, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.judge import leaves_open
from suites.generated.checks import objections
from suites.generated.live_values import Values, live_values, substituted
from suites.generated.openapi_document import operation_of

DISAGREEMENT = "Contract and judge disagree"
JSON = "application/json"


class Sender:
    """Sends the cases of one test."""

    def __init__(self, driver: CheckoutDriver) -> None:
        self.driver = driver
        self.cases = 0

    def send(
        self,
        case: Case,
        market: str,
        session: CheckoutSession | None,
        others: Values | None = None,
        credential: str | None = None,
    ) -> Exchange:
        """Sends a case, with live values in place of the contract's examples; others, credential: in place of those."""
        self.cases += 1
        trace = self.driver.trace
        first_new = len(trace.judgments)
        values = live_values(self.driver, market, session, self.cases)
        request = self.request(case, {**values, **(others or {})})
        request.credential = credential or request.credential
        exchange = self.driver.send(request, self._unknown(request))
        agreed = all(judgment.ok for judgment in trace.judgments[first_new:])
        if agreed and not leaves_open(trace.world, self.driver.profile, exchange):
            trace.notes += [f"{DISAGREEMENT} on {exchange.id}: {text}" for text in objections(case, exchange)]
        return exchange

    def _unknown(self, request: Request) -> str | None:
        """The requirement about a session or an order that the target never gave out."""
        world, operation = self.driver.trace.world, request.operation
        if operation == contract.INITIATE:
            return None
        if operation == contract.READ_ORDER:
            return None if request.subject in world.orders else "ORDER-UNKNOWN"
        return None if request.subject in world.sessions else "SESSION-UNKNOWN"

    def request(self, case: Case, values: Values) -> Request:
        """The request of a case."""
        headers = {name: str(value) for name, value in case.headers.items()}
        authorization, media = headers.pop("Authorization", None), headers.pop("Content-Type", JSON)
        asked = headers.pop(MARKETPLACE_HEADER, None)
        body, raw = _body(case, values, media)
        return Request(
            operation_of(case),
            _subject(case, values),
            body,
            marketplace=values.get((MARKETPLACE_HEADER, asked or ""), asked),
            credential=self._credential(authorization),
            raw=raw,
            content_type=media,
            headers=headers,
        )

    def _credential(self, authorization: str | None) -> str:
        """The token is the client's own; a case may leave it out, or break its scheme."""
        if authorization is None and self.driver.profile.auth.kind != "none":
            return "none"
        return OWN_APP if authorization is None or authorization.startswith("Bearer ") else "wrong-scheme"


def _subject(case: Case, values: Values) -> str | None:
    for name, value in case.path_parameters.items():
        text = unquote(str(value), errors="surrogateescape")
        return str(values.get((name, text), text))
    return None


def _body(case: Case, values: Values, media: str) -> tuple[Any, bytes | None]:
    """The JSON value and, where that would not be sent as JSON, its bytes."""
    if case.body is NOT_SET:
        return None, None
    if isinstance(case.body, bytes):
        return None, case.body
    body = substituted(case.body, values)
    if body is None or media != JSON:
        return None, json.dumps(body).encode()
    return body, None
