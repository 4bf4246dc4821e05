"""One result document from everything that was merged (reports/schemas/result.schema.json, docs/verdict.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance import VERSION
from conformance.core import contract
from conformance.core.contract import Requirement
from conformance.evidence.aggregate import Aggregate
from conformance.evidence.verdict import decide
from conformance.evidence.waivers import Waiver, apply_waivers

OUTCOMES = ("passed", "failed", "unjudged", "waived")


@dataclass
class RunMetadata:
    """What the document says of the run beside what was seen. Plain data, so that shards can be merged from it.

    unmet: which need of a requirement the target does not offer. stopped: the sentence with which the run ended early.
    """

    target: dict[str, Any]
    contract: str
    seed: int
    level: str
    started: str
    duration_s: float = 0.0
    token_requests: int = 0
    selected: list[str] = field(default_factory=list)
    unmet: dict[str, str] = field(default_factory=dict)
    operations: list[str] = field(default_factory=list)
    budget: dict[str, int] | None = None
    stopped: str | None = None
    interrupted: bool = False
    recorded: bool = False
    quick: bool = False
    defects: list[str] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)


def build(frame: RunMetadata, merged: Aggregate, exchanges: Path) -> dict[str, Any]:
    """The result document. exchanges: the file that the reach of the operations is counted from."""
    wanted = set(frame.selected)
    listed = [
        _requirement(frame, merged, requirement)
        for requirement in contract.requirements().values()
        if requirement.id in wanted
    ]
    complaints = apply_waivers(frame.waivers, listed)
    decision = decide(frame, listed, complaints)
    outcomes = Counter(entry["outcome"] for entry in listed)
    reach = _reach(merged, exchanges)
    return {
        "format": 1,
        "verdict": decision.verdict,
        "sentence": decision.sentence,
        "exit_status": decision.exit_status,
        "target": frame.target,
        "suite": {"version": VERSION, "contract": frame.contract},
        "seed": frame.seed,
        "started": frame.started,
        "duration_s": round(frame.duration_s, 2),
        "requests": merged.requests,
        "token_requests": frame.token_requests,
        "level": frame.level,
        "quick": frame.quick,
        "budget": frame.budget,
        "counts": {
            "requirements": len(listed),
            "judged": len(listed) - outcomes["unjudged"],
            **{name: outcomes[name] for name in OUTCOMES},
        },
        "chapters": [{"name": name, **_outcomes_of(listed, name)} for name in contract.CHAPTERS],
        "requirements": listed,
        "reach": reach,
        "readings": [
            {"requirement": requirement, "reading": reading, "operations": sorted(counts), "count": counts.total()}
            for (requirement, reading), counts in sorted(merged.readings.items())
        ],
        "also_seen": [finding.document() for finding in merged.findings.values() if finding.requirement not in wanted],
        "notes": [*complaints, *merged.consequences, *merged.notes, *frame.defects, *_unreached(reach)],
    }


def _unreached(reach: dict[str, Any]) -> list[str]:
    """Operations that were called and never answered a request with success."""
    counts = reach["operations"].items()
    return [
        f"{name} never answered 2xx in this run." for name, count in counts if count["sent"] and not count["accepted"]
    ]


def _outcomes_of(listed: list[dict[str, Any]], chapter: str) -> dict[str, int]:
    return {
        name: sum(entry["chapter"] == chapter and entry["outcome"] == name for entry in listed) for name in OUTCOMES
    }


def _requirement(frame: RunMetadata, merged: Aggregate, requirement: Requirement) -> dict[str, Any]:
    """One requirement's part of the result."""
    findings = [finding for finding in merged.findings.values() if finding.requirement == requirement.id]
    passed, failed = merged.passed[requirement.id], merged.failed_cases[requirement.id]
    judged = set(passed) | failed
    met = {case.split(" ")[0] for case in judged}  # a request without words of its own is judged under its ground's
    planned = {case for case in merged.planned[requirement.id] if case not in met}
    operations = [operation for operation in requirement.operations if operation in frame.operations]
    tried = {case.split(" ")[0] for case in judged | planned}
    unseen = (
        {operation for operation in operations if operation not in tried}
        if requirement.id not in frame.unmet
        else set()
    )
    of = judged | planned | unseen
    readings = sorted({reading for (entry, reading) in merged.readings if entry == requirement.id})
    outcome = "failed" if findings else "passed" if judged else "unjudged"
    if requirement.level == "READING":  # whatever was seen is the reading; nothing can fail
        readings += sorted({f"undocumented: {finding.first['seen']}" for finding in findings})
        findings, outcome = [], "passed" if judged else "unjudged"
    return {
        "id": requirement.id,
        "chapter": requirement.chapter,
        "level": requirement.level,
        "title": requirement.title,
        "sentence": requirement.sentence,
        "sources": list(requirement.sources),
        "operations": list(requirement.operations),
        "outcome": outcome,
        "reason": _reason(frame, merged, requirement) if outcome == "unjudged" else None,
        "reading": "; ".join(readings) or None,
        "cases": {"judged": len(judged), "of": len(of), "missing": sorted(of - judged)[:50]},
        "evidence": sum(passed.values()) + sum(finding.count for finding in findings),
        "findings": [finding.document() for finding in findings],
    }


def _reason(frame: RunMetadata, merged: Aggregate, requirement: Requirement) -> str:
    """Why nothing proves a requirement."""
    if requirement.id in frame.unmet:
        return f"not offered: {frame.unmet[requirement.id]}"
    if frame.recorded:
        return "not in the recording"
    if frame.stopped:
        return "the run ended early"
    if requirement.id in merged.blocked:
        return merged.blocked[requirement.id]
    learned = [need for need in requirement.needs if need.startswith("seen.")]
    if learned:
        return f"not offered: {learned[0]}"
    return "budget spent" if frame.budget else "no evidence"


def _reach(merged: Aggregate, exchanges: Path) -> dict[str, Any]:
    """Which operations answered what, which states of sessions were visited."""
    operations = {operation: {"sent": 0, "accepted": 0, "refused": 0} for operation in contract.operations()}
    with open(exchanges, encoding="utf-8") as handle:
        for line in handle:
            name = line.partition('"operation": "')[2].partition('"')[0]
            if name in operations:
                operations[name]["sent"] += 1
                operations[name]["accepted" if '"status": 2' in line else "refused"] += 1
    states: Counter[str] = Counter()
    for (_, _, after), count in merged.visits.items():
        states[after] += count
    return {
        "operations": operations,
        "states": dict(states),
        "transitions": [
            {"from": before, "by": by, "to": after, "visits": count}
            for (before, by, after), count in sorted(merged.visits.items())
        ],
    }
