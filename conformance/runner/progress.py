"""What the terminal shows while a run goes on: a line for each folder of tests in a log, one moving line on a screen."""

from __future__ import annotations

import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from conformance.core.places import ROOT


def where(error: BaseException) -> str:
    """What went wrong in our own code, and where, with the line of code, and without a value that a server may have sent."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame for frame in frames if ROOT in Path(frame.filename).parents and ".venv" not in frame.filename
    ] or frames
    if not ours:
        return type(error).__name__
    last = ours[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} in {last.name}: {last.line}"


def _folder(nodeid: str) -> str:
    return Path(nodeid.partition("::")[0]).parent.name


def _last_line(report: pytest.CollectReport | pytest.TestReport) -> str:
    """What went wrong in our own code, and where."""
    lines = [line for line in str(report.longrepr).splitlines() if line.strip()]
    errors = [line[1:].strip() for line in lines if line.startswith("E ")]
    return f"{errors[0] if errors else lines[0] if lines else 'error'} ({lines[-1] if lines else ''})"


class Progress(TerminalReporter):  # type: ignore[misc]
    """Takes the place of pytest's own reporter: findings are reported at the end, by requirement."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config, sys.stdout)
        self._began = time.perf_counter()
        self._collected: Counter[str] = Counter()  # tests by folder
        self._tests: Counter[str] = Counter()
        self._requests: Counter[str] = Counter()
        self._shown: set[str] = set()
        self._screen = sys.stdout.isatty()
        self._last = 0.0
        self.defects: list[str] = []
        self.reported: set[str] = set()

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self._session = session

    def pytest_collection(self) -> None: ...

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected = Counter(_folder(item.nodeid) for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """Each worker names the same tests, or those of them that are its own."""
        self._collected |= Counter(map(_folder, ids))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.defects.append(f"{report.nodeid}: {_last_line(report)}")

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None: ...

    def pytest_runtest_logfinish(self, nodeid: str) -> None: ...

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        category = "passed" if report.passed else "skipped" if report.skipped else "failed"
        self._add_stats(category, [report])
        if report.failed and "breach: " not in str(report.longrepr):
            place = dict(report.user_properties).get("defect")
            self.defects.append(f"{report.nodeid}: {place or _last_line(report)}")
        if report.when == "teardown":
            self.reported.add(report.nodeid)
            folder = _folder(report.nodeid)
            self._tests[folder] += 1
            self._requests[folder] += int(dict(report.user_properties).get("requests", 0))  # type: ignore[call-overload]
            self._show(folder)

    def _show(self, folder: str) -> None:
        """The whole run so far on a screen; in a log a folder once all its tests have ended."""
        if self._screen:
            if time.perf_counter() - self._last > 0.1:
                self._last = time.perf_counter()
                self._tw.write(f"\r\x1b[2K{self._line(folder, self._tests.total(), self._requests.total())}")
                self._tw.flush()
        elif self._tests[folder] >= self._collected[folder]:
            self._write(folder)

    def _write(self, folder: str) -> None:
        self._shown.add(folder)
        self.write_line(self._line(folder, self._tests[folder], self._requests[folder]))

    def _line(self, folder: str, tests: int, requests: int) -> str:
        spent = time.perf_counter() - self._began
        rate = self._requests.total() / spent if spent else 0.0
        return f"  {folder.replace('_', ' '):<18} {tests:>5} tests  {requests:>6} requests  {rate:>5.0f}/s"

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Any:
        if self._screen:
            self._tw.write("\r\x1b[2K")
        else:
            for folder in self._tests:  # a run that ended early has some that are not whole
                if folder not in self._shown:
                    self._write(folder)
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_terminal_summary(self) -> Any:
        return (yield)

    def pytest_internalerror(self, excrepr: Any) -> bool:
        """A crash of pytest or of the plug-in: one line beside the verdict."""
        crash = getattr(excrepr, "reprcrash", None)
        kind = re.match(r"[\w.]*", crash.message) if crash else None
        place = f" at {Path(crash.path).name}:{crash.lineno}" if crash else ""
        self.defects.append(f"{kind.group() if kind and kind.group() else 'error'}{place}")
        return True

    def pytest_warning_recorded(self, *arguments: Any, **more: Any) -> None: ...

    def summary_stats(self) -> None: ...

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None: ...

    def pytest_unconfigure(self) -> None: ...


def replace_terminal(config: pytest.Config) -> None:
    """Puts Progress in the place of pytest's terminal reporter, and has xdist say nothing of its workers."""
    standard = config.pluginmanager.getplugin("terminalreporter")
    if standard is not None and not isinstance(standard, Progress):
        config.pluginmanager.unregister(standard)
        config.pluginmanager.register(Progress(config), "terminalreporter")
    workers: Any = config.pluginmanager.getplugin("dsession")
    if workers is not None and config.pluginmanager.unregister(name="terminaldistreporter"):
        workers.terminal = None
