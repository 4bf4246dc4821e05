"""The choice under a budget, the budget itself, and what the command line says to wrong input."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.client.api_client import BudgetSpent
from conformance.core import contract
from conformance.evidence.node_id import NodeId
from conformance.runner.planning import budget
from conformance.runner.planning.budget import MISSION_TESTS, choose, costs, weight
from conformance.runner.run import Run

ROOT = Path(__file__).resolve().parents[2]
MISSION = tuple(each.id for each in contract.requirements().values() if each.mission)
TABLE: dict[str, dict[str, Any]] = {
    "a.py::many": {"requests": 10, "judges": ["SESSION-CREATE", "SESSION-READ", "SESSION-FIELDS"]},
    "a.py::cheap": {"requests": 2, "judges": ["SESSION-CREATE"]},
    "a.py::mission": {"requests": 12, "judges": ["PAY-LOCK"]},
    "a.py::again": {"requests": 1, "judges": ["SESSION-CREATE"]},
    "a.py::nothing": {"requests": 1, "judges": []},
    "a.py::should": {"requests": 3, "judges": ["PRICE-STABLE"]},
}


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(budget, "costs", lambda: TABLE)
    return [f"suites/{name}[EBAY_US]" for name in TABLE]


def names(chosen: Iterable[str]) -> list[str]:
    return [entry.partition("::")[2].partition("[")[0] for entry in chosen]


def test_the_most_telling_for_a_request_comes_first(table: list[str]) -> None:
    """A first judgment a request: again 10, mission 5, many (what is left of it) 2, should 1; cheap adds nothing."""
    assert names(choose(table, None, set())) == ["again", "mission", "many", "should"]
    assert names(choose(reversed(table), None, set())) == ["again", "mission", "many", "should"]


def test_what_does_not_fit_is_left_out(table: list[str]) -> None:
    spent = {name.partition("::")[2]: entry["requests"] for name, entry in TABLE.items()}
    for limit in range(0, 40):
        chosen = names(choose(table, limit, set()))
        assert sum(spent[entry] for entry in chosen) <= round(limit * budget.SHARING)
    assert names(choose(table, 4, set())) == ["again", "should", "cheap"]  # the last for one more case
    assert names(choose(table, 16, set(), spent=16)) == ["again", "should", "cheap"]


def test_what_is_judged_already_counts_for_nothing(table: list[str]) -> None:
    assert names(choose(table, None, {"SESSION-CREATE", "PAY-LOCK", "PRICE-STABLE"})) == ["many"]
    assert choose(table, None, set(contract.requirements())) == {}


def test_a_must_weighs_more_than_a_should_and_a_mission_most() -> None:
    levels = {
        requirement.level: weight(requirement.id)
        for requirement in contract.requirements().values()
        if requirement.id not in MISSION
    }
    assert levels["MUST"] > levels["SHOULD"] > levels["READING"] > 0
    assert {weight(entry) for entry in MISSION} == {budget.MISSION_WEIGHT} and set(MISSION) <= set(
        contract.requirements()
    )


def test_the_choice_is_the_same_each_time() -> None:
    tests = [f"suites/{cost}" for cost in costs()]
    first = choose(tests, 150, set())
    assert list(first.items()) == list(choose(list(reversed(tests)), 150, set()).items())
    assert set(first) <= set(tests)


def test_what_comes_first() -> None:
    """The mission's rules with every method, then what any target can be judged by, then what needs a rare role."""
    chosen = [
        NodeId.of(entry).in_any_marketplace for entry in choose([f"suites/{cost}" for cost in costs()], None, set())
    ]
    assert tuple(chosen[: len(MISSION_TESTS)]) == MISSION_TESTS and set(MISSION_TESTS) <= set(costs())
    assert set(MISSION) <= {cost for name in MISSION_TESTS for cost in costs()[name]["judges"]}
    judged, rare_began = set[str](), False
    for name in chosen:
        new = set(costs()[name]["judges"]) - judged
        usual = {entry for entry in new if not contract.is_rare(entry)}
        rare_began = rare_began or bool(new and not usual)
        assert not (rare_began and usual), (name, usual)
        judged |= new
        if len(judged) == len({item for entry in costs().values() for item in entry["judges"]}):
            return
    raise AssertionError("something is never chosen")


def test_a_large_budget_goes_on_with_more_cases() -> None:
    tests = [f"suites/{cost}" for cost in costs() if costs()[cost]["judges"]]
    assert set(choose(tests, 10**6, set())) == set(tests)
    few, some = choose(tests, 150, set()), choose(tests, 600, set())
    assert sum(some.values()) > 10 and not any(few.values()) and not any(choose(tests, None, set()).values())
    assert list(some)[: len(MISSION_TESTS)] == list(few)[: len(MISSION_TESTS)]
    assert len(choose(tests, None, set())) < len(tests) / 2


