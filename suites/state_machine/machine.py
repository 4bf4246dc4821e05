"""The checkout as a state machine: what a buyer does, what must be refused, and what holds after each step.

A step sends its requests through the test's driver, which judges every answer. The machine computes no expectation of
its own: its invariants hand over what the judge found broken. A walk therefore goes on after a breach, and one fault
does not hide the next; the shrinker of the run makes each sequence short afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.judging.context import Judgment
from suites.state_machine.offer import ITEMS, Offer, pick
from suites.state_machine.program import Program, recorded

CHOICE = st.integers(0, 11)  # the place of a value in a list of unknown length (`pick`)
QUANTITY = st.integers(1, 6)
BASKET = st.lists(
    st.tuples(st.integers(0, ITEMS - 1), QUANTITY), min_size=1, max_size=4, unique_by=lambda line: line[0]
)
Basket = list[tuple[int, int]]
MOST_OPEN = 2  # sessions that a buyer keeps at a time; another one shows whether they are apart

AFTER_PAYMENT = {"PAY-LOCK", "PAY-TWICE", "ORDER-READ", "ORDER-STABLE"}
MARKETPLACE = {"MARKET-SAME", "MARKET-CURRENCY"}
MOST_LINES = {"LINES-MAX"}
REMOVAL = {"QTY-ZERO", "QTY-LAST"}


class LineItem(NamedTuple):
    """A line item as an answer showed it first; the session may have lost it since."""

    session: CheckoutSession
    id: str
    options: tuple[str, ...]


class Breach(AssertionError):
    """A requirement that a step broke, with the program that led there."""

    def __init__(self, judgment: Judgment, program: Program) -> None:
        assert judgment.claim
        super().__init__(
            f"{judgment.requirement}: expected {judgment.claim.expected}; seen {judgment.claim.actual}\n{program}"
        )
        self.requirement, self.program = judgment.requirement, str(program)


def raise_breach(breach: Breach) -> None:
    """What a machine does with a breach by itself, so that Hypothesis shrinks and prints the walk."""
    raise breach


class CheckoutMachine(RuleBasedStateMachine):
    """One buyer's walk through one marketplace.

    on_breach: receives each breach as its step ends. By default it raises.
    """

    sessions: Bundle[CheckoutSession] = Bundle("sessions")  # that nobody has paid yet
    lines: Bundle[LineItem] = Bundle("lines")  # removed ones too: they must stay unknown
    orders: Bundle[CheckoutSession] = Bundle("orders")  # paid sessions, by their purchase order

    def __init__(
        self, driver: CheckoutDriver, marketplace: str, on_breach: Callable[[Breach], None] = raise_breach
    ) -> None:
        super().__init__()
        self.driver, self.marketplace, self.on_breach = driver, marketplace, on_breach
        self.offer = Offer.of(driver, marketplace)
        self.program = Program(driver.trace)
        self.touched: CheckoutSession | None = None
        self.reads_back = self.tried_too_many = False
        self._made: list[CheckoutSession] = []
        self._shown_lines: set[tuple[str, str]] = set()

    # ------------------------------------------------------------ what a buyer does

    @initialize(target=sessions, basket=BASKET, reads_back=st.booleans())
    @recorded
    def create_first_session(
        self, basket: Basket, reads_back: bool
    ) -> CheckoutSession | MultipleResults[CheckoutSession]:
        """reads_back: whether each step of this walk is followed by a read; some faults hide from readers."""
        self.reads_back = reads_back
        return self._create(basket)

    @precondition(lambda self: self.open_sessions < MOST_OPEN)
    @rule(target=sessions, basket=BASKET)
    @recorded
    def create_session(self, basket: Basket) -> CheckoutSession | MultipleResults[CheckoutSession]:
        return self._create(basket)

    @precondition(lambda self: self.offer.declined and self.open_sessions < MOST_OPEN)
    @rule(target=sessions, basket=BASKET, buyer=CHOICE)
    @recorded
    def create_session_of_a_declined_buyer(
        self, basket: Basket, buyer: int
    ) -> CheckoutSession | MultipleResults[CheckoutSession]:
        return self._create(basket, email=pick(self.offer.declined, buyer))

    @rule(target=lines, session=sessions)
    @recorded
    def read(self, session: CheckoutSession) -> MultipleResults[LineItem]:
        session.read()
        return self._shown(session)

    @rule(target=lines, session=sessions, choice=CHOICE)
    @recorded
    def change_address(self, session: CheckoutSession, choice: int) -> MultipleResults[LineItem]:
        session.move(pick(self.offer.addresses, choice))
        return self._shown(session)

    @rule(line=lines, quantity=QUANTITY)
    @recorded
    def set_quantity(self, line: LineItem, quantity: int) -> None:
        self._change(line.session, contract.QUANTITY, lineItemId=line.id, quantity=quantity)

    @rule(line=lines)
    @recorded
    def remove_line(self, line: LineItem) -> None:
        self._change(line.session, contract.QUANTITY, lineItemId=line.id, quantity=0)

    @rule(line=lines, choice=CHOICE)
    @recorded
    def choose_option(self, line: LineItem, choice: int) -> None:
        self._change(line.session, contract.OPTION, lineItemId=line.id, shippingOptionId=pick(line.options, choice))

    @precondition(lambda self: self.offer.coupons)
    @rule(target=lines, session=sessions, choice=CHOICE)
    @recorded
    def apply_coupon(self, session: CheckoutSession, choice: int) -> MultipleResults[LineItem]:
        session.apply(pick(self.offer.coupons, choice))
        return self._shown(session)

    @precondition(lambda self: self.offer.coupons)
    @rule(target=lines, session=sessions, choice=CHOICE)
    @recorded
    def remove_coupon(self, session: CheckoutSession, choice: int) -> MultipleResults[LineItem]:
        """Mostly the coupon that is applied, else one that is not."""
        session.remove(pick([*session.session.view.coupons * 3, *self.offer.coupons], choice))
        return self._shown(session)

    @precondition(lambda self: self.offer.pays)
    @rule(target=orders, session=consumes(sessions))
    @recorded
    def pay(self, session: CheckoutSession) -> CheckoutSession | MultipleResults[CheckoutSession]:
        session.place()
        self.touched = session
        return session if session.order else multiple()

    @rule(order=orders)
    @recorded
    def read_order(self, order: CheckoutSession) -> None:
        order.read_order()

    # ------------------------------------------------------------ what must be refused

    @rule(order=orders, choice=CHOICE)
    @recorded
    def change_after_payment(self, order: CheckoutSession, choice: int) -> None:
        """Each of the five changes, quantity 0, and a second payment."""
        operation, body = pick([*order.changes(), (contract.PLACE_ORDER, order.terms())], choice)
        order.send(operation, body)
        order.read_back()

    @precondition(lambda self: self.offer.too_many and not self.tried_too_many)
    @rule(quantity=QUANTITY)
    @recorded
    def one_line_too_many(self, quantity: int) -> None:
        self.tried_too_many = True
        lines = [(item, quantity) for item in self.offer.too_many]
        self.driver.initiate(self.marketplace, lines, "LINES-MAX", f"{len(lines)} lines")

    @precondition(lambda self: self.offer.other_marketplaces)
    @rule(session=sessions, choice=CHOICE, other=CHOICE)
    @recorded
    def in_another_marketplace(self, session: CheckoutSession, choice: int, other: int) -> None:
        marketplace = pick(self.offer.other_marketplaces, other)
        case = f"{self.marketplace} as {marketplace}"
        self._send_any(session, choice, "MARKET-SAME", case, marketplace=marketplace)

    @precondition(lambda self: self.offer.second_app)
    @rule(session=sessions, choice=CHOICE)
    @recorded
    def by_another_app(self, session: CheckoutSession, choice: int) -> None:
        self._send_any(session, choice, "SESSION-APP", credential=OTHER_APP)

    @precondition(lambda self: self.offer.second_app)
    @rule(order=orders)
    @recorded
    def read_order_by_another_app(self, order: CheckoutSession) -> None:
        order.read_order("ORDER-APP", credential=OTHER_APP)
        self.touched = order

    @precondition(lambda self: self.offer.bad_credentials)
    @rule(session=sessions, choice=CHOICE, kind=CHOICE)
    @recorded
    def with_a_bad_token(self, session: CheckoutSession, choice: int, kind: int) -> None:
        credential = pick(self.offer.bad_credentials, kind)
        self._send_any(session, choice, "AUTH-TOKEN", credential, credential=credential)

    @rule(line=lines, option=st.booleans())
    @recorded
    def unknown_target(self, line: LineItem, option: bool) -> None:
        """A line item, or a shipping option, that the session never had."""
        if option:
            self._change(line.session, contract.OPTION, lineItemId=line.id, shippingOptionId="no-such-option")
        else:
            self._change(line.session, contract.QUANTITY, lineItemId=self.driver.unknown(line.id), quantity=2)

    # ------------------------------------------------------------ what holds after each step

    @invariant()
    def nothing_changes_after_payment(self) -> None:
        self._hand_over(lambda requirement: requirement in AFTER_PAYMENT)

    @invariant()
    def a_session_keeps_its_marketplace(self) -> None:
        self._hand_over(lambda requirement: requirement in MARKETPLACE)

    @invariant()
    def a_session_holds_no_more_lines_than_the_maximum(self) -> None:
        self._hand_over(lambda requirement: requirement in MOST_LINES)

    @invariant()
    def quantity_zero_removes_the_line(self) -> None:
        self._hand_over(lambda requirement: requirement in REMOVAL)

    @invariant()
    def every_answer_keeps_the_documents(self) -> None:
        mission = AFTER_PAYMENT | MARKETPLACE | MOST_LINES | REMOVAL
        self._hand_over(lambda requirement: requirement not in mission)

    def _hand_over(self, concerns: Callable[[str], bool]) -> None:
        for judgment in self.program.broken:
            if concerns(judgment.requirement):
                self.on_breach(Breach(judgment, self.program))

    # ------------------------------------------------------------ requests

    @property
    def open_sessions(self) -> int:
        """How many sessions of the walk can still be changed."""
        return sum(session.session.phase == "open" for session in self._made)

    def _create(self, basket: Basket, email: str | None = None) -> CheckoutSession | MultipleResults[CheckoutSession]:
        """A session, or none where the target makes none."""
        quantities = {pick(self.offer.items, place): quantity for place, quantity in basket[: self.driver.maximum()]}
        try:
            email = email or self.driver.buyer()  # a buyer of its own: no session is borrowed from another test
            self.touched = self.driver.cart(self.marketplace, quantities.items(), email=email)
        except PrerequisiteFailed:
            return multiple()
        self._made.append(self.touched)
        return self.touched

    def _change(self, session: CheckoutSession, operation: str, **body: Any) -> None:
        session.send(operation, body)
        self.touched = session

    def _shown(self, session: CheckoutSession) -> MultipleResults[LineItem]:
        """The line items of the last answer that no answer has shown before."""
        self.touched = session
        found = [line for line in session.lines if (session.id, line.id) not in self._shown_lines]
        self._shown_lines |= {(session.id, line.id) for line in found}
        options = {line.id: tuple(option.id for option in line.options if option.id) for line in found}
        return multiple(*(LineItem(session, line.id, options[line.id] or ("1",)) for line in found))

    def _send_any(self, session: CheckoutSession, choice: int, requirement: str, case: str = "", **more: Any) -> None:
        """One of the methods of a session, as the buyer would send it but for `more`."""
        payment = [(contract.PLACE_ORDER, session.terms())] if self.offer.pays else []
        operation, body = pick([(contract.READ, None), *session.changes(), *payment], choice)
        session.send(operation, body, requirement, case, **more)
        self.touched = session

    def teardown(self) -> None:
        """What the walk left is read once more."""
        judged = len(self.driver.trace.judgments)
        for session in self._made:
            session.read_back()
        self.program.broken = self.driver.trace.broken_since(judged)
        self._hand_over(lambda requirement: True)
