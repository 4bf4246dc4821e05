"""`make evaluation`: writes the table of docs/evaluation.md from kept results and from docs/evaluation.toml.

A row that a kept file can give is computed: the kill matrix, the bench. The others are rows of docs/evaluation.toml, each
with the command that gave it and the commit that it ran on.
"""

from __future__ import annotations

import json
import statistics
import sys
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from conformance.core.places import ROOT

PAGE, ROWS = ROOT / "docs" / "evaluation.md", ROOT / "docs" / "evaluation.toml"
MATRIX = ROOT / "reports" / "kill-matrix.json"
BEGIN, END = "<!-- table: written by `make evaluation` -->", "<!-- end of table -->"


class Row(NamedTuple):
    """One claim about the suite. n: how many things were tried; result: what was seen, as text."""

    claim: str
    method: str
    n: str
    result: str
    command: str
    commit: str = ""


def of_the_matrix() -> Iterator[Row]:
    """What the kept kill matrix says."""
    data = json.loads(MATRIX.read_text(encoding="utf-8"))
    faults = data["faults"]
    found = [fault for fault in faults if fault["found"]]
    right = sum(fault["requirement"] in fault["under"] or fault.get("right_id", False) for fault in found)
    first = sorted(fault["requests_to_first"] for fault in found if fault["requests_to_first"])
    findings = sorted(fault["findings"] for fault in found)
    commit = str(data.get("suite", {}).get("commit", "") if isinstance(data.get("suite"), dict) else "")
    yield Row(
        "each rule can fail",
        "the default run against every fault of the mock, one at a time",
        str(len(faults)),
        f"{len(found)} found, {right} under the fault's own requirement",
        "make matrix",
        commit,
    )
    yield Row(
        "one defect is one finding",
        "findings of each of these runs",
        str(len(found)),
        f"median {statistics.median(findings):g}, at most {findings[-1]}",
        "make matrix",
        commit,
    )
    yield Row(
        "a fault shows early",
        "requests up to the first proof",
        str(len(first)),
        f"median {statistics.median(first):g}, at most {first[-1]:,}",
        "make matrix",
        commit,
    )


def rows() -> list[Row]:
    """Every row, computed ones first."""
    kept = tomllib.loads(ROWS.read_text(encoding="utf-8"))["row"]
    return [*of_the_matrix(), *(Row(**row) for row in kept)]


def table() -> str:
    """The table in Markdown."""
    out = [BEGIN, "", "| claim | method | n | result | command | commit |", "|---|---|---|---|---|---|"]
    for row in rows():
        command = f"`{row.command}`" if row.command else ""
        out.append(f"| {row.claim} | {row.method} | {row.n} | {row.result} | {command} | {row.commit} |")
    return "\n".join([*out, "", END])


def page() -> str:
    """The whole page with today's table in it."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
