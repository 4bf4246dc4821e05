"""The checkout as a state machine: what a buyer does, what must be refused, and what holds after each step.

A step sends its requests through the test's driver, which judges every answer. The machine computes no expectation of
its own: its invariants hand over what the judge found broken. A walk therefore goes on after a breach, and one fault
does not hide the next; the shrinker of the run makes each sequence short afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from conformance.core import contract, made_up
from conformance.core.exchange import OTHER_APP, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.driver.session_methods import METHOD_OF
from conformance.judging.context import Judgment
from strategies.determinism import skip_simplest_example
from strategies.offer import (
    ADDRESSES,
    BAD_CREDENTIALS,
    BASKETS,
    COUPONS,
    DECLINED_BUYERS,
    OPERATIONS,
    OTHER_MARKETPLACES,
    QUANTITIES,
    Basket,
    MarketplaceOffer,
)
from suites.state_machine.bundle_values import (
    LineItem,
    has_a_choice,
    has_a_coupon,
    is_dead,
    is_dead_with_options,
    is_in_the_cart,
    is_open,
    with_an_option,
)
from suites.state_machine.program import Program, recorded

MOST_OPEN = 2  # sessions that a buyer keeps at a time; the second shows whether they are apart
# The rules of the mission, each with an invariant of its own, by the words of contracts/requirements.
MOST_LINES = "a session holds no more lines than the maximum"
SAME_MARKETPLACE = "a session keeps its marketplace"
LOCKED = "nothing changes after payment"
REMOVED = "quantity 0 removes the line"
MISSION = (MOST_LINES, SAME_MARKETPLACE, LOCKED, REMOVED)
READ_AND_CHANGES = st.sampled_from([contract.READ, *contract.CHANGES])
CHANGES_AND_PAYMENT = st.sampled_from([*contract.CHANGES, contract.PLACE_ORDER])
SessionIfMade = CheckoutSession | MultipleResults[CheckoutSession]  # no result where the target makes none
LinesIfNew = LineItem | MultipleResults[LineItem]


class BrokenRequirement(AssertionError):
    """A requirement that a step broke, with the program that led there."""

    def __init__(self, judgment: Judgment, program: Program) -> None:
        claim, self.requirement, self.program = judgment.claim, judgment.requirement, str(program)
        assert claim  # what is broken was claimed
        mission = contract.requirements()[self.requirement].mission
        name = f"{self.requirement} ({mission})" if mission else self.requirement
        super().__init__(f"{name}: expected {claim.expected}; seen {claim.actual}\n{program}")


def raise_breach(breach: BrokenRequirement) -> None:
    """What a machine does with a breach by itself, so that Hypothesis shrinks and prints the walk."""
    raise breach


class CheckoutMachine(RuleBasedStateMachine):
    """One buyer's walk through one marketplace.

    on_breach: receives each breach as its step ends. By default it raises.
    """

    sessions: Bundle[CheckoutSession] = Bundle("sessions")  # that nobody has paid yet
    lines: Bundle[LineItem] = Bundle("lines")  # removed lines too: they must stay unknown
    orders: Bundle[CheckoutSession] = Bundle("orders")  # paid sessions, by their purchase order

    def __init__(
        self, driver: CheckoutDriver, marketplace: str, on_breach: Callable[[BrokenRequirement], None] = raise_breach
    ) -> None:
        super().__init__()
        self.driver, self.marketplace, self.on_breach = driver, marketplace, on_breach
        plain = driver.plain(marketplace, None)
        self.offer = MarketplaceOffer.of(driver.profile, marketplace, plain, driver.maximum())
        self.program = Program(driver.trace)
        self.touched: CheckoutSession | None = None
        self.reads_back = False
        self.tried: set[str] = set()  # what a walk tries once, so that most of its steps are a buyer's
        self.unpaid: list[CheckoutSession] = []  # what the bundle `sessions` holds
        self.shown: list[LineItem] = []  # what the bundle `lines` holds
        self._made: list[CheckoutSession] = []

    # ------------------------------------------------------------ what a buyer does

    @initialize(target=sessions, basket=BASKETS, reads_back=st.booleans())
    @recorded(into=sessions)
    def create_first_session(self, basket: Basket, reads_back: bool) -> SessionIfMade:
        """reads_back: whether each step of this walk is followed by a read; some faults hide from readers."""
        skip_simplest_example()
        self.program.begin()
        self.reads_back = reads_back
        return self._create(basket)

    @precondition(lambda self: self.open_sessions < MOST_OPEN)
    @rule(target=sessions, basket=BASKETS)
    @recorded(into=sessions)
    def create_session(self, basket: Basket) -> SessionIfMade:
        return self._create(basket)

    @precondition(lambda self: self.offer.declined and self.open_sessions < MOST_OPEN)
    @rule(target=sessions, basket=BASKETS, email=DECLINED_BUYERS)
    @recorded(into=sessions)
    def create_session_of_a_declined_buyer(self, basket: Basket, email: str) -> SessionIfMade:
        return self._create(basket, email)

    @rule(target=lines, session=sessions)
    @recorded(into=lines)
    def read(self, session: CheckoutSession) -> LinesIfNew:
        session.read()
        return self._shown(session)

    @rule(target=lines, session=sessions, address=ADDRESSES)
    @recorded(into=lines)
    def change_address(self, session: CheckoutSession, address: dict[str, Any]) -> LinesIfNew:
        session.set_address(address)
        return self._shown(session)

    @precondition(lambda self: any(map(is_in_the_cart, self.shown)))
    @rule(line=lines.filter(is_in_the_cart), quantity=QUANTITIES)
    @recorded()
    def set_quantity(self, line: LineItem, quantity: int) -> None:
        self._change(line.session, contract.QUANTITY, lineItemId=line.id, quantity=quantity)

    @precondition(lambda self: any(map(is_in_the_cart, self.shown)))
    @rule(line=lines.filter(is_in_the_cart))
    @recorded()
    def remove_line(self, line: LineItem) -> None:
        self._change(line.session, contract.QUANTITY, lineItemId=line.id, quantity=0)

    @precondition(lambda self: self.open_sessions)
    @rule(session=sessions.filter(is_open))
    @recorded()
    def empty_the_cart(self, session: CheckoutSession) -> None:
        """Line by line. A target may refuse to remove the last one."""
        for line in session.lines:
            self._change(session, contract.QUANTITY, lineItemId=line.id, quantity=0)

    @precondition(lambda self: any(map(has_a_choice, self.shown)))
    @rule(choice=lines.filter(has_a_choice).flatmap(with_an_option))
    @recorded()
    def choose_option(self, choice: tuple[LineItem, str]) -> None:
        line, option = choice
        self._change(line.session, contract.OPTION, lineItemId=line.id, shippingOptionId=option)

    @precondition(lambda self: self.offer.coupons)
    @rule(target=lines, session=sessions, coupon=COUPONS)
    @recorded(into=lines)
    def apply_coupon(self, session: CheckoutSession, coupon: str) -> LinesIfNew:
        session.apply_coupon(coupon)
        return self._shown(session)

    @precondition(lambda self: any(map(has_a_coupon, self.unpaid)))
    @rule(target=lines, session=sessions.filter(has_a_coupon))
    @recorded(into=lines)
    def remove_coupon(self, session: CheckoutSession) -> LinesIfNew:
        session.remove_coupon(session.state.view.coupons[0])
        return self._shown(session)

    @precondition(lambda self: self.offer.pays)
    @rule(target=orders, session=consumes(sessions))
    @recorded(into=orders)
    def pay(self, session: CheckoutSession) -> SessionIfMade:
        self.unpaid.remove(session)
        session.place_order()
        self.touched = session
        return session if session.order else multiple()

    @rule(order=orders)
    @recorded()
    def read_order(self, order: CheckoutSession) -> None:
        order.read_order()
        self.touched = order

    # ------------------------------------------------------------ what must be refused

    @rule(order=orders, operation=CHANGES_AND_PAYMENT)
    @recorded()
    def change_after_payment(self, order: CheckoutSession, operation: str) -> None:
        """Each of the five changes, and a second payment."""
        order.send(*order.call(METHOD_OF[operation]))
        order.read_back()

    @precondition(lambda self: self.offer.too_many and "too many" not in self.tried)
    @rule(quantity=QUANTITIES)
    @recorded()
    def one_line_too_many(self, quantity: int) -> None:
        self.tried.add("too many")
        lines = [(item, quantity) for item in self.offer.too_many]
        self.driver.initiate(self.marketplace, lines, "LINES-MAX", f"{len(lines)} lines")

    @precondition(lambda self: self.offer.other_marketplaces)
    @rule(session=sessions, operation=OPERATIONS, marketplace=OTHER_MARKETPLACES)
    @recorded()
    def in_another_marketplace(self, session: CheckoutSession, operation: str, marketplace: str) -> None:
        case = f"{self.marketplace} as {marketplace}"
        self._send(session, operation, "MARKET-SAME", case, marketplace=marketplace)

    @precondition(lambda self: self.offer.second_app)
    @rule(session=sessions, operation=OPERATIONS)
    @recorded()
    def by_another_app(self, session: CheckoutSession, operation: str) -> None:
        self._send(session, operation, "SESSION-APP", credential=OTHER_APP)

    @precondition(lambda self: self.offer.second_app)
    @rule(order=orders)
    @recorded()
    def read_order_by_another_app(self, order: CheckoutSession) -> None:
        order.read_order("ORDER-APP", credential=OTHER_APP)
        self.touched = order

    @precondition(lambda self: self.offer.bad_credentials)
    @rule(session=sessions, operation=OPERATIONS, credential=BAD_CREDENTIALS)
    @recorded()
    def with_a_bad_token(self, session: CheckoutSession, operation: str, credential: str) -> None:
        self._send(session, operation, "AUTH-TOKEN", credential, credential=credential)

    @precondition(lambda self: "no marketplace" not in self.tried)
    @rule(session=sessions, operation=READ_AND_CHANGES)
    @recorded()
    def without_a_marketplace(self, session: CheckoutSession, operation: str) -> None:
        self.tried.add("no marketplace")
        self._send(session, operation, "MARKET-REQUIRED", "no header", marketplace=None)

    @precondition(lambda self: "unknown session" not in self.tried)
    @rule(session=sessions, operation=OPERATIONS)
    @recorded()
    def with_an_unknown_session(self, session: CheckoutSession, operation: str) -> None:
        """What the session would take, by an id that was never given out."""
        self.tried.add("unknown session")
        named, body = session.call(METHOD_OF[operation])
        unknown = made_up.unknown(session.id)
        self.driver.send(Request(named, unknown, body, self.marketplace), "SESSION-UNKNOWN")
        self.touched = session

    @precondition(lambda self: any(map(is_dead, self.shown)))
    @rule(line=lines.filter(is_dead), quantity=st.just(0) | QUANTITIES)
    @recorded()
    def set_quantity_of_a_dead_line(self, line: LineItem, quantity: int) -> None:
        self._change(line.session, contract.QUANTITY, lineItemId=line.id, quantity=quantity)

    @precondition(lambda self: any(map(is_dead_with_options, self.shown)))
    @rule(choice=lines.filter(is_dead_with_options).flatmap(with_an_option))
    @recorded()
    def choose_option_of_a_dead_line(self, choice: tuple[LineItem, str]) -> None:
        line, option = choice
        self._change(line.session, contract.OPTION, lineItemId=line.id, shippingOptionId=option)

    @rule(line=lines)
    @recorded()
    def unknown_line(self, line: LineItem) -> None:
        self._change(line.session, contract.QUANTITY, lineItemId=made_up.unknown(line.id), quantity=2)

    @rule(line=lines)
    @recorded()
    def unknown_option(self, line: LineItem) -> None:
        self._change(line.session, contract.OPTION, lineItemId=line.id, shippingOptionId="no-such-option")

    @precondition(lambda self: self.offer.coupons)
    @rule(target=lines, session=sessions, coupon=COUPONS)
    @recorded(into=lines)
    def remove_another_coupon(self, session: CheckoutSession, coupon: str) -> LinesIfNew:
        """A coupon that is not applied to the session, as a rule."""
        session.remove_coupon(coupon)
        return self._shown(session)

    # ------------------------------------------------------------ what holds after each step

    @invariant()
    def no_more_lines_than_the_maximum(self) -> None:
        self._hand_over(MOST_LINES)

    @invariant()
    def the_marketplace_stays(self) -> None:
        self._hand_over(SAME_MARKETPLACE)

    @invariant()
    def nothing_changes_after_payment(self) -> None:
        self._hand_over(LOCKED)

    @invariant()
    def quantity_zero_removes_the_line(self) -> None:
        self._hand_over(REMOVED)

    @invariant()
    def nothing_else_is_broken(self) -> None:
        """Every other requirement that the answers of a step could break."""
        self._hand_over("")

    def _hand_over(self, mission: str) -> None:
        """What the last step broke of a rule of the mission; of none of these, if that is empty."""
        for judgment in self.program.broken:
            of_requirement = contract.requirements()[judgment.requirement].mission
            if (of_requirement if of_requirement in MISSION else "") == mission:
                self.on_breach(BrokenRequirement(judgment, self.program))

    # ------------------------------------------------------------ requests

    @property
    def open_sessions(self) -> int:
        """How many sessions of the walk can still be changed."""
        return sum(map(is_open, self.unpaid))

    def _create(self, basket: Basket, email: str | None = None) -> SessionIfMade:
        """A session, or none where the target makes none."""
        try:
            email = email or self.driver.buyer()  # a buyer of its own: no session is borrowed from another test
            session = self.driver.create_session(self.marketplace, basket.items(), email=email)
        except PrerequisiteFailed:
            return multiple()
        self.touched = session
        self._made.append(session)
        self.unpaid.append(session)
        return session

    def _send(self, session: CheckoutSession, operation: str, requirement: str, case: str = "", **more: Any) -> None:
        """An operation as the buyer would send it but for `more`."""
        session.send(*session.call(METHOD_OF[operation]), requirement, case, **more)
        self.touched = session

    def _change(self, session: CheckoutSession, operation: str, **body: Any) -> None:
        session.send(operation, body)
        self.touched = session

    def _shown(self, session: CheckoutSession) -> LinesIfNew:
        """The line items of the last answer that no answer has shown before; a single one as itself, as programs name it."""
        self.touched = session
        known = {line.id for line in self.shown if line.session.id == session.id}
        options = {line.id: tuple(option.id for option in line.options if option.id) for line in session.lines}
        new = [LineItem(session, line, ids) for line, ids in options.items() if line not in known]
        self.shown += new
        return new[0] if len(new) == 1 else multiple(*new)

    def teardown(self) -> None:
        """What the walk left is read once more."""
        judged = len(self.driver.trace.judgments)
        for session in self._made:
            session.read_back()
        self.program.broken = self.driver.trace.broken_since(judged)
        for mission in (*MISSION, ""):
            self._hand_over(mission)
