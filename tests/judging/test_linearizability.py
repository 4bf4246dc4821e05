"""Requests at once: what some order of them explains, and what none does (suites/races/linearizability.py)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from itertools import permutations
from random import Random
from typing import Any

import pytest

from conformance.client.api_client import ApiClient, RunStopped
from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.concurrency import at_once, race
from conformance.judging.model import view
from conformance.judging.trace import Trace
from suites.races.linearizability import explained

Body = dict[str, Any]
AWAY = {"city": "Seattle", "country": "US"}


def session(
    *, a: int | None = 1, b: int | None = 1, option: str = "o1", coupons: Sequence[str] = (), city: str = "Portland"
) -> Body:
    """A session with the lines `a` and `b` in these quantities; None: the line is gone."""
    lines = [
        {
            "lineItemId": f"line-{name}",
            "itemId": f"v1|{name}|0",
            "quantity": quantity,
            "shippingOptions": [{"shippingOptionId": entry, "selected": entry == option} for entry in ("o1", "o2")],
        }
        for name, quantity in (("a", a), ("b", b))
        if quantity
    ]
    return {
        "checkoutSessionId": "s1",
        "lineItems": lines,
        "shippingAddress": {"city": city, "country": "US"},
        "appliedCoupons": [{"redemptionCode": coupon} for coupon in coupons],
        "pricingSummary": {"total": {"value": str(10 * ((a or 0) + (b or 0)) - len(coupons)), "currency": "USD"}},
    }


BEFORE = session()


def did(operation: str, body: Any, answer: Body | int, error: int | None = None) -> Exchange:
    """A request and its answer: a body, or the status of a refusal with its id."""
    exchange = Exchange("t", 0, Request(operation, "s1", body, "EBAY_US"))
    exchange.status = 200 if isinstance(answer, dict) else answer
    exchange.body = answer if isinstance(answer, dict) else {"errors": [{"errorId": error}]}
    return exchange


def quantity(line: str, wanted: int, answer: Body | int, error: int | None = None) -> Exchange:
    return did(contract.QUANTITY, {"lineItemId": f"line-{line}", "quantity": wanted}, answer, error)


def coupon(code: str, answer: Body | int, error: int | None = None) -> Exchange:
    return did(contract.APPLY, {"redemptionCode": code}, answer, error)


def payment(answer: str | int, error: int | None = None) -> Exchange:
    return did(contract.PLACE_ORDER, {}, {"purchaseOrderId": answer} if isinstance(answer, str) else answer, error)


def ordered(body: Body, number: str = "p1") -> Exchange:
    """The order's read, made of the session that was paid."""
    order = {key: value for key, value in deepcopy(body).items() if key in ("lineItems", "pricingSummary")}
    exchange = did(contract.READ_ORDER, None, order | {"purchaseOrderId": number})
    exchange.request.subject = number
    return exchange


def verdict(sent: Sequence[Exchange], left: Body | tuple[int, int], *orders: Exchange, before: Body = BEFORE) -> str:
    """`passed`, `passed: READING`, `nothing`, or what is wrong."""
    read = did(contract.READ, None, left) if isinstance(left, dict) else did(contract.READ, None, *left)
    claim = explained(view(before), sent, read, orders)
    if claim is None:
        return "nothing"
    return f"passed{f': {claim.reading}' if claim.reading else ''}" if claim.ok else claim.name


