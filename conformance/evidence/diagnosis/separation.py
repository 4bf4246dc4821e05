"""Under which levels of which factors a claim fails: told from the conditions under which it failed and those under which
the rule held, in the same operations.

Conditions are encoded (conformance/judging/conditions.py), a character for each factor, and count once, however often
they were met. A factor is a cause where chance hardly explains that every failure has these levels of it. Of two factors
that go together, the one that still stands out among the conditions that have the other is the cause; where neither
does, the run cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import log
from typing import NamedTuple

from conformance.core.factors import factors
from conformance.judging.conditions import FIRST_LEVEL, NO_LEVEL, columns

FEWEST = 3  # conditions that failed, and that held: with fewer there is nothing to compare
SURPRISE = 8.0  # minus the logarithm of the chance that all failures have the levels by accident: 1 in 3,000
CERTAIN = 15.0  # the same for a sentence that is certain
MANY = 10  # conditions on each side of such a sentence
MOST_CAUSES = 2
NARROW, BROAD = (
    0.2,
    0.5,
)  # least share of failures where a cause is met: of one level or a named group, of several levels
NEVER_A_CAUSE = frozenset({"operation", "observer"})  # a finding lists its operations; its own answer observed it
MARKETPLACE, HEADER, SENT, TIMES = "marketplace", "header", "sent", "times"


class Sureness(StrEnum):
    """How sure a part of a diagnosis is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    UNKNOWN = "unknown"


class FactorLevels(NamedTuple):
    """Levels of one factor; `sent` is the marketplace that a wrong header names."""

    factor: str
    levels: tuple[str, ...]

    @property
    def is_narrow(self) -> bool:
        """Whether it is one level, or several that have a name together."""
        return len(self.levels) == 1 or _is_named(self.factor, frozenset(self.levels))


@dataclass(frozen=True, slots=True)
class Separation:
    """causes: what every failure has in common; () with a sureness: it fails every time.

    failed, passed: under how many conditions the claim failed, and under how many the rule held in the same operations.
    within: how many of the latter have the causes as well; 0: it fails whenever they are met.
    """

    sure: Sureness
    causes: tuple[FactorLevels, ...] = ()
    failed: int = 0
    passed: int = 0
    within: int = 0


class _Candidate(NamedTuple):
    name: str
    place: int
    levels: frozenset[str]

    def meets(self, vector: str) -> bool:
        return vector[self.place] in self.levels


@cache
def _places() -> dict[str, int]:
    return {name: place for place, (name, _) in enumerate(columns())}


@cache
def _options() -> dict[str, tuple[str, ...]]:
    return dict(columns())


@cache
def _is_named(factor: str, levels: frozenset[str]) -> bool:
    known = factors().get(factor)
    return known is not None and any(group == levels for group, _ in known.together)


def separate(failing: Collection[str], holding: Collection[str], times: int) -> Separation:
    """The separation of encoded conditions. times: in how many tests the claim failed, at least 1.

    Operations in which the rule never held say nothing of when it fails and are left out, unless there are no others.
    """
    operation, observer, answer = _places()["operation"], _places()["observer"], _code("observer", "answer")
    tried = {vector[operation] for vector in failing}
    held = [vector for vector in holding if vector[operation] in tried and vector[observer] == answer]
    compared = {vector[operation] for vector in held}
    failed = [vector for vector in failing if vector[operation] in compared]
    count, passed = len(failing), len(held)
    if count >= FEWEST and not held:
        return Separation(Sureness.CERTAIN if min(times, count) >= MANY else Sureness.LIKELY, (), count)
    if min(len(failed), times) < FEWEST or passed < FEWEST:
        return Separation(Sureness.UNKNOWN, (), count, passed)
    causes = _causes(failed, held, min(times, len(failed)))
    within = sum(all(cause.meets(vector) for cause in causes) for vector in held)
    shown = tuple(_decoded(cause) for cause in causes)
    least = NARROW if all(cause.is_narrow for cause in shown) else BROAD
    if not causes or len(failed) < least * (len(failed) + within):
        return Separation(Sureness.UNKNOWN, (), count, passed)
    certain = not within and min(times, len(failed)) >= MANY and passed >= MANY
    surprise = min(_surprise(cause, held, min(times, len(failed))) for cause in causes)
    sure = Sureness.CERTAIN if certain and surprise >= CERTAIN else Sureness.LIKELY
    return Separation(sure, shown, count, passed, within)


def _causes(failed: Sequence[str], held: Sequence[str], times: int) -> list[_Candidate]:
    """The factors that stand out and that no other one explains; [] where the run cannot tell."""
    found = [each for each in _candidates(failed, held) if _surprise(each, held, times) >= SURPRISE]
    causes: list[_Candidate] = []
    for candidate in found:
        rivals = [other for other in found if other is not candidate]
        explained = [rival for rival in rivals if not _stands_out(candidate, rival, held, times)]
        if not explained:
            causes.append(candidate)
        elif any(not _stands_out(rival, candidate, held, times) for rival in explained):
            return []  # each would explain the other
    return causes if len(causes) <= MOST_CAUSES else []


def _stands_out(candidate: _Candidate, rival: _Candidate, held: Sequence[str], times: int) -> bool:
    """Whether a candidate still surprises among the conditions that have the rival's levels."""
    compared = [vector for vector in held if rival.meets(vector)]
    return len(compared) >= FEWEST and _surprise(candidate, compared, times) >= SURPRISE


def _surprise(candidate: _Candidate, held: Sequence[str], times: int) -> float:
    """How little chance explains that each of so many failures has these levels, from how often they are met anyway."""
    within = sum(candidate.meets(vector) for vector in held)
    return -times * log((within + 0.5) / (len(held) + 1))


def _candidates(failed: Sequence[str], held: Sequence[str]) -> Iterator[_Candidate]:
    """The factors of which the failures have few levels, or levels that have a name together."""
    operations = {vector[_places()["operation"]] for vector in failed}
    for name, place in _places().items():
        levels = frozenset(vector[place] for vector in failed)
        seen = levels | {vector[place] for vector in held}
        if name in NEVER_A_CAUSE or NO_LEVEL in levels or levels == seen:
            continue
        if name == SENT and not _is_of_another(failed):
            continue  # it is the session's own marketplace
        if name == TIMES and (len(operations) > 1 or _code(TIMES, "first") in levels):
            continue  # the count is of one operation; many a rule looks at the first answers alone
        candidate = _Candidate(name, place, levels)
        if 2 * len(levels) <= len(seen) or _decoded(candidate).is_narrow:
            yield candidate


def _is_of_another(failed: Sequence[str]) -> bool:
    """Whether each header named another marketplace than the session's."""
    return {vector[_places()[HEADER]] for vector in failed} == {_code(HEADER, "other")}


def _code(name: str, level: str) -> str:
    return chr(FIRST_LEVEL + _options()[name].index(level))


def _decoded(candidate: _Candidate) -> FactorLevels:
    options = _options()[candidate.name]
    return FactorLevels(candidate.name, tuple(options[ord(char) - FIRST_LEVEL] for char in sorted(candidate.levels)))


def marketplaces(conditions: Collection[str]) -> frozenset[str]:
    """The marketplaces of encoded conditions."""
    place, options = _places()[MARKETPLACE], _options()[MARKETPLACE]
    return frozenset(options[ord(vector[place]) - FIRST_LEVEL] for vector in conditions if vector[place] != NO_LEVEL)
