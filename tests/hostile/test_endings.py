"""Runs that are cut short or cannot write: a sentence or a valid report, never a half one."""

from __future__ import annotations

import os
import re
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.acts import honest
from tests.hostile.gallery import Hostile, serving
from tests.hostile.running import LONGEST_S, TRACEBACK, Ended, Run, whole
from tests.hostile.server import Server

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(LONGEST_S + 60)]
HONEST = Hostile("honest", ("conformant",), "", "answer", honest, "a healthy server that counts")


@contextmanager
def counted(healthy: str) -> Iterator[tuple[str, Server]]:
    with serving(HONEST, healthy) as (url, server, _):
        yield url, server


def until(server: Server, requests: int) -> None:
    """Wait until the server has had so many requests."""
    end = time.monotonic() + 60
    while server.requests < requests:
        assert time.monotonic() < end, f"{server.requests} requests in a minute"
        time.sleep(0.01)


def sentence_or_report(ended: Ended) -> None:
    assert ended.status is not None
    assert not TRACEBACK.search(ended.out), ended.out[-4000:]
    if (ended.folder / "result.json").exists():
        assert whole(ended)["exit_status"] == ended.status


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(("number", "group"), [(signal.SIGTERM, False), (signal.SIGINT, True)], ids=["term", "ctrl-c"])
def test_an_interrupted_run_leaves_a_whole_report(
    number: signal.Signals, group: bool, workers: str, healthy: str, tmp_path: Path
) -> None:
    with counted(healthy) as (url, server):
        run = Run(url, tmp_path / "report", "-n", workers)
        until(server, 300)
        words = time.monotonic()
        run.tell(number, group=group)
        ended = run.wait()
        assert time.monotonic() - words < 30
    sentence_or_report(ended)
    assert ended.status == 2
    result = whole(ended)
    assert result["verdict"] == "incomplete" and result["requests"] > 0
    assert re.search("interrupted|stopped", result["sentence"])


def test_a_worker_that_is_killed(healthy: str, tmp_path: Path) -> None:
    with counted(healthy) as (url, server):
        run = Run(url, tmp_path / "report", "-n", "2")
        until(server, 300)
        workers = run.children()
        assert workers
        os.kill(workers[-1], signal.SIGKILL)
        ended = run.wait()
    assert ended.status in (1, 3, 6)
    assert whole(ended)["verdict"] == "incomplete"


def test_a_disk_that_is_full(healthy: str, tmp_path: Path) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    with counted(healthy) as (url, _):
        ended = Run(url, tmp_path / "report", before=small_files).wait()
    sentence_or_report(ended)
    assert re.search("written|write|space|too large", ended.out)
    assert ended.status != 0


def test_a_folder_that_cannot_be_written(healthy: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with counted(healthy) as (url, server):
        ended = Run(url, tmp_path / "file" / "report", printed=tmp_path / "printed").wait()
        assert server.requests == 0
    sentence_or_report(ended)
    assert ended.status == 4
    assert re.search(r"file.*(written|directory|folder)", ended.out)


def test_two_runs_with_one_folder(healthy: str, tmp_path: Path) -> None:
    with counted(healthy) as (url, _):
        runs = [Run(url, tmp_path / "report", printed=tmp_path / name) for name in ("first", "second")]
        ended = [run.wait() for run in runs]
    assert {entry.status for entry in ended} <= {0, 4} and 0 in {entry.status for entry in ended}
    for item in ended:
        assert not TRACEBACK.search(item.out), item.out[-4000:]
    assert whole(ended[0])["verdict"] == "conformant"


def test_two_runs_with_two_folders(healthy: str, tmp_path: Path) -> None:
    with counted(healthy) as (url, _):
        runs = [Run(url, tmp_path / name) for name in ("first", "second")]
        for entry in [run.wait() for run in runs]:
            sentence_or_report(entry)
            assert whole(entry)["verdict"] == "conformant"
