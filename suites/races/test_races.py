"""Two requests at once on one session, and many at once on many: changes, coupons, payments, new sessions.

Each pair is tried a few times, since what shows is a matter of luck: once both together, then the one or the other a
moment ahead, so that a check and the change that it allows lie on both sides of the other request. The pairs are dealt
out to the marketplaces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.concurrency import at_once, race
from conformance.driver.marks import in_marketplaces, provokes
from conformance.judging.model import Line
from suites.races.linearizability import explained

AHEAD_S = 0.001
TRIES = ((0.0, 0.0), (AHEAD_S, 0.0), (0.0, AHEAD_S))
STORM = 8


def quantity(session: CheckoutSession, line: Line, wanted: int) -> Request:
    return Request(contract.QUANTITY, session.id, {"lineItemId": line.id, "quantity": wanted}, session.marketplace)


def option(session: CheckoutSession, line: Line) -> Request:
    free = session.other_option(line) or line.selected
    body = {"lineItemId": line.id, "shippingOptionId": free.id if free else "1"}
    return Request(contract.OPTION, session.id, body, session.marketplace)


def address(session: CheckoutSession, *, home: bool = False) -> Request:
    market = session.driver.market(session.marketplace)
    wanted = market.address if home else market.other_address or market.address
    return Request(contract.ADDRESS, session.id, dict(wanted), session.marketplace)


def codes(driver: CheckoutDriver, market: str) -> list[str]:
    """Coupons that any cart can have."""
    return [coupon.code for coupon in driver.market(market).coupons_of("good", "oversized")]


def coupon(session: CheckoutSession, place: int = 0, operation: str = contract.APPLY) -> Request:
    return Request(
        operation,
        session.id,
        {"redemptionCode": codes(session.driver, session.marketplace)[place]},
        session.marketplace,
    )


def remove_coupon(session: CheckoutSession) -> Request:
    return coupon(session, operation=contract.REMOVE)


def payment(session: CheckoutSession) -> Request:
    return Request(contract.PLACE_ORDER, session.id, session.terms(), session.marketplace)


@dataclass(frozen=True)
class Pair:
    """Two requests of one session. coupons: how many the marketplace must offer. applied: one is there before."""

    first: Callable[[CheckoutSession], Request]
    second: Callable[[CheckoutSession], Request]
    lines: int = 2
    coupons: int = 0
    applied: bool = False
    tries: int = 2

    @property
    def pays(self) -> bool:
        """Whether an order may be placed."""
        return payment in (self.first, self.second)

    def meet(self, session: CheckoutSession) -> list[Request]:
        """Both, for this cart."""
        return [self.first(session), self.second(session)]

    def offered(self, driver: CheckoutDriver, market: str) -> bool:
        """Whether this marketplace of the target has what the pair needs."""
        has_coupons = len(codes(driver, market)) >= self.coupons
        has_items = len(driver.plain(market, self.lines)) >= self.lines
        return has_coupons and has_items and (not self.pays or driver.profile.payment.kind == "place_order")


def three(session: CheckoutSession) -> Request:
    return quantity(session, session.lines[0], 3)


def five(session: CheckoutSession) -> Request:
    return quantity(session, session.lines[0], 5)


def zero(session: CheckoutSession) -> Request:
    return quantity(session, session.lines[0], 0)


def first_option(session: CheckoutSession) -> Request:
    return option(session, session.lines[0])


PAIRS: dict[str, Pair] = {
    "quantities of two lines": Pair(three, lambda session: quantity(session, session.lines[1], 4), tries=3),
    "options of two lines": Pair(first_option, lambda session: option(session, session.lines[1])),
    "two addresses": Pair(address, lambda session: address(session, home=True)),
    "two coupons": Pair(coupon, lambda session: coupon(session, 1), coupons=2, tries=3),
    "quantity and coupon": Pair(three, coupon, coupons=1),
    "quantity and removal of a coupon": Pair(three, remove_coupon, coupons=1, applied=True),
    "quantity and option": Pair(three, first_option),
    "quantity and address": Pair(three, address),
    "quantity and removal of one line": Pair(three, zero),
    "quantities of one line": Pair(three, five),
    "option and address": Pair(first_option, address),
    "option and coupon": Pair(first_option, coupon, coupons=1),
    "option and removal of a coupon": Pair(first_option, remove_coupon, coupons=1, applied=True),
    "address and coupon": Pair(address, coupon, coupons=1),
    "address and removal of a coupon": Pair(address, remove_coupon, coupons=1, applied=True),
    "one coupon twice": Pair(coupon, coupon, coupons=1),
    "a coupon in place of another": Pair(lambda session: coupon(session, 1), remove_coupon, coupons=2, applied=True),
    "two payments": Pair(payment, payment, tries=3),
    "quantity and payment": Pair(three, payment, tries=3),
    "option and payment": Pair(first_option, payment, tries=3),
    "address and payment": Pair(address, payment, tries=3),
    "coupon and payment": Pair(coupon, payment, coupons=1, tries=2),
    "removal of a coupon and payment": Pair(remove_coupon, payment, coupons=1, applied=True, tries=2),
    "removal of the last line and payment": Pair(zero, payment, lines=1, tries=2),
}


@provokes("RACE", cost=60)
@in_marketplaces()
def test_two_requests_at_once(driver: CheckoutDriver, market: str) -> None:
    """Each marketplace has its share of the pairs; together they have them all."""
    markets = list(driver.profile.markets)
    share = list(PAIRS)[markets.index(market) :: len(markets)]
    for case in driver.some(share):
        pair = PAIRS[case]
        if not pair.offered(driver, market):
            continue

        def make(pair: Pair = pair) -> CheckoutSession:
            session = driver.create_session(market, pair.lines)
            if pair.applied:
                driver.send(coupon(session))
            return session

        for delays_s in driver.some(TRIES[: pair.tries]):
            race(make, case, pair.meet, explained, delays_s=delays_s)


@provokes("RACE", cost=7)
@in_marketplaces(4, having="items.2")
def test_every_line_at_once(driver: CheckoutDriver, market: str) -> None:
    def meet(session: CheckoutSession) -> list[Request]:
        return [quantity(session, line, place) for place, line in enumerate(session.lines, 2)]

    lines = min(4, driver.maximum(), len(driver.plain(market, 4)))
    race(lambda: driver.create_session(market, lines), "quantities of every line", meet, explained)


# ---------------------------------------------------------------- many sessions at once: each is judged for itself


@provokes("SESSION-UNIQUE", "SESSION-CREATE", "SESSION-READ", cost=16)
@in_marketplaces(1)
def test_sessions_made_at_once_are_apart(driver: CheckoutDriver, market: str) -> None:
    items = driver.plain(market, STORM)
    bodies = [driver.initiate_body(market, [(items[index % len(items)], 1 + index)]) for index in range(STORM)]
    requests = [Request(contract.INITIATE, None, body, market) for body in bodies]
    made = [driver.judge_exchange(exchange) for exchange in at_once(driver, requests, "SESSION-UNIQUE", "made at once")]
    for session in sessions_of(driver, made):
        session.read()


@provokes("SESSION-ISOLATED", "SESSION-READ", cost=24)
@in_marketplaces(1)
def test_sessions_changed_at_once_are_apart(driver: CheckoutDriver, market: str) -> None:
    sessions = [
        driver.create_session(market, 1, quantity=1 + index % 2, email=driver.buyer()) for index in range(STORM)
    ]  # none is borrowed
    requests = [quantity(session, session.lines[0], 3 + index) for index, session in enumerate(sessions)]
    for exchange in at_once(driver, requests, "QTY-SET", "in other sessions at once"):
        driver.judge_exchange(exchange)
    for session in sessions:
        session.read()


def sessions_of(driver: CheckoutDriver, made: list[Exchange]) -> list[CheckoutSession]:
    """The new sessions; one whose id was given out twice is no session to judge anything else by."""
    ids = [str(exchange.body.get("checkoutSessionId")) for exchange in made if exchange.accepted]
    sessions = driver.trace.world.sessions
    return [
        CheckoutSession(driver, sessions[identifier])
        for identifier in ids
        if ids.count(identifier) == 1 and identifier in sessions
    ]