A3, B4, BOTH = session(a=3), session(b=4), session(a=3, b=4)
FIVE, TEN = session(coupons=["FIVE"]), session(coupons=["TEN"])
EMPTY = session(a=None, b=None)
AFTER = "one after the other"
CASES: dict[str, tuple[Sequence[Exchange], Body | tuple[int, int], Sequence[Exchange], str]] = {
    "one after the other": ([quantity("a", 3, A3), quantity("b", 4, BOTH)], BOTH, [], "passed"),
    "the other way round": ([quantity("a", 3, BOTH), quantity("b", 4, B4)], BOTH, [], "passed"),
    "both answers written late": ([quantity("a", 3, BOTH), quantity("b", 4, BOTH)], BOTH, [], "passed"),
    "the first is lost": ([quantity("a", 3, A3), quantity("b", 4, B4)], B4, [], AFTER),
    "both are lost": ([quantity("a", 3, A3), quantity("b", 4, BOTH)], BEFORE, [], AFTER),
    "an answer without its change": ([quantity("a", 3, BEFORE), quantity("b", 4, BOTH)], BOTH, [], AFTER),
    "an answer with what came before only": ([quantity("a", 3, A3), quantity("b", 4, B4)], BOTH, [], AFTER),
    "one line: the last one wins": ([quantity("a", 3, A3), quantity("a", 5, session(a=5))], session(a=5), [], "passed"),
    "one line: the other one wins": ([quantity("a", 3, A3), quantity("a", 5, session(a=5))], A3, [], "passed"),
    "one line: added up": ([quantity("a", 3, A3), quantity("a", 5, session(a=8))], session(a=8), [], AFTER),
    "one line: the first comes back": ([quantity("a", 3, A3), quantity("a", 5, session(a=5))], BEFORE, [], AFTER),
    "gone, then unknown": (
        [quantity("a", 0, session(a=None)), quantity("a", 3, 400, 15002)], session(a=None), [], "passed",
    ),
    "changed, then gone": ([quantity("a", 3, A3), quantity("a", 0, session(a=None))], session(a=None), [], "passed"),
    "a line comes back": ([quantity("a", 0, session(a=None)), quantity("a", 3, A3)], A3, [], AFTER),
    "one refused": (
        [quantity("a", 3, A3), quantity("b", 4, 409, 15021)], A3, [], "passed: one of the two was refused",
    ),
    "one refused and done": ([quantity("a", 3, A3), quantity("b", 4, 409, 15021)], BOTH, [], AFTER),
    "both refused": ([quantity("a", 3, 409, 15021), quantity("b", 4, 409, 15021)], BEFORE, [], "each is answered"),
    "one refused with an unknown id": ([quantity("a", 3, A3), quantity("b", 4, 409, 99)], A3, [], "each is answered"),
    "one refused by a gateway": ([quantity("a", 3, A3), quantity("b", 4, 401, 1001)], A3, [], "each is answered"),
    "one crashes": ([quantity("a", 3, A3), quantity("b", 4, 500, 15000)], A3, [], "each is answered"),
    "one is not answered": ([quantity("a", 3, A3), quantity("b", 4, 503, 1)], A3, [], "nothing"),
    "an option beside a quantity": (
        [
            quantity("a", 3, session(a=3, option="o1")),
            did(contract.OPTION, {"lineItemId": "line-b", "shippingOptionId": "o2"}, BEFORE),
        ],
        A3, [], AFTER,
    ),
    "an address beside a quantity": (
        [quantity("a", 3, A3), did(contract.ADDRESS, AWAY, session(a=3, city="SEATTLE"))],
        session(a=3, city="SEATTLE"), [], "passed",
    ),
    "an address is lost": (
        [quantity("a", 3, A3), did(contract.ADDRESS, AWAY, session(city="Seattle"))], A3, [], AFTER,
    ),
    "the second coupon is refused": ([coupon("FIVE", FIVE), coupon("TEN", 409, 16001)], FIVE, [], "passed"),
    "the first coupon is refused": ([coupon("FIVE", 409, 16023), coupon("TEN", TEN)], TEN, [], "passed"),
    "a coupon is replaced": ([coupon("FIVE", FIVE), coupon("TEN", TEN)], TEN, [], AFTER),
    "a second coupon is taken and forgotten": ([coupon("FIVE", FIVE), coupon("TEN", FIVE)], FIVE, [], AFTER),
    "two coupons are kept": (
        [coupon("FIVE", FIVE), coupon("TEN", session(coupons=["FIVE", "TEN"]))], session(coupons=["FIVE", "TEN"]), [],
        AFTER,
    ),
    "one coupon twice, taken twice": ([coupon("FIVE", FIVE), coupon("five", FIVE)], FIVE, [], "passed"),
    "one coupon twice, used already": ([coupon("FIVE", FIVE), coupon("FIVE", 409, 16007)], FIVE, [], "passed"),
    "a coupon beside a quantity": (
        [quantity("a", 3, A3), coupon("FIVE", session(a=3, coupons=["FIVE"]))], session(a=3, coupons=["FIVE"]), [],
        "passed",
    ),
    "a coupon that is lost": ([quantity("a", 3, A3), coupon("FIVE", FIVE)], A3, [], AFTER),
    "changed, then paid": ([quantity("a", 3, A3), payment("p1")], A3, [ordered(A3)], "passed"),
    "paid, then locked": ([quantity("a", 3, 409, 15021), payment("p1")], BEFORE, [ordered(BEFORE)], "passed"),
    "paid, then gone": ([quantity("a", 3, 404, 15003), payment("p1")], (404, 15003), [ordered(BEFORE)], "passed"),
    "paid without the change": ([quantity("a", 3, A3), payment("p1")], A3, [ordered(BEFORE)], AFTER),
    "changed after payment": ([quantity("a", 3, A3), payment("p1")], BEFORE, [ordered(BEFORE)], AFTER),
    "taken after payment and forgotten": (
        [quantity("a", 3, BEFORE), payment("p1")], BEFORE, [ordered(BEFORE)], AFTER,
    ),
    "locked, and in the order": (
        [quantity("a", 3, 409, 15021), payment("p1")], BEFORE, [ordered(A3)], AFTER,
    ),
    "an order at another price": (
        [coupon("FIVE", FIVE), payment("p1")], FIVE, [ordered(BEFORE)], AFTER,
    ),
    "changed, payment is refused": (
        [quantity("a", 3, A3), payment(409, 15021)], A3, [], "passed: one of the two was refused",
    ),
    "emptied, then nothing to pay": (
        [quantity("a", 0, EMPTY), payment(409, 15019)], EMPTY, [], "passed",
    ),
    "emptied, then not to be changed": (
        [quantity("a", 0, EMPTY), did(contract.ADDRESS, AWAY, 409, 15019)], EMPTY, [],
        "passed",
    ),
    "one order, named twice": ([payment("p1"), payment("p1")], BEFORE, [ordered(BEFORE)], "passed"),
    "one order, the other refused": ([payment("p1"), payment(409, 15021)], BEFORE, [ordered(BEFORE)], "passed"),
    "two orders": (
        [payment("p1"), payment("p2")], BEFORE, [ordered(BEFORE), ordered(BEFORE, "p2")], "one purchase order",
    ),
    "no order at all": ([payment(409, 15021), payment(409, 15021)], BEFORE, [], "each is answered"),
}  # fmt: skip
# These start from a session with one line only.
ONE_LINE = {"emptied, then nothing to pay", "emptied, then not to be changed"}


