"""Where generated cases are sent: sessions in turn for single operations, sessions by link for walks."""

from __future__ import annotations

from itertools import count, islice
from typing import Any

from schemathesis import Case

from conformance.core import contract
from conformance.core.exchange import OWN_APP, Exchange
from conformance.core.requirement import SessionPhase
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from suites.generated.alternatives import alternatives, credentials
from suites.generated.case_sender import Sender
from suites.generated.openapi_document import operation_of
from suites.shared.named_sessions import session_in

# How sessions came to be; their number has no divisor in common with that of the marketplaces.
SITUATIONS = ("calm", "rich", "three lines", "coupon", "option", "four lines", "changed")
AT_ONCE = 4  # sessions that take turns
CASES_PER_SESSION = 12
FEW_CASES = 3  # of an operation, under a budget


class SessionsInTurn:
    """Sends each case to the next of a few sessions, which differ in marketplace, lines, coupon and history."""

    def __init__(self, driver: CheckoutDriver) -> None:
        self.driver, self.sender = driver, Sender(driver)
        self._cases = driver.some(count(), single=FEW_CASES)
        self._situations = tuple(driver.some(SITUATIONS))
        self._markets = tuple(driver.some(driver.profile.markets))
        self._at_once = driver.times(AT_ONCE)
        self._sessions: dict[int, CheckoutSession] = {}
        self._sent: dict[str, int] = {}  # cases by session
        self._turns = count()
        self._each_sent = False

    def send(self, case: Case) -> None:
        """Sends a case, then reads what the answer says, or what a refusal must have left as it was.

        Under a budget few cases of an operation are sent. Raises PrerequisiteFailed where no session can be made.
        """
        for _ in islice(self._cases, 1):
            self._send(case, self._session_for(operation_of(case)))

    def send_each(self, case: Case) -> None:
        """Sends a case with each live value that the target has for an example, one at a time, and by each credential.

        Once for an operation: its further examples have the same fields. The session changes from case to case, so each
        case takes the next alternative of the session as it is then, until that has no more. None under a budget.
        """
        if self._each_sent:
            return
        self._each_sent, operation = True, operation_of(case)
        for place in self.driver.some(count(), single=0):
            session = self._session_for(operation)
            market = session.marketplace if session else self._market()
            others = next(islice(alternatives(self.driver, market, session, operation), place, None), None)
            if others is None:
                break
            self._send(case, session, others=others)
        for credential in self.driver.some(credentials(self.driver), single=0):
            self._send(case, self._session_for(operation), credential=credential)

    def _send(self, case: Case, session: CheckoutSession | None, **more: Any) -> None:
        exchange = self.sender.send(case, session.marketplace if session else self._market(), session, **more)
        if session is None:
            made = self.driver.trace.world.session_of(exchange)
            if made and made.app == OWN_APP:
                CheckoutSession(self.driver, made).read()
            return
        if exchange.operation == contract.PLACE_ORDER and session.state.phase != SessionPhase.OPEN:
            self._after_payment(session)
        elif exchange.accepted or self.sender.cases % 2:  # one read shows what two refusals left
            session.read_back()

    def _after_payment(self, session: CheckoutSession) -> None:
        """What a payment ends, a declined one too: one change, the payment again, and what is read then."""
        changes = session.changes()
        operation, body = changes[self.sender.cases % len(changes)]
        session.send(operation, body)
        session.place_order()
        session.read_back()

    # ------------------------------------------------------------ sessions

    def _session_for(self, operation: str) -> CheckoutSession | None:
        """The session of the next case; None for initiate."""
        if operation == contract.INITIATE:
            return None
        place = self.sender.cases % self._at_once
        session = self._sessions.get(place)
        if session is None or self._sent[session.id] >= CASES_PER_SESSION or not _fits(session, operation):
            session = self._sessions[place] = self._new_session(operation)
        self._sent[session.id] = self._sent.get(session.id, 0) + 1
        return session

    def _new_session(self, operation: str) -> CheckoutSession:
        turn = next(self._turns)
        situation = self._situations[turn % len(self._situations)]
        session = session_in(self.driver, self._market(turn), situation, email=self._email(operation, turn))
        coupons = self.driver.market(session.marketplace).coupons_of("good")
        applied = session.state.view.coupons
        if operation == contract.REMOVE and coupons and not applied:
            session.apply_coupon(coupons[0].code)
        if operation == contract.APPLY and applied and turn % 3:  # now and then a second coupon is tried
            session.remove_coupon(applied[0])
        if operation == contract.READ_ORDER:
            session.pay()
        return session

    def _email(self, operation: str, turn: int) -> str | None:
        """A buyer whose payment is declined, for every third session that is paid."""
        declined = list(self.driver.some(self.driver.profile.buyers.declined, single=0))
        if operation != contract.PLACE_ORDER or not declined or turn % 3 != 2:
            return None
        return declined[turn // 3 % len(declined)]

    def _market(self, turn: int | None = None) -> str:
        return self._markets[(self.sender.cases if turn is None else turn) % len(self._markets)]


def _fits(session: CheckoutSession, operation: str) -> bool:
    """Whether a request of the operation means something in the session as it is."""
    if operation == contract.READ_ORDER:
        return session.order is not None
    if session.state.phase != SessionPhase.OPEN or not session.lines:
        return False
    return operation != contract.REMOVE or bool(session.state.view.coupons)


class SessionsByLink:
    """Sends the steps of a walk along the contract's links: a step names its session, or means the walk's first."""

    def __init__(self, driver: CheckoutDriver, market: str) -> None:
        self.driver, self.market, self.sender = driver, market, Sender(driver)
        self._turns = count(driver.marketplace_index(market))
        self._situations = tuple(driver.some(SITUATIONS))
        self._latest: CheckoutSession | None = None
        self._other: CheckoutSession | None = None

    def begin(self) -> None:
        """A session to begin with. Raises PrerequisiteFailed."""
        situation = self._situations[next(self._turns) % len(self._situations)]
        self._other, self._latest = self._latest, session_in(self.driver, self.market, situation)

    def send(self, case: Case) -> Exchange:
        """Sends a step; then the session is read, the session of the walk before, or none."""
        world = self.driver.trace.world
        named = next(map(str, case.path_parameters.values()), "")
        known = world.sessions.get(named)
        session = CheckoutSession(self.driver, known) if known else self._latest
        exchange = self.sender.send(case, session.marketplace if session else self.market, session)
        if operation_of(case) == contract.INITIATE:
            made = world.session_of(exchange)
            self._latest = CheckoutSession(self.driver, made) if made else self._latest
        elif session and self.sender.cases % 2:
            session.read_back()
        elif self._other and self.sender.cases % 4 == 0:
            self._other.read_back()
        return exchange
