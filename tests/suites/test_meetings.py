"""Faults behind two conditions: the part of a run that brings the two together finds them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.core.profile import Market
from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess
from conformance.runner.planning.selection import Selection
from suites.situations.design import SessionPlan, session_plans
from suites.situations.other_sessions import decline_alike

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "suites/address_shipping/test_address.py"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    process = MockProcess()
    yield process.base_url
    process.stop()


def failed(mock: str, fault: str, folder: Path, *tests: str) -> set[str]:
    """The requirements that these tests find broken."""
    command = [sys.executable, "-m", "pytest", *tests, "--target", "mock", "--base-url", f"{mock}/x/{fault}"]
    ended = subprocess.run(
        [*command, "--report", str(folder), "-n", "0"], cwd=ROOT, capture_output=True, text=True, timeout=240
    )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    found = json.loads((folder / "result.json").read_text(encoding="utf-8"))["requirements"]
    return {entry["id"] for entry in found if entry["outcome"] == "failed"}


def changes_beside_an_older(life: SessionPlan) -> bool:
    """Whether it sets a quantity while an older session of the buyer is there."""
    row = life.row
    return row["beside"] == "same_buyer" and row["age"] == "older" and row["change"] in ("more", "many")


def sessions_where(fits: Callable[[SessionPlan], bool]) -> list[str]:
    """The tests of the planned sessions that fit."""
    rows = [plan.row for plan in session_plans(load("mock")) if fits(plan)]
    return [
        f"suites/situations/test_planned_sessions.py::test_a_planned_session[{row['marketplace']}-{row}]"
        for row in rows
    ]


def test_a_younger_session_changes_an_older(mock: str, tmp_path: Path) -> None:
    tests = sessions_where(changes_beside_an_older)
    assert tests and "SESSION-ISOLATED" in failed(mock, "quantity-reaches-the-buyers-older", tmp_path, *tests)


def names_nearly_a_later_line(life: SessionPlan) -> bool:
    """Whether it selects an option by a line id that is cut short, of a line that is not the first."""
    near = any(probe.requirement == "SHIP-UNKNOWN" and probe.case == "a character less" for probe in life.probes)
    return near and life.row["lines"] != "one" and life.row["line"] != "first"


def test_the_option_beside_a_line_id_that_is_cut_short_is_one_of_that_line(mock: str, tmp_path: Path) -> None:
    tests = sessions_where(names_nearly_a_later_line)
    assert tests and "SHIP-UNKNOWN" in failed(mock, "line-id-cut-short", tmp_path, *tests)


def test_one_warning_hides_another(mock: str, tmp_path: Path) -> None:
    test = f"{ADDRESS}::test_each_reason_for_a_warning_is_named_beside_the_others"
    assert failed(mock, "only-the-first-warning", tmp_path, test) & {"ADDR-WARN", "ITEM-WARNED", "ITEM-REMOVED"}


def without(market: Market, *kinds: str) -> Market:
    return replace(market, roles={item: role for item, role in market.roles.items() if role.kind not in kinds})


@pytest.mark.parametrize("test", [f"test_{number}" for number in range(12)])
def test_a_test_runs_where_its_roles_are(test: str) -> None:
    """Wherever a test begins to choose: each role that it is about is in a marketplace that it takes."""
    profile = load("mock")
    few = {name: without(market, "limit", "stock") for name, market in profile.markets.items()}
    few |= {
        "EBAY_GB": without(profile.markets["EBAY_GB"], "limit"),
        "EBAY_DE": without(profile.markets["EBAY_DE"], "stock"),
    }
    for markets, wanted in ((profile.markets, 1), (few, 2)):
        chosen = replace(profile, markets=markets)
        run: Any = SimpleNamespace(profile=chosen, settings=SimpleNamespace(one_case_per_test=False))
        assert len(Selection(run).marketplaces(test, 1, "item.limit|item.stock")) == wanted


def test_an_empty_cart_is_not_made_again_for_a_declined_buyer() -> None:
    """A session without lines cannot be had: the row would end before it met the probes of its end."""
    session: Any = SimpleNamespace(lines=[])  # without a driver nothing can be sent
    decline_alike(session, ["declined@example.com"])
