"""What counts as a flake, and a run of two seeds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from devtools.flakes import NO_RESULT, Outcome, _keep, flakes, main, outcome_of, words


def outcome(seed: int, verdict: str = "conformant", status: int = 0, **requirements: str) -> Outcome:
    return Outcome(seed, verdict, status, requirements)


def test_the_same_is_no_flake() -> None:
    assert flakes([outcome(seed, A="passed", B="unjudged") for seed in range(3)]) == {}


def test_each_outcome_has_its_seeds() -> None:
    found = flakes([outcome(1, A="passed"), outcome(2, "not conformant", 1, A="failed"), outcome(3, A="passed")])
    assert found == {
        "verdict": {"conformant (0)": [1, 3], "not conformant (1)": [2]},
        "A": {"passed": [1, 3], "failed": [2]},
    }
    assert words(found)[1] == "A: passed 2 times; failed with seed 2"


def test_a_requirement_that_is_not_listed() -> None:
    found = flakes([outcome(1, A="passed", B="passed"), outcome(2, A="passed")])
    assert found == {"B": {"passed": [1], "not listed 1 times": [2]}}


def test_a_run_without_result_is_told_by_the_verdict_alone() -> None:
    found = flakes([outcome(1, A="passed"), outcome_of(2, {})])
    assert found == {"verdict": {"conformant (0)": [1], f"{NO_RESULT} (-1)": [2]}}


def test_what_is_kept_of_a_run(tmp_path: Path) -> None:
    report, without, kept = tmp_path / "7", tmp_path / "8", tmp_path / "kept"
    report.mkdir()
    (report / "result.json").write_text("{}", encoding="utf-8")
    for place in (report, without):
        place.with_suffix(".txt").write_text("said", encoding="utf-8")
        _keep(place, kept)
    assert sorted(path.relative_to(kept).as_posix() for path in kept.rglob("*.*")) == [
        "7.txt",
        "7/result.json",
        "8.txt",
    ]


WALKS = ["--requirement", "QTY-ZERO", "-k", "test_walks and EBAY_US"]  # a seed draws them anew


@pytest.mark.parametrize(("option", "status"), [(WALKS, 0), (["--requirement", "NOTHING"], 1)])
def test_two_runs(tmp_path: Path, capfd: pytest.CaptureFixture[str], option: list[str], status: int) -> None:
    out = tmp_path / "flakes.json"
    assert main(["--runs", "2", "--first", "5", "--out", str(out), *option]) == status
    document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    assert (document["runs"], document["seeds"], document["flakes"]) == (2, [5, 6], {})
    assert document["without_result"] == 2 * status
    assert ("There is no requirement" in capfd.readouterr().out) == bool(status)
