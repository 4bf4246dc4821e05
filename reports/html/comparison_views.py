"""A comparison as Markdown (for an issue or a job page) and as a page of its own."""

from __future__ import annotations

from typing import Any

from reports.comparison import Comparison, Row
from reports.formats.summary import code, md
from reports.html.exchange_view import Room, status_text, view
from reports.html.templating import render_page
from reports.needs import reason_with_advice
from reports.text import Json, number, seconds

TITLES = {
    "broken": "Broken",
    "fixed": "Fixed",
    "newly judged": "Newly judged",
    "no longer judged": "No longer judged",
    "finding changed": "Still broken, in another way",
    "reading changed": "Another reading",
    "answers differ": "The same outcome, other answers",
    "other": "Other differences",
}
TARGET_TITLES = {
    "broken": "Broken on the second alone",
    "fixed": "Broken on the first alone",
    "newly judged": "Judged on the second alone",
    "no longer judged": "Judged on the first alone",
    "finding changed": "Broken on both, in different ways",
}


def title(comparison: Comparison, kind: str) -> str:
    """Heading for a kind of row."""
    return (TARGET_TITLES.get(kind) if comparison.targets else None) or TITLES[kind]


def told(rule: Json | None) -> str:
    """A side of a row in a few words: outcome, then the reading or why not."""
    if rule is None:
        return "not there"
    more = rule["reading"] if rule["outcome"] == "passed" else rule["reason"]
    if rule["outcome"] == "unjudged":
        more = reason_with_advice(rule)
    if rule["findings"]:
        more = "; ".join(found["summary"] for found in rule["findings"])
    return f"{rule['outcome']}: {more}" if more else str(rule["outcome"])


def run_line(result: Json) -> str:
    """A run in one line: target, day, versions."""
    return f"{result['target']['name']} ({result['target']['base_url']}), {_versions(result)}"


def _versions(result: Json) -> str:
    when, suite = result["started"][:16].replace("T", " "), result["suite"]
    return f"{when}, suite {suite['version']}, contract {suite['contract']}"


def _markdown_line(result: Json) -> str:
    """The same as Markdown; the address as code, which can be copied as it is."""
    target = result["target"]
    return f"{md(target['name'])} ({code(target['base_url'])}), {md(_versions(result))}"


def markdown(comparison: Comparison) -> str:
    """The comparison as Markdown."""
    a, b = comparison.a, comparison.b
    lines = [f"## {md(comparison.sentence())}", "", f"- first: {_markdown_line(a)}", f"- second: {_markdown_line(b)}"]
    lines += [
        f"- verdicts: {md(a['verdict'])}, then {md(b['verdict'])}",
        f"- time: {seconds(a['duration_s'])}, then {seconds(b['duration_s'])}; "
        f"requests: {a['requests']:,}, then {b['requests']:,}",
    ]
    if comparison.answers:
        lines.append(
            f"- the same cases on both: {comparison.answers:,}; answered with the same status and ids: "
            f"{comparison.answers_alike:,}; with the same fields: {comparison.fields_alike:,}"
        )
    lines += [f"- {sentence}" for sentence in comparison.left_out()]
    for kind in TITLES:
        rows = comparison.of(kind)
        if rows:
            lines += ["", f"### {title(comparison, kind)} ({len(rows)})", ""]
        for row in rows[:200]:
            lines.append(f"- {code(row.id)} {md(row.rule['title'])}: {md(told(row.a))} → {md(told(row.b))}")
            lines += [f"  - {md(_pair(left, right))}" for left, right in row.pairs]
    if comparison.slower:
        lines += ["", "### Slower", "", "| Operation | first | second |", "|:--|--:|--:|"]
        lines += [f"| {md(name)} | {before:.1f} ms | {after:.1f} ms |" for name, before, after in comparison.slower]
    return "\n".join(lines) + "\n"


def _pair(left: Json | None, right: Json | None) -> str:
    shown = left or right
    if shown is None:
        return "the exchanges are not there any more"
    answers = [f"{_answer(side)}" if side else "not sent" for side in (left, right)]
    return f"{shown['method']} {shown['operation'] or shown['url']}: {answers[0]} → {answers[1]}"


def _answer(exchange: Json) -> str:
    body = exchange["response_body"]
    errors = body.get("errors") if isinstance(body, dict) else None
    ids = [str(item.get("errorId")) for item in errors if isinstance(item, dict)] if isinstance(errors, list) else []
    return " ".join([status_text(exchange), *ids])


def page(comparison: Comparison) -> str:
    """The comparison as one HTML file, as self-contained as a report."""
    room = Room(1_200_000)

    def shown(row: Row) -> Json:
        return {
            "row": row,
            "a": told(row.a),
            "b": told(row.b),
            "pairs": [tuple(view(x, None, room) if x else None for x in pair) for pair in row.pairs],
        }

    context: dict[str, Any] = {
        "comparison": comparison,
        "runs": [(run_line(run), run) for run in (comparison.a, comparison.b)],
        "sections": [
            (kind, title(comparison, kind), [shown(row) for row in comparison.of(kind)[:200]])
            for kind in TITLES
            if comparison.of(kind)
        ],
        "same": comparison.of("same"),
        "sentence": comparison.sentence(),
        "number": number,
    }
    return render_page("compare.html.j2", **context)
