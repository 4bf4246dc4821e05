"""`make evaluation`: writes the table of docs/evaluation.md from kept results and from docs/evaluation.toml.

A row that a kept file can give is computed: the kill matrix, the mutants, the mock's list of faults. The others are rows
of docs/evaluation.toml, each with the command that gave it and the commit that it ran on.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from conformance.core.places import ROOT
from devtools.pages import between, traceability, write

PAGE, ROWS = ROOT / "docs" / "evaluation.md", ROOT / "docs" / "evaluation.toml"
MATRIX, MUTANTS = ROOT / "reports" / "kill-matrix.json", ROOT / "docs" / "mutation.md"
BEGIN, END = "<!-- table: written by `make evaluation` -->", "<!-- end of table -->"


class DecisionRow(NamedTuple):
    """One claim about the suite. n: how many things were tried; result: what was seen, as text."""

    claim: str
    method: str
    n: str
    result: str
    command: str
    commit: str = ""


def of_the_matrix() -> Iterator[DecisionRow]:
    """What the kept kill matrix says."""
    data = json.loads(MATRIX.read_text(encoding="utf-8"))
    faults, listed = data["faults"], {place.name for places in traceability.faults().values() for place in places}
    found = [fault for fault in faults if fault["found"]]
    own = sum(fault["requirement"] in fault["under"] for fault in found)
    right = data["totals"]["right_id"]
    first = sorted(fault["requests_to_first"] for fault in found if fault["requests_to_first"])
    findings = sorted(fault["findings"] for fault in found)
    yield DecisionRow(
        "each rule can fail",
        "the default run against every fault of the mock, one at a time",
        f"{len(faults)} of {len(listed)}" if {fault["name"] for fault in faults} != listed else f"{len(faults)}",
        f"{len(found)} found: {own} under the requirement that the fault is named for, {right - own} under another that it "
        f"breaks as well, {len(found) - right} under neither",
        "make matrix",
    )
    yield DecisionRow(
        "one defect is one finding",
        "findings of each of these runs",
        str(len(found)),
        f"median {statistics.median(findings):g}, at most {findings[-1]}",
        "make matrix",
    )
    yield DecisionRow(
        "a fault shows early",
        "requests up to the first proof",
        str(len(first)),
        f"median {statistics.median(first):g}, at most {first[-1]:,}",
        "make matrix",
    )


def of_the_mutants() -> DecisionRow:
    """What docs/mutation.md says. Raises ValueError if the page has another form."""
    text = MUTANTS.read_text(encoding="utf-8")
    total = re.search(r"^\| \*\*all\*\* \| (\d+) \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    drawn = re.search(r"\((?:a random sample of \d+ of|all) (\d+)", text)
    commit = re.search(r"Measured at commit (\w+)", text)
    if not (total and drawn and commit):
        raise ValueError(f"{MUTANTS} has no totals, no sample or no commit")
    count, noticed, words = map(int, total.groups())
    return DecisionRow(
        "rules, model and judge hold no dead code",
        "random mutants of them, judged on the kept corpus",
        f"{count} of {int(drawn[1]):,}",
        f"{noticed + words} noticed ({100 * (noticed + words) / count:.1f} %), {words} of them by their words alone; the "
        "others with their reasons",
        "make mutate",
        commit[1],
    )


def rows() -> list[DecisionRow]:
    """Every row, computed ones first."""
    kept = tomllib.loads(ROWS.read_text(encoding="utf-8"))["row"]
    return [*of_the_matrix(), of_the_mutants(), *(DecisionRow(**row) for row in kept)]


def table() -> str:
    """The table in Markdown."""
    out = ["| claim | method | n | result | command | commit |", "|---|---|---|---|---|---|"]
    for row in rows():
        command = f"`{row.command}`" if row.command else ""
        out.append(f"| {row.claim} | {row.method} | {row.n} | {row.result} | {command} | {row.commit} |")
    return "\n".join(out)


def page() -> str:
    """The whole page with today's table in it."""
    return between(PAGE, BEGIN, END, table())


if __name__ == "__main__":
    sys.exit(write(PAGE, page()))
