"""A run's report and exit status hang neither on a reader of its output nor on the environment of Python."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--requirement", "QTY-ZERO", "--quick"]


def shell(folder: Path, end: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A run in bash with an end of its command line; $PIPESTATUS becomes its exit status."""
    words = " ".join(f"'{word}'" for word in [*RUN, "--report", str(folder)])
    return subprocess.run(
        ["bash", "-c", f"{words} {end}; exit ${{PIPESTATUS[0]}}"],
        cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("end", ["| head -c 1", "| true", ">&-", ">&- 2>&-", ">/dev/full"])
def test_a_reader_that_goes_away(end: str, tmp_path: Path) -> None:
    ended = shell(tmp_path / "report", end)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr and "INTERNALERROR" not in ended.stderr
    assert json.loads((tmp_path / "report" / "result.json").read_text(encoding="utf-8"))["exit_status"] == 0
    assert not [path.name for path in (tmp_path / "report").iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONSAFEPATH": "1"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONUTF8": "0", "LC_ALL": "C"},
        {"PYTHONOPTIMIZE": "2"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_an_odd_environment_of_python(variables: dict[str, str], tmp_path: Path) -> None:
    """A run of the embedded mock, whatever Python's variables say; under PYTHONSAFEPATH the current folder is no path."""
    ended = shell(tmp_path / "report", "", **variables)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    shown = subprocess.run(
        [sys.executable, "-m", "conformance", "drift", "--help"],
        cwd=ROOT, env={**os.environ, **variables, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert shown.returncode == 0 and "Traceback" not in shown.stderr, shown.stderr


def test_collecting_sends_and_writes_nothing(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*RUN, "--collect-only", "-q", "--report", str(tmp_path / "report"), "--base-url", "http://127.0.0.1:9"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 0 and "::" in ended.stdout, ended.stdout + ended.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_closes(ignored: bool, tmp_path: Path) -> None:
    """SIGHUP ends a run as SIGTERM does, with its report; nohup's ignored signal stays ignored."""
    before = (lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) if ignored else None
    run = subprocess.Popen(
        [*RUN[:-1], "-n", "0", "--report", str(tmp_path / "report")],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=before,
    )  # fmt: skip
    parts, end = tmp_path / "report", time.monotonic() + 60
    while not list(parts.glob(".parts-*/*.exchanges.jsonl")) and time.monotonic() < end:
        time.sleep(0.02)
    run.send_signal(signal.SIGHUP)
    assert run.wait(60) == (0 if ignored else 2)
    if (parts / "result.json").exists():
        assert json.loads((parts / "result.json").read_text(encoding="utf-8"))["exit_status"] == run.returncode


@pytest.mark.parametrize("processes", ["0", "2"])
def test_each_folder_has_a_line_with_its_own_counts(processes: str, tmp_path: Path) -> None:
    folders = ["suites/marketplace", "suites/coupons"]
    command = [sys.executable, "-m", "pytest", *folders, "--target", "mock", "-n", processes]
    ended = subprocess.run(
        [*command, "--report", str(tmp_path / "report")], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    result = json.loads((tmp_path / "report" / "result.json").read_text(encoding="utf-8"))
    lines = re.findall(r"^  (\w+) +(\d+) tests +(\d+) requests", ended.stdout, re.MULTILINE)
    assert sorted(folder for folder, *_ in lines) == ["coupons", "marketplace"]
    assert all(int(tests) > 3 for _, tests, _ in lines)
    assert 0.8 * result["requests"] < sum(int(requests) for *_, requests in lines) < result["requests"]
    assert ended.returncode == result["exit_status"] == 6
    assert "A part of the tests: suites/marketplace, suites/coupons alone." in " ".join(ended.stdout.split())
