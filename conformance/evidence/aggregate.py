"""Adds up what the traces of all processes prove: evidence, findings, readings, visits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.citation import cited
from conformance.core.exchange import CaseKey, ExchangeId
from conformance.core.requirement import OwnedBreach
from conformance.core.unjudged import Unjudged
from conformance.evidence.coverage import PairCoverage
from conformance.evidence.diagnosis.diagnose import Diagnosis, diagnose
from conformance.evidence.diagnosis.likeness import Fingerprint, known_defects
from conformance.evidence.node_id import NodeId
from conformance.evidence.trace_record import Breach, TraceRecord
from conformance.judging.attribution import first_match
from conformance.judging.claim import STATE_IN_WORDS
from conformance.judging.consequences import CONSEQUENCES, FindingAmongAll


@dataclass(frozen=True)
class Reproduction:
    """How often a finding showed when it was sent again."""

    shown: int
    tried: int

    def document(self) -> dict[str, int]:
        """Its form in result.json."""
        return {"shown": self.shown, "tried": self.tried}


FindingKey = tuple[str, str, bool]  # requirement, what of it is broken, whether in doubt


@dataclass
class Finding:
    """One broken claim of one requirement, wherever it was seen.

    cause: the rule that it is a consequence of. also: what else of the requirement the first answer broke. folder: the report
    that a merge has its script and exchanges from. cases: what was tried when it showed. conditions: the encoded conditions
    under which it showed; traces: the places in the plan of the tests that showed it.
    """

    first: Breach
    trace: TraceRecord
    operations: set[str] = field(default_factory=set)
    marketplaces: set[str] = field(default_factory=set)
    count: int = 0
    first_request: int = 0
    exchanges: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    script: str | None = None
    reproduced: Reproduction | None = None
    cause: str | None = None
    also: list[str] = field(default_factory=list)
    folder: Path | None = None
    found_by: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    conditions: set[str] = field(default_factory=set)
    traces: set[int] = field(default_factory=set)

    @property
    def requirement(self) -> str:
        """The id of the broken requirement."""
        return self.first.requirement

    @property
    def name(self) -> str:
        """What of the requirement is broken."""
        return self.first.name

    @property
    def fingerprint(self) -> Fingerprint:
        """What of it is compared with known defects."""
        first = self.first
        answer = " ".join(map(str, (first.status, *first.errors))) if first.status is not None else ""
        claims = frozenset([self.name, *self.also])
        return Fingerprint(first.requirement, claims, frozenset(self.operations), first.deviation, answer)

    @property
    def never_again(self) -> bool:
        """Whether it was sent again and did not show."""
        return self.reproduced is not None and self.reproduced.shown == 0

    @property
    def shown_again(self) -> bool:
        """Whether it was sent again and showed."""
        return self.reproduced is not None and self.reproduced.shown > 0

    @property
    def weak(self) -> bool:
        """Whether the difference is not what the blamed request asked for."""
        return self.first.weak

    @property
    def unknown_session(self) -> bool:
        """Whether the answer was that there is no such session."""
        return self.first.errors[-1:] == (contract.UNKNOWN_SESSION,)

    @property
    def undocumented_status(self) -> bool:
        """Whether it is about an answer whose status is none that the operation documents for a refusal."""
        return self.first.undocumented_status

    @property
    def of_orders(self) -> bool:
        """Whether it was seen in reads of purchase orders alone."""
        return self.operations == {contract.READ_ORDER}

    def _in_words(self, name: str) -> str:
        """What is broken; of a rule about a refusal, a part of the session that it had to leave as it was."""
        of_refusal = contract.requirements()[self.requirement].leaves_unchanged and name in STATE_IN_WORDS
        return f"a refusal leaves {STATE_IN_WORDS[name]} as before" if of_refusal else name

    def document(self, diagnosis: Diagnosis | None = None) -> dict[str, Any]:
        """Its part of result.json."""
        requirement = contract.requirements()[self.requirement]
        return {
            "requirement": self.requirement,
            "summary": f"{requirement.title}: {'; '.join(map(self._in_words, [self.name, *self.also]))}",
            "claims": [self.name, *self.also],
            "expected": self.first.expected,
            "seen": self.first.actual,
            "sources": [
                *(cited({"document": letter, "place": place}) for letter, place in self.first.sources),
                *map(cited, requirement.sources),
            ],
            "operations": sorted(self.operations),
            "marketplaces": sorted(self.marketplaces),
            "count": self.count,
            "cases": sorted(self.cases),
            "first_request": self.first_request,
            "found_by": sorted(self.found_by),
            "exchanges": self.exchanges or [*self.first.proof, self.first.exchange],
            "reproduced": self.reproduced.document() if self.reproduced else None,
            "script": self.script,
            "steps": self.steps,
            "program": list(self.first.program),
            "waiver": None,
            "diagnosis": diagnosis.document() if diagnosis else None,
        }


@dataclass
class Aggregate:
    """Everything that the traces prove, added up."""

    passed: dict[str, Counter[CaseKey]] = field(default_factory=lambda: defaultdict(Counter))
    planned: dict[str, set[CaseKey]] = field(default_factory=lambda: defaultdict(set))
    readings: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: dict[FindingKey, Finding] = field(default_factory=dict)
    failed_cases: dict[str, set[CaseKey]] = field(default_factory=lambda: defaultdict(set))
    visits: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    blocked: dict[str, Unjudged] = field(default_factory=dict)
    requests: int = 0
    consequences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    coverage: PairCoverage = field(default_factory=PairCoverage)

    def document_of(self, finding: Finding) -> dict[str, Any]:
        """A finding's part of result.json, with its diagnosis."""
        holding = self.coverage.held(finding.requirement)
        return finding.document(
            diagnose(finding.fingerprint, finding.conditions, holding, len(finding.traces), known_defects())
        )

    def drop(self, key: FindingKey) -> None:
        """Takes a finding out."""
        requirement = self.findings.pop(key).requirement
        if not any(finding.requirement == requirement for finding in self.findings.values()):
            self.failed_cases[requirement].clear()


