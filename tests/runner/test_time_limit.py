"""`--time`: the run ends within it, and says what it left."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic

import pytest

from conformance.client.api_client import BudgetSpent
from conformance.runner.time_limit import REPORT_S, TimeLimit, age_s, what_is_left

ROOT = Path(__file__).resolve().parents[2]


def test_no_request_goes_out_that_might_end_too_late() -> None:
    limit = TimeLimit(120, answer_s=10)
    limit.check()
    limit.report_s = REPORT_S
    limit.began = monotonic() - (120 - REPORT_S - 10 - 1)  # a second before the last request may go out
    with pytest.raises(BudgetSpent, match="The time of 120 s is used up"):
        limit.check()
    limit.shrinks = True  # what the tests left is for making findings short
    limit.check()
    limit.began -= 1
    with pytest.raises(BudgetSpent):
        limit.check()


def test_a_machine_that_starts_slowly_reports_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    for start_s, report_s in ((0.5, REPORT_S), (2.0, REPORT_S), (6.0, 12.0)):
        monkeypatch.setattr("conformance.runner.time_limit.age_s", lambda start_s=start_s: start_s)
        assert TimeLimit(120, answer_s=10).report_s == report_s


def test_an_uptime_of_a_container_makes_no_age_below_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Path, "read_text", lambda path, **_: "0.5 0" if path.name == "uptime" else "1 (x) " + "900 " * 30
    )
    assert age_s() == 0.0


def test_the_pace_of_the_first_requests_says_how_many_fit() -> None:
    slow, fast = TimeLimit(120, answer_s=10), TimeLimit(120, answer_s=10)
    slow.began = fast.began = monotonic()
    slow.report_s = fast.report_s = REPORT_S
    assert 360 < slow.requests(sent=10, took_s=2.5) <= 370
    assert fast.requests(sent=10, took_s=0.01) > 50_000
    assert slow.requests(sent=0, took_s=1.0) == 0


def test_what_is_left_is_named_in_the_order_of_the_plan() -> None:
    assert what_is_left(["a", "b"], {"a", "b"}) == []
    assert what_is_left(["a", "b", "c"], {"b"}) == ["Left for want of time, the most telling first: a, c."]
    assert what_is_left(list("abcdefgh"), set())[0].endswith("a, b, c, d, e and 3 more.")


def test_a_run_ends_within_its_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--time", "25", "--report", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120)
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    assert result["time_s"] == 25 and result["scope"] == "budget"
    assert result["counts"]["judged"] > 10
    sent = [json.loads(line)["started"] for line in (tmp_path / "exchanges.jsonl").read_text("utf-8").splitlines()]
    last = datetime.fromisoformat(max(sent)) - datetime.fromisoformat(result["started"])
    assert last.total_seconds() < 25 - REPORT_S
