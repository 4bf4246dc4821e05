"""What measures runs: a replay gets the answers that the run got, the crowd gets no wrong one, a soak ends with a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from devtools import soak
from devtools.bench.load import on_the_mock
from devtools.bench.process import judged, timed


def test_a_replay_gets_the_same_answers(tmp_path: Path) -> None:
    judged(tmp_path, "--target", "mock", "-n", "0", places=("suites/marketplace", "suites/state_machine"))
    for processes in ("1", "2"):
        ended = timed("-m", "devtools.bench.replay", str(tmp_path), "--processes", processes)
        found = json.loads(ended.said.splitlines()[-1])
        assert ended.status == 0 and found["requests"] > 300 and found["different"] == 0


def test_a_crowd_gets_no_wrong_answer() -> None:
    load = on_the_mock(clients=50, lasts_s=1.0)
    assert load.wrong == [] and load.lost == 0
    assert load.sessions >= 50 and load.requests >= 50 * 15


def test_a_soak_ends_with_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "soak.json"
    assert soak.main(["--for", "2", "--out", str(out)]) == 1  # too short to tell growth, and it says so
    report = json.loads(out.read_text(encoding="utf-8"))
    assert "too short" in report["sentence"] and report["requests"] > 50 and report["findings"] == {}
    assert report["samples"][-1]["files"] > 0 and report["samples"][-1]["server_rss_mb"] > 0
    assert "too short" in capsys.readouterr().out


def test_a_soak_takes_no_production_host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "targets" / "mock.toml").read_text(encoding="utf-8")
    (tmp_path / "p.toml").write_text(text, encoding="utf-8")
    where = ["--target", str(tmp_path / "p.toml"), "--base-url", "https://api.ebay.com", "--for", "1"]
    assert soak.main(where) == 4
    assert capsys.readouterr().err


def test_a_soak_tells_a_breach(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from conformance.runner.mock_process import MockProcess

    mock = MockProcess()
    try:
        where = [
            "--base-url",
            f"{mock.base_url}/x/coupon-adds-a-piece",
            "--for",
            "2",
            "--out",
            str(tmp_path / "s.json"),
        ]
        assert soak.main(where) == 1
    finally:
        mock.stop()
    assert "COUPON-APPLY" in capsys.readouterr().out
