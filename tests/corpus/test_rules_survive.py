"""Whatever JSON a target answers with, in whatever place, the rules, the fold and the merge say something or nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.client.strict_json import read_json
from conformance.core import contract
from conformance.core.exchange import Exchange, Intent, Request
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.evidence import journal
from conformance.evidence.aggregate import drop_what_loss_explains, merge
from conformance.evidence.reproduction.replay import Ids, from_record, steps_of
from conformance.evidence.reproduction.shrink import describe
from conformance.evidence.session_loss import forgotten
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from conformance.judging.world import World
from tests.doubles.reference_goods import profile
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import PARTS, visit

ODD: list[Any] = [
    None, True, False, 0, -1, 2.5, 1e308, 10**30, 10**4000, "", "0", "-0", "NaN", "Infinity", "1E+999999", "1e-999999",
    "12.345", " 1 ", "\ufffd", "\x00\x1b[31m", "{n}", "🦊" * 30, "x" * 5000, [], {}, [[]], [None], {"value": {}}, [{}],
    {"value": "1E+999999", "currency": "USD"}, {"value": 5, "currency": None}, {"amount": {"value": "x"}},
    [{"lineItemId": []}], [{"lineItemId": None, "quantity": "2"}], [{"errorId": "15003"}], [{"errorId": 10**30}],
    [{"errorId": 15003, "parameters": {}}], {"errors": {}}, [{"selected": "true", "shippingOptionId": {}}],
]  # fmt: skip
JUNK = st.sampled_from(ODD) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
STATUSES = st.sampled_from([None, 200, 201, 204, 302, 400, 401, 403, 404, 409, 418, 429, 500, 503])
# in one answer of the visit: where in its body, what stands there instead, and with which status it comes
EDITS = st.dictionaries(
    st.integers(0, 60), st.tuples(st.integers(0, 400), JUNK, st.none() | STATUSES), min_size=1, max_size=6
)
SETTINGS = settings(deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))


def places(body: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every part of a body."""
    if isinstance(body, dict | list):
        for key, child in list(body.items() if isinstance(body, dict) else enumerate(body)):
            yield body, key
            yield from places(child)


class Mutant(ReferenceShop):
    """Honest, but for some answers."""

    def __init__(self, edits: dict[int, tuple[int, Any, int | None]]) -> None:
        super().__init__()
        self.edits, self.sent = edits, 0

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(request)
        edit = self.edits.get(self.sent)
        self.sent += 1
        if edit is None:
            return status, body, headers
        where, junk, other = edit
        body = deepcopy(body)
        parts = list(places(body))
        if where < len(parts):
            container, key = parts[where]
            container[key] = junk
        else:
            body = junk
        return other or status, body, headers


@pytest.fixture(scope="module", autouse=True)
def rules() -> None:
    load_rules()


def consequences(trace: Trace) -> None:
    """Everything that is made of a trace when a run ends."""
    record = journal.summary(trace, 0)
    json.dumps(record.document())
    lines = [json.dumps(exchange.record()) for exchange in trace.exchanges]
    again = [from_record(json.loads(line)) for line in lines]
    world = World()
    for exchange in again:
        judge(world, profile(), exchange)
    assert trace.world.rule_errors == world.rule_errors == []  # `judge` catches what a rule raises
    steps_of(again)
    for exchange in again:
        describe(exchange)
    merged = merge([record])
    if forgotten(trace):
        drop_what_loss_explains(merged)
    for finding in merged.findings.values():
        json.dumps(finding.document(), ensure_ascii=False).encode()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
@settings(SETTINGS, max_examples=10)
@given(edits=EDITS)
def test_a_visit_of_a_shop_that_answers_anything(part: Any, edits: dict[int, tuple[int, Any, int | None]]) -> None:
    target, trace = Mutant(edits), Trace("mutant")

    def visited(driver: Any) -> None:
        driver.trace = trace
        part(driver)

    with suppress(PrerequisiteFailed, LookupError):  # what the visit stands on is gone
        visit(target, visited)
    consequences(trace)


@cache
def known() -> World:
    """A few sessions of an honest shop."""
    return visit(ReferenceShop(), PARTS[0]).world


@pytest.mark.parametrize("operation", [*contract.operations(), contract.TOKEN])
@settings(SETTINGS, max_examples=20)
@given(body=JUNK, status=STATUSES, sent=JUNK, requirement=st.none() | st.sampled_from(sorted(contract.requirements())))
def test_no_rule_fails_on_any_answer_to_one_request(
    operation: str, body: Any, status: int | None, sent: Any, requirement: str | None
) -> None:
    world, ids = World(), Ids()
    world.sessions = deepcopy(known().sessions)
    subject = next(iter(world.sessions))
    for credential in ("app0", "app1", "none"):
        request = Request(operation, subject, sent, "EBAY_US", credential)
        exchange = Exchange(
            "t", 0, request, "POST", "http://127.0.0.1:1/", Intent(requirement, "x") if requirement else None, status
        )
        found = read_json(json.dumps(body))
        exchange.body, exchange.text = found.value, found.text
        judge(world, profile(), exchange)
        assert world.rule_errors == []  # `judge` catches what a rule raises
        ids.learn(0, exchange)
        describe(exchange)
