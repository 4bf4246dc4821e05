"""Starts the embedded mock as a process of its own and ends it with the run. The suites know nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from conformance.core.places import ROOT


def _environment() -> dict[str, str]:
    """This process's variables, with the mock's package in Python's path, whatever they say of the current folder."""
    known = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *known])}


def listed(kind: str) -> list[dict[str, Any]]:
    """What the mock offers: `faults` or `variants`, as its command line prints them."""
    said = subprocess.run(
        [sys.executable, "-m", "mock_server", f"--list-{kind}"],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(said.stdout)
    return found


def right_ids(fault: dict[str, Any]) -> set[str]:
    """The requirements that a listed fault breaks: found under one of them, it is found under the right id."""
    return {fault["requirement"], *fault.get("also", ())}


def rss_mb(pid: int) -> float:
    """The resident memory of a process in MB; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/status").read_text(encoding="utf-8").split("VmRSS:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0.0


class MockProcess:
    """`python -m mock_server` on a free port; `base_url` waits until it is ready."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mock_server", "--port", "0", "--quiet", "--until-stdin-closes", *arguments],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.PIPE,  # never written to: it closes when this process ends, and the server with it
            stdout=subprocess.PIPE,
            text=True,
        )
        self._base_url: str | None = None

    @property
    def base_url(self) -> str:
        """Where it listens. Raises RuntimeError if it did not start."""
        if self._base_url is None:
            assert self._process.stdout
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"The embedded mock did not start (exit status {self._process.wait()}).")
            ready: dict[str, Any] = json.loads(line)
            self._base_url = str(ready["base_url"])
        return self._base_url

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def stop(self) -> None:
        """Ends it."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
