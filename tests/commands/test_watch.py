"""`make watch`: what counts as a change, what a run is told in, and two runs with a change between them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import main
from conformance.commands import watch
from conformance.core.inputs import InputError
from conformance.runner.mock_process import MockProcess

ROOT = Path(__file__).resolve().parents[2]
FINDING = {"expected": "200", "seen": "409 15021", "script": "scripts/QTY-SET.sh"}


def result(*failed: str) -> dict[str, Any]:
    requirements = [{"id": requirement, "outcome": "failed", "findings": [FINDING]} for requirement in failed]
    return {
        "requirements": [*requirements, {"id": "PRICE-TOTAL", "outcome": "passed", "findings": []}],
        "counts": {"judged": 90},
        "requests": 250,
        "exit_status": 1 if failed else 6,
        "sentence": "A sentence.",
    }


def test_source_files_are_watched_and_reports_and_caches_are_not(tmp_path: Path) -> None:
    for name in ("server.py", "lib/a.js", "node_modules/b.js", ".git/HEAD", "lib/__pycache__/a.pyc", "out/result.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    seen = watch.look([tmp_path], tmp_path / "out")
    assert {Path(item).name for item in seen} == {"server.py", "a.js"}
    (tmp_path / "server.py").write_text("xy")
    (tmp_path / "lib" / "new.js").write_text("x")
    (tmp_path / "lib" / "a.js").unlink()
    now = watch.look([tmp_path], tmp_path / "out")
    assert {Path(entry).name for entry in watch.changed(seen, now)} == {"server.py", "new.js", "a.js"}


def test_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("")
    assert list(watch.look([tmp_path / "mine.toml"], tmp_path)) == [str(tmp_path / "mine.toml")]


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_FILES", 1)
    for name in "ab":
        (tmp_path / name).write_text("")
    with pytest.raises(InputError, match="WATCH="):
        watch.look([tmp_path], tmp_path / "out")


def test_changes_that_follow_each_other_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "server.py"
    path.write_text("1")
    before = watch.look([tmp_path], tmp_path / "out")
    saves = iter("234")

    def sleep(_: float) -> None:
        if (text := next(saves, None)) is not None:
            path.write_text(text * int(text))

    monkeypatch.setattr("time.sleep", sleep)
    seen, names = watch.wait_for_change([tmp_path], tmp_path / "out", before)
    assert names == [str(path)] and seen[str(path)][1] == 4  # the last of them


def test_a_run_is_a_line_and_what_is_new_or_fixed_is_named() -> None:
    said = list(watch.lines(result("QTY-SET"), set(), "12:00:00", 1.94, Path("r")))
    assert said[0] == "12:00:00  1 failed, 90 judged, 250 requests, 1.9 s"
    assert said[1].startswith("  NEW QTY-SET: expected 200; seen 409 15021") and said[2].endswith(
        "sh r/scripts/QTY-SET.sh"
    )
    again = list(watch.lines(result("QTY-SET"), {"QTY-SET"}, "12:00:01", 2.0, Path("r")))
    assert "NEW" not in again[1]
    assert list(watch.lines(result(), {"QTY-SET"}, "12:00:02", 2.0, Path("r"))) == [
        "12:00:02  nothing failed, 90 judged, 250 requests, 2.0 s",
        "  fixed: QTY-SET",
    ]


def test_a_run_that_judged_nothing_says_why_and_not_that_nothing_failed() -> None:
    nobody = result() | {
        "sentence": "The target cannot be reached. 0 of 103 requirements were judged.",
        "exit_status": 6,
    }
    nobody["counts"] = {**nobody["counts"], "judged": 0}
    assert list(watch.lines(nobody, set(), "12:00:00", 1.0, Path("r"))) == [f"12:00:00  {nobody['sentence']}"]


def test_an_unknown_option_ends_it_before_it_waits(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--quik", "--watch", str(ROOT / "targets")]) == 4
    assert "Did you mean --quick?" in capsys.readouterr().err


def test_nothing_to_watch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watch", "--watch", str(tmp_path / "none")]) == 4
    assert "nothing to watch" in capsys.readouterr().err


def test_relative_paths_are_the_callers(tmp_path: Path) -> None:
    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(re.sub(r'base_url = ".*"', 'base_url = "http://127.0.0.1:1"', text))
    (tmp_path / "known.toml").write_text("")
    command = [sys.executable, "-m", "conformance", "watch", "--target", "mine.toml", "--runs", "1"]
    command += ["--report", "report", "--waivers", "known.toml"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    said = ended.stdout + ended.stderr
    assert "cannot be reached" in said and "no verdict" not in said
    assert "known.toml holds no waiver." in (tmp_path / "report" / "result.json").read_text(encoding="utf-8")


def test_a_saved_profile_starts_another_run(tmp_path: Path) -> None:
    """A faulty server; then the profile is saved again with the healthy one's address."""
    mock = MockProcess()
    try:
        text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
        profile = tmp_path / "mine.toml"

        def save(path: str) -> None:
            words = re.sub(r'^base_url = ".*"', f'base_url = "{mock.base_url}{path}"', text, flags=re.MULTILINE)
            (tmp_path / "new").write_text(words)
            os.replace(tmp_path / "new", profile)

        save("/x/coupon-adds-a-piece")
        command = [sys.executable, "-m", "conformance", "watch", "--target", str(profile), "--runs", "2"]
        command += ["--report", str(tmp_path / "report")]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        killer = threading.Timer(90, process.kill)
        killer.start()
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line.rstrip())
            if "failed" in line and len([entry for entry in said if " judged" in entry]) == 1:
                save("")
        status = process.wait()
        killer.cancel()
        process.stdout.close()
    finally:
        mock.stop()
        shutil.rmtree(tmp_path / "report", ignore_errors=True)
    assert said[0].startswith("Watching 1 files")
    runs = [entry for entry in said if " judged" in entry]
    assert len(runs) == 2 and " failed, " in runs[0] and "nothing failed" in runs[1] and "nothing" not in runs[0]
    assert any(entry.startswith("  NEW COUPON-APPLY: ") for entry in said)
    assert "  changed: mine.toml" in said and "COUPON-APPLY" in said[-1].partition("fixed: ")[2]
    assert status in (0, 6)  # what needs something rare is not judged
