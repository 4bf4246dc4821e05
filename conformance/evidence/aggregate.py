"""Adds up what the traces of all processes prove: evidence, findings, readings, visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from conformance.core import contract
from conformance.evidence import journal


@dataclass
class Finding:
    """One broken claim of one requirement, wherever it was seen. cause: the rule that it is a consequence of. also: what
    else of the requirement the first answer broke."""

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
    cause: str | None = None
    also: list[str] = field(default_factory=list)
    found_by: set[str] = field(default_factory=set)

    @property
    def never_again(self) -> bool:
        """Whether it was sent again and did not show."""
        return bool(self.reproduced) and str(self.reproduced).startswith("0 of")

    def document(self) -> dict[str, Any]:
        """Its part of result.json."""
        requirement = contract.requirements()[self.requirement]
        return {
            "requirement": self.requirement,
            "summary": f"{requirement.title}: {'; '.join([self.about, *self.also])}",
            "expected": self.first["want"],
            "seen": self.first["seen"],
            "sources": list(requirement.sources),
            "operations": sorted(self.operations),
            "marketplaces": sorted(self.marketplaces),
            "count": self.count,
            "first_request": self.first_request,
            "found_by": sorted(self.found_by),
            "exchanges": self.exchanges or [*self.first["proof"], self.first["exchange"]],
            "reproduced": self.reproduced,
            "script": self.script,
            "steps": self.steps,
            "program": self.first.get("program", []),
        }


@dataclass
class Aggregate:
    """Everything that the traces prove, added up."""

    passed: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    planned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    readings: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: dict[tuple[str, str, bool], Finding] = field(default_factory=dict)
    failed_cases: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    visits: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    blocked: dict[str, str] = field(default_factory=dict)
    requests: int = 0
    consequences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def merge(records: list[journal.TraceRecord]) -> Aggregate:
    """Adds the traces up; facts that only count together (ids, prices of one cart) are judged here."""
    merged = Aggregate()
    sessions: dict[str, tuple[str, journal.TraceRecord]] = {}
    prices: dict[str, tuple[str, str]] = {}
    tainted = {record.name for record in records if record.failed}
    for record in records:
        for requirement, case, operation, reading, count in record.passed:
            merged.passed[requirement][case] += count
            if reading:
                merged.readings[requirement, reading][operation] += count
        for requirement, case in record.planned:
            merged.planned[requirement].add(case)
        merged.notes += [note for note in record.notes if note not in merged.notes]
        for before, operation, after, count in record.visits:
            merged.visits[before, operation, after] += count
        for broken in [*record.failed, *_across(record, sessions, prices, tainted)]:
            _add(merged, broken, record)
        merged.requests += record.requests
        if record.skipped:
            for requirement in record.provokes:
                merged.blocked.setdefault(requirement, record.skipped)
    _drop_explained(merged)
    join_those_of_one_answer(merged)
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
                        _without(earlier, amounts),
                        _without(amounts, earlier),
                    )
                )
    return found


def _without(amounts: str, others: str) -> str:
    """The amounts in words that the other session does not show alike."""
    alike = set(others.split(", "))
    return ", ".join(word for word in amounts.split(", ") if word not in alike) or "nothing"


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


def _drop_explained(merged: Aggregate) -> None:
    """What moves by itself blames whatever request came last: such findings go where the cause is known."""
    known = {finding.about for finding in merged.findings.values() if finding.requirement in EXPLAINS}
    for key, entry in list(merged.findings.items()):
        if entry.first.get("weak") and entry.about in known:
            _drop(merged, key)


def join_those_of_one_answer(merged: Aggregate) -> None:
    """What one requirement found broken first in one and the same answer is one finding; so is a part of the state that
    it found broken with and without doubt (`weak`)."""
    heads: dict[tuple[str, str], Finding] = {}
    for key, finding in sorted(merged.findings.items(), key=lambda pair: pair[0][2]):
        requirement, about, weak = key
        certain = merged.findings.get((requirement, about, False)) if weak else None
        head = certain or heads.setdefault((requirement, finding.first["exchange"]), finding)
        if head is not finding:
            del merged.findings[key]
            head.count += finding.count
            head.also += [about] if about not in (head.about, *head.also) else []
            head.operations |= finding.operations
            head.marketplaces |= finding.marketplaces


def drop_consequences(merged: Aggregate) -> None:
    """Takes out the findings that are consequences, and leaves a note: those that a control (conformance/evidence/control.py)
    found to be some, and those that never showed again, of a part that is known to move by itself."""
    explaining = [finding for finding in merged.findings.values() if finding.requirement in EXPLAINS]
    seen_again = {entry.about: entry.requirement for entry in explaining if entry.reproduced and not entry.never_again}
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key, item in list(merged.findings.items()):
        cause, why = item.cause, "the same shows without the requests they blame"
        if cause is None and item.never_again and item.requirement not in EXPLAINS:
            cause, why = seen_again.get(item.about), "what they blame did not show again"
        if cause:
            _drop(merged, key)
            told[cause, why].add(item.requirement)
    merged.consequences += [
        f"{', '.join(sorted(ids))} broke only as a consequence of {cause}: {why}." for (cause, why), ids in told.items()
    ]


def _drop(merged: Aggregate, key: tuple[str, str, bool]) -> None:
    requirement = merged.findings.pop(key).requirement
    if not any(finding.requirement == requirement for finding in merged.findings.values()):
        merged.failed_cases[requirement].clear()


def tests_of(trace: str) -> str:
    """The folder and the file of the test that made a trace: `generated/coverage`; `discovery` as it is."""
    folder, _, rest = trace.partition("/")
    file = rest.partition(".py::")[0].removeprefix("test_")
    return f"{folder}/{file}" if file else folder


def _add(merged: Aggregate, entry: dict[str, Any], record: journal.TraceRecord) -> None:
    key = (entry["requirement"], entry["about"], bool(entry.get("weak")))
    index = merged.requests + int(entry["exchange"].rpartition("/")[2]) + 1
    finding = merged.findings.setdefault(
        key, Finding(entry["requirement"], entry["about"], entry, record, first_request=index)
    )
    finding.count += 1
    finding.found_by.add(tests_of(record.name))
    finding.operations.add(entry["operation"])
    if entry["marketplace"]:
        finding.marketplaces.add(entry["marketplace"])
    merged.failed_cases[entry["requirement"]].add(entry["case"])