@pytest.mark.parametrize("name", CASES)
def test_some_order_explains_it_or_none_does(name: str) -> None:
    sent, left, orders, wanted = CASES[name]
    before = session(b=None) if name in ONE_LINE else BEFORE
    assert verdict(sent, left, *orders, before=before) == wanted
    assert verdict(sent[::-1], left, *orders, before=before) == wanted, "who answered first does not matter"


def test_a_breach_tells_what_the_orders_leave_and_who_answered_first() -> None:
    claim = explained(view(BEFORE), [quantity("b", 4, B4), quantity("a", 3, A3)], did(contract.READ, None, A3), [])
    assert claim and not claim.ok and not claim.test
    assert "quantity v1|b|0 4" in claim.expected and claim.actual.startswith("1;")
    assert claim.actual.endswith("1. updateGuestQuantity 4 → 200, 2. updateGuestQuantity 3 → 200")


class Serial:
    """A server that takes one request after the other: the plainest that there is."""

    def __init__(self) -> None:
        self.now: Body = {"a": 1, "b": 1, "coupons": [], "city": "Portland"}
        self.paid: Body | None = None

    def answer(self, operation: str, body: Body) -> Exchange:
        refusal = self._refusal(operation, body)
        if refusal:
            return did(operation, body, *refusal)
        if operation == contract.PLACE_ORDER:
            self.paid = self.paid or session(**self.now)
            return did(operation, body, {"purchaseOrderId": "p1"})
        if operation == contract.QUANTITY:
            self.now[body["lineItemId"][-1]] = body["quantity"] or None
        elif operation == contract.APPLY:
            self.now["coupons"] = [body["redemptionCode"]]
        elif operation == contract.REMOVE:
            self.now["coupons"] = []
        else:
            self.now["city"] = body["city"]
        return did(operation, body, session(**self.now))

    def _refusal(self, operation: str, body: Body) -> tuple[int, int] | None:
        if self.paid:
            return None if operation == contract.PLACE_ORDER else (409, 15021)
        if not self.now["a"] and not self.now["b"]:
            return 409, 15019
        if operation == contract.QUANTITY and not self.now[body["lineItemId"][-1]]:
            return 400, 15002
        if operation == contract.APPLY and self.now["coupons"]:
            return 409, 16001
        if operation == contract.REMOVE and body["redemptionCode"] not in self.now["coupons"]:
            return 400, 16025
        return None


REQUESTS: list[tuple[str, Body]] = [
    *[(contract.QUANTITY, {"lineItemId": f"line-{line}", "quantity": count}) for line in "ab" for count in (0, 2, 5)],
    *[(contract.APPLY, {"redemptionCode": code}) for code in ("FIVE", "TEN")],
    (contract.REMOVE, {"redemptionCode": "FIVE"}),
    (contract.ADDRESS, AWAY),
    (contract.PLACE_ORDER, {}),
]


