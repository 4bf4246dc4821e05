"""Walks: the same seed sends the same, every state is reached, and nothing that a target does makes a walk raise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from conformance.client.api_client import ApiClient, RunStopped
from conformance.core import contract
from conformance.core.exchange import Exchange, Intent, Request
from conformance.core.profile import load
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from conformance.runner.mock_process import MockProcess
from suites.state_machine.test_walks import unreached, walk_seed
from suites.state_machine.walk import run_walks

OPERATIONS = set(contract.operations())
WALKS, STEPS = 5, 15
Tamper = Callable[[int, Exchange], None]


def leave(number: int, exchange: Exchange) -> None:
    """Changes nothing."""


class Tampering(ApiClient):
    """A target whose answers are changed on the way: `tamper` has the number of the request and the exchange."""

    def __init__(self, url: str, tamper: Tamper = leave) -> None:
        super().__init__(load("mock", url), key=b"k")
        self.tamper, self.sent = tamper, 0

    def send(self, request: Request, trace: str, seq: int, intent: Intent | None = None) -> Exchange:
        exchange = super().send(request, trace, seq, intent)
        self.sent += 1
        self.tamper(self.sent, exchange)
        return exchange


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    load_rules()
    process = MockProcess()
    try:
        yield process.base_url
    finally:
        process.stop()


def walked(
    url: str, tamper: Tamper = leave, *, seed: int = 0, market: str = "EBAY_US", walks: int = WALKS
) -> CheckoutDriver:
    shop = CheckoutDriver(Tampering(url, tamper), Trace("walks"))
    run_walks(shop, market, walk_seed(seed, "walks"), walks=walks, steps=STEPS)
    return shop


def requests(shop: CheckoutDriver) -> list[tuple[str, str | None, str, str]]:
    """What was sent, but for the ids that each session gets anew."""
    own = ("lineItemId", "shippingOptionId")
    found = []
    for entry in shop.trace.exchanges:
        body = {key: "" if key in own else value for key, value in entry.request.object().items()}
        found.append(
            (entry.operation, entry.request.marketplace, entry.request.credential, json.dumps(body, sort_keys=True))
        )
    return found


def broken(shop: CheckoutDriver) -> set[str]:
    return {judgment.requirement for judgment in shop.trace.judgments if not judgment.ok}


def test_a_conformant_server_passes_in_every_state(mock: str) -> None:
    shop = walked(mock)
    assert not broken(shop)
    assert unreached(shop, shop.trace) == []
    assert {exchange.operation for exchange in shop.trace.exchanges} == OPERATIONS
    assert 60 < len(shop.trace.exchanges) < 220


def test_one_seed_sends_the_same_and_another_something_else(mock: str) -> None:
    first, again, other = walked(mock), walked(mock), walked(mock, seed=1)
    assert requests(first) == requests(again)
    assert requests(first) != requests(other)
    assert walk_seed(0, "a") != walk_seed(0, "b") != walk_seed(1, "b")


def test_a_breach_is_recorded_and_the_walk_goes_on(mock: str) -> None:
    def dearer(number: int, exchange: Exchange) -> None:
        if exchange.accepted and number > 10 and "pricingSummary" in exchange.body:
            exchange.body["pricingSummary"]["total"]["value"] = "0.01"

    shop, healthy = walked(mock, dearer), walked(mock)
    assert "PRICE-TOTAL" in broken(shop)
    assert requests(shop) == requests(healthy)


def test_a_server_that_fails_now_and_then_ends_no_walk(mock: str) -> None:
    def fails(number: int, exchange: Exchange) -> None:
        if number % 5 == 0:
            exchange.status, exchange.body = (503, None) if number % 2 else (500, {"errors": []})

    shop = walked(mock, fails)
    assert len(shop.trace.exchanges) > 60


def test_a_target_that_makes_no_session_is_left_alone(mock: str) -> None:
    def refuses(number: int, exchange: Exchange) -> None:
        exchange.status, exchange.body = 409, {"errors": [{"errorId": 15053}]}

    shop = walked(mock, refuses)
    assert {exchange.operation for exchange in shop.trace.exchanges} == {contract.INITIATE}
    assert len(shop.trace.exchanges) < 40 and not shop.trace.world.sessions


def test_a_run_that_may_not_go_on_stops_at_once(mock: str) -> None:
    def stops(number: int, exchange: Exchange) -> None:
        if number >= 30:
            raise RunStopped("the budget is spent")

    target = Tampering(mock, stops)
    with pytest.raises(RunStopped):
        run_walks(CheckoutDriver(target, Trace("walks")), "EBAY_US", 1, walks=WALKS, steps=STEPS)
    assert target.sent <= 31, "at most one more request on the way out"


def test_states_that_were_never_reached_are_named(mock: str) -> None:
    shop = CheckoutDriver(ApiClient(load("mock", mock), key=b"k"), Trace("short"))
    shop.cart("EBAY_US")
    assert unreached(shop, shop.trace) == ["several lines", "a coupon applied", "ordered", "emptied"]
