"""Walks: the same seed sends the same, every state is reached, and nothing that a target does makes a walk raise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture.provider_conformance import run_conformance_test
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.statistics import collector

from conformance.client.api_client import ApiClient, RunStopped
from conformance.core import contract
from conformance.core.exchange import CaseKey, Exchange, Intent, Request
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.judging.claim import Aspect, Claim
from conformance.judging.context import Judgment
from conformance.judging.trace import Trace
from strategies.determinism import SeededProvider
from suites.state_machine.machine import MISSION, BrokenRequirement, CheckoutMachine
from suites.state_machine.test_walks import not_reached
from suites.state_machine.walks import IN_VAIN, run_walks

OPERATIONS = set(contract.operations())
INVARIANTS = {
    "a session holds no more lines than the maximum": "no_more_lines_than_the_maximum",
    "a session keeps its marketplace": "the_marketplace_stays",
    "nothing changes after payment": "nothing_changes_after_payment",
    "quantity 0 removes the line": "quantity_zero_removes_the_line",
}
ROOT = Path(__file__).resolve().parents[2]
WALKS, STEPS = 8, 24
Tamper = Callable[[int, Exchange], None]


def leave(number: int, exchange: Exchange) -> None:
    """Changes nothing."""


def cheap(number: int, exchange: Exchange) -> None:
    """Shows a total that is no sum."""
    if exchange.accepted and number > 10 and "pricingSummary" in exchange.body:
        exchange.body["pricingSummary"]["total"]["value"] = "0.01"


def cheap_lines(number: int, exchange: Exchange) -> None:
    """Shows a total that is no sum, once a quantity was changed."""
    if exchange.operation == contract.QUANTITY:
        cheap(99, exchange)


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


def walked(
    url: str, tamper: Tamper = leave, *, seed: int = 0, market: str = "EBAY_US", walks: int = WALKS
) -> CheckoutDriver:
    driver = CheckoutDriver(Tampering(url, tamper), Trace("walks"))
    run_walks(driver, market, f"{seed}/walks", walks=walks, steps=STEPS)
    return driver


def requests(driver: CheckoutDriver) -> list[tuple[str, str | None, str, str]]:
    """What was sent, but for the ids that each session gets anew."""
    own = ("lineItemId", "shippingOptionId")
    found = []
    for entry in driver.trace.exchanges:
        body = {key: "" if key in own else value for key, value in entry.request.object().items()}
        found.append(
            (entry.operation, entry.request.marketplace, entry.request.credential, json.dumps(body, sort_keys=True))
        )
    return found


def broken(driver: CheckoutDriver) -> set[str]:
    return {judgment.requirement for judgment in driver.trace.judgments if not judgment.ok}


def test_a_conformant_server_passes_in_every_state(mock: str) -> None:
    driver = walked(mock)
    assert not broken(driver)
    assert not_reached(driver, "EBAY_US") == []
    assert {exchange.operation for exchange in driver.trace.exchanges} == OPERATIONS
    assert WALKS * STEPS < len(driver.trace.exchanges) < 3 * WALKS * STEPS


def test_one_seed_sends_the_same_and_another_something_else(mock: str) -> None:
    first, again, other = walked(mock), walked(mock), walked(mock, seed=1)
    assert requests(first) == requests(again)
    assert requests(first) != requests(other)


def test_a_breach_is_recorded_and_the_walk_goes_on(mock: str) -> None:
    driver, healthy = walked(mock, cheap), walked(mock)
    assert "PRICE-TOTAL" in broken(driver)
    assert requests(driver) == requests(healthy)


def test_a_server_that_fails_now_and_then_ends_no_walk(mock: str) -> None:
    def fails(number: int, exchange: Exchange) -> None:
        if number % 5 == 0:
            exchange.status, exchange.body = (503, None) if number % 2 else (500, {"errors": []})

    driver = walked(mock, fails)
    assert len(driver.trace.exchanges) > 60


def test_a_target_that_makes_no_session_is_left_alone(mock: str) -> None:
    def refuses(number: int, exchange: Exchange) -> None:
        exchange.status, exchange.body = 409, {"errors": [{"errorId": 15053}]}

    driver = CheckoutDriver(Tampering(mock, refuses), Trace("walks"))
    with pytest.raises(PrerequisiteFailed, match="SESSION-CREATE"):
        run_walks(driver, "EBAY_US", "0", walks=WALKS, steps=STEPS)
    assert {exchange.operation for exchange in driver.trace.exchanges} == {contract.INITIATE}
    assert len(driver.trace.exchanges) < 40 and not driver.trace.world.sessions


def test_a_run_that_may_not_go_on_stops_at_once(mock: str) -> None:
    def stops(number: int, exchange: Exchange) -> None:
        if number >= 30:
            raise RunStopped("the budget is spent")

    target = Tampering(mock, stops)
    with pytest.raises(RunStopped):
        run_walks(CheckoutDriver(target, Trace("walks")), "EBAY_US", "1", walks=WALKS, steps=STEPS)
    assert target.sent <= 31, "at most one more request on the way out"


def test_states_that_were_never_reached_are_named(mock: str) -> None:
    driver = CheckoutDriver(ApiClient(load("mock", mock), key=b"k"), Trace("short"))
    driver.create_session("EBAY_US")
    assert not_reached(driver, "EBAY_US") == ["several lines", "a coupon applied", "ordered", "emptied"]


def test_the_draws_keep_to_what_hypothesis_asks_of_a_backend() -> None:
    quiet = settings(max_examples=20, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    run_conformance_test(SeededProvider, settings=quiet)


def test_what_a_target_answers_in_one_walk_moves_no_draw_of_the_next(mock: str) -> None:
    def refuses_at_first(number: int, exchange: Exchange) -> None:
        if number < IN_VAIN:
            exchange.status, exchange.body = 503, {"errors": []}

    def last_walk(driver: CheckoutDriver) -> list[str]:
        lines = [step.line for step in driver.trace.program]
        return lines[max(place for place, line in enumerate(lines) if line.startswith("state =")) :]

    troubled, healthy = walked(mock, refuses_at_first), walked(mock)
    assert troubled.trace.program != healthy.trace.program
    assert last_walk(troubled) == last_walk(healthy)


def test_no_walk_is_the_simplest(mock: str) -> None:
    """Hypothesis tries the simplest draws before it asks a backend: one step, over and over."""
    first = walked(mock, walks=1).trace.program
    rules = [step.line.partition("state.")[2].partition("(")[0] for step in first]
    assert max(rules.count(rule) for rule in rules) < STEPS // 2


def test_a_finding_comes_with_the_program_of_its_walk(mock: str) -> None:
    driver = CheckoutDriver(Tampering(mock, cheap), Trace("walks"))
    breaches = run_walks(driver, "EBAY_US", "0/walks", walks=WALKS, steps=STEPS)
    assert {breach.requirement for breach in breaches} == broken(driver)
    first = next(
        judgment for judgment in driver.trace.judgments if judgment.requirement == "PRICE-TOTAL" and not judgment.ok
    )
    program = driver.trace.program_until(first.exchange)
    assert program[0] == "state = CheckoutMachine(driver, marketplace)"
    breach = next(breach for breach in breaches if breach.requirement == "PRICE-TOTAL")
    assert breach.program == "\n".join(program)
    compile("\n".join(program), "the program", "exec")
    names: dict[str, list[str]] = {name: [] for name in ("sessions", "lines", "orders")}
    for line in (step.line for step in driver.trace.program):
        made, _, called = line.rpartition(" = state.")
        for name in filter(None, made.split(", ")):
            names[name.split("_")[0]].append(called.partition("(")[0])
    assert set(names["orders"]) == {"pay"} and "create_first_session" in names["sessions"] and "read" in names["lines"]


def test_a_program_can_be_run_by_itself(mock: str) -> None:
    """A line of it, outside of Hypothesis."""
    machine = CheckoutMachine(CheckoutDriver(Tampering(mock), Trace("by hand")), "EBAY_US")
    session = machine.create_first_session(basket={machine.offer.items[0]: 2}, reads_back=False)
    assert isinstance(session, CheckoutSession)
    machine.empty_the_cart(session=session)
    assert machine.program.steps[1:] == [
        f"sessions_0 = state.create_first_session(basket={{{machine.offer.items[0]!r}: 2}}, reads_back=False)",
        "state.empty_the_cart(session=sessions_0)",
    ]


def test_a_printed_program_can_be_run_as_it_stands(mock: str) -> None:
    """But for shipping options, whose ids are the walk's own."""
    walk = walked(mock).trace
    begins = [place for place, step in enumerate(walk.program) if step.begins]
    driver = CheckoutDriver(Tampering(mock), Trace("by hand"))
    names = {"CheckoutMachine": CheckoutMachine, "driver": driver, "marketplace": "EBAY_US"}
    exec("\n".join(step.line for step in walk.program[begins[-1] :]), names)
    sent = driver.trace.exchanges
    first = walk.program[begins[-1]].first
    assert len(sent) > STEPS // 2 and not broken(driver)
    for own, theirs in zip(sent, walk.exchanges[first:], strict=False):
        assert own.operation == theirs.operation
        assert own.status == theirs.status or own.operation == contract.OPTION


