"""What both kinds of Allure results share: labels, links, parameters and attachments in allure-python-commons' model.

A result for each requirement is written by `reports.formats.allure`; one for each test by allure-pytest, with these labels.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from allure_commons.model2 import Label, Link

from reports.text import CHAPTERS

EPIC = "Guest checkout conformance"
SEVERITY = {"MUST": "critical", "SHOULD": "normal", "READING": "minor"}


def labels(chapter: str, requirements: Iterable[tuple[str, str]]) -> list[Label]:
    """The labels of a result about requirements. requirements: (id, level) of each."""
    known = list(requirements)
    levels = sorted({level for _, level in known}, key=list(SEVERITY).index)
    pairs = [("epic", EPIC), ("feature", CHAPTERS.get(chapter, chapter))]
    pairs += [("story", requirement) for requirement, _ in known]
    pairs += [("requirement", requirement) for requirement, _ in known]
    pairs += [("severity", SEVERITY[levels[0]])] if levels else []
    pairs += [("tag", level) for level in levels]
    return [Label(name=name, value=value) for name, value in pairs]


def link(requirement: str, page: str = "../report.html") -> Link:
    """Where a report explains a requirement. page: the report as a path from the results."""
    return Link(type="requirement", name=requirement, url=f"{page}#{requirement}")


def exchange_title(record: dict[str, Any]) -> str:
    """A request and its answer in a few words."""
    answer = record["status"] or record["problem"] or "no answer"
    return f"{record['method']} {record['operation'] or record['url']}: {answer}"


def exchange_text(record: dict[str, Any]) -> str:
    """The attachment of an exchange: what was sent and what came back, without secrets."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"
