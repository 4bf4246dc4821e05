"""Sends Schemathesis' cases to a live checkout through the suite's own client, where the judge judges them.

Schemathesis' checks are the second opinion: where one objects and the judge does not, the trace gets a note.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import unquote

from schemathesis import Case
from schemathesis.core import NOT_SET

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP, Exchange, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.judge import leaves_open
from strategies.situations import cart_in
from suites.generated.checks import objections
from suites.generated.values import MARKETPLACE, Values, alternatives, live_values, substituted

DISAGREEMENT = "Contract and judge disagree"
JSON = "application/json"
# Sessions take turns in how they came to be; marketplaces too.
SITUATIONS = ("calm", "rich", "three lines", "coupon", "option", "four lines", "changed")
CASES_PER_SESSION = 12
FEW_CASES = 3  # of an operation, under a budget


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
        judged = len(trace.judgments)
        values = live_values(self.driver, market, session, self.cases)
        request = self.request(case, {**values, **(others or {})})
        request.credential = credential or request.credential
        exchange = self.driver.send(request, self._unknown(request))
        agreed = all(judgment.ok for judgment in trace.judgments[judged:])
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
        asked = headers.pop(MARKETPLACE, None)
        body, raw = _body(case, values, media)
        return Request(
            operation_of(case),
            _subject(case, values),
            body,
            values.get((MARKETPLACE, asked or ""), asked),
            self._credential(authorization),
            raw,
            media,
            headers,
        )

    def _credential(self, authorization: str | None) -> str:
        """The token is the client's own; a case may leave it out, or break its scheme."""
        if authorization is None and self.driver.profile.auth != "none":
            return "none"
        return OWN_APP if authorization is None or authorization.startswith("Bearer ") else "wrong-scheme"


def credentials(driver: CheckoutDriver) -> Iterator[str]:
    """The credentials that open nothing of the own app's, as far as the profile has them."""
    profile = driver.profile
    if profile.offers("second_app"):
        yield OTHER_APP
    if profile.auth == "none":
        return
    yield from ("none", "made-up")
    if profile.offers("expired_token"):
        yield "expired"
    if profile.offers("other_scope") and profile.offers("token_endpoint"):
        yield "other-scope"


def operation_of(case: Case) -> str:
    """The operationId of a case."""
    return str(case.operation.definition.raw["operationId"])


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


class SessionsInTurn:
    """Sends each case to a session that fits it; sessions differ in their marketplace and in what happened to them."""

    def __init__(self, driver: CheckoutDriver) -> None:
        self.driver, self.sender = driver, Sender(driver)
        self._session: CheckoutSession | None = None
        self._turns = count()
        self._each_sent: set[str] = set()

    def send(self, case: Case) -> None:
        """Sends a case, then reads what the answer says, or what a refusal must have left as it was.

        Under a budget few cases of an operation are sent. Raises PrerequisiteFailed where no session can be made.
        """
        operation = operation_of(case)
        if self.driver.brief and self.sender.cases >= FEW_CASES:
            return
        if operation == contract.INITIATE:
            self._initiate(case, self._market(self.sender.cases))
        else:
            self._send(case, self._session_for(operation))

    def send_each(self, case: Case) -> None:
        """Sends a case with each live value that the target has for an example, one at a time, and by each credential.

        Once for an operation: its other examples have the same fields.
        """
        operation = operation_of(case)
        if operation in self._each_sent or self.driver.brief:
            return
        self._each_sent.add(operation)
        market = self._market(next(self._turns))
        session = None if operation == contract.INITIATE else self._session_for(operation)
        for values in alternatives(self.driver, market, session, operation):
            if operation == contract.INITIATE:
                self._initiate(case, market, values)
            else:
                self._send(case, self._session_for(operation), values)
        for credential in credentials(self.driver):
            if operation == contract.INITIATE:
                self._initiate(case, market, credential=credential)
            else:
                self._send(case, self._session_for(operation), credential=credential)

    def _initiate(self, case: Case, market: str, *others: Any, **more: Any) -> None:
        exchange = self.sender.send(case, market, None, *others, **more)
        made = self.driver.trace.world.sessions.get(str(exchange.member("checkoutSessionId")))
        if made and made.app == OWN_APP:
            CheckoutSession(self.driver, made).read()

    def _send(self, case: Case, session: CheckoutSession, *others: Any, **more: Any) -> None:
        exchange = self.sender.send(case, session.marketplace, session, *others, **more)
        if exchange.accepted or self.sender.cases % 2:  # one read shows what two refusals left
            session.read_back()

    def _session_for(self, operation: str) -> CheckoutSession:
        if self._session is None or self.sender.cases % CASES_PER_SESSION == 0 or not _fits(self._session, operation):
            self._session = self._new_session(operation)
        return self._session

    def _new_session(self, operation: str) -> CheckoutSession:
        turn = next(self._turns)
        market = self._market(turn)
        session = cart_in(self.driver, market, SITUATIONS[0 if self.driver.brief else turn % len(SITUATIONS)])
        coupons, applied = self.driver.market(market).coupons_of("good"), session.session.view.coupons
        if operation == contract.REMOVE and coupons and not applied:
            session.apply(coupons[0].code)
        if operation == contract.APPLY and applied:
            session.remove(applied[0])
        if operation == contract.READ_ORDER:
            session.pay()
        return session

    def _market(self, turn: int) -> str:
        names = list(self.driver.profile.markets)
        return names[0 if self.driver.brief else turn % len(names)]


def _fits(session: CheckoutSession, operation: str) -> bool:
    """Whether a valid request of the operation can be accepted in the session as it is."""
    if operation == contract.READ_ORDER:
        return session.order is not None
    if session.session.phase != "open" or not session.lines:
        return False
    applied = bool(session.session.view.coupons)
    return {contract.APPLY: not applied, contract.REMOVE: applied}.get(operation, True)


class SessionsByLink:
    """Sends the steps of a walk along the contract's links: a step names its session, or means the walk's first."""

    def __init__(self, driver: CheckoutDriver, market: str) -> None:
        self.driver, self.market, self.sender = driver, market, Sender(driver)
        self._turns = count(driver.place(market))
        self._latest: CheckoutSession | None = None

    def begin(self) -> None:
        """A session to begin with. Raises PrerequisiteFailed."""
        self._latest = cart_in(self.driver, self.market, SITUATIONS[next(self._turns) % len(SITUATIONS)])

    def send(self, case: Case) -> Exchange:
        """Sends a step; every other one is read back."""
        world = self.driver.trace.world
        named = next(map(str, case.path_parameters.values()), "")
        known = world.sessions.get(named)
        session = CheckoutSession(self.driver, known) if known else self._latest
        exchange = self.sender.send(case, session.marketplace if session else self.market, session)
        if operation_of(case) == contract.INITIATE:
            made = world.sessions.get(str(exchange.member("checkoutSessionId")))
            self._latest = CheckoutSession(self.driver, made) if made else self._latest
        elif session and self.sender.cases % 2:
            session.read_back()
        return exchange