def merge(records: Iterable[TraceRecord]) -> Aggregate:
    """Adds the traces up; facts that only count together (ids, prices of one cart) are judged here. Keeps no trace."""
    merged = Aggregate()
    sessions: dict[str, str] = {}
    prices: dict[str, tuple[dict[str, str], str]] = {}
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
        for breach in [*record.failed, *_across(record, sessions, prices)]:
            _add(merged, breach, record)
        merged.coverage.add(record.conditions)
        merged.requests += record.requests
        if record.skipped:
            for requirement in record.provokes:
                merged.blocked.setdefault(requirement, record.skipped)
    _drop_explained(merged)
    join_those_of_one_answer(merged)
    return merged


def _across(
    record: TraceRecord, sessions: dict[str, str], prices: dict[str, tuple[dict[str, str], str]]
) -> list[Breach]:
    found = []
    for identifier, exchange in record.sessions.items():
        if identifier in sessions:
            found.append(
                _broken(
                    contract.owner_of(OwnedBreach.IDS_ACROSS_TRACES),
                    contract.INITIATE,
                    exchange,
                    sessions[identifier],
                    "checkoutSessionId",
                    "an id of its own for each session",
                    identifier,
                )
            )
        sessions.setdefault(identifier, exchange)
    if not record.failed:
        for key, amounts, exchange in record.prices:
            earlier, proof = prices.setdefault(key, (amounts, exchange))
            if earlier != amounts:
                found.append(
                    _broken(
                        contract.owner_of(OwnedBreach.PRICES_ACROSS_TRACES),
                        contract.INITIATE,
                        exchange,
                        proof,
                        "the same cart in another session",
                        _unlike(earlier, amounts),
                        _unlike(amounts, earlier),
                    )
                )
    return found


def _unlike(amounts: dict[str, str], others: dict[str, str]) -> str:
    """The amounts, in words, that the other session does not show alike."""
    return ", ".join(f"{name} {value}" for name, value in amounts.items() if others.get(name) != value) or "nothing"


