"""junit.xml: a testcase for each requirement, and one for the verdict; failed, or skipped with the reason.

The form is what the strictest reader takes, the schema of Jenkins' xUnit plug-in: no properties in a testcase, no count of
skipped tests at the root.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Tree

from reports.formats.run_cases import SUITE, RunCase, run_cases
from reports.needs import reason_with_advice
from reports.run import Run
from reports.text import CHAPTERS, Json, source, waiver


def junit(run: Run) -> bytes:
    """The run as CI servers read it: a testsuite for each chapter, a testcase for each requirement."""
    result = run.result
    root = Tree.Element("testsuites", name=f"guest checkout conformance: {result['target']['name']}")
    for chapter in result["chapters"]:
        rules = [rule for rule in result["requirements"] if rule["chapter"] == chapter["name"]]
        suite = _suite(root, CHAPTERS.get(chapter["name"], chapter["name"]), result)
        for rule in rules:
            _requirement(suite, rule)
    suite = _suite(root, SUITE, result)
    suite.set("time", f"{result['duration_s']:.3f}")
    for case in run_cases(result):
        _run_case(suite, case)
    for suite in root:
        _count(suite, [suite])
        suite.set("skipped", str(len(list(suite.iter("skipped")))))
    _count(root, list(root))
    root.set("time", f"{result['duration_s']:.3f}")
    Tree.indent(root, " ")
    text: bytes = Tree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text + b"\n"


def _suite(root: Tree.Element, name: str, result: Json) -> Tree.Element:
    return Tree.SubElement(
        root,
        "testsuite",
        name=name,
        time="0",
        timestamp=result["started"],
        hostname=result["target"]["base_url"],
    )


def _count(element: Tree.Element, suites: Sequence[Tree.Element]) -> None:
    """Sets how many testcases are below, and how many of them failed or have an error."""
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(attribute, str(sum(len(list(suite.iter(tag))) for suite in suites)))


def _requirement(suite: Tree.Element, rule: Json) -> None:
    case = Tree.SubElement(
        suite, "testcase", classname=f"conformance.{rule['chapter']}", name=f"{rule['id']} {rule['title']}", time="0"
    )
    if rule["outcome"] == "failed":
        failing = [found for found in rule["findings"] if not found["waiver"]]
        failure = Tree.SubElement(case, "failure", type=rule["level"], message=failing[0]["summary"])
        failure.text = "\n\n".join(finding_text(rule, found) for found in rule["findings"])
    elif rule["outcome"] != "passed":
        words = reason_with_advice(rule)
        prefix = "" if rule["outcome"] == "waived" else "unjudged: "
        Tree.SubElement(case, "skipped", message=prefix + words)
    facts = [
        f"level: {rule['level']}",
        f"cases: {rule['cases']['judged']} of {rule['cases']['of']}",
        f"evidence: {rule['evidence']}",
    ]
    facts += [f"reading: {rule['reading']}"] if rule["reading"] else []
    Tree.SubElement(case, "system-out").text = "\n".join(facts)


def _run_case(suite: Tree.Element, run_case: RunCase) -> None:
    case = Tree.SubElement(suite, "testcase", classname="conformance.run", name=run_case.name, time="0")
    if run_case.status == "passed":
        Tree.SubElement(case, "system-out").text = run_case.message
    else:
        tag = "error" if run_case.status == "error" else "failure"
        Tree.SubElement(case, tag, type=run_case.status, message=run_case.message).text = run_case.message


def finding_text(rule: Json, found: Json) -> str:
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
    if found["waiver"]:
        lines.append(f"waiver:    {waiver(found)}")
    if found["script"]:
        lines.append(f"script:    {found['script']}")
    return "\n".join(lines)
