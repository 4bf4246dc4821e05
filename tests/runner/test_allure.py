"""`pytest suites --alluredir DIR` gives a result for each test, by the model of the results for each requirement."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.runner.mock_process import MockProcess

ROOT = Path(__file__).resolve().parents[2]
PLANTED = ("mock-secret-one", "mock-secret-two", "mock-expired-one", "Bearer v^1")


def results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_result_for_each_test(workers: str, tmp_path: Path) -> None:
    mock = MockProcess()
    command = [sys.executable, "-m", "pytest", "suites/line_items", "--target", "mock", "-n", workers]
    try:
        ended = subprocess.run(
            [*command, "--base-url", f"{mock.base_url}/x/zero-removes-the-first", "--requirement", "QTY-ZERO",
             "--report", str(tmp_path / "report"), "--alluredir", str(tmp_path / "allure")],
            cwd=ROOT, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
    finally:
        mock.stop()
    assert ended.returncode == 1, ended.stdout + ended.stderr
    listed = results(tmp_path / "allure")
    assert len(listed) == len({result["historyId"] for result in listed}) > 1
    broken = [result for result in listed if result["status"] == "failed"]
    assert broken and all("QTY-ZERO" in result["statusDetails"]["message"] for result in broken)
    for result in listed:
        values = {(label["name"], label["value"]) for label in result["labels"]}
        assert {("epic", "Guest checkout conformance"), ("feature", "Line items and quantity")} <= values
        assert ("story", "QTY-ZERO") in values and ("severity", "critical") in values
        assert {"type": "requirement", "name": "QTY-ZERO", "url": "../report/report.html#QTY-ZERO"} in result["links"]
        assert any(parameter["name"] == "market" for parameter in result["parameters"])
        assert result["steps"] and all(len(step["attachments"]) == 1 for step in result["steps"])
    first = listed[0]["steps"][0]
    exchange = json.loads((tmp_path / "allure" / first["attachments"][0]["source"]).read_text(encoding="utf-8"))
    assert f"{exchange['method']} {exchange['operation']}: {exchange['status']}" in first["name"]
    for path in (tmp_path / "allure").iterdir():
        assert not any(secret in path.read_text(encoding="utf-8") for secret in PLANTED), path.name
    by_requirement = {
        label["name"] for result in results(tmp_path / "report" / "allure-results") for label in result["labels"]
    }
    assert {"epic", "feature", "story", "requirement", "severity"} <= by_requirement
