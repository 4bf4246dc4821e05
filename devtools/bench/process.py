"""A child process, timed, with its peak of memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 600.0


@dataclass(frozen=True)
class Ended:
    """How a process ended. rss_mb: the peak of the largest process among it and those that it waited for."""

    seconds: float
    rss_mb: float
    status: int
    said: str
    began: float


def timed(*arguments: str, **environment: str) -> Ended:
    """Runs Python with these arguments in the root of the tree. Raises RuntimeError where it takes ten minutes."""
    began, clock = time.time(), time.perf_counter()
    with TemporaryFile() as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
        )
        while True:
            found, status, usage = os.wait4(process.pid, os.WNOHANG)
            if found:
                break
            if time.perf_counter() - clock > LONGEST_S:
                process.kill()
                raise RuntimeError(f"python {' '.join(arguments)[:200]} took more than {LONGEST_S:.0f} s")
            time.sleep(0.005)
        seconds = time.perf_counter() - clock
        process.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for
        out.seek(0)
        said = out.read().decode("utf-8", "replace")
    return Ended(seconds, usage.ru_maxrss / 1024, process.returncode, said, began)


def judged(report: Path, *arguments: str, places: tuple[str, ...] = ("suites",), **environment: str) -> Ended:
    """A run of the suite, its report in a folder. Raises RuntimeError where it leaves none."""
    ended = timed("-m", "pytest", *places, "--report", str(report), *arguments, **environment)
    if not (report / "result.json").is_file():
        raise RuntimeError(f"the run left no report:\n{ended.said[-2000:]}")
    return ended
