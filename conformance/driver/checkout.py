"""What a test holds: the driver, which sends requests with their intent, and the checkout sessions that it creates.

Nothing here judges: every exchange goes to `judge`, and what a test needs to know of a session it asks the world.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar
from zlib import crc32

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.exchange import OWN_APP, Exchange, Intent, Request
from conformance.core.profile import SAFE_LINE_COUNT, Market, Profile
from conformance.core.requirement import SessionPhase
from conformance.driver import session_pool
from conformance.driver.effort import Effort
from conformance.driver.features import Features
from conformance.driver.payment import WAITS_S, PayPage
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.driver.session_methods import CHANGE_METHODS, TERMS, Method, MethodCall, calls
from conformance.judging.apply_exchange import paid_elsewhere
from conformance.judging.judge import judge
from conformance.judging.model import Line, Option
from conformance.judging.trace import Trace
from conformance.judging.world import Order, SessionState

T = TypeVar("T")


class CheckoutDriver:
    """Sends requests of one test.

    effort: how much of what the test has is sent. borrows: a session that an earlier test left untouched serves the next.
    """

    def __init__(
        self,
        target: ApiClient,
        trace: Trace,
        *,
        features: dict[tuple[str, str], Features] | None = None,
        effort: Effort = Effort.FULL,
        borrows: bool = False,
        record: Callable[[Exchange], None] | None = None,
        pay_page: PayPage | None = None,
    ) -> None:
        self.target = target
        self.profile: Profile = target.profile
        self.trace = trace
        self.features = features or {}
        self.effort = effort
        self.borrows = borrows
        self.lines_seen: dict[tuple[str, str], Line] = {}
        self.pay_page = pay_page or PayPage()
        self._record = record
        self._buyers = 0

    # ------------------------------------------------------------ data

    def market(self, marketplace: str) -> Market:
        """What the profile says of a marketplace."""
        return self.profile.markets[marketplace]

    def marketplace_index(self, marketplace: str) -> int:
        """Its place among the profile's marketplaces, so that each can take its turn."""
        return list(self.profile.markets).index(marketplace)

    def some(self, values: Iterable[T], few: int | None = None, turn: str = "", *, single: int = 1) -> Iterator[T]:
        """All values; the first `few` of them where the effort is sampled, the first `single` where it is single.

        turn: a marketplace; each takes another few.
        """
        if turn and few and self.effort is Effort.SAMPLED:
            values = list(values)
            first = self.marketplace_index(turn) * few % max(1, len(values))
            values = values[first:] + values[:first]
        return islice(values, self.effort.limit(few, single))

    def times(self, most: int, *, single: int = 1) -> int:
        """How often something is done that is done `most` times, and `single` times where the effort is single."""
        return most if (limit := self.effort.limit(None, single)) is None else min(most, limit)

    def settle(self) -> None:
        """Reads every session whose last requests were refused: a refusal changes nothing."""
        for session in list(self.trace.world.sessions.values()):
            refused = session.unread_refusals
            if refused and refused[-1].exchange not in self.trace.settled:
                self.trace.settled.add(refused[-1].exchange)  # once: what has ended may refuse every read
                if session_pool.owes_a_read(self.trace.world, session):
                    CheckoutSession(self, session).read_back()

    def buyer(self) -> str:
        """An e-mail address that no other session of the run uses."""
        self._buyers += 1
        return self.profile.buyers.good.replace("{n}", f"{crc32(self.trace.name.encode()) % 10**8}{self._buyers}")

    def plain(
        self, marketplace: str, count: int | None = 1, *, skip: int = 0, want: Callable[[Features], bool] | None = None
    ) -> list[str]:
        """Plain items, at most so many (None: all), the most telling first. want: which fit; if none does, warned items."""
        shown = {item: found for (name, item), found in self.features.items() if name == marketplace}
        items: list[str] = []
        for group in (self.market(marketplace).plain, self.market(marketplace).items("warned") if want else ()):
            items = items or [item for item in group if not want or want(shown.get(item, Features()))]
        items.sort(key=lambda item: -shown.get(item, Features()).weight)
        return items[skip:][:count]

    def maximum(self) -> int:
        """The largest number of lines that surely fits."""
        return self.profile.max_line_items or SAFE_LINE_COUNT

    def initiate_body(
        self,
        marketplace: str,
        lines: Iterable[tuple[str, int]],
        *,
        email: str | None = None,
        address: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A valid body of initiate."""
        return {
            "contactEmail": email or self.buyer(),
            "lineItemInputs": [{"itemId": item, "quantity": quantity} for item, quantity in lines],
            "shippingAddress": deepcopy(address or self.market(marketplace).address),
        }

    # ------------------------------------------------------------ requests

    def send(self, request: Request, requirement: str | None = None, case: str = "") -> Exchange:
        """Sends a request with its intent, judges the answer and folds it into the world.

        Raises PrerequisiteFailed for an order where the profile has none placed by a call.
        """
        if request.operation == contract.PLACE_ORDER and not self.profile.pays_by_call:
            raise PrerequisiteFailed(detail="a profile that has no order placed by a call")
        intent = Intent(requirement, case) if requirement else None
        return self.judge_exchange(self.target.send(request, self.trace.name, len(self.trace.exchanges), intent))

    def judge_exchange(self, exchange: Exchange) -> Exchange:
        """Judges an exchange and takes it into the trace."""
        exchange.trace, exchange.seq = self.trace.name, len(self.trace.exchanges)
        self.trace.exchanges.append(exchange)
        self.trace.judgments += judge(self.trace.world, self.profile, exchange)
        if self._record:
            self._record(exchange)
        return exchange

    def initiate(
        self,
        marketplace: str,
        lines: Iterable[tuple[str, int]] = (),
        requirement: str | None = None,
        case: str = "",
        *,
        body: Any = None,
        email: str | None = None,
        address: dict[str, Any] | None = None,
        credential: str = OWN_APP,
        **more: Any,
    ) -> Exchange:
        """initiateGuestCheckoutSession; `body` replaces the valid one."""
        sent = body if body is not None else self.initiate_body(marketplace, lines, email=email, address=address)
        return self.send(Request(contract.INITIATE, None, sent, marketplace, credential, **more), requirement, case)

    def create_session(
        self,
        marketplace: str,
        lines: int | Iterable[tuple[str, int]] = 1,
        *,
        quantity: int = 1,
        email: str | None = None,
        address: dict[str, Any] | None = None,
        requirement: str | None = None,
        case: str = "",
        credential: str = OWN_APP,
    ) -> CheckoutSession:
        """A fresh session of so many plain items, each in the quantity, or of the lines given. Raises PrerequisiteFailed."""
        any_do = isinstance(lines, int) and quantity == 1
        if isinstance(lines, int):
            lines = [(item, quantity) for item in self.plain(marketplace, lines)]
        chosen, world, spare = list(lines), self.trace.world, None
        if self.borrows and email is None and address is None and requirement is None:
            exactly = [] if any_do else chosen
            spare = session_pool.untouched(world, self.profile, marketplace, credential, exactly, len(chosen))
        if spare:
            return CheckoutSession(self, spare)
        exchange = self.initiate(
            marketplace, chosen, requirement, case, email=email, address=address, credential=credential
        )
        state = world.session_of(exchange)
        if state is None or state.created_by != exchange.id:
            raise PrerequisiteFailed(contract.owner_of_answer_to(contract.INITIATE))
        return CheckoutSession(self, state)

    def paid(self, marketplace: str) -> CheckoutSession:
        """A session that is paid and nothing more; under a budget that of an earlier test. Raises PrerequisiteFailed."""
        if self.borrows and (session := session_pool.paid(self.trace.world, marketplace)):
            return CheckoutSession(self, session)
        fresh = self.create_session(marketplace)
        fresh.pay()
        return fresh

    def read_order(
        self,
        order_id: str,
        requirement: str | None = None,
        case: str = "",
        *,
        marketplace: str | None = None,
        credential: str = OWN_APP,
    ) -> Exchange:
        """getGuestPurchaseOrder."""
        return self.send(Request(contract.READ_ORDER, order_id, None, marketplace, credential), requirement, case)


@dataclass
class CheckoutSession:
    """A checkout session that a test drives. state: what its answers have shown."""

    driver: CheckoutDriver
    state: SessionState
    named_line: int = 0  # the place of the line that its calls name; the first, where there are fewer
    _tries: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    _owed: str | None = None  # the requirement whose refusals are still to be read back

    @property
    def id(self) -> str:
        """Its checkoutSessionId."""
        return self.state.id

    @property
    def marketplace(self) -> str:
        """The marketplace that made it."""
        return self.state.marketplace

    @property
    def lines(self) -> list[Line]:
        """Its lines as last shown."""
        return list(self.state.view.lines.values())

    @property
    def order(self) -> Order | None:
        """Its purchase order, once it is placed."""
        return self.driver.trace.world.orders.get(self.state.order or "")

    def other_option(self, line: Line, place: int = 1) -> Option | None:
        """An option of the line that is not selected; place: which of them."""
        free = [option for option in line.options if not option.selected and option.id]
        return free[(place - 1) % len(free)] if free else None

    def send(
        self, operation: str, body: Any = None, requirement: str | None = None, case: str = "", **more: Any
    ) -> Exchange:
        """Any session method; `marketplace`, `credential`, `raw`, `content_type` and `headers` may be given."""
        more.setdefault("marketplace", self.marketplace)
        return self.driver.send(Request(operation, self.id, body, **more), requirement, case)

    def expect_refusal(
        self, operation: str, body: Any = None, requirement: str | None = None, case: str = "", **more: Any
    ) -> Exchange:
        """Sends what should be refused; a read follows, now or with the next refusals (`CheckoutDriver.settle`).

        The first two of a kind are read back at once, later ones by twos.
        """
        tries = self._tries[operation, requirement] = self._tries[operation, requirement] + 1
        reads_now = self.driver.effort is Effort.FULL
        if reads_now and self._owed not in (None, requirement):
            self.read_back()
        exchange = self.send(operation, body, requirement, case, **more)
        self._owed = None
        if reads_now and (tries <= 2 or tries % 2 == 0):
            self.read_back()
        elif reads_now:
            self._owed = requirement
        return exchange

    def assert_still_open(self) -> None:
        """A change that must be accepted: what was refused before, a payment too, has not closed the session."""
        if self.driver.effort is Effort.SINGLE:
            return  # the next test that has this session shows it
        if self.state.phase == SessionPhase.OPEN and self.lines:
            own = {} if self.state.app == OWN_APP else {"credential": self.state.app}
            self.set_quantity(self.lines[0], (self.lines[0].quantity or 1) + 1, **own)

    def confirm(self) -> None:
        """Reads what a step left, where the driver reads after every step."""
        if self.driver.effort is Effort.FULL:
            self.read_back()

    def read_back(self) -> None:
        """Reads the session, and its order if it was paid."""
        own = {} if self.state.app == OWN_APP else {"credential": self.state.app}
        self.read(**own)
        if self.state.order and self.state.phase == SessionPhase.ORDERED:
            self.read_order(**own)

    def read(self, requirement: str | None = None, case: str = "", **more: Any) -> Exchange:
        """getGuestCheckoutSession."""
        return self.send(contract.READ, None, requirement, case, **more)

    def set_quantity(
        self, line: Line, quantity: Any, requirement: str | None = None, case: str = "", **more: Any
    ) -> Exchange:
        """updateGuestQuantity."""
        return self.send(contract.QUANTITY, {"lineItemId": line.id, "quantity": quantity}, requirement, case, **more)

    def select_option(
        self, line: Line, option: str | None, requirement: str | None = None, case: str = "", **more: Any
    ) -> Exchange:
        """updateGuestShippingOption."""
        return self.send(
            contract.OPTION, {"lineItemId": line.id, "shippingOptionId": option}, requirement, case, **more
        )

    def set_address(
        self, address: dict[str, Any], requirement: str | None = None, case: str = "", **more: Any
    ) -> Exchange:
        """updateGuestShippingAddress."""
        return self.send(contract.ADDRESS, deepcopy(address), requirement, case, **more)

    def apply_coupon(self, code: Any, requirement: str | None = None, case: str = "", **more: Any) -> Exchange:
        """applyGuestCoupon."""
        return self.send(contract.APPLY, {"redemptionCode": code}, requirement, case, **more)

    def remove_coupon(self, code: Any, requirement: str | None = None, case: str = "", **more: Any) -> Exchange:
        """removeGuestCoupon."""
        return self.send(contract.REMOVE, {"redemptionCode": code}, requirement, case, **more)

    def place_order(self, requirement: str | None = None, case: str = "", terms: Any = None, **more: Any) -> Exchange:
        """placeGuestOrder with full marketing terms, or those given."""
        return self.send(contract.PLACE_ORDER, self.terms() if terms is None else terms, requirement, case, **more)

    def terms(self, *, accepted: bool = True) -> dict[str, Any]:
        """A valid body of placeGuestOrder."""
        terms = deepcopy(TERMS)
        terms[0]["marketingTermsAccepted"] = accepted
        return {"marketingTerms": terms}

    def pay(self) -> str:
        """Gets the session paid as the profile has it and returns the order's id. Raises PrerequisiteFailed."""
        if self.profile.payment.kind == "place_order":
            self.place_order()
        elif self.profile.payment.kind in WAITS_S:
            outcome = self.driver.pay_page.pay(self)
            if outcome.order is None:
                raise PrerequisiteFailed(
                    detail=f"a payment that was not made: {outcome.data.get('message', outcome.kind)}"
                )
            paid_elsewhere(self.trace.world, self.state, outcome.order, datetime.now(UTC).isoformat())
        else:
            raise PrerequisiteFailed(detail="a profile that names no way to pay")
        if self.state.phase != SessionPhase.ORDERED or not self.state.order:
            raise PrerequisiteFailed(contract.owner_of_answer_to(contract.PLACE_ORDER))
        return self.state.order

    @property
    def trace(self) -> Trace:
        """The trace of the test that holds the session."""
        return self.driver.trace

    @property
    def profile(self) -> Profile:
        """The target's profile."""
        return self.driver.profile

    @property
    def target(self) -> ApiClient:
        """The client that reaches the target."""
        return self.driver.target

    def read_order(self, requirement: str | None = None, case: str = "", **more: Any) -> Exchange:
        """getGuestPurchaseOrder of its order."""
        return self.driver.read_order(self.state.order or "", requirement, case, **more)

    def call(self, method: Method) -> MethodCall:
        """Operation and body of a method as this session stands, as if it were to be accepted."""
        return self._calls()[method]

    def changes(self) -> list[MethodCall]:
        """A call of each of the five changes as this session stands, and of quantity 0."""
        return [call for method, call in self._calls().items() if method in CHANGE_METHODS]

    def calls(self) -> list[MethodCall]:
        """A call of each session method: a read, the changes, and payment where v1's placeGuestOrder is there."""
        every = self._calls()
        return [
            call for method, call in every.items() if method is not Method.PLACE or self.driver.profile.pays_by_call
        ]

    def _calls(self) -> dict[Method, MethodCall]:
        line = next(iter(self.lines[self.named_line :] or self.lines), None)
        option = (self.other_option(line) or line.selected) if line else None
        return calls(self.driver.market(self.marketplace), self.state.view, line, option, self.terms())
