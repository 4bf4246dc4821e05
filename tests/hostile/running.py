"""A run of the suites as users start it, in a process of its own, and what every run has to keep."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 180.0
MOST_MEMORY_MB = 500.0
EXIT = {"conformant": 0, "not conformant": 1, "incomplete": 6}
PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
TRACEBACK = re.compile(r"Traceback \(most recent|INTERNALERROR|^E   |\.py:\d+: \w*(Error|Problem)", re.MULTILINE)


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit status (None: it had to be killed), seconds, megabytes, what it printed, its folder."""

    status: int | None
    seconds: float
    megabytes: float
    out: str
    folder: Path


def _as_from_a_terminal(then: Callable[[], None] | None) -> None:
    """Ctrl-C ends the new process, even if these tests run in the background, where a shell has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if then:
        then()


class Run:
    """A run that has been started, with the mock's profile against a base URL."""

    def __init__(
        self,
        base_url: str,
        folder: Path,
        *more: str,
        before: Callable[[], None] | None = None,
        printed: Path | None = None,
    ) -> None:
        self.folder = folder
        self._printed = printed or folder.with_suffix(".out")
        self._started = time.monotonic()
        command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--base-url", base_url]
        with self._printed.open("ab") as out:
            self._process = subprocess.Popen(
                [*command, "--report", str(folder), *more],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=partial(_as_from_a_terminal, before),
            )

    def tell(self, number: signal.Signals, *, group: bool = False) -> None:
        """Send a signal to the run, or as a terminal does to its workers too."""
        (os.killpg if group else os.kill)(self._process.pid, number)

    def children(self) -> list[int]:
        """The processes that it started and that still run."""
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _memory_kb(self) -> int:
        """The largest memory of the run and of its workers so far; 0 before it is a program of its own.

        What the system says of a process that has ended counts the memory of the test that forked it.
        """
        try:
            if b"--base-url" not in Path(f"/proc/{self._process.pid}/cmdline").read_bytes():
                return 0
            pids = [self._process.pid, *self.children()]
            return max(int(PEAK.search(Path(f"/proc/{pid}/status").read_text())[1]) for pid in pids)  # type: ignore[index]
        except (OSError, TypeError, ValueError):  # it ends just now
            return 0

    def wait(self, longest_s: float = LONGEST_S) -> Ended:
        """Its end, with the largest memory of it and of its workers; killed a little after `longest_s` seconds."""
        status: int | None = None
        peak = 0
        while status is None and time.monotonic() - self._started < longest_s + 15:
            peak = max(peak, self._memory_kb())
            pid, ended = os.waitpid(self._process.pid, os.WNOHANG)
            if pid:
                status = os.waitstatus_to_exitcode(ended)
                self._process.returncode = status
            else:
                time.sleep(0.05)
        seconds = time.monotonic() - self._started
        if status is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        out = self._printed.read_bytes().decode("utf-8", "replace")
        return Ended(status, seconds, peak / 1024, out, self.folder)


def whole(ended: Ended) -> dict[str, Any]:
    """result.json of a report that is whole: valid, every file there and readable. Asserts it."""
    result: dict[str, Any] = json.loads((ended.folder / "result.json").read_text("utf-8"))
    schema = json.loads((ROOT / "reports/schemas/result.schema.json").read_text("utf-8"))
    jsonschema_rs.validate(schema, result)
    page = (ended.folder / "report.html").read_text("utf-8")
    assert page.rstrip().endswith("</html>")
    ElementTree.parse(ended.folder / "junit.xml")
    for line in (ended.folder / "exchanges.jsonl").read_text("utf-8").splitlines():
        assert "operation" in json.loads(line)
    return result
