"""`--until-found ID` and `-x`: the run ends at the first test that sees such a breach, and says so."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAID_TWICE = "suites/payment/test_payment.py"


def judged(mock: str, fault: str, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit status and the result of the payment tests against a fault."""
    command = [sys.executable, "-m", "pytest", PAID_TWICE, "--base-url", f"{mock}{fault}", "--report", str(folder)]
    ended = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=240)
    return ended.returncode, json.loads((folder / "result.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_run_ends_at_the_breach_that_it_waits_for(mock: str, tmp_path: Path, processes: str) -> None:
    status, found = judged(mock, "/x/two-orders", tmp_path / "r", "--until-found", "PAY-TWICE", "-n", processes)
    assert status == 1 and found["verdict"] == "not conformant"
    assert [entry["id"] for entry in found["requirements"] if entry["outcome"] == "failed"] == ["PAY-TWICE"]
    assert found["notes"].count("The run ended at a breach of PAY-TWICE, as --until-found asks.") == 1
    whole = judged(mock, "/x/two-orders", tmp_path / "w", "-n", "0")[1]
    assert found["requests"] < whole["requests"]


def test_without_that_breach_it_comes_to_its_end(mock: str, tmp_path: Path) -> None:
    _, found = judged(mock, "", tmp_path / "r", "--until-found", "PAY-TWICE", "-n", "0")
    assert found["requests"] > 300 and not any("--until-found" in note for note in found["notes"])
    assert [entry["id"] for entry in found["requirements"] if entry["outcome"] == "failed"] == []


def test_a_breach_that_decides_nothing_ends_no_run(mock: str, tmp_path: Path) -> None:
    """Savings that are a cent too large break a SHOULD; `-x` waits for a MUST."""
    _, found = judged(mock, "/x/savings-cent-more", tmp_path / "r", "-x", "-n", "0")
    failed = [entry["id"] for entry in found["requirements"] if entry["outcome"] == "failed"]
    assert failed == ["PRICE-SAVINGS"] and not any("-x" in note for note in found["notes"])
