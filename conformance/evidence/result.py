"""One result document from everything that was merged (reports/schemas/result.schema.json, docs/verdict.md)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance import VERSION
from conformance.core import contract
from conformance.core.citation import cited
from conformance.core.exchange import CaseKey
from conformance.core.requirement import Requirement
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence.aggregate import Aggregate
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.verdict import decide_verdict
from conformance.evidence.waivers import FAILING, WaiverState, apply_waivers

FORMAT = 2
OUTCOMES = ("passed", "failed", "unjudged", "waived")
BOUND, NEVER_ACCEPTED = "The bound of the run", "never answered 2xx in this run."  # in notes that count something
MOST_MISSING = 50  # cases that are listed as not judged


def build(metadata: RunMetadata, merged: Aggregate, exchanges: Path) -> dict[str, Any]:
    """The result document. exchanges: the file that the reach of the operations is counted from."""
    wanted = set(metadata.selected)
    listed = [
        _requirement(metadata, merged, requirement)
        for requirement in contract.requirements().values()
        if requirement.id in wanted
    ]
    waivers = apply_waivers(metadata.waivers, listed, whole=metadata.whole)
    decision = decide_verdict(metadata, listed, [waiver.sentence for waiver in waivers if waiver.state in FAILING])
    outcomes = Counter(requirement["outcome"] for requirement in listed)
    reach = _reach(merged, exchanges)
    unused = [waiver.sentence for waiver in waivers if waiver.state is WaiverState.UNUSED]
    return {
        "format": FORMAT,
        "verdict": decision.verdict,
        "ending": decision.ending,
        "sentence": decision.sentence,
        "badge": decision.badge,
        "colour": decision.colour,
        "exit_status": decision.exit_status,
        "target": {
            **metadata.target,
            "marketplaces": merged.coverage.marketplaces(metadata.target["marketplaces"]),
        },
        "suite": {"version": VERSION, "contract": metadata.contract},
        "seed": metadata.seed,
        "started": metadata.started,
        "duration_s": round(metadata.duration_s, 2),
        "requests": merged.requests,
        "token_requests": metadata.token_requests,
        "level": metadata.level,
        "scope": metadata.scope,
        "shard": {"part": metadata.shard[0], "of": metadata.shard[1]} if metadata.shard else None,
        "merged": metadata.merged,
        "budget": metadata.budget,
        "time_s": metadata.time_s,
        "stopped": metadata.stopped,
        "interrupted": metadata.interrupted,
        "counts": {
            "requirements": len(listed),
            "judged": len(listed) - outcomes["unjudged"],
            **{name: outcomes[name] for name in OUTCOMES},
        },
        "chapters": [{"name": name, **_outcomes_of(listed, name)} for name in contract.CHAPTERS],
        "requirements": listed,
        "conditions": {"levels": metadata.levels},
        "reach": reach,
        "readings": [
            {"requirement": requirement, "reading": reading, "operations": sorted(counts), "count": counts.total()}
            for (requirement, reading), counts in sorted(merged.readings.items())
        ],
        "also_seen": [
            merged.document_of(finding) for finding in merged.findings.values() if finding.requirement not in wanted
        ],
        "waivers": [waiver.document() for waiver in waivers],
        "profile_problems": metadata.profile_problems,
        "defects": metadata.defects,
        "notes": list(dict.fromkeys([*unused, *_notes(metadata, merged), *_never_accepted(reach)])),
    }


def lasting_notes(result: dict[str, Any]) -> list[str]:
    """The notes of a part that hold for the whole run; those that count something are made anew for it."""
    waived = {waiver["sentence"] for waiver in result["waivers"]}
    return [
        note
        for note in result["notes"]
        if note not in waived and not note.endswith(NEVER_ACCEPTED) and not note.startswith(BOUND)
    ]


def _notes(metadata: RunMetadata, merged: Aggregate) -> Iterator[str]:
    """What was noticed on the way; a bound may leave no requests to reproduce what was found."""
    yield from (*merged.consequences, *merged.notes, *metadata.notes)
    left = sum(finding.reproduced is None and not finding.first.concurrent for finding in merged.findings.values())
    if left and (metadata.budget or metadata.time_s):
        yield f"{BOUND} left no requests to reproduce {left} of the findings: --failed reproduces them."


def _never_accepted(reach: dict[str, Any]) -> list[str]:
    """Operations that were called and never answered a request with success."""
    counts = reach["operations"].items()
    return [f"{name} {NEVER_ACCEPTED}" for name, count in counts if count["sent"] and not count["accepted"]]


def _outcomes_of(listed: list[dict[str, Any]], chapter: str) -> dict[str, int]:
    return {
        name: sum(requirement["chapter"] == chapter and requirement["outcome"] == name for requirement in listed)
        for name in OUTCOMES
    }


def _requirement(metadata: RunMetadata, merged: Aggregate, requirement: Requirement) -> dict[str, Any]:
    """The requirement's part of the result."""
    findings = [finding for finding in merged.findings.values() if finding.requirement == requirement.id]
    passed, failed = merged.passed[requirement.id], merged.failed_cases[requirement.id]
    judged = set(passed) | failed
    missing = _missing(metadata, merged, requirement, judged)
    readings = sorted({reading for (identifier, reading) in merged.readings if identifier == requirement.id})
    outcome = "failed" if findings else "passed" if judged else "unjudged"
    if requirement.level == "READING":  # whatever was seen is the reading; nothing can fail
        readings += sorted({f"undocumented: {finding.first.actual}" for finding in findings})
        findings, outcome = [], "passed" if judged else "unjudged"
    unjudged = _unjudged(metadata, merged, requirement) if outcome == "unjudged" else None
    return {
        "id": requirement.id,
        "chapter": requirement.chapter,
        "level": requirement.level,
        "title": requirement.title,
        "sentence": requirement.sentence,
        "sources": list(map(cited, requirement.sources)),
        "inferred": requirement.inferred,
        "operations": list(requirement.operations),
        "outcome": outcome,
        "unjudged": unjudged.document() if unjudged else None,
        "reason": unjudged.sentence if unjudged else None,
        "reading": "; ".join(readings) or None,
        "cases": {
            "judged": len(judged),
            "of": len(judged | missing),
            "missing": [
                {"operation": case.operation, "condition": case.detail} for case in sorted(missing)[:MOST_MISSING]
            ],
        },
        "conditions": merged.coverage.of(requirement, metadata.levels),
        "evidence": sum(passed.values()) + sum(finding.count for finding in findings),
        "findings": [merged.document_of(finding) for finding in findings],
    }


