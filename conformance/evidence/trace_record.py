"""What one trace proves, as a line of traces.jsonl holds it: what passed, what broke, facts that count across traces."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from conformance.core.exchange import CaseKey, Exchange
from conformance.core.unjudged import Unjudged
from conformance.judging.claim import ABOUT_THE_OUTCOME
from conformance.judging.context import Judgment
from conformance.judging.refusals import has_undocumented_status
from conformance.judging.trace import TraceKind

NO_CASE = CaseKey("")


class Passed(NamedTuple):
    """How often a requirement held in one case of a trace, with one reading."""

    requirement: str
    case: CaseKey
    operation: str
    reading: str | None
    times: int


class ConditionsOfRules(NamedTuple):
    """Rules that held and rules that were broken together, with the encoded conditions under which that was seen."""

    held: list[str]
    broken: list[str]
    conditions: list[str]


@dataclass(frozen=True, slots=True)
class Breach:
    """A broken claim as the merge needs it.

    errors, status: of the answer, where the claim is about the answer as a whole. weak, deviation: see Claim. proof: further
    exchanges. test: the claim as a jq program. concurrent: whether the session was asked by requests at the same time, so that
    the same requests in turn show nothing. program: of the walk that broke it. condition: the encoded condition of the
    exchange, '' where it is not known.
    """

    requirement: str
    name: str
    exchange: str
    case: CaseKey = NO_CASE
    operation: str = ""
    marketplace: str | None = None
    expected: str = ""
    actual: str = ""
    test: str = ""
    proof: tuple[str, ...] = ()
    weak: bool = False
    errors: tuple[int, ...] = ()
    undocumented_status: bool = False
    concurrent: bool = False
    program: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    condition: str = ""
    deviation: str = ""
    status: int | None = None

    @classmethod
    def of(cls, document: dict[str, Any]) -> Breach:
        """The breach of a line of traces.jsonl. Raises TypeError or ValueError."""
        members = {
            "case": CaseKey(*document["case"]),
            "proof": tuple(document["proof"]),
            "errors": tuple(document["errors"]),
            "program": tuple(document["program"]),
            "sources": tuple((letter, place) for letter, place in document["sources"]),
        }
        return cls(**{**document, **members})

    @classmethod
    def of_judgment(cls, judgment: Judgment, exchange: Exchange | None, **more: Any) -> Breach:
        """The breach of a judgment that did not hold. exchange: the exchange that was judged. more: further members."""
        claim = judgment.claim
        assert claim
        whole = exchange is not None and not exchange.accepted and claim.name in ABOUT_THE_OUTCOME
        return cls(
            requirement=judgment.requirement,
            name=claim.name,
            exchange=judgment.exchange,
            case=judgment.case,
            operation=judgment.operation,
            marketplace=judgment.marketplace,
            expected=claim.expected,
            actual=claim.actual,
            test=claim.test,
            proof=claim.proof,
            weak=claim.weak,
            sources=claim.sources,
            deviation=claim.deviation,
            status=exchange.status if exchange and claim.name in ABOUT_THE_OUTCOME else None,
            errors=tuple(exchange.error_ids) if exchange and whole else (),
            undocumented_status=exchange is not None and whole and has_undocumented_status(exchange),
            **more,
        )


@dataclass(slots=True)
class TraceRecord:
    """One trace as the merge needs it."""

    name: str
    index: int
    kind: TraceKind = TraceKind.TEST
    passed: list[Passed] = field(default_factory=list)
    failed: list[Breach] = field(default_factory=list)
    planned: list[tuple[str, CaseKey]] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    prices: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    visits: list[tuple[str, str, str, int]] = field(default_factory=list)
    conditions: list[ConditionsOfRules] = field(default_factory=list)
    requests: int = 0
    provokes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: Unjudged | None = None
    file: str = ""
    start: int = 0
    length: int = 0

    def document(self) -> dict[str, Any]:
        """The line of traces.jsonl."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return members | {
            "failed": [asdict(breach) for breach in self.failed],
            "skipped": self.skipped.document() if self.skipped else None,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> TraceRecord:
        """The record of a line of traces.jsonl. Raises KeyError, TypeError or ValueError."""
        members = {
            "kind": TraceKind(document["kind"]),
            "passed": [
                Passed(requirement, CaseKey(*case), operation, reading, times)
                for requirement, case, operation, reading, times in document["passed"]
            ],
            "failed": [Breach.of(breach) for breach in document["failed"]],
            "conditions": [ConditionsOfRules(*each) for each in document["conditions"]],
            "planned": [(requirement, CaseKey(*case)) for requirement, case in document["planned"]],
            "skipped": Unjudged.of(document["skipped"]) if document["skipped"] else None,
        }
        return cls(**{**document, **members})
