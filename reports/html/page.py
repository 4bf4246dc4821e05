"""report.html: what its template needs, made from a run."""

from __future__ import annotations

import re
from typing import Any

from reports.html.difference import mark
from reports.html.drawing import drawing
from reports.html.exchange_view import Room, text_node, view
from reports.html.heat_map import heat_map
from reports.html.templating import render_page, short
from reports.kill_matrix import totals
from reports.needs import lacks, reason, unjudged
from reports.run import Run
from reports.text import CHAPTERS, OUTCOMES, Json, grouped_readings, notes

_ANSWERED = re.compile(r"\s*(→|->) [^→]*$")  # the end of a step that says the answer: the page has it in a column
LIMIT = 2_000_000  # bytes of the page
# What is told: bytes for exchanges and scripts, findings, exchanges of each. The first that fits is taken.
SCALES = [(1_200_000, 150, 60), (400_000, 60, 20), (100_000, 30, 6), (0, 10, 3)]


def page(run: Run) -> str:
    """The report as one HTML file of at most 2 MB: exchanges give way first, exchanges.jsonl has them anyway."""
    html = ""
    for room, findings, exchanges in SCALES:
        html = render_page("report.html.j2", **_context(run, Room(room), findings, exchanges))
        if len(html.encode()) <= LIMIT:
            break
    return html


def _context(run: Run, room: Room, most: int, exchanges: int) -> dict[str, Any]:
    result = run.result
    rules = {rule["id"]: rule for rule in result["requirements"]}
    decisive = [
        found
        for rule in sorted(result["requirements"], key=lambda r: r["level"] != "MUST")
        for found in rule["findings"]
    ]
    decisive.sort(key=lambda finding: finding["waiver"] is not None)
    names = [chapter["name"] for chapter in result["chapters"]]
    return {
        "result": result,
        "sentence": _sentence(result),
        "findings": [_finding(run, found, rules, room, n, exchanges) for n, found in enumerate(decisive[:most], 1)],
        "also_seen": [
            _finding(run, found, rules, room, n, exchanges)
            for n, found in enumerate(result["also_seen"][:most], most + 1)
        ],
        "more": max(0, len(decisive) - most) + max(0, len(result["also_seen"]) - most),
        "by_chapter": [
            (name, CHAPTERS.get(name, name), [r for r in result["requirements"] if r["chapter"] == name])
            for name in names
        ],
        "outcomes": OUTCOMES,
        "bar": _bar(result["counts"]),
        "drawing": drawing(result["reach"]),
        "heat": heat_map(result),
        "readings": grouped_readings(result),
        "groups": unjudged(result),
        "advice": lacks,
        "why": reason,
        "operations": _operations(run),
        "rate": result["requests"] / result["duration_s"] if result["duration_s"] else None,
        **_matrix(run),
        "known": set(rules),
        "notes": notes(result) + run.problems,
    }


def _matrix(run: Run) -> dict[str, Any]:
    """The kill matrix, if it is one of the suite that made this run, and its faults by requirement."""
    matrix = run.kill_matrix
    if matrix is None or matrix["suite"] != run.result["suite"]["version"]:
        return {"matrix": None, "faults": {}}
    return {"matrix": matrix, "faults": totals(matrix)}


def _sentence(result: Json) -> list[tuple[str, bool]]:
    """The first sentence in parts, the verdict's own words marked; they open it if it lacks them."""
    text, verdict = short(result["sentence"], 600), result["verdict"]
    said = [verdict, "no MUST failed"] if verdict == "nothing failed" else [verdict]  # the latter where a SHOULD failed
    found = re.search("|".join(map(re.escape, said)), text, re.IGNORECASE)
    if not found:
        return [(verdict.capitalize(), True), (f". {text}", False)]
    return [(text[: found.start()], False), (found.group(), True), (text[found.end() :], False)]


def _bar(counts: Json) -> list[tuple[str, int, float, float]]:
    """(outcome, how many, where it begins, how wide) in parts of 100."""
    parts = []
    begin = 0.0
    for outcome in ("passed", "failed", "unjudged", "waived"):
        width = 100 * counts[outcome] / max(1, counts["requirements"])
        parts.append((outcome, counts[outcome], round(begin, 3), round(width, 3)))
        begin += width
    return parts


def _finding(run: Run, found: Json, rules: dict[str, Json], room: Room, position: int, most: int) -> Json:
    expected, seen = mark(short(found["expected"]), short(found["seen"]))
    exchanges = []
    before: Json | None = None
    for name in found["exchanges"][:most]:
        exchange = run.exchanges.get(name)
        if exchange is not None:
            exchanges.append(view(exchange, before, room))
            before = exchange
    script = text_node(run.scripts.get(found["script"] or "", ""))
    paired = len(found["steps"]) == len(exchanges)
    rule = rules.get(found["requirement"])
    heading, checked = found["summary"], ""
    if rule and heading.startswith(f"{rule['title']}: "):
        heading, checked = rule["title"], heading[len(rule["title"]) + 2 :]
    return found | {
        "number": position,
        "heading": heading,
        "checked": checked,
        "rule": rule,
        "marked": (expected, seen),
        "exchanges": [
            shown | {"step": _ANSWERED.sub("", found["steps"][n]) if paired else None}
            for n, shown in enumerate(exchanges)
        ],
        "steps": [] if paired else found["steps"],
        "program": "\n".join(found.get("program", [])),
        "lost": len(found["exchanges"]) - len(exchanges),
        "token": script is not None and "TOKEN=" in script,
        "script_text": script if script and room.take(script) else None,
    }


def _operations(run: Run) -> list[Json]:
    """A row for each operation: how often it was sent, with which status, how long it took."""
    reach = run.result["reach"]["operations"]
    rows = []
    for name in list(reach) + sorted(set(run.times) - set(reach)):
        times = run.times.get(name)
        rows.append(
            {
                "name": name,
                "reach": reach.get(name),
                "statuses": sorted(times.statuses.items()) if times else [],
                "median": times.quantile(0.5) if times else None,
                "slow": times.quantile(0.95) if times else None,
            }
        )
    return rows
