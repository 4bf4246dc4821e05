"""A shopper who wanders: random sequences over the nine operations. It sends and reads; the judge judges.

What a step draws never depends on an answer: places are taken modulo what is there, and a step that finds nothing to do
sends something that must be refused. So the same seed draws the same walk whatever the target answers, and a target
that answers differently the second time cannot confuse Hypothesis.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession, PrerequisiteFailed
from strategies.still import keep_still

PLACE = st.integers(0, 11)
YES = st.booleans()
# What is read after a step: half of the time the session itself, now and then the other one as well or alone.
NOTHING, OWN, OTHER, BOTH = "", "own", "other", "both"
READ = st.sampled_from((NOTHING, OWN, NOTHING, OWN, NOTHING, OWN, OTHER, BOTH))
LINE = st.tuples(PLACE, st.integers(1, 6))
LINES = st.builds(lambda count, lines: lines[:count], st.integers(1, 4), st.tuples(LINE, LINE, LINE, LINE))
WHICH = st.sampled_from((0, 0, 0, 1))  # the session that the walk is busy with, now and then the one before
RESTS = 4  # steps on a session that takes no more changes, before another one is opened
DECLINED = 10  # from this place on a session gets a buyer whose payment is declined
ITEMS = 8  # few, so that sessions have items in common


Lines = Sequence[tuple[int, int]]


class CheckoutMachine(RuleBasedStateMachine):
    """One walk through one marketplace. number: of the walk in its test; it decides how the walk ends."""

    def __init__(self, shop: CheckoutDriver, market: str, number: int = 0) -> None:
        super().__init__()
        self.shop, self.market, self.number = shop, market, number
        self.carts: list[CheckoutSession] = []
        self.wanted: Lines = ()
        self.rested: dict[str, int] = {}
        self.walked = 0

    # ------------------------------------------------------------ sessions

    def _open(self, lines: Lines, buyer: int = 0) -> None:
        """Another session, in the place of the older one. Where none is to be had, the walk goes on without."""
        items = self.shop.plain(self.market, ITEMS)
        chosen: dict[str, int] = {}
        for place, quantity in lines[: self.shop.maximum()]:
            rest = [item for item in items if item not in chosen]
            if rest:
                chosen[rest[place % len(rest)]] = quantity
        declined = list(self.shop.profile.declined) if buyer >= DECLINED and self._pays() else []
        try:
            email = declined[self.number % len(declined)] if declined else self.shop.buyer()  # never a borrowed session
            cart = self.shop.cart(self.market, chosen.items(), email=email)
        except PrerequisiteFailed:
            return
        self.carts = [cart, *self.carts[:1]]

    def _pays(self) -> bool:
        return self.shop.profile.payment == "place_order"

    def _cart(self, which: int) -> CheckoutSession | None:
        """The session of this step; one that has rested long enough is replaced by a new one."""
        if not self.carts:
            return None
        cart = self.carts[which % len(self.carts)]
        if cart.session.phase != "open":
            self.rested[cart.id] = self.rested.get(cart.id, 0) + 1
            if self.rested[cart.id] > RESTS:
                self._open([(place + len(self.rested), quantity) for place, quantity in self.wanted])
                return self.carts[0]
        return cart

    def _send(self, which: int, place: int, why: str, case: str = "", **more: Any) -> CheckoutSession | None:
        """Any of the methods that a session has, as it would be sent in earnest, but with `more`."""
        cart = self._cart(which)
        if cart:
            payment = [(contract.PLACE_ORDER, cart.terms())] if self._pays() else []
            methods: list[tuple[str, Any]] = [(contract.READ, None), *cart.changes(), *payment]
            operation, body = methods[place % len(methods)]
            cart.send(operation, body, why, case, **more)
        return cart

    def _read(self, cart: CheckoutSession | None, read: str) -> None:
        self.walked += 1
        if cart and read in (OWN, BOTH):
            cart.read()
        others = [entry for entry in self.carts if entry is not cart]
        if others and read in (OTHER, BOTH):
            others[0].read()

    # ------------------------------------------------------------ steps

    @initialize(lines=LINES, buyer=PLACE, coupon=YES, option=YES, other=YES)
    def begin(self, lines: Lines, buyer: int, coupon: bool, option: bool, other: bool) -> None:
        """A session, half of the time with a coupon, with another option, with another session beside it."""
        self.wanted = lines
        if other:
            self._open(lines[::-1])
        self._open(lines, buyer)
        if not self.carts:
            return
        cart, codes = self.carts[0], self._codes()
        if coupon and codes:
            cart.apply(codes[0])
        free = [(line, found) for line in cart.lines if (found := cart.other_option(line))]
        if option and free:
            cart.select(free[-1][0], free[-1][1].id)

    @rule()
    def again(self) -> None:
        """Reads; not more than twice in a row, since the shortest walk takes this step only."""
        sent = self.shop.trace.exchanges[-2:]
        if self.carts and any(step.operation != contract.READ for step in sent):
            self.carts[0].read()

    @precondition(lambda self: self.walked > 3)
    @rule(lines=LINES, buyer=PLACE)
    def another_session(self, lines: Lines, buyer: int) -> None:
        self._open(lines, buyer)

    @rule(which=WHICH, place=PLACE, quantity=st.integers(1, 6), read=READ)
    def quantity(self, which: int, place: int, quantity: int, read: str) -> None:
        cart = self._cart(which)
        if cart:
            line = cart.lines[place % len(cart.lines)].id if cart.lines else "1"
            cart.send(contract.QUANTITY, {"lineItemId": line, "quantity": quantity})
        self._read(cart, read)

    @rule(which=WHICH, place=PLACE, read=READ)
    def remove_line(self, which: int, place: int, read: str) -> None:
        cart = self._cart(which)
        if cart:
            line = cart.lines[place % len(cart.lines)].id if cart.lines else "1"
            cart.send(contract.QUANTITY, {"lineItemId": line, "quantity": 0})
        self._read(cart, read)

    @rule(which=WHICH, place=PLACE, choice=PLACE, read=READ)
    def option(self, which: int, place: int, choice: int, read: str) -> None:
        cart = self._cart(which)
        if cart:
            lines = [line for line in cart.lines if len(line.options) > 1] or cart.lines
            line = lines[place % len(lines)] if lines else None
            options = line.options if line else []
            option = options[choice % len(options)].id if options else "1"
            cart.send(contract.OPTION, {"lineItemId": line.id if line else "1", "shippingOptionId": option})
        self._read(cart, read)

    @rule(which=WHICH, choice=PLACE, read=READ)
    def address(self, which: int, choice: int, read: str) -> None:
        cart = self._cart(which)
        if cart:
            market = self.shop.market(self.market)
            known = [entry for entry in (market.other_address, market.address, market.unverifiable_address) if entry]
            cart.move(known[choice % len(known)])
        self._read(cart, read)

    @rule(which=WHICH, choice=PLACE, read=READ)
    def coupon(self, which: int, choice: int, read: str) -> None:
        """A first one or, more often, a second one."""
        cart, codes = self._cart(which), self._codes()
        if cart and codes:
            cart.apply(codes[choice % len(codes)])
        self._read(cart, read)

    @rule(which=WHICH, choice=PLACE, read=READ)
    def remove_coupon(self, which: int, choice: int, read: str) -> None:
        """The one that is applied, or else one that is not."""
        cart = self._cart(which)
        if cart:
            codes = [*cart.session.view.coupons, *cart.session.view.coupons, *(self._codes() or ["SAVE10"])]
            cart.remove(codes[choice % len(codes)])
        self._read(cart, read)

    def _codes(self) -> list[str]:
        return [entry.code for entry in self.shop.market(self.market).coupons_of("good", "oversized")]

    # ------------------------------------------------------------ steps that must be refused

    @rule(which=WHICH, choice=st.integers(0, 2), read=READ)
    def unknown_target(self, which: int, choice: int, read: str) -> None:
        """A line or an option that the session does not have."""
        cart = self._cart(which)
        if cart:
            line = cart.lines[0].id if cart.lines else "1"
            unknown = self.shop.unknown(line)
            if choice == 0:
                cart.send(contract.QUANTITY, {"lineItemId": unknown, "quantity": 2})
            else:
                body = {"lineItemId": unknown if choice == 1 else line, "shippingOptionId": "no-such-option"}
                cart.send(contract.OPTION, body)
        self._read(cart, read)

    @rule(which=WHICH, place=PLACE, market=PLACE, read=READ)
    def another_marketplace(self, which: int, place: int, market: int, read: str) -> None:
        others = [entry for entry in self.shop.profile.markets if entry != self.market]
        if others:
            other = others[market % len(others)]
            cart = self._send(which, place, "MARKET-SAME", f"{self.market} as {other}", marketplace=other)
        else:
            cart = self._cart(which)
        self._read(cart, read)

    @rule(which=WHICH, place=PLACE, read=READ)
    def another_app(self, which: int, place: int, read: str) -> None:
        if self.shop.profile.offers("second_app"):
            cart = self._send(which, place, "SESSION-APP", credential=OTHER_APP)
            if cart and cart.order:
                cart.read_order("ORDER-APP", credential=OTHER_APP)
        else:
            cart = self._cart(which)
        self._read(cart, read)

    @rule(which=WHICH, place=PLACE, choice=PLACE, read=READ)
    def a_bad_token(self, which: int, place: int, choice: int, read: str) -> None:
        kinds = self._bad_credentials()
        if kinds:
            kind = kinds[choice % len(kinds)]
            cart = self._send(which, place, "AUTH-TOKEN", kind, credential=kind)
        else:
            cart = self._cart(which)
        self._read(cart, read)

    def _bad_credentials(self) -> list[str]:
        profile = self.shop.profile
        if profile.auth == "none":
            return []
        expired = ["expired"] if profile.offers("expired_token") else []
        other = ["other-scope"] if profile.offers("other_scope") and profile.auth == "client_credentials" else []
        return ["none", "made-up", "wrong-scheme", *expired, *other]

    # ------------------------------------------------------------ payment

    @precondition(lambda self: self.walked > 5)
    @rule(which=WHICH, read=READ)
    def pay(self, which: int, read: str) -> None:
        cart = self._cart(which)
        if cart and self._pays():
            cart.place()
            if cart.order and read:
                cart.read_order()
        self._read(cart, read)

    def teardown(self) -> None:
        """Every walk ends where all of them should have been: paid with a coupon, or with every line taken out."""
        if not self.carts:
            return
        if self._open_cart() is None:
            self._open(self.wanted)
        cart = self._open_cart()
        if cart is None:
            return
        if self.number % 2:
            self._end_paid(cart)
        else:
            self._end_empty(cart)
        cart.read()

    def _open_cart(self) -> CheckoutSession | None:
        """A session that can still be paid."""
        declined = self.shop.profile.declined
        free = [
            cart
            for cart in self.carts
            if cart.session.phase == "open" and cart.session.email.casefold() not in declined
        ]
        return free[0] if free else None

    def _end_paid(self, cart: CheckoutSession) -> None:
        codes = self._codes()
        if codes and not cart.session.view.coupons:
            cart.apply(codes[0])
        if not self._pays():
            return
        cart.place()
        if cart.order:
            cart.read_order()
            operation, body = list(cart.changes())[self.number % 6]
            cart.send(operation, body)
            cart.place()
            cart.read_order()

    def _end_empty(self, cart: CheckoutSession) -> None:
        for line in cart.lines:
            cart.set_quantity(line, 0)
        cart.read()
        cart.move(self.shop.market(self.market).address)
        if self._pays():
            cart.place()


class Walks:
    """Makes the walks of one call. No class for each: Hypothesis would read its source each time, and keep it for good
    with its shop and all that was sent.
    """

    def __init__(self, shop: CheckoutDriver, market: str) -> None:
        self.shop, self.market, self.numbers = shop, market, count()

    def __call__(self) -> CheckoutMachine:
        return CheckoutMachine(self.shop, self.market, next(self.numbers))


def run_walks(shop: CheckoutDriver, market: str, drawn_by: int, *, walks: int, steps: int) -> None:
    """Sends `walks` walks of `steps` steps, all of them drawn from one seed. Raises nothing for a breach."""
    keep_still()
    made: Any = Walks(shop, market)
    seed(drawn_by)(made)
    run_state_machine_as_test(
        made,
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=False,
            # Nothing is ever raised, so there is nothing to shrink: conformance.evidence.shrink does it from the records.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
