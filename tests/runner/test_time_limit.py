"""`--time`: the run ends within it, and says what it left."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from conformance.client.api_client import BudgetSpent
from conformance.runner.time_limit import REPORT_S, TimeLimit, what_is_left

ROOT = Path(__file__).resolve().parents[2]


def test_no_request_goes_out_that_might_end_too_late() -> None:
    limit = TimeLimit(120, answer_s=10)
    limit.check()
    limit.began = monotonic() - (120 - REPORT_S - 10 - 1)  # a second before the last request may go out
    with pytest.raises(BudgetSpent, match="The time of 120 s is used up"):
        limit.check()
    limit.shrinks = True  # what the tests left is for making findings short
    limit.check()
    limit.began -= 1
    with pytest.raises(BudgetSpent):
        limit.check()


def test_the_pace_of_the_first_requests_says_how_many_fit() -> None:
    slow, fast = TimeLimit(120, answer_s=10), TimeLimit(120, answer_s=10)
    slow.began = fast.began = monotonic()
    assert 360 < slow.requests(sent=10, took_s=2.5) <= 370
    assert fast.requests(sent=10, took_s=0.01) > 50_000
    assert slow.requests(sent=0, took_s=1.0) == 0


def test_what_is_left_is_named_in_the_order_of_the_plan() -> None:
    assert what_is_left(["a", "b"], {"a", "b"}) == []
    assert what_is_left(["a", "b", "c"], {"b"}) == ["Left for want of time, the most telling first: a, c."]
    assert what_is_left(list("abcdefgh"), set())[0].endswith("a, b, c, d, e and 3 more.")


def test_a_run_ends_within_its_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--time", "25", "--report", str(tmp_path)]
    began = monotonic()
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120)
    assert monotonic() - began < 25
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["time_s"] == 25 and result["scope"] == "budget"
    assert result["counts"]["judged"] > 10