def _broken(
    requirement: str, operation: str, exchange: str, proof: str, name: str, expected: str, actual: str
) -> Breach:
    return Breach(
        requirement,
        name,
        exchange,
        case=CaseKey(operation),
        operation=operation,
        expected=expected[:300],
        actual=actual[:300],
        proof=(proof,),
    )


def _cause_among(finding: Finding, findings: list[Finding], *, lost: bool = False) -> str | None:
    return first_match(CONSEQUENCES, FindingAmongAll(finding, findings, lost=lost)).requirement


def _drop_explained(merged: Aggregate, *, lost: bool = False) -> None:
    """Drops the findings that another finding explains, before anything is sent again."""
    findings = list(merged.findings.values())
    causes = {key: _cause_among(finding, findings, lost=lost) for key, finding in merged.findings.items()}
    for key in _explained(causes):
        merged.drop(key)


def _explained(causes: dict[FindingKey, str | None]) -> set[FindingKey]:
    """The findings that a finding which stays explains, itself or through others: no circle of causes drops them all."""
    explaining = {key[0] for key, cause in causes.items() if cause is None}
    explained: set[FindingKey] = set()
    while new := {key for key, cause in causes.items() if cause in explaining} - explained:
        explained |= new
        explaining |= {requirement for requirement, *_ in new}
    return explained


def drop_what_loss_explains(merged: Aggregate) -> None:
    """Leaves one finding for everything that was answered as if there were no such session."""
    _drop_explained(merged, lost=True)


def join_those_of_one_answer(merged: Aggregate) -> None:
    """What one requirement found broken first in one and the same answer is one finding; so is a part of the state that
    it found broken with and without doubt (`weak`)."""
    heads: dict[tuple[str, str], Finding] = {}
    for key, finding in sorted(merged.findings.items(), key=lambda pair: pair[0][2]):
        requirement, name, weak = key
        certain = merged.findings.get((requirement, name, False)) if weak else None
        head = certain or heads.setdefault((requirement, finding.first.exchange), finding)
        if head is not finding:
            del merged.findings[key]
            # what doubt tells apart was seen in other answers; two names of one answer were seen together
            head.count = head.count + finding.count if certain else max(head.count, finding.count)
            head.also += [name] if name not in (head.name, *head.also) else []
            head.operations |= finding.operations
            head.cases |= finding.cases
            head.marketplaces |= finding.marketplaces
            head.found_by |= finding.found_by
            head.conditions |= finding.conditions
            head.traces |= finding.traces


def drop_consequences(merged: Aggregate) -> None:
    """Takes out the findings that are consequences, and leaves a note: those that a control (conformance/evidence/reproduction/control.py)
    found to be some, and those that never showed again, of a part that is known to move by itself."""
    findings = list(merged.findings.values())
    causes = {
        key: finding.cause or (None if finding.shown_again else _cause_among(finding, findings))
        for key, finding in merged.findings.items()
    }
    taken: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in _explained(causes):
        finding = merged.findings[key]
        why = (
            "the same shows without the requests they blame" if finding.cause else "what they blame did not show again"
        )
        taken[str(causes[key]), why].add(finding.requirement)
        merged.drop(key)
    merged.consequences += [
        f"{', '.join(sorted(ids))} broke only as a consequence of {cause}: {why}."
        for (cause, why), ids in taken.items()
    ]


def _add(merged: Aggregate, breach: Breach, record: TraceRecord) -> None:
    key = (breach.requirement, breach.name, breach.weak)
    index = merged.requests + ExchangeId.parse(breach.exchange).seq + 1
    finding = merged.findings.setdefault(key, Finding(breach, record, first_request=index))
    finding.count += 1
    finding.found_by.add(NodeId.of(record.name).place)
    finding.operations.add(breach.operation)
    finding.cases |= {breach.case.detail} - {""}
    if breach.condition:
        finding.conditions.add(breach.condition)
        finding.traces.add(record.index)
    if breach.marketplace:
        finding.marketplaces.add(breach.marketplace)
    merged.failed_cases[breach.requirement].add(breach.case)
