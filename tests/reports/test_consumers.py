"""junit.xml as the strictest consumers read it: Jenkins' xUnit plug-in, junitparser, GitLab and Azure."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as Tree

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from tests.reports.test_views import NAMES, result_of

# What the xUnit plug-in takes (its schema of JUnit files): attributes (needed ones in the first set), and children.
TIME = re.compile(r"\d+(\.\d{0,3})?")
FORM: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname", "id", "package"},
        {"testcase", "properties", "system-out", "system-err"},
    ),
    "testcase": ({"name"}, {"classname", "time", "group"}, {"skipped", "failure", "error", "system-out", "system-err"}),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
    "system-out": (set(), set(), set()),
}


@pytest.mark.parametrize("name", NAMES)
def test_jenkins_takes_it(rendered: dict[str, Path], name: str) -> None:
    root = Tree.parse(rendered[name] / "junit.xml").getroot()
    assert root.tag == "testsuites"
    for element in root.iter():
        needed, optional, children = FORM[element.tag]
        assert needed <= set(element.attrib) <= needed | optional, element.attrib
        assert {child.tag for child in element} <= children
        assert TIME.fullmatch(element.get("time", "0"))
    for attribute in ("tests", "failures", "errors"):
        assert int(root.get(attribute, "")) == sum(int(suite.get(attribute, "")) for suite in root)


@pytest.mark.parametrize("name", NAMES)
def test_others_read_the_same(rendered: dict[str, Path], name: str) -> None:
    """junitparser counts; GitLab and Azure show name, class name and message of each testcase."""
    result = result_of(rendered[name])
    read = JUnitXml.fromfile(str(rendered[name] / "junit.xml"))
    cases = [case for suite in read for case in suite]
    kinds = {
        kind: sum(any(isinstance(entry, kind) for entry in case.result) for case in cases)
        for kind in (Failure, Skipped, Error)
    }
    outcomes = [requirement["outcome"] for requirement in result["requirements"]]
    assert kinds[Failure] == outcomes.count("failed")
    assert kinds[Skipped] == outcomes.count("unjudged") + outcomes.count("waived")
    assert kinds[Error] == (1 if result["ending"] in ("incomplete", "stopped") else 0)
    assert len({(case.classname, case.name) for case in cases}) == len(cases) == len(outcomes) + 1
    assert all(case.classname and case.name for case in cases)
