"""Merges the journals of all processes into one result document and decides the verdict (docs/verdict.md)."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance import VERSION, contract, journal
from conformance.contract import Requirement

if TYPE_CHECKING:
    from conformance.run import Run

CONFORMANT, NOT_CONFORMANT, INTERRUPTED, DEFECT, INCOMPLETE = 0, 1, 2, 3, 6
SHRINKING = 10**9  # places in the plan from here on are replays
MOST_SHRUNK = 12  # findings that are shrunk; beyond that something general is broken


@dataclass
class Finding:
    """One broken claim of one requirement, wherever it was seen."""

    requirement: str
    about: str
    first: dict[str, Any]
    trace: journal.TraceRecord
    operations: set[str] = field(default_factory=set)
    marketplaces: set[str] = field(default_factory=set)
    count: int = 0
    first_request: int = 0
    exchanges: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    script: str | None = None
    reproduced: str | None = None

    def document(self) -> dict[str, Any]:
        """Its part of result.json."""
        requirement = contract.requirements()[self.requirement]
        return {
            "requirement": self.requirement,
            "summary": f"{requirement.title}: {self.about}",
            "expected": self.first["want"],
            "seen": self.first["seen"],
            "sources": list(requirement.sources),
            "operations": sorted(self.operations),
            "marketplaces": sorted(self.marketplaces),
            "count": self.count,
            "first_request": self.first_request,
            "exchanges": self.exchanges or [*self.first["proof"], self.first["exchange"]],
            "reproduced": self.reproduced,
            "script": self.script,
            "steps": self.steps,
        }


@dataclass
class Merged:
    """Everything that the traces prove, added up."""

    passed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    planned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    readings: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: dict[tuple[str, str, bool], Finding] = field(default_factory=dict)
    failed_cases: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    visits: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    blocked: dict[str, str] = field(default_factory=dict)
    requests: int = 0


def merge(records: list[journal.TraceRecord]) -> Merged:
    """Adds the traces up; facts that only count together (ids, prices of one cart) are judged here."""
    merged = Merged()
    sessions: dict[str, tuple[str, journal.TraceRecord]] = {}
    prices: dict[str, tuple[str, str]] = {}
    tainted = {one.name for one in records if one.failed}
    for record in records:
        for requirement, case, operation, reading, count in record.passed:
            merged.passed[requirement][case] += count
            if reading:
                merged.readings[requirement, reading][operation] += count
        for requirement, case in record.planned:
            merged.planned[requirement].add(case)
        for before, operation, after, count in record.visits:
            merged.visits[before, operation, after] += count
        for one in [*record.failed, *_across(record, sessions, prices, tainted)]:
            _add(merged, one, record)
        merged.requests += record.requests
    _drop_explained(merged)
    return merged


def _across(
    record: journal.TraceRecord, sessions: dict[str, Any], prices: dict[str, tuple[str, str]], tainted: set[str]
) -> list[dict[str, Any]]:
    found = []
    for identifier, exchange in record.sessions.items():
        if identifier in sessions:
            found.append(
                _broken(
                    "SESSION-UNIQUE",
                    contract.INITIATE,
                    exchange,
                    sessions[identifier][0],
                    "checkoutSessionId",
                    "an id of its own for each session",
                    identifier,
                )
            )
        sessions.setdefault(identifier, (exchange, record))
    if record.name not in tainted:
        for key, amounts, exchange in record.prices:
            earlier, proof = prices.setdefault(key, (amounts, exchange))
            if earlier != amounts:
                found.append(
                    _broken(
                        "PRICE-STABLE",
                        contract.INITIATE,
                        exchange,
                        proof,
                        "the same cart in another session",
                        earlier,
                        amounts,
                    )
                )
    return found


def _broken(
    requirement: str, operation: str, exchange: str, proof: str, about: str, want: str, seen: str
) -> dict[str, Any]:
    return {
        "requirement": requirement,
        "case": operation,
        "operation": operation,
        "marketplace": None,
        "exchange": exchange,
        "about": about,
        "want": want[:300],
        "seen": seen[:300],
        "test": "",
        "proof": [proof],
    }


EXPLAINS = ("SESSION-SAFE", "SESSION-READ", "ORDER-READ", "ORDER-STABLE", "SESSION-ISOLATED")


def _drop_explained(merged: Merged) -> None:
    """Prices that move by themselves blame whatever request came last: such findings go where the cause is known."""
    if not any(
        one.requirement in EXPLAINS and one.about in ("summary", "net", "unit") for one in merged.findings.values()
    ):
        return
    for key, one in list(merged.findings.items()):
        if one.first.get("weak"):
            del merged.findings[key]


def _add(merged: Merged, one: dict[str, Any], record: journal.TraceRecord) -> None:
    key = (one["requirement"], one["about"], bool(one.get("weak")))
    at = merged.requests + int(one["exchange"].rpartition("/")[2]) + 1
    finding = merged.findings.setdefault(key, Finding(one["requirement"], one["about"], one, record, first_request=at))
    finding.count += 1
    finding.operations.add(one["operation"])
    if one["marketplace"]:
        finding.marketplaces.add(one["marketplace"])
    merged.failed_cases[one["requirement"]].add(one["case"])


def write_result(run: Run, exitstatus: int) -> int:
    """Merges the run's journals, shrinks what was found, writes the report folder and returns the exit status."""
    folder = run.settings.report
    records = journal.read(run.parts)
    merged = merge(records)
    _blocked(merged, records)
    if run.stopped is None:
        _shrink(run, merged, records)
    named = {one.rpartition("/")[0] for finding in merged.findings.values() for one in finding.exchanges}
    again = [one for one in journal.read(run.parts) if one.index >= SHRINKING]
    merged.requests += sum(one.requests for one in again)
    _collect_exchanges(run, [*records, *(one for one in again if one.name in named)])
    document = build(run, merged, exitstatus)
    _write(folder / "result.json", _redacted(run, json.dumps(document, indent=1, ensure_ascii=False)))
    shutil.rmtree(run.parts, ignore_errors=True)
    from reports import render_all
    from reports.terminal import print_summary, wants_colour

    render_all(folder)
    print_summary(document, sys.stdout, wants_colour(sys.stdout), folder)
    return int(document["exit_status"])


