"""junit.xml: a testcase for each requirement; failed, or skipped with the reason."""

from __future__ import annotations

from xml.etree import ElementTree as Tree

from reports.run import Run
from reports.text import CHAPTERS, Json, source


def junit(run: Run) -> bytes:
    """The run as CI servers read it: a testsuite for each chapter, a testcase for each requirement."""
    result = run.result
    counts = result["counts"]
    root = Tree.Element(
        "testsuites",
        name=f"guest checkout conformance: {result['target']['name']}",
        tests=str(counts["requirements"]),
        failures=str(counts["failed"]),
        errors="0",
        skipped=str(counts["unjudged"] + counts["waived"]),
        time=f"{result['duration_s']:.3f}",
    )
    for chapter in result["chapters"]:
        rules = [rule for rule in result["requirements"] if rule["chapter"] == chapter["name"]]
        suite = Tree.SubElement(
            root,
            "testsuite",
            name=CHAPTERS.get(chapter["name"], chapter["name"]),
            tests=str(len(rules)),
            failures=str(sum(rule["outcome"] == "failed" for rule in rules)),
            errors="0",
            skipped=str(sum(rule["outcome"] in ("unjudged", "waived") for rule in rules)),
            time="0",
            timestamp=result["started"],
            hostname=result["target"]["base_url"],
        )
        for rule in rules:
            _case(suite, rule)
    Tree.indent(root, " ")
    text: bytes = Tree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _case(suite: Tree.Element, rule: Json) -> None:
    case = Tree.SubElement(
        suite, "testcase", classname=f"conformance.{rule['chapter']}", name=f"{rule['id']} {rule['title']}", time="0"
    )
    properties = Tree.SubElement(case, "properties")
    for name, value in (
        ("requirement", rule["id"]),
        ("level", rule["level"]),
        ("cases", f"{rule['cases']['judged']}/{rule['cases']['of']}"),
        ("evidence", str(rule["evidence"])),
        ("reading", rule["reading"] or ""),
    ):
        if value:
            Tree.SubElement(properties, "property", name=name, value=value)
    if rule["outcome"] == "failed":
        first = rule["findings"][0]["summary"] if rule["findings"] else rule["title"]
        failure = Tree.SubElement(case, "failure", type=rule["level"], message=first)
        failure.text = "\n\n".join(told(rule, found) for found in rule["findings"])
    elif rule["outcome"] != "passed":
        Tree.SubElement(case, "skipped", message=f"{rule['outcome']}: {rule['reason'] or 'no reason was given'}")


def told(rule: Json, found: Json) -> str:
    """A finding as plain text: rule, expected, seen, where, how to reproduce it."""
    lines = [
        found["summary"],
        f"rule:      {rule['sentence']}",
        f"source:    {'; '.join(source(item) for item in found['sources'])}",
        f"expected:  {found['expected']}",
        f"seen:      {found['seen']}",
        f"where:     {', '.join(found['operations'] + found['marketplaces'])} ({found['count']} times)",
    ]
    lines += [f"{position:>2}. {step}" for position, step in enumerate(found["steps"], 1)]
    if found["script"]:
        lines.append(f"script:    {found['script']}")
    return "\n".join(lines)
