"""allure-results/: a result for each requirement, for Allure 2 and 3 (`allure generate`, with Node or Java).

Ids are made of requirement and target, so that a history of runs lines up. `history/` of an earlier Allure 2 report
that somebody copied here is kept.
"""

from __future__ import annotations

import json
import shutil
import uuid
from pathlib import Path

from reports.formats.ctrf import NAMESPACE, milliseconds
from reports.formats.junit import finding_text
from reports.formats.run_cases import SUITE, RunCase, run_cases
from reports.needs import advice, lacks, reason
from reports.run import Run
from reports.text import CHAPTERS, Json, case, source

STATUS = {"passed": "passed", "failed": "failed", "unjudged": "skipped", "waived": "skipped"}
SEVERITY = {"MUST": "critical", "SHOULD": "normal", "READING": "minor"}
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
    """Write the results into `folder`, in place of earlier ones."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        if old.name != "history":
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    result = run.result
    start = milliseconds(result["started"])
    for rule in result["requirements"]:
        _write(folder, f"{_uuid(run, rule['id'], 'result')}-result.json", _result(run, rule, folder, start))
    for about in run_cases(result):
        _write(folder, f"{_uuid(run, about.name, 'result')}-result.json", _run_result(run, about, start))
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


def _uuid(run: Run, *parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, " ".join((run.result["target"]["name"], run.result["started"], *parts))))


def _write(folder: Path, name: str, value: object) -> None:
    (folder / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _result(run: Run, rule: Json, folder: Path, start: int) -> Json:
    target = run.result["target"]["name"]
    test = {
        "uuid": _uuid(run, rule["id"], "result"),
        "historyId": str(uuid.uuid5(NAMESPACE, f"{target} {rule['id']}")),
        "testCaseId": str(uuid.uuid5(NAMESPACE, rule["id"])),
        "fullName": f"{rule['chapter']}.{rule['id']}",
        "name": f"{rule['id']} {rule['title']}",
        "status": STATUS[rule["outcome"]],
        "stage": "finished",
        "start": start,
        "stop": start,
        "description": _description(rule),
        "labels": [
            {"name": name, "value": value}
            for name, value in (
                ("epic", "Guest checkout conformance"),
                ("feature", CHAPTERS.get(rule["chapter"], rule["chapter"])),
                ("story", rule["id"]),
                ("requirement", rule["id"]),
                ("severity", SEVERITY[rule["level"]]),
                ("tag", rule["level"]),
                ("suite", rule["chapter"]),
            )
        ],
        "links": [{"type": "requirement", "name": rule["id"], "url": f"../report.html#{rule['id']}"}],
        "parameters": [
            {"name": "cases", "value": f"{rule['cases']['judged']} of {rule['cases']['of']}", "excluded": True}
        ],
        "steps": [],
        "attachments": [],
    }
    if rule["findings"]:
        test["statusDetails"] = {
            "message": reason(rule)
            if rule["outcome"] == "waived"
            else f"{rule['level']} {rule['findings'][0]['summary']}",
            "trace": "\n\n".join(finding_text(rule, found) for found in rule["findings"]),
        }
        test["steps"] = [_step(run, found, position, folder, start) for position, found in enumerate(rule["findings"])]
    elif rule["outcome"] in ("unjudged", "waived"):
        hints = "; ".join(advice(need) for need in lacks(rule))
        test["statusDetails"] = {"message": reason(rule)} | (
            {"trace": f"A profile would offer: {hints}"} if hints else {}
        )
    return test


def _run_result(run: Run, about: RunCase, start: int) -> Json:
    """The result of the verdict or of a waiver."""
    target = run.result["target"]["name"]
    labels = (("epic", "Guest checkout conformance"), ("feature", SUITE), ("story", about.name), ("suite", SUITE))
    return {
        "uuid": _uuid(run, about.name, "result"),
        "historyId": str(uuid.uuid5(NAMESPACE, f"{target} {about.name}")),
        "testCaseId": str(uuid.uuid5(NAMESPACE, about.name)),
        "fullName": f"run.{about.name}",
        "name": about.name,
        "status": {"error": "broken"}.get(about.status, about.status),
        "stage": "finished",
        "start": start,
        "stop": start,
        "labels": [{"name": name, "value": value} for name, value in labels],
        "statusDetails": {"message": about.message},
        "steps": [],
        "attachments": [],
    }


def _description(rule: Json) -> str:
    parts = [rule["sentence"], "Source: " + "; ".join(source(item) for item in rule["sources"])]
    if rule["reading"]:
        parts.append(f"Reading taken: {rule['reading']}")
    if rule["cases"]["missing"]:
        parts.append("Cases not judged: " + "; ".join(map(case, rule["cases"]["missing"])))
    return "\n\n".join(parts)


def _step(run: Run, found: Json, position: int, folder: Path, start: int) -> Json:
    """A finding as a step, its exchanges and script attached."""
    attachments = []
    for name in found["exchanges"]:
        if name in run.exchanges:
            exchange = run.exchanges[name]
            file = f"{_uuid(run, name)}-attachment.json"
            _write(folder, file, exchange)
            answer = exchange["status"] or exchange["problem"]
            title = f"{exchange['method']} {exchange['operation'] or exchange['url']}: {answer}"
            attachments.append({"name": title, "source": file, "type": "application/json"})
    if found["script"] in run.scripts:
        file = f"{_uuid(run, found['requirement'], str(position), 'script')}-attachment.txt"
        (folder / file).write_text(run.scripts[found["script"]], encoding="utf-8")
        attachments.append({"name": "curl script", "source": file, "type": "text/plain"})
    step: Json = {
        "name": found["summary"],
        "status": "failed",
        "stage": "finished",
        "start": start,
        "stop": start,
        "attachments": attachments,
    }
    return step
