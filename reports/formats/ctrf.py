"""ctrf.json: the Common Test Report Format (ctrf.io), a test for each requirement."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime

from reports.formats.junit import finding_text
from reports.formats.run_cases import SUITE, RunCase, run_cases
from reports.needs import reason_with_advice
from reports.run import Run
from reports.text import CHAPTERS, Json

STATUS = {"passed": "passed", "failed": "failed", "unjudged": "skipped", "waived": "skipped"}
NAMESPACE = uuid.UUID("6f0b7c1e-5d0b-5c53-9b61-7b1ad2f40d11")  # ours: the same run gives the same ids


def milliseconds(instant: str) -> int:
    """An ISO 8601 instant as milliseconds since 1970; 0 if it is none."""
    try:
        return round(datetime.fromisoformat(instant.replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        return 0


def ctrf(run: Run) -> Json:
    """The run as a CTRF document."""
    result = run.result
    start = milliseconds(result["started"])
    stop = start + round(result["duration_s"] * 1000)
    tests = [_test(rule) for rule in result["requirements"]] + [_run_test(case) for case in run_cases(result)]
    number = Counter(test["status"] for test in tests)
    return {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "reportId": str(uuid.uuid5(NAMESPACE, f"{result['target']['name']} {result['started']} {result['seed']}")),
        "results": {
            "tool": {"name": "guest-checkout-conformance", "version": result["suite"]["version"]},
            "summary": {
                "tests": len(tests),
                **{status: number[status] for status in ("passed", "failed", "pending", "skipped", "other")},
                "suites": len(result["chapters"]) + 1,
                "start": start,
                "stop": stop,
            },
            "tests": tests,
            "environment": {
                "appName": result["target"]["name"],
                "testEnvironment": result["target"]["base_url"],
                "extra": {
                    "verdict": result["verdict"],
                    "sentence": result["sentence"],
                    "seed": result["seed"],
                    "contract": result["suite"]["contract"],
                },
            },
        },
    }


def _run_test(case: RunCase) -> Json:
    return {
        "name": case.name,
        "status": "passed" if case.status == "passed" else "failed",
        "duration": 0,
        "suite": [SUITE],
        "rawStatus": case.status,
        "type": "conformance",
        "tags": ["run"],
        "message": case.message,
    }


def _test(rule: Json) -> Json:
    test: Json = {
        "name": f"{rule['id']} {rule['title']}",
        "status": STATUS[rule["outcome"]],
        "duration": 0,
        "suite": [CHAPTERS.get(rule["chapter"], rule["chapter"])],
        "rawStatus": rule["outcome"],
        "type": "conformance",
        "tags": [rule["level"], rule["chapter"]],
        "extra": {
            "requirement": rule["id"],
            "cases": rule["cases"],
            "evidence": rule["evidence"],
            "reading": rule["reading"],
        },
    }
    if rule["findings"]:
        test["message"] = rule["findings"][0]["summary"]
        test["trace"] = "\n\n".join(finding_text(rule, found) for found in rule["findings"])
    elif rule["outcome"] in ("unjudged", "waived"):
        test["message"] = reason_with_advice(rule)
    return test