@pytest.mark.parametrize("market", contract.marketplaces())
def test_a_test_costs_the_same_in_every_marketplace(market: str) -> None:
    def name(text: str) -> str:
        return NodeId.of(text).in_any_marketplace

    assert name(f"suites/a/test_a.py::test_b[{market}]") == "a/test_a.py::test_b"
    assert name(f"suites/a/test_a.py::test_b[{market}-two lines]") == "a/test_a.py::test_b[two lines]"
    assert name(f"a/test_a.py::test_b[stock-{market}]") == "a/test_a.py::test_b[stock]"
    assert name("a/test_a.py::test_b[not accepted]") == "a/test_a.py::test_b[not accepted]"
    assert name("a/test_a.py::test_b") == "a/test_a.py::test_b"
    plain, *_ = (cost for cost in costs() if costs()[cost]["judges"] and "[" not in cost)
    assert budget.measured(f"suites/{plain}[{market}]") == costs()[plain]
    assert list(choose([f"suites/{plain}[{market}]"], None, set())) == [f"suites/{plain}[{market}]"]


def test_where_a_finding_was_made() -> None:
    """By folder and file of a test; another trace is named as it is."""
    names = ("generated/test_coverage.py::test_a[GET /b.py::c-EBAY_US]", "discovery", "recording [::1]:8080")
    assert [NodeId.of(name).place for name in names] == ["generated/coverage", *names[1:]]


def test_a_rule_that_usual_roles_can_show_is_not_rare() -> None:
    """A rule with a usual way to be judged is none that needs a rare role."""
    assert contract.is_rare("QTY-STOCK") and contract.is_rare("PAY-DECLINED") and contract.is_rare("ADDR-SANCTION")
    assert not any(map(contract.is_rare, (*MISSION, "WARNING-SHAPE", "ORDER-FIELDS", "PRICE-SAVINGS", "SHIP-SET")))
    heads = {
        need
        for requirement in contract.requirements().values()
        for needed in requirement.needs
        for need in needed.split("|")
    }
    heads |= {"expired_token", "other_scope", "coupon.oversized"}  # wanted by tests, not by rules
    for role in contract.rare_roles():
        assert any(head == role or head.startswith(f"{role}.") for head in heads), role


@pytest.mark.parametrize("limit", [40, 150, 400])
def test_what_a_budget_buys_on_the_mock(tmp_path: Path, limit: int) -> None:
    """40: each MUST of the four mission rules. 150: every rule that needs no rare role. 400: every rule.

    Never a request more.
    """
    command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--report", str(tmp_path), "-q"]
    subprocess.run([*command, "--budget", str(limit)], cwd=ROOT, capture_output=True, timeout=120, check=False)
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "exchanges.jsonl").read_text(encoding="utf-8").splitlines()
    sent = sum(
        json.loads(line)["operation"] != contract.TOKEN for line in lines
    )  # tests' grants are token requests too
    assert result["budget"]["used"] <= limit and sent + result["token_requests"] <= limit
    outcomes = {entry["id"]: entry for entry in result["requirements"]}
    assert not result["counts"]["failed"]
    if limit == 40:
        assert {entry: outcomes[entry]["outcome"] for entry in MISSION} == dict.fromkeys(MISSION, "passed")
        changes = {"applyGuestCoupon", "removeGuestCoupon", "updateGuestQuantity", "updateGuestShippingAddress"}
        assert not changes & set(outcomes["PAY-LOCK"]["cases"]["missing"] + outcomes["MARKET-SAME"]["cases"]["missing"])
    elif limit == 400:  # tests that get all their cases leave room for one case of the others
        assert result["counts"]["judged"] == len(outcomes)
    else:
        usual = [outcome for outcome in outcomes if not contract.is_rare(outcome)]
        assert [entry for entry in usual if outcomes[entry]["outcome"] != "passed"] == []


def test_the_measured_table_is_about_the_tests_that_there_are() -> None:
    for name, cost in costs().items():
        path, _, function = name.partition("::")
        assert f"def {function.partition('[')[0]}(" in (ROOT / "suites" / path).read_text(encoding="utf-8"), name
        assert cost["requests"] >= 0 and set(cost["judges"]) <= set(contract.requirements())


@pytest.mark.parametrize("limit", [3, 10, 57])
def test_no_request_beyond_the_budget(limit: int) -> None:
    run = SimpleNamespace(settings=SimpleNamespace(budget=limit), spent=0, limit=None)
    for _ in range(limit):
        Run._spend(run)  # type: ignore[arg-type]
    for _ in range(2):
        with pytest.raises(BudgetSpent, match=str(limit)):
            Run._spend(run)  # type: ignore[arg-type]
    assert run.spent == limit
    assert not issubclass(BudgetSpent, Exception)  # Hypothesis would swallow it