def test_the_script_of_the_page_walks_under_hypothesis_itself(mock: str) -> None:
    script = ROOT / "docs" / "examples" / "state_machine" / "walk.py"
    ended = subprocess.run(
        [sys.executable, str(script), "mock", mock], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    # its draws are Hypothesis' own, so that nothing but the first step is sure
    assert re.search(r"^ +\d+ create_first_session: (one line|several lines)$", ended.stdout, re.MULTILINE)


def test_each_rule_of_the_mission_has_an_invariant() -> None:
    assert set(INVARIANTS) == {entry.mission for entry in contract.requirements().values()} - {""} == set(MISSION)


@pytest.mark.parametrize("mission", INVARIANTS)
def test_what_is_broken_is_handed_over_by_one_invariant(mock: str, mission: str) -> None:
    found: list[BrokenRequirement] = []
    machine = CheckoutMachine(CheckoutDriver(Tampering(mock), Trace("by hand")), "EBAY_US", found.append)
    of_mission = next(entry.id for entry in contract.requirements().values() if entry.mission == mission)
    claim = Claim(False, Aspect.ACCEPTED, "this", "that", "false")
    machine.program.broken = [
        Judgment(requirement, CaseKey(contract.READ), contract.READ, False, "by hand/0", claim)
        for requirement in (of_mission, "PRICE-TOTAL")
    ]
    handed = {}
    for invariant in (*INVARIANTS.values(), "nothing_else_is_broken"):
        getattr(machine, invariant)()
        handed[invariant] = [breach.requirement for breach in found]
        found.clear()
    assert handed.pop("nothing_else_is_broken") == ["PRICE-TOTAL"]
    assert handed == {name: [of_mission] if name == INVARIANTS[mission] else [] for name in handed}


def test_hypothesis_counts_the_states_that_rules_led_to(mock: str) -> None:
    seen: list[dict[str, Any]] = []
    with collector.with_value(seen.append):  # type: ignore[arg-type]  # typed by its default, None
        walked(mock)
    events = {event for each in seen[0]["generate-phase"]["test-cases"] for event in each["events"]}
    assert {"pay: ordered", "empty_the_cart: empty"} <= events
    assert any(event.endswith(": several lines with a coupon") for event in events)


def test_few_walks_are_given_up(mock: str) -> None:
    """Hypothesis gives a walk up where none of the rules that it chose for the walk may run."""
    seen: list[dict[str, Any]] = []
    with collector.with_value(seen.append):  # type: ignore[arg-type]  # typed by its default, None
        for seed, market in enumerate(load("mock").markets):
            walked(mock, market=market, seed=seed)
    # the first is the simplest one, which always is
    ended = [case["status"] for each in seen for case in each["generate-phase"]["test-cases"][1:]]
    assert ended.count("valid") == WALKS * len(seen)
    assert len(ended) - ended.count("valid") <= len(ended) // 10


@pytest.mark.parametrize(("least", "most"), [(0, 254), (100, 400), (-300, 300), (0, 10_000)])
def test_a_bounded_number_is_seldom_a_limit(least: int, most: int) -> None:
    provider = SeededProvider()
    with provider.per_test_case_context_manager():
        drawn = [provider.draw_integer(least, most) for _ in range(1000)]
    assert set(drawn) >= {least, most} and min(drawn) == least and max(drawn) == most
    assert sum(min(number - least, most - number) <= 1 for number in drawn) < 600


def test_a_breach_of_the_mission_is_told_by_its_rule(mock: str) -> None:
    def unlocked(number: int, exchange: Exchange) -> None:
        if exchange.operation in contract.CHANGES and exchange.status == 409:
            exchange.status = 500

    driver = CheckoutDriver(Tampering(mock, unlocked), Trace("walks"))
    breaches = run_walks(driver, "EBAY_US", "0/walks", walks=WALKS, steps=STEPS)
    words = {breach.requirement: str(breach) for breach in breaches}
    assert words["PAY-LOCK"].startswith("PAY-LOCK (nothing changes after payment): ")


def test_a_machine_by_itself_raises_so_that_hypothesis_shrinks(mock: str) -> None:
    made: list[CheckoutDriver] = []

    def machine() -> CheckoutMachine:
        made.append(CheckoutDriver(Tampering(mock, cheap_lines), Trace("walk")))
        return CheckoutMachine(made[-1], "EBAY_US")

    short = settings(
        phases=(Phase.generate, Phase.shrink),
        max_examples=20,
        stateful_step_count=6,
        database=None,
        deadline=None,
        derandomize=True,
    )
    with pytest.raises(BrokenRequirement, match=r"expected .*; seen ") as raised:
        run_state_machine_as_test(machine, settings=short)  # type: ignore[arg-type]
    assert raised.value.program.count("\n") <= 3, raised.value.program
