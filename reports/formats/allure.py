"""allure-results/: a result for each requirement, for Allure 2 and 3 (`allure generate`, with Node or Java).

Written by allure-python-commons' model, with the labels that `pytest suites --alluredir` writes for each test. Ids are
made of requirement and target, so that a history of runs lines up. Results of others, and `history/` of an earlier
Allure 2 report that somebody copied here, are kept.
"""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

from allure_commons.model2 import (
    Attachment,
    Label,
    Parameter,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from attr import asdict

from reports.formats.allure_model import EPIC, exchange_text, exchange_title, labels, link
from reports.formats.ctrf import NAMESPACE, milliseconds
from reports.formats.junit import finding_text
from reports.formats.run_cases import SUITE, RunCase, run_cases
from reports.needs import lacks, reason
from reports.run import Run
from reports.text import Json, case, source

STATUS = {"passed": "passed", "failed": "failed", "unjudged": "skipped", "waived": "skipped"}
OURS = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f-]{17}-(result|attachment)[.].+")  # version 5: by name
CATEGORIES = [
    {"name": "A MUST is broken", "matchedStatuses": ["failed"], "messageRegex": "(?s)MUST .*"},
    {"name": "A SHOULD is broken", "matchedStatuses": ["failed"], "messageRegex": "(?s)SHOULD .*"},
    {
        "name": "Not offered by the profile",
        "matchedStatuses": ["skipped"],
        "messageRegex": "(?s)not offered by the profile.*",
    },
    {"name": "Blocked by another requirement", "matchedStatuses": ["skipped"], "messageRegex": "(?s)blocked by.*"},
    {"name": "The run has no verdict", "matchedStatuses": ["broken"]},
    {"name": "A waiver ended", "matchedStatuses": ["failed"], "messageRegex": "(?s)The waiver of .*"},
    {"name": "Waived", "matchedStatuses": ["skipped"], "messageRegex": "(?s)waived.*"},
    {"name": "Not judged for another reason", "matchedStatuses": ["skipped"]},
]


def allure(run: Run, folder: Path) -> None:
    """Write the results into `folder`, in place of earlier ones of ours."""
    folder.mkdir(exist_ok=True)
    remove_ours(folder)
    result = run.result
    start = milliseconds(result["started"])
    for rule in result["requirements"]:
        _write_result(folder, _result(run, rule, folder, start))
    for about in run_cases(result):
        _write_result(folder, _run_result(run, about, start))
    _write(folder, "categories.json", CATEGORIES)
    _write(
        folder,
        "executor.json",
        {"name": "guest checkout conformance", "type": "suite", "reportName": result["sentence"]},
    )
    environment = {
        "Target": result["target"]["name"],
        "Base.URL": result["target"]["base_url"],
        "Profile": result["target"]["profile"],
        "Marketplaces": ", ".join(result["target"]["marketplaces"]),
        "Verdict": result["verdict"],
        "Seed": result["seed"],
        "Suite": result["suite"]["version"],
        "Contract": result["suite"]["contract"],
    }
    flat = {name: str(value).replace("\\", "\\\\").replace("\n", "\\n") for name, value in environment.items()}
    (folder / "environment.properties").write_text(
        "".join(f"{name}={value}\n" for name, value in flat.items()), encoding="utf-8"
    )


def remove_ours(folder: Path) -> None:
    """Removes the results of an earlier run of this suite; files of others stay. A folder that is not there is empty."""
    for path in folder.glob("*"):
        if OURS.fullmatch(path.name):
            path.unlink()


def _uuid(run: Run, *parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, " ".join((run.result["target"]["name"], run.result["started"], *parts))))


def _write(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_result(folder: Path, result: TestResult) -> None:
    """A result as allure-python-commons writes it: members without a value are left out."""
    name = TestResult.file_pattern.format(prefix=result.uuid)
    _write(folder, name, asdict(result, filter=lambda _, value: bool(value) or value is False))


def _named(run: Run, name: str, key: str, start: int) -> TestResult:
    """A result with its identity. name: for people; key: what stays the same from run to run."""
    result = TestResult(name=name, uuid=_uuid(run, key, "result"), start=start, stop=start)
    result.historyId = str(uuid.uuid5(NAMESPACE, f"{run.result['target']['name']} {key}"))
    result.testCaseId = str(uuid.uuid5(NAMESPACE, key))
    result.stage = "finished"
    return result


def _result(run: Run, rule: Json, folder: Path, start: int) -> TestResult:
    result = _named(run, f"{rule['id']} {rule['title']}", rule["id"], start)
    result.fullName = f"{rule['chapter']}.{rule['id']}"
    result.status = STATUS[rule["outcome"]]
    result.description = _description(rule)
    result.labels = [
        *labels(rule["chapter"], [(rule["id"], rule["level"])]),
        Label(name="suite", value=rule["chapter"]),
    ]
    result.links = [link(rule["id"])]
    cases = f"{rule['cases']['judged']} of {rule['cases']['of']}"
    result.parameters = [Parameter(name="cases", value=cases, excluded=True)]
    if rule["findings"]:
        first = f"{rule['level']} {rule['findings'][0]['summary']}"
        result.statusDetails = StatusDetails(
            message=reason(rule) if rule["outcome"] == "waived" else first,
            trace="\n\n".join(finding_text(rule, found) for found in rule["findings"]),
        )
        result.steps = [_step(run, found, position, folder, start) for position, found in enumerate(rule["findings"])]
    elif rule["outcome"] in ("unjudged", "waived"):
        hints = "; ".join(lacks(rule))
        trace = f"A profile would offer: {hints}" if hints else None
        result.statusDetails = StatusDetails(message=reason(rule), trace=trace)
    return result


def _run_result(run: Run, about: RunCase, start: int) -> TestResult:
    """The result of the verdict or of a waiver."""
    result = _named(run, about.name, about.name, start)
    result.fullName = f"run.{about.name}"
    result.status = {"error": "broken"}.get(about.status, about.status)
    pairs = (("epic", EPIC), ("feature", SUITE), ("story", about.name), ("suite", SUITE))
    result.labels = [Label(name=name, value=value) for name, value in pairs]
    result.statusDetails = StatusDetails(message=about.message)
    return result


def _description(rule: Json) -> str:
    parts = [rule["sentence"], "Source: " + "; ".join(source(item) for item in rule["sources"])]
    if rule["reading"]:
        parts.append(f"Reading taken: {rule['reading']}")
    if rule["cases"]["missing"]:
        parts.append("Cases not judged: " + "; ".join(map(case, rule["cases"]["missing"])))
    return "\n\n".join(parts)


def _step(run: Run, found: Json, position: int, folder: Path, start: int) -> TestStepResult:
    """A finding as a step, its exchanges and script attached."""
    step = TestStepResult(name=found["summary"], status="failed", stage="finished", start=start, stop=start)
    for name in found["exchanges"]:
        if name in run.exchanges:
            record = run.exchanges[name]
            file = f"{_uuid(run, name)}-attachment.json"
            (folder / file).write_text(exchange_text(record), encoding="utf-8")
            step.attachments.append(Attachment(name=exchange_title(record), source=file, type="application/json"))
    if found["script"] in run.scripts:
        file = f"{_uuid(run, found['requirement'], str(position), 'script')}-attachment.txt"
        (folder / file).write_text(run.scripts[found["script"]], encoding="utf-8")
        step.attachments.append(Attachment(name="curl script", source=file, type="text/plain"))
    return step
