"""Writes the decision tables of `conformance/judging/attribution.py` and `consequences.py` into docs/verdict.md: whose breach it is.

`python -m devtools.pages.decision_table`; `make requirements` runs it too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from conformance.core.contract import ROOT
from conformance.judging.attribution import IN_A_READ, VALID_REQUEST, DecisionRow
from conformance.judging.consequences import CONSEQUENCES, SENT_AGAIN
from devtools.pages import between, write

PAGE = ROOT.parent / "docs" / "verdict.md"
TABLES: dict[str, Sequence[DecisionRow[Any]]] = {
    "A valid request is refused": VALID_REQUEST,
    "A read shows another state than the last answer": IN_A_READ,
    "A finding's shortest sequence is sent again": SENT_AGAIN,
    "All findings of the run": CONSEQUENCES,
}
BEGIN, END = "<!-- decision tables: begin -->", "<!-- decision tables: end -->"


def tables() -> str:
    """The tables as Markdown; of each the first row that applies decides."""
    parts = []
    for title, rows in TABLES.items():
        lines = [f"| {title} | whose breach |", "|---|---|", *(f"| {row.when} | {row.owner} |" for row in rows)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def page() -> str:
    """The page with its tables as they are today."""
    return between(PAGE, BEGIN, END, tables())


if __name__ == "__main__":
    sys.exit(write(PAGE, page()))
