"""The end of a run on a terminal: the verdict first, then a table, each finding, the readings, what was not judged."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from reports.needs import worth_listing
from reports.text import (
    CHAPTERS,
    MARKS,
    Json,
    basis,
    brief_notes,
    extent,
    grouped_readings,
    line,
    looks_like,
    notes,
    number,
    operations,
    reproduced,
    scrub,
    seconds,
    shows,
    source,
    tried,
    waiver,
)

RED, GREEN, YELLOW, DIM, BOLD, RESET = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"
BLUE, MAGENTA = "\x1b[34m", "\x1b[35m"
PAINTS = {
    "green": GREEN,
    "yellow": YELLOW,
    "blue": BLUE,
    "orange": YELLOW,
    "red": RED,
    "grey": BOLD,
    "purple": MAGENTA,
}
NAMED, FEW = 8, 2  # ids in a line of what was not judged, operations of a reading; the rest is counted


def wants_colour(out: TextIO) -> bool:
    """Whether colours help there: a terminal that is not dumb, and NO_COLOR (no-color.org) not set."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and out.isatty()


def print_summary(result: Json, out: TextIO, colour: bool, directory: Path | None = None) -> None:
    """Write the summary of a run to `out`; `directory` is where its report lies, for paths that can be opened.

    No control character of a server reaches `out`. NO_COLOR beats `colour`. What `out` cannot encode is escaped. The verdict
    is wrapped on a terminal alone: in a file it stays one line, for programs that search it.
    """
    painted = colour and not os.environ.get("NO_COLOR")
    encoding = getattr(out, "encoding", None) or "utf-8"
    cleaned, width = scrub(result), _width()
    sentence = line(cleaned["sentence"])
    verdict = _wrapped(sentence, width) if out.isatty() else [sentence]
    paint = BOLD + PAINTS[cleaned["colour"]]
    for text in ("", *(paint + part + RESET for part in verdict), *_lines(cleaned, width, directory)):
        if not painted:
            for code in (RED, GREEN, YELLOW, BLUE, MAGENTA, DIM, BOLD, RESET):
                text = text.replace(code, "")
        out.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of so many characters; an id, which has hyphens, stays whole, so that it can be searched for."""
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _width() -> int:
    return max(60, min(110, shutil.get_terminal_size((100, 24)).columns))


def _lines(result: Json, width: int, directory: Path | None) -> Iterator[str]:
    """Everything below the verdict."""
    target = result["target"]
    facts = [
        line(target["base_url"]),
        ", ".join(target["marketplaces"]),
        f"{number(result['requests'], 'request')} in {seconds(result['duration_s'])}",
        extent(result),
    ]
    yield from (DIM + text + RESET for text in _wrapped(" · ".join(fact for fact in facts if fact), width))
    yield ""
    yield from _table(result)
    yield from _findings(result, width, directory)
    yield from _readings(result, width)
    yield from _unjudged(result, width)
    for note in brief_notes(notes(result)):
        yield from _hanging("note", line(note), width, 0)
    if directory is not None:
        yield ""
        yield f"Report: {directory / 'report.html'}"


def _table(result: Json) -> Iterator[str]:
    yield (
        DIM + f"{'':<26}" + "".join(f"{outcome:>10}" for outcome in ("passed", "failed", "unjudged", "waived")) + RESET
    )
    for chapter in result["chapters"]:
        cells = ""
        for outcome, code in (("passed", GREEN), ("failed", RED), ("unjudged", YELLOW), ("waived", YELLOW)):
            count = chapter[outcome]
            cells += (code + f"{count:>10}" + RESET) if count else DIM + f"{'·':>10}" + RESET
        yield f"  {CHAPTERS.get(chapter['name'], chapter['name']):<24}" + cells
    counts = result["counts"]
    yield (
        DIM + f"  {'all':<24}" + "".join(f"{counts[o]:>10}" for o in ("passed", "failed", "unjudged", "waived")) + RESET
    )


def _findings(result: Json, width: int, directory: Path | None) -> Iterator[str]:
    rules = {rule["id"]: rule for rule in result["requirements"]}
    decisive = [found for rule in result["requirements"] for found in rule["findings"]]
    scripts = False
    failing = [found for found in decisive if not found["waiver"]]
    waived = [found for found in decisive if found["waiver"]]
    for heading, several in (("Findings", failing), ("Waived", waived), ("Also seen", result["also_seen"])):
        if several:
            yield ""
            yield f"{BOLD}{heading}{RESET}"
        for found in several:
            rule = rules.get(found["requirement"])
            level = rule["level"] if rule else ""
            where = ", ".join([*found["operations"], *found["marketplaces"]])
            yield ""
            mark = YELLOW + MARKS["waived"] if found["waiver"] else RED + MARKS["failed"]
            yield f"{mark} {found['requirement']}{RESET} {DIM}{level}{RESET} {line(found['summary'])}"
            yield from (
                f"    {DIM}{text}{RESET}"
                for text in _wrapped(f"{number(found['count'], 'time')}: {line(where)}", width - 4)
            )
            sources = "; ".join(source(item) for item in found["sources"])
            sentence = rule["sentence"] if rule else found["summary"]
            where = "; ".join(text for text in (sources, basis(rule)) if text)
            yield from _hanging("rule", line(f"{sentence} ({where})" if where else sentence), width)
            yield from _hanging("expected", line(found["expected"]), width)
            yield from _hanging("seen", line(found["seen"]), width)
            for label, told in (("tried", tried(found)), ("shows", shows(found)), ("looks like", looks_like(found))):
                if told:
                    yield from _hanging(label, line(told), width)
            if found["waiver"]:
                yield from _hanging("waived", line(waiver(found)), width)
            if found["script"]:
                script = str(directory / found["script"]) if directory else found["script"]
                again = f"  (reproduced {reproduced(found)})" if found["reproduced"] else ""
                yield f"    {DIM}{'script':<10}{RESET}{script}{again}"
                scripts = True
    if scripts:
        yield ""
        text = (
            "A script shows its finding again: sh FILE, with TOKEN in the environment (its head says how to get one)."
        )
        yield from (DIM + part + RESET for part in _wrapped(text, width))


def _readings(result: Json, width: int) -> Iterator[str]:
    groups = grouped_readings(result)
    if groups:
        yield ""
        yield f"{BOLD}Readings taken{RESET} {DIM}(the documents allow several){RESET}"
    for name, several in groups:
        parts = []
        for taken in several:
            where = taken["operations"]
            shown = operations(where) if len(where) <= FEW else number(len(where), "operation")
            parts.append(f"{taken['reading']} ({shown})" if shown else taken["reading"])
        yield from _hanging(name, line("; ".join(parts)), width, 2, 26)


def _unjudged(result: Json, width: int) -> Iterator[str]:
    groups = worth_listing(result)
    if groups:
        yield ""
        yield f"{BOLD}Not judged{RESET}"
    for group in groups:
        names = [rule["id"] for rule in group.requirements]
        listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        hint = f" ({group.advice})" if group.advice else ""
        yield from _hanging(f"{len(names):>3}", line(f"{group.reason}{hint}: {listed}"), width, 2, 5)


def _hanging(label: str, text: str, width: int, indent: int = 4, column: int = 10) -> Iterator[str]:
    """`label` in a column, `text` beside it, wrapped."""
    room = max(30, width - indent - column)
    for position, part in enumerate(_wrapped(text, room) or [""]):
        first = f"{label:<{column}}" if position == 0 else " " * column
        gap = "" if first.endswith(" ") else " "
        yield f"{' ' * indent}{DIM}{first}{RESET}{gap}{part}"
