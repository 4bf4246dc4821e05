"""Recordings of conformant servers (tests/data/recordings), as exporters and cleaners left them: nothing is held against them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.core.profile_reader import load
from conformance.judging.load_rules import load_rules
from conformance.recordings.files import read
from conformance.recordings.judge_contents import JudgedRecording, judge_contents, judge_prepared, prepare
from conformance.runner.recording import bare_profile
from tests.recordings.inputs.made import healthy
from tests.recordings.inputs.odd_recorders import har
from tests.recordings.judging import failed, judged

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "tests" / "data" / "recordings").glob("*.har"))


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_conformant_server_is_not_blamed(path: Path, known: bool) -> None:
    assert failed(judged(path, known=known)) == set()


@pytest.mark.parametrize(
    "options", [(), ("--target", "mock"), ("--target", "sandbox")], ids=["none", "mock", "sandbox"]
)
def test_the_command_is_incomplete(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Several files at once; a profile whose secrets are not set is good enough, since nothing is sent."""
    named = [part for path in FILES[:2] for part in ("--recording", str(path))]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "suites",
        *named,
        *options,
        "--report",
        str(tmp_path / "r"),
        "-p",
        "no:xdist",
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 6, ended.stdout[-2000:] + ended.stderr[-2000:]


def _shown(found: JudgedRecording) -> list[object]:
    return [(trace.name, trace.exchanges, trace.judgments) for trace in found.traces] + [found.notes]


def test_two_judges_find_what_each_finds_alone(tmp_path: Path) -> None:
    """What files hold is read once and judged twice: neither judge sees what the other did."""
    load_rules()
    path = tmp_path / "healthy.har"
    path.write_text(json.dumps(har(healthy())), encoding="utf-8")
    known, contents = load("mock"), read([path])
    bare, calls = bare_profile([path], contents), prepare(contents)
    again = calls.once_more()
    assert _shown(judge_prepared(calls, known, b"key", roles=True)) == _shown(
        judge_contents(read([path]), known, b"key", roles=True)
    )
    assert _shown(judge_prepared(again, bare, b"key", roles=False)) == _shown(
        judge_contents(read([path]), bare, b"key", roles=False)
    )
