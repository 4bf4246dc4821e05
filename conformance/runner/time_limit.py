"""`--time SECONDS`: how many requests fit, when the last may go out, and what was left."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from conformance.client.api_client import BudgetSpent

START_S = 2.0  # that Python and pytest took before, where the system does not say
REPORT_S = 4.0  # for the report, at least
REPORT_STARTS = 2.0  # for the report on a slow machine: so many times what the start took
TESTS = 0.85  # share of the rest for the tests; what they leave is for making findings short
SHOWN = 5  # tests that the note names


@dataclass
class TimeLimit:
    """The bound of one run.

    answer_s: how long one answer may take. report_s: what is kept for the report. shrinks: whether the tests are over.
    """

    seconds: float
    answer_s: float
    began: float = 0.0
    report_s: float = REPORT_S
    shrinks: bool = False

    def __post_init__(self) -> None:
        start_s = min(age_s(), self.seconds / 4)
        self.began, self.report_s = monotonic() - start_s, max(REPORT_S, REPORT_STARTS * start_s)

    @property
    def left_s(self) -> float:
        """Seconds in which a further request may go out."""
        sending_s = self.seconds - self.report_s - min(self.answer_s, self.seconds / 4)
        return self.began + sending_s * (1.0 if self.shrinks else TESTS) - monotonic()

    def check(self) -> None:
        """Called before each request. Raises BudgetSpent where it might end too late."""
        if self.left_s <= 0:
            raise BudgetSpent(f"The time of {self.seconds:g} s is used up.")

    def requests(self, sent: int, took_s: float) -> int:
        """How many requests fit in all, at the pace of those that were sent."""
        return sent + max(0, int(self.left_s * sent / took_s)) if sent and took_s > 0 else 0


def age_s() -> float:
    """Seconds since this process started, at least 0: a container may have an uptime of its own."""
    try:
        started = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        uptime = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return START_S
    return max(0.0, uptime - started / os.sysconf("SC_CLK_TCK"))


def what_is_left(planned: list[str], begun: set[str]) -> list[str]:
    """A note that names the tests of the plan that did not begin, the most telling first; [] where all did."""
    left = [nodeid for nodeid in planned if nodeid not in begun]
    if not left:
        return []
    more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
    return [f"Left for want of time, the most telling first: {', '.join(left[:SHOWN])}{more}."]
