"""The end of a run: journals are merged, findings shrunk, the report folder written. Whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.exchange import ExchangeId
from conformance.evidence import journal
from conformance.evidence.aggregate import Aggregate, drop_consequences, drop_what_loss_explains, merge
from conformance.evidence.atomic_swap import RESULT, staged
from conformance.evidence.reproduction.replay import ReplayTarget
from conformance.evidence.reproduction.shrink import shrink_finding
from conformance.evidence.result import build
from conformance.evidence.run_metadata import RunMetadata
from conformance.evidence.trace_record import TraceRecord
from conformance.evidence.verdict import DEFECT, INCOMPLETE
from conformance.judging.trace import TraceKind
from conformance.runner.process_summary import RunState, read_parts
from conformance.runner.progress import where
from conformance.runner.settings import Settings
from conformance.runner.system.signals import undisturbed

MOST_SHRUNK = 40  # findings that are sent again; beyond that something general is broken
LONGEST_SHRINKING_S = 90.0
TRACES, EXCHANGES = "traces.jsonl", "exchanges.jsonl"
Source = tuple[Path, Iterable[TraceRecord]]  # a folder, and the traces whose exchanges lie there
KILL_MATRIX = "kill-matrix.json"  # beside a report, if somebody put it there; the page shows it


class Finishing(ReplayTarget, Protocol):
    """What the end of a run needs of it (conformance/runner/run.py)."""

    settings: Settings
    ending: RunState
    target: ApiClient | None


def finish(run: Finishing, metadata: Callable[[], RunMetadata], earlier: Sequence[Source] = ()) -> int:
    """Merges the run's journals (and those of earlier parts), shrinks, writes the report and returns the exit status."""
    assert run.target
    folder, parts = run.settings.report, run.parts
    records = journal.read(parts)
    merged = merge(chain(*(listed for _, listed in earlier), records))
    if sum(part.forgotten for part in read_parts(parts)):
        drop_what_loss_explains(merged)
    if run.ending.stopped is None and not run.ending.interrupted and not run.settings.recording:
        try:
            _shrink(run, merged, records)
            drop_consequences(merged)  # only what was sent again tells a cause from a consequence
        except KeyboardInterrupt:
            run.ending.interrupted = True
    with undisturbed():
        named = {
            ExchangeId.parse(exchange).trace for finding in merged.findings.values() for exchange in finding.exchanges
        }
        again = journal.read(parts).of_kind(TraceKind.REPLAY)
        merged.requests += sum(record.requests for record in again)
        sources = [*earlier, (parts, records), (parts, again.only(named))]
        return write_report(folder, metadata(), merged, sources, run.target.secrets.out_of_json, parts)


def write_report(
    folder: Path,
    metadata: RunMetadata,
    merged: Aggregate,
    sources: Sequence[Source],
    redact: Callable[[str, int | None], str],
    parts: Path | None = None,
    add: Callable[[Path], None] = lambda draft: None,
) -> int:
    """Puts exchanges, traces, result and every view into the folder, prints the summary and returns the exit status.

    A report that cannot be written is a sentence, and the earlier one stays. add: puts further files into the draft.
    """
    from reports.terminal import print_summary, wants_colour

    document: dict[str, Any] = {}
    try:
        with staged(folder) as draft:
            collect(draft, sources)
            document = build(metadata, merged, draft / EXCHANGES)
            text = _writable(redact(json.dumps(document, indent=1, ensure_ascii=False, default=str), 1))
            (draft / RESULT).write_text(text, encoding="utf-8")
            add(draft)
            if parts and (parts / "scripts").is_dir():
                shutil.move(parts / "scripts", draft / "scripts")
            if (folder / KILL_MATRIX).is_file():
                shutil.copyfile(folder / KILL_MATRIX, draft / KILL_MATRIX)
            broken = _render(draft)
    except OSError as error:
        document = document or build(metadata, merged, Path(os.devnull))
        print(f"\nThe report could not be written to {folder}: {error.strerror or type(error).__name__}.")
        print(f"What it would have said: {json.loads(redact(json.dumps(document['sentence']), None))}")
        return int(document["exit_status"] or INCOMPLETE)
    finally:
        if parts:
            shutil.rmtree(parts, ignore_errors=True)
    print_summary(json.loads(text), sys.stdout, wants_colour(sys.stdout), folder)
    if broken:
        print(f"The suite itself has a defect: some views of the report could not be made ({broken}).")
    return DEFECT if broken else int(document["exit_status"])


def _render(folder: Path) -> str | None:
    """Makes the views; what went wrong in our own code, if something did: result and exchanges are worth keeping."""
    from reports import render_all

    try:
        render_all(folder)
    except OSError:
        raise
    except Exception as error:
        return where(error)
    return None


def _writable(text: str) -> str:
    """Halves of characters, which UTF-8 cannot hold, as JSON escapes."""
    return re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", text)


def collect(folder: Path, sources: Sequence[Source]) -> None:
    """Puts the exchanges of all traces into one file, in the order of the plan, and the traces beside them."""
    position = 0
    with open(folder / EXCHANGES, "wb") as out, open(folder / TRACES, "w", encoding="utf-8") as index:
        for place, records in sources:
            for record in records:
                with open(place / record.file, "rb") as part:
                    part.seek(record.start)
                    out.write(part.read(record.length))
                index.write(json.dumps(replace(record, file=EXCHANGES, start=position).document()) + "\n")
                position += record.length


def _shrink(run: Finishing, merged: Aggregate, records: journal.Records) -> None:
    began = monotonic()
    known = {(finding.requirement, finding.name) for finding in merged.findings.values()}
    worth = [
        finding
        for finding in merged.findings.values()
        if contract.requirements()[finding.requirement].level != "READING"
    ]
    asked_for = run.settings.until_found
    worth.sort(key=lambda finding: finding.requirement not in asked_for)
    for finding in worth[:MOST_SHRUNK]:
        if finding.first.concurrent:
            continue  # one request after the other shows nothing of it
        if monotonic() - began > LONGEST_SHRINKING_S:
            break
        if finding.first.operation != contract.TOKEN:
            try:
                shrink_finding(run, finding, records, known)
            except Exception as error:  # a defect of ours must not cost the report
                run.ending.defects.append(where(error))
