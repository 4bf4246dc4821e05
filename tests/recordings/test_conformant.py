"""Recordings of conformant servers (tests/data/recordings), as exporters and cleaners left them: nothing is held against them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
