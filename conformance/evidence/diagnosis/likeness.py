"""Which known defects a finding resembles (known-defects.json beside it).

A resemblance is never more than likely: two causes may break the same claim in the same way.
`python -m devtools.diagnosis` measures how often it is right.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from conformance.evidence.diagnosis.separation import Sureness

KNOWN_DEFECTS = Path(__file__).with_name("known-defects.json")
MOST_NAMED = 2  # defects that one finding names
NEAR = 0.6  # likeness of a defect that is named; 1 is the same
AGREED = 0.75  # share of the nearest defects that go wrong in the same way


class Weights(NamedTuple):
    """What two fingerprints of one requirement have in common; they add up to 1."""

    claim: float = 0.25
    deviation: float = 0.35
    answer: float = 0.1
    operations: float = 0.15
    own: float = 0.15  # the defect is a breach of this very requirement, not one that follows from it


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of a finding. answer: status and error ids, where the claim is about the answer as a whole."""

    requirement: str
    claims: frozenset[str]
    operations: frozenset[str]
    deviation: str = ""
    answer: str = ""
    own: bool = True

    @classmethod
    def of(cls, document: dict[str, Any], own: bool = True) -> Fingerprint:
        """The fingerprint of a finding in result.json or of a sign in the file of known defects. own: of the requirement
        that the defect is a breach of. Raises KeyError."""
        diagnosis = document.get("diagnosis") or document
        return cls(
            document["requirement"],
            frozenset(document["claims"]),
            frozenset(document["operations"]),
            diagnosis.get("deviation", ""),
            diagnosis.get("answer", ""),
            document.get("own", own),
        )

    def document(self) -> dict[str, Any]:
        """Its form in the file of known defects."""
        return {
            "requirement": self.requirement,
            "claims": sorted(self.claims),
            "operations": sorted(self.operations),
            "deviation": self.deviation,
            "answer": self.answer,
            "own": self.own,
        }

    def likeness(self, other: Fingerprint) -> float:
        """How much it has in common with the sign of a defect: 0 of another requirement, up to 1."""
        if self.requirement != other.requirement:
            return 0.0
        return (
            WEIGHTS.claim * bool(self.claims & other.claims)
            + WEIGHTS.deviation * (self.deviation == other.deviation)
            + WEIGHTS.answer * (self.answer == other.answer)
            + WEIGHTS.operations * _overlap(self.operations, other.operations)
            + WEIGHTS.own * other.own
        )


def _overlap(some: frozenset[str], others: frozenset[str]) -> float:
    """The share of the smaller set that is in the other one: a run that ends early sees fewer operations."""
    return len(some & others) / max(1, min(len(some), len(others)))


@dataclass(frozen=True, slots=True)
class KnownDefect:
    """A defect that a run found. sentence: what a client sees. kind: how the server goes wrong, whatever the operation."""

    sentence: str
    kind: str
    signs: tuple[Fingerprint, ...]

    @classmethod
    def of(cls, document: dict[str, Any]) -> KnownDefect:
        """The defect of an entry of the file. Raises KeyError."""
        return cls(document["sentence"], document["kind"], tuple(map(Fingerprint.of, document["signs"])))

    def likeness(self, finding: Fingerprint) -> float:
        """How much the nearest of its signs has in common with a finding."""
        return max((finding.likeness(sign) for sign in self.signs), default=0.0)


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The nearest known defects, the nearest first; none where nothing is near or the nearest disagree."""

    sure: Sureness
    defects: tuple[KnownDefect, ...] = ()


NOTHING_NEAR = Resemblance(Sureness.UNKNOWN)


@cache
def known_defects() -> tuple[KnownDefect, ...]:
    """The known defects; () where the file is missing."""
    if not KNOWN_DEFECTS.is_file():
        return ()
    return tuple(map(KnownDefect.of, json.loads(KNOWN_DEFECTS.read_text(encoding="utf-8"))["defects"]))


def resemblance(finding: Fingerprint, known: Iterable[KnownDefect]) -> Resemblance:
    """The known defects that are nearest to a finding."""
    ranked = sorted(((round(defect.likeness(finding), 3), defect) for defect in known), key=_by_likeness)
    if not ranked or ranked[0][0] < NEAR:
        return NOTHING_NEAR
    best = ranked[0][0]
    nearest = [defect for likeness, defect in ranked if likeness == best]
    kind, votes = _commonest(nearest)
    if votes < AGREED * len(nearest):
        return NOTHING_NEAR
    named = tuple(defect for defect in nearest if defect.kind == kind)[:MOST_NAMED]
    return Resemblance(Sureness.LIKELY, named)


def _by_likeness(entry: tuple[float, KnownDefect]) -> tuple[float, str]:
    return -entry[0], entry[1].sentence


def _commonest(defects: Sequence[KnownDefect]) -> tuple[str, int]:
    """The kind of most of these defects, and of how many."""
    return Counter(defect.kind for defect in defects).most_common(1)[0]