def _redacted(run: Run, text: str) -> str:
    return run.target.secrets.out_of(text) if run.target else text


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_suffix(path.suffix + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _collect_exchanges(run: Run, records: list[journal.TraceRecord]) -> None:
    folder = run.settings.report
    with open(folder / "exchanges.jsonl.new", "wb") as out:
        for record in records:
            with open(run.parts / record.file, "rb") as part:
                part.seek(record.start)
                out.write(part.read(record.length))
    (folder / "exchanges.jsonl.new").replace(folder / "exchanges.jsonl")


def _blocked(merged: Merged, records: list[journal.TraceRecord]) -> None:
    for record in records:
        if record.skipped:
            for one in record.provokes:
                merged.blocked.setdefault(one, record.skipped)


def _shrink(run: Run, merged: Merged, records: list[journal.TraceRecord]) -> None:
    from conformance.shrink import shrink_finding

    shutil.rmtree(run.settings.report / "scripts", ignore_errors=True)
    by_name = {one.name: one for one in records}
    for finding in list(merged.findings.values())[:MOST_SHRUNK]:
        if contract.requirements()[finding.requirement].level != "READING":
            shrink_finding(run, finding, by_name)


# ---------------------------------------------------------------- the document


def build(run: Run, merged: Merged, exitstatus: int) -> dict[str, Any]:
    """The result document (reports/schemas/result.schema.json)."""
    listed = [
        requirement_document(run, merged, one) for one in contract.requirements().values() if run.is_selected(one.id)
    ]
    also = [one.document() for one in merged.findings.values() if not run.is_selected(one.requirement)]
    code, sentence, verdict = decide(run, listed, exitstatus)
    outcomes = Counter(one["outcome"] for one in listed)
    assert run.target
    return {
        "format": 1,
        "verdict": verdict,
        "sentence": sentence,
        "exit_status": code,
        "target": {
            "name": run.profile.name,
            "base_url": run.profile.base_url,
            "profile": run.profile.source,
            "marketplaces": list(run.profile.markets),
        },
        "suite": {"version": VERSION, "contract": run.digest()},
        "seed": run.settings.seed,
        "started": run.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "duration_s": round(time.perf_counter() - run.clock, 2),
        "requests": merged.requests,
        "token_requests": sum(int(one.read_text() or 0) for one in sorted((run.parts).glob("*.tokens"))),
        "level": run.settings.level,
        "budget": None,
        "counts": {
            "requirements": len(listed),
            "judged": outcomes["passed"] + outcomes["failed"] + outcomes["waived"],
            **{name: outcomes[name] for name in ("passed", "failed", "unjudged", "waived")},
        },
        "chapters": [
            {
                "name": chapter,
                **{
                    name: sum(one["chapter"] == chapter and one["outcome"] == name for one in listed)
                    for name in ("passed", "failed", "unjudged", "waived")
                },
            }
            for chapter in contract.CHAPTERS
        ],
        "requirements": listed,
        "reach": reach(run, merged),
        "readings": [
            {"requirement": requirement, "reading": reading, "operations": sorted(counts), "count": counts.total()}
            for (requirement, reading), counts in merged.readings.items()
        ],
        "also_seen": also,
        "notes": run.defects,
    }


def requirement_document(run: Run, merged: Merged, requirement: Requirement) -> dict[str, Any]:
    """One requirement's part of the result."""
    findings = [one for one in merged.findings.values() if one.requirement == requirement.id]
    passed, failed = merged.passed[requirement.id], merged.failed_cases[requirement.id]
    judged = set(passed) | failed
    operations = [one for one in requirement.operations if offered_operation(run, one)]
    unseen = {
        one
        for one in operations
        if not any(case.split(" ")[0] == one for case in judged | merged.planned[requirement.id])
    }
    of = judged | merged.planned[requirement.id] | (unseen if not run.not_offered(requirement.id) else set())
    readings = sorted({reading for (one, reading) in merged.readings if one == requirement.id})
    outcome, reason = "passed", None
    if requirement.level == "READING":
        readings += sorted({f"undocumented: {one.first['seen']}" for one in findings})
        outcome = "passed" if judged else "unjudged"
    elif findings:
        outcome = "failed"
    elif not judged:
        outcome = "unjudged"
    if outcome == "unjudged":
        reason = _reason(run, merged, requirement)
    return {
        "id": requirement.id,
        "chapter": requirement.chapter,
        "level": requirement.level,
        "title": requirement.title,
        "sentence": requirement.sentence,
        "sources": list(requirement.sources),
        "operations": list(requirement.operations),
        "outcome": outcome,
        "reason": reason,
        "reading": "; ".join(readings) or None,
        "cases": {"judged": len(judged), "of": len(of), "missing": sorted(of - judged)[:50]},
        "evidence": sum(passed.values()) + sum(one.count for one in findings),
        "findings": [one.document() for one in findings] if requirement.level != "READING" else [],
    }


def offered_operation(run: Run, operation: str) -> bool:
    """Whether the target's profile has the operation at all."""
    return run.profile.payment != "none" or operation not in (contract.PLACE_ORDER, contract.READ_ORDER)


def _reason(run: Run, merged: Merged, requirement: Requirement) -> str:
    need = run.not_offered(requirement.id)
    if need:
        return f"not offered: {need}"
    if run.stopped:
        return "the run ended early"
    if requirement.id in merged.blocked:
        return merged.blocked[requirement.id]
    learned = [one for one in requirement.needs if one.startswith("seen.")]
    return f"not offered: {learned[0]}" if learned else "no evidence"


def reach(run: Run, merged: Merged) -> dict[str, Any]:
    """Which operations answered what, which states were visited."""
    operations: dict[str, dict[str, int]] = {
        one: {"sent": 0, "accepted": 0, "refused": 0} for one in contract.operations()
    }
    with open(run.settings.report / "exchanges.jsonl", encoding="utf-8") as handle:
        for line in handle:
            head = line[:400]
            name = head[head.index('"operation": "') + 14 :].split('"')[0]
            if name in operations:
                operations[name]["sent"] += 1
                at = line.find('"status": 2')
                operations[name]["accepted" if at > 0 else "refused"] += 1
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


def decide(run: Run, listed: list[dict[str, Any]], exitstatus: int) -> tuple[int, str, str]:
    """(exit status, first sentence, verdict)."""
    failed = [one for one in listed if one["outcome"] == "failed" and one["level"] == "MUST"]
    should = [one for one in listed if one["outcome"] == "failed" and one["level"] == "SHOULD"]
    judged = sum(one["outcome"] in ("passed", "failed", "waived") for one in listed)
    missing = [
        one
        for one in listed
        if one["outcome"] == "unjudged"
        and one["level"] == "MUST"
        and not (one["reason"] or "").startswith("not offered")
    ]
    share = f"{judged} of {len(listed)} requirements were judged"
    also = (
        f" {len(should)} SHOULD failed and does not decide."
        if len(should) == 1
        else f" {len(should)} SHOULDs failed and do not decide."
        if should
        else ""
    )
    name = run.profile.name
    if exitstatus == INTERRUPTED and not run.stopped:
        return INTERRUPTED, f"The run was interrupted: {share}.{also}", "not conformant" if failed else "incomplete"
    if failed:
        cause = f"{run.stopped} " if run.stopped else ""
        more = f", {failed[0]['id']} first" if len(failed) > 1 else f": {failed[0]['id']}"
        return (
            NOT_CONFORMANT,
            f"{cause}{name} is not conformant: {len(failed)} {'requirement fails' if len(failed) == 1 else 'requirements fail'}{more}; {share}.{also}",
            "not conformant",
        )
    if run.stopped:
        return INCOMPLETE, f"{run.stopped} {share[0].upper() + share[1:]}.", "incomplete"
    if run.defects:
        return DEFECT, f"The suite itself has a defect ({run.defects[0].splitlines()[0][:200]}); {share}.", "incomplete"
    if missing or not judged:
        what = (
            f"{missing[0]['id']} and {len(missing) - 1} more"
            if len(missing) > 1
            else missing[0]["id"]
            if missing
            else "anything"
        )
        return (
            INCOMPLETE,
            f"Nothing failed, but the run could not judge {what} ({missing[0]['reason'] if missing else 'no evidence'}); {share}.{also}",
            "incomplete",
        )
    return CONFORMANT, f"{name} is conformant: {share}, none of the MUSTs failed.{also}", "conformant"
