"""A report appears whole or not at all, whoever else writes in its folder; signals wait for it."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.core.inputs import InputError
from conformance.evidence.atomic_swap import check_folder, staged
from conformance.runner.system.signals import end_as_ctrl_c, undisturbed

NAMES = ("result.json", "exchanges.jsonl", "report.html", "scripts/one.sh")


def publish(folder: Path, mark: str) -> None:
    with staged(folder) as draft:
        (draft / "scripts").mkdir()
        for name in NAMES:
            (draft / name).write_text(json.dumps(mark))


def marks(folder: Path) -> set[str]:
    return {json.loads((folder / name).read_text()) for name in NAMES}


def test_a_report_takes_the_place_of_another(tmp_path: Path) -> None:
    publish(tmp_path, "first")
    (tmp_path / "badge.svg").write_text("of the first")
    (tmp_path / "mine.txt").write_text("nobody's business")
    publish(tmp_path, "second")
    assert marks(tmp_path) == {"second"}
    written = {*(name.split("/")[0] for name in NAMES), "manifest.json"}
    assert {path.name for path in tmp_path.iterdir()} == {*written, "mine.txt"}


def test_nothing_of_others_is_removed_or_replaced(tmp_path: Path) -> None:
    """The manifest of the earlier report names what may go; whatever lies beside it stays."""
    publish(tmp_path, "first")
    (tmp_path / "scripts" / "deploy.sh").write_text("mine")
    (tmp_path / "allure-results").mkdir()
    (tmp_path / "allure-results" / "environment.properties").write_text("mine")
    with staged(tmp_path) as draft:
        (draft / "result.json").write_text('"second"')
        (draft / "allure-results").mkdir()
        for name in ("environment.properties", "one-result.json"):
            (draft / "allure-results" / name).write_text("ours")
    assert not (tmp_path / "scripts" / "one.sh").exists() and not (tmp_path / "report.html").exists()
    assert (tmp_path / "scripts" / "deploy.sh").read_text() == "mine"
    assert (tmp_path / "allure-results" / "environment.properties").read_text() == "mine"
    assert (tmp_path / "allure-results" / "one-result.json").read_text() == "ours"
    assert "allure-results/environment.properties" not in (tmp_path / "manifest.json").read_text()


def test_a_manifest_names_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    folder = tmp_path / "report"
    folder.mkdir()
    named = ["../outside", str(tmp_path / "outside"), 7]
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "files": named}))
    publish(folder, "second")
    assert (tmp_path / "outside").read_text() == "mine"


@pytest.mark.parametrize("name", ["scripts/deploy.sh", "summary.md", "result.json", "allure/x", ".git/config", ""])
def test_a_folder_of_somebody_else_is_refused(name: str, tmp_path: Path) -> None:
    if name:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"format": 1}')
    if name in ("allure/x", ".git/config", ""):
        check_folder(tmp_path)
        return
    with pytest.raises(InputError, match=f"{name.split('/')[0]} and no report"):
        check_folder(tmp_path)


def test_the_folder_of_a_report_is_taken_again(tmp_path: Path) -> None:
    check_folder(tmp_path / "new")
    publish(tmp_path, "first")
    (tmp_path / "notes.txt").write_text("mine")
    check_folder(tmp_path)
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "result.json").write_text(json.dumps({"format": 1, "verdict": "conformant", "requirements": []}))
    check_folder(tmp_path)


def test_what_fails_leaves_the_earlier_one(tmp_path: Path) -> None:
    publish(tmp_path, "first")
    with pytest.raises(OSError, match="full"), staged(tmp_path) as draft:
        (draft / "result.json").write_text("half")
        raise OSError("full")
    assert marks(tmp_path) == {"first"}
    assert not list(tmp_path.glob(".new-*"))


def test_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda mark: publish(tmp_path, str(mark)), range(40)))
    assert len(marks(tmp_path)) == 1


def test_signals_wait_until_the_report_is_in_its_place() -> None:
    before = signal.getsignal(signal.SIGTERM)
    back = end_as_ctrl_c()
    with undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    back()
    assert signal.getsignal(signal.SIGTERM) == before
