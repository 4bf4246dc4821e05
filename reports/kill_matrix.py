"""The kill matrix (schemas/kill-matrix.schema.json): a page of its own, and its totals for the page of a run."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

from reports.documents import UnfitFile, departure, read_json
from reports.text import CHAPTERS, Json, scrub

NAME = "kill-matrix.json"
MOST = 5000  # faults that are told


def read(path: Path) -> Json:
    """A kill matrix, every text clean. Raises UnfitFile if it is none of format 1, or OSError."""
    try:
        matrix: Any = read_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UnfitFile(f"{path}: no JSON: {error}") from None
    if not isinstance(matrix, dict) or matrix.get("format") != 1 or not isinstance(matrix.get("faults"), list):
        raise UnfitFile(f"{path}: no kill matrix of format 1")
    if unlike := departure(matrix, "kill-matrix"):
        raise UnfitFile(f"{path}: no kill matrix of format 1: {unlike}")
    cleaned: Json = scrub(matrix)
    return cleaned


def beside(directory: Path) -> Json | None:
    """The matrix in a run's folder, else the one that came with the suite; None where neither can be read."""
    for path in (directory / NAME, Path(__file__).with_name(NAME)):
        try:
            return read(path)
        except (OSError, ValueError):
            continue
    return None


def totals(matrix: Json) -> dict[str, Json]:
    """By requirement, in the order of the faults: how many faults, found at all, and not found."""
    rows: dict[str, Json] = {}
    for fault in matrix["faults"][:MOST]:
        row = rows.setdefault(
            fault["requirement"], {"id": fault["requirement"], "chapter": fault["chapter"], "faults": []}
        )
        row["faults"].append(fault)
    for row in rows.values():
        row["count"] = len(row["faults"])
        row["kinds"] = sorted({fault["kind"] for fault in row["faults"]})
        row["found"] = sum(fault["found"] for fault in row["faults"])
        row["missed"] = [fault["name"] for fault in row["faults"] if not fault["found"]]
    return rows


def page(matrix: Json) -> str:
    """The matrix as one HTML file that loads nothing."""
    from reports.html.templating import render_page  # late: a run reads matrices without it

    rows = list(totals(matrix).values())
    names = [*CHAPTERS, *sorted({row["chapter"] for row in rows} - CHAPTERS.keys())]
    chapters = [(name, CHAPTERS.get(name, name), [row for row in rows if row["chapter"] == name]) for name in names]
    faults = matrix["faults"]
    firsts = [fault["requests_to_first"] for fault in faults if fault["requests_to_first"] is not None]
    return render_page(
        "kill-matrix.html.j2",
        matrix=matrix,
        by_chapter=[chapter for chapter in chapters if chapter[2]],
        known={row["id"] for row in rows},
        rows=rows,
        missed=[fault for fault in faults if not fault["found"]],
        elsewhere=sum(bool(fault["found"] and fault["requirement"] not in fault["under"]) for fault in faults),
        findings=median([fault["findings"] for fault in faults if fault["found"]] or [0]),
        first=(median(firsts), max(firsts)) if firsts else None,
        left_out=max(0, len(faults) - MOST),
    )
