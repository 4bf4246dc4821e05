"""The end of a run: journals are merged, findings shrunk, the report folder written. Whole or not at all."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from conformance import contract, journal
from conformance.merge import Merged, merge
from conformance.result import Frame, build
from conformance.shrink import shrink_finding

SHRINKING = 10**9  # places in the plan from here on are replays
MOST_SHRUNK = 12  # findings that are shrunk; beyond that something general is broken
TRACES, EXCHANGES, RESULT = "traces.jsonl", "exchanges.jsonl", "result.json"


def finish(run: Any, frame: Callable[[], Frame], earlier: Iterable[tuple[Path, list[journal.TraceRecord]]] = ()) -> int:
    """Merges the run's journals (and those of earlier parts), shrinks, writes the report and returns the exit status."""
    folder, parts = run.settings.report, run.parts
    before = list(earlier)
    records = journal.read(parts)
    merged = merge([*(one for _, listed in before for one in listed), *records])
    shutil.rmtree(folder / "scripts", ignore_errors=True)
    if run.stopped is None and run.settings.recording is None:
        _shrink(run, merged, records)
    named = {one.rpartition("/")[0] for finding in merged.findings.values() for one in finding.exchanges}
    again = [one for one in journal.read(parts) if one.index >= SHRINKING]
    merged.requests += sum(one.requests for one in again)
    sources = [*before, (parts, [*records, *(one for one in again if one.name in named)])]
    return write_report(folder, frame(), merged, sources, run.redact, parts)


def write_report(
    folder: Path,
    frame: Frame,
    merged: Merged,
    sources: list[tuple[Path, list[journal.TraceRecord]]],
    redact: Callable[[str], str],
    parts: Path | None = None,
) -> int:
    """Writes exchanges, traces, result and every view into the folder; prints the summary."""
    from reports import render_all
    from reports.terminal import print_summary, wants_colour

    folder.mkdir(parents=True, exist_ok=True)
    collect(folder, sources)
    document = build(frame, merged, folder / EXCHANGES)
    text = redact(json.dumps(document, indent=1, ensure_ascii=False, default=str))
    write_whole(folder / RESULT, text)
    if parts:
        shutil.rmtree(parts, ignore_errors=True)
    render_all(folder)
    print_summary(json.loads(text), sys.stdout, wants_colour(sys.stdout), folder)
    return int(document["exit_status"])


def write_whole(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def collect(folder: Path, sources: list[tuple[Path, list[journal.TraceRecord]]]) -> None:
    """Puts the exchanges of all traces into one file, in the order of the plan, and the traces beside them."""
    at = 0
    with open(folder / f"{EXCHANGES}.new", "wb") as out, open(folder / f"{TRACES}.new", "w", encoding="utf-8") as index:
        for place, records in sources:
            for record in records:
                with open(place / record.file, "rb") as part:
                    part.seek(record.start)
                    out.write(part.read(record.length))
                if record.index < SHRINKING:
                    moved = {name: getattr(record, name) for name in journal.TraceRecord.__slots__}
                    index.write(json.dumps(moved | {"file": EXCHANGES, "start": at}) + "\n")
                at += record.length
    for name in (EXCHANGES, TRACES):
        (folder / f"{name}.new").replace(folder / name)


def _shrink(run: Any, merged: Merged, records: list[journal.TraceRecord]) -> None:
    by_name = {one.name: one for one in records}
    worth = [one for one in merged.findings.values() if contract.requirements()[one.requirement].level != "READING"]
    for finding in worth[:MOST_SHRUNK]:
        shrink_finding(run, finding, by_name)