def _missing(metadata: RunMetadata, merged: Aggregate, requirement: Requirement, judged: set[CaseKey]) -> set[CaseKey]:
    """The cases that were planned and not judged, and the operations of which there is no case at all."""
    met = {case.operation for case in judged}  # a request without words of its own is judged under its reason's
    planned = {case for case in merged.planned[requirement.id] if case.detail or case.operation not in met}
    if requirement.id in metadata.unmet:
        return planned - judged
    tried = {case.operation for case in judged | planned}
    unseen = {
        CaseKey(operation)
        for operation in requirement.operations
        if operation in metadata.operations and operation not in tried
    }
    return (planned | unseen) - judged


def _unjudged(metadata: RunMetadata, merged: Aggregate, requirement: Requirement) -> Unjudged:
    """Why nothing proves a requirement."""
    if requirement.id in metadata.unmet:
        return metadata.unmet[requirement.id]
    if metadata.scope is Scope.RECORDING:
        return Unjudged(UnjudgedReason.NOT_RECORDED)
    if metadata.stopped:
        return Unjudged(UnjudgedReason.RUN_ENDED, detail=metadata.stopped)
    if requirement.id in merged.blocked:
        return merged.blocked[requirement.id]
    if metadata.budget:
        return Unjudged(UnjudgedReason.BUDGET)
    if shows := tuple(need for need in requirement.needs if need.startswith("seen.")):
        return Unjudged(UnjudgedReason.NOT_SHOWN, needs=shows)
    return Unjudged(UnjudgedReason.NO_EVIDENCE)


def _reach(merged: Aggregate, exchanges: Path) -> dict[str, Any]:
    """Which operations answered what, which states of sessions were visited."""
    operations = {operation: {"sent": 0, "accepted": 0, "refused": 0} for operation in contract.operations()}
    with open(exchanges, encoding="utf-8") as handle:
        for line in handle:
            exchange = json.loads(line)
            counts = operations.get(exchange["operation"])
            if counts:
                status = exchange["status"]
                counts["sent"] += 1
                counts["accepted" if status is not None and 200 <= status < 300 else "refused"] += 1
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
