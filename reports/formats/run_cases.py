"""What a run is told by beside its requirements: its verdict and its waivers, as tests of their own.

A consumer that looks at tests alone is then not green for a run without a verdict, or for one that a waiver failed.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.text import Json

SUITE = "Run"
_NO_VERDICT = ("profile wrong", "interrupted", "stopped", "defect", "incomplete")


@dataclass(frozen=True)
class RunCase:
    """A test about the run. status: passed, failed or error (no verdict)."""

    name: str
    status: str
    message: str


def run_cases(result: Json) -> list[RunCase]:
    """The verdict, then each waiver that decided something."""
    status = "error" if result["ending"] in _NO_VERDICT else "passed"
    cases = [RunCase("verdict", status, result["sentence"])]
    for waiver in result["waivers"]:
        if waiver["state"] in ("ended", "not needed"):
            where = f" in {waiver['operation']}" if waiver["operation"] else ""
            cases.append(RunCase(f"waiver of {waiver['rule']}{where}", "failed", waiver["sentence"]))
    return cases
