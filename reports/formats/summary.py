"""summary.md: the run on a CI job's page (GitHub step summary, at most 1 MiB there)."""

from __future__ import annotations

import re

from reports.needs import worth_listing
from reports.run import Run
from reports.text import (
    CHAPTERS,
    ICONS,
    Json,
    brief_notes,
    extent,
    judged,
    line,
    looks_like,
    notes,
    number,
    seconds,
    shows,
    source,
    tried,
    waiver,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$@])")
MOST = 50  # findings that are told in full


def md(text: str) -> str:
    """Text as one line of Markdown that means nothing but itself: no markup, link, mention or HTML."""
    plain = line(text).replace("://", ":\u2060//")  # a word joiner: GitHub makes links of bare addresses
    return _SPECIAL.sub(r"\\\1", plain)


def code(text: str) -> str:
    """Text as a Markdown code span, whatever backticks it holds."""
    plain = line(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    return f"{fence} {plain} {fence}" if "`" in plain else f"{fence}{plain}{fence}"


def summary(run: Run) -> str:
    """The run as Markdown: verdict, table by chapter, findings, readings, what was not judged."""
    result = run.result
    target = result["target"]
    lines = [
        f"## {ICONS[result['colour']]} {md(result['sentence'])}",
        "",
        f"{code(target['base_url'])} · {judged(result)}"
        f" · {number(result['requests'], 'request')} in {seconds(result['duration_s'])} · {extent(result)}"
        f" · suite {md(result['suite']['version'])}, contract {md(result['suite']['contract'])}",
        "",
        "| Chapter | passed | failed | unjudged | waived |",
        "|:--|--:|--:|--:|--:|",
    ]
    for chapter in result["chapters"]:
        cells = " | ".join(str(chapter[o] or "") for o in ("passed", "failed", "unjudged", "waived"))
        lines.append(f"| {md(CHAPTERS.get(chapter['name'], chapter['name']))} | {cells} |")
    rules = {rule["id"]: rule for rule in result["requirements"]}
    decisive = [found for rule in result["requirements"] for found in rule["findings"]]
    lines += _findings("Findings", [found for found in decisive if not found["waiver"]], rules)
    lines += _findings("Waived", [found for found in decisive if found["waiver"]], rules)
    lines += _findings("Also seen", result["also_seen"], rules)
    if result["readings"]:
        lines += ["", "<details><summary>Readings taken</summary>", ""]
        lines += [f"- {code(taken['requirement'])} {md(taken['reading'])}" for taken in result["readings"]]
        lines += ["", "</details>"]
    groups = worth_listing(result)
    if groups:
        lines += ["", "<details><summary>Not judged</summary>", ""]
        for group in groups:
            hint = f" ({md(group.advice)})" if group.advice else ""
            lines.append(
                f"- **{md(group.reason)}**{hint}: {', '.join(code(rule['id']) for rule in group.requirements)}"
            )
        lines += ["", "</details>"]
    lines += [f"\n> {md(note)}" for note in brief_notes(notes(result))]
    return "\n".join(lines) + "\n"


def _findings(heading: str, several: list[Json], rules: dict[str, Json]) -> list[str]:
    lines = ["", f"### {heading}"] if several else []
    for found in several[:MOST]:
        rule = rules.get(found["requirement"])
        sources = "; ".join(source(item) for item in found["sources"])
        lines += [
            "",
            f"**{md(found['requirement'])}** {md(found['summary'])} ({number(found['count'], 'time')})",
            "",
            f"- rule: {md(rule['sentence'] if rule else '')} *{md(sources)}*",
            f"- expected: {code(found['expected'])}",
            f"- seen: {code(found['seen'])}",
        ]
        lines += [
            f"- {label}: {md(told)}"
            for label, told in (("tried", tried(found)), ("shows", shows(found)), ("looks like", looks_like(found)))
            if told
        ]
        if found["waiver"]:
            lines.append(f"- {md(waiver(found))}")
        if found["script"]:
            lines.append(f"- script: {code(found['script'])}")
    return lines + ([f"\n… and {len(several) - MOST} more"] if len(several) > MOST else [])
