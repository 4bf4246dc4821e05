"""A report appears whole or not at all, whoever else writes in its folder; signals wait for it."""

from __future__ import annotations

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.evidence.atomic_swap import staged
from conformance.runner.signals import end_as_ctrl_c, undisturbed

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
    assert {path.name for path in tmp_path.iterdir()} == {*(name.split("/")[0] for name in NAMES), "mine.txt"}


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


def test_signals_wait() -> None:
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