def test_whatever_a_serial_server_does_is_explained_and_nothing_else() -> None:
    random = Random(0)
    for _ in range(400):
        chosen = random.choices(REQUESTS, k=random.choice((2, 2, 3)))
        lefts = []
        for order in permutations(chosen):
            server = Serial()
            sent = [server.answer(*entry) for entry in order]
            lefts.append((sent, session(**server.now), [ordered(server.paid)] if server.paid else []))
        sent, left, orders = random.choice(lefts)
        assert verdict(random.sample(sent, len(sent)), left, *orders).startswith("passed")
        other = session(a=7, b=left["lineItems"][-1]["quantity"] if left["lineItems"] else 1)
        assert not verdict(sent, other, *orders).startswith("passed")


# ---------------------------------------------------------------- against the mock


def shop_at(url: str) -> CheckoutDriver:
    return CheckoutDriver(ApiClient(load("mock", url), key=b"k"), Trace("races"))


def two_quantities(session: CheckoutSession) -> list[Request]:
    lines = [line.id for line in session.lines]
    return [
        Request(contract.QUANTITY, session.id, {"lineItemId": line, "quantity": 3 + index}, session.marketplace)
        for index, line in enumerate(lines)
    ]


def two_options(session: CheckoutSession) -> list[Request]:
    wanted = [(line.id, session.other_option(line)) for line in session.lines]
    return [
        Request(contract.OPTION, session.id, {"lineItemId": line, "shippingOptionId": option.id}, session.marketplace)
        for line, option in wanted
        if option
    ]


def two_payments(session: CheckoutSession) -> list[Request]:
    return [Request(contract.PLACE_ORDER, session.id, session.terms(), session.marketplace)] * 2


def broken(driver: CheckoutDriver) -> set[str]:
    return {judgment.requirement for judgment in driver.trace.judgments if not judgment.ok}


def test_a_healthy_server_passes_and_the_session_goes_on(mock: str) -> None:
    driver = shop_at(mock)
    session = driver.create_session("EBAY_US", 2)
    race(lambda: session, "quantities of two lines", two_quantities, explained)
    assert [line.quantity for line in session.lines] == [3, 4]
    session.read()
    session.set_quantity(session.lines[0], 1)
    session.read()
    race(lambda: session, "two payments", two_payments, explained)
    assert session.state.phase == "ordered"
    session.read_order()
    session.set_quantity(session.lines[0], 2)
    session.read()
    assert not broken(driver)
    assert {str(judgment.case) for judgment in driver.trace.judgments if judgment.requirement == "RACE"} == {
        "updateGuestQuantity quantities of two lines",
        "placeGuestOrder two payments",
    }
    assert [exchange.seq for exchange in driver.trace.exchanges] == list(range(len(driver.trace.exchanges)))


def test_a_lost_update_is_one_finding_of_race_alone(mock: str) -> None:
    driver = shop_at(f"{mock}/x/quantity-lost-at-once")
    sessions = [driver.create_session("EBAY_US", 2) for _ in range(2)]
    left = iter(sessions)
    race(lambda: next(left), "quantities of two lines", two_quantities, explained)
    for session in sessions:
        session.read()
        session.read()
    assert broken(driver) == {"RACE"}
    found = next(judgment for judgment in driver.trace.judgments if not judgment.ok)
    assert found.claim and len(found.claim.proof) == 2 and found.exchange not in found.claim.proof


def test_two_orders_are_one_finding_of_race_alone(mock: str) -> None:
    driver = shop_at(f"{mock}/x/two-orders-at-once")
    race(lambda: driver.create_session("EBAY_US"), "two payments", two_payments, explained)
    assert broken(driver) == {"RACE"}


def test_what_breaks_one_after_the_other_is_no_race(mock: str) -> None:
    """The control: the first shows another option than the one that was selected, at once or not."""
    driver = shop_at(f"{mock}/x/read-selects-first")
    race(lambda: driver.create_session("EBAY_US", 2), "options of two lines", two_options, explained)
    assert "RACE" not in broken(driver)
    assert len([exchange for exchange in driver.trace.exchanges if exchange.operation == contract.OPTION]) == 4


def test_a_run_that_may_not_go_on_stops_here_too(mock: str) -> None:
    driver = shop_at(mock)
    session = driver.create_session("EBAY_US", 2)

    def stop() -> None:
        raise RunStopped("the budget is spent")

    stopping = ApiClient(load("mock", mock), key=b"k", before_request=stop)
    driver.target = stopping
    with pytest.raises(RunStopped):
        at_once(driver, two_quantities(session), "RACE")
