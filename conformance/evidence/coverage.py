"""Which pairs of conditions each rule was judged under, of those that exist on the target (docs/situations.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, reduce
from itertools import combinations
from operator import or_
from typing import Any

from conformance.core import contract
from conformance.core.factors import before_a_session, factors, learned, possible
from conformance.core.profile import Profile
from conformance.core.requirement import Requirement
from conformance.evidence.trace_record import ConditionsOfRules
from conformance.judging.conditions import decode
from conformance.judging.world import RuleOutcome

Level = tuple[str, str]  # a factor and its level
MOST_MISSING = 6  # pairs of levels that a document lists for two factors


def offered(profile: Profile) -> dict[str, list[str]]:
    """The levels of each factor that a profile offers."""
    return {name: list(factor.offered(profile)) for name, factor in factors().items()}


class PairCoverage:
    """Adds up the conditions of all traces; everything is computed when it is asked for."""

    def __init__(self) -> None:
        self._vectors: dict[RuleOutcome, set[str]] = defaultdict(set)

    def add(self, conditions: Iterable[ConditionsOfRules]) -> None:
        """Takes in a trace's: rules with the vectors that they were judged under."""
        for held, broken, vectors in conditions:
            self._vectors[RuleOutcome(frozenset(held), frozenset(broken))].update(vectors)

    def held(self, requirement: str) -> set[str]:
        """The encoded conditions under which a rule held."""
        return set().union(*(vectors for rules, vectors in self._vectors.items() if requirement in rules.held))

    @cached_property
    def _places(self) -> dict[str, int]:
        """Each vector with its place: a set of vectors is an integer that has a bit for each of them."""
        return {vector: place for place, vector in enumerate(set().union(*self._vectors.values()))}

    @cached_property
    def _by_level(self) -> dict[Level, int]:
        """The vectors that have a level of a factor, for each level that some exchange had."""
        return decode(list(self._places))

    @cached_property
    def _by_outcome(self) -> list[tuple[frozenset[str], int]]:
        """Rules that were judged together, with their vectors."""
        return [(rules.held | rules.broken, self._bits(vectors)) for rules, vectors in self._vectors.items()]

    def _bits(self, vectors: Iterable[str]) -> int:
        digits = bytearray(b"0" * len(self._places))
        for vector in vectors:
            digits[-1 - self._places[vector]] = ord("1")
        return int(digits, 2)

    def _judged_under(self, requirement: str) -> int:
        """The vectors that a rule was judged under."""
        return reduce(or_, (bits for rules, bits in self._by_outcome if requirement in rules), 0)

    def marketplaces(self, offered: Iterable[str]) -> list[str]:
        """Those of the profile's marketplaces in which some exchange was judged, in the profile's order."""
        return [name for name in offered if ("marketplace", name) in self._by_level]

    def of(self, requirement: Requirement, levels: dict[str, list[str]]) -> dict[str, Any]:
        """Pairs of levels that a rule was judged under, of those that exist. levels: what the profile offers."""
        pairs = []
        names = {*requirement.factors, "operation"}
        if requirement.operations == (contract.INITIATE,):
            names &= before_a_session()
        judged, where = self._judged_under(requirement.id), self._by_level
        for factor, other in combinations(sorted(names), 2):
            exist = {
                (first, two)
                for first in self._existing(requirement, factor, levels)
                for two in self._existing(requirement, other, levels)
                if possible(factor, first, other, two)
            }
            seen = {pair for pair in exist if judged & where.get((factor, pair[0]), 0) & where.get((other, pair[1]), 0)}
            missing = sorted(" and ".join(pair) for pair in exist - seen)
            pairs.append(
                {
                    "factors": [factor, other],
                    "seen": len(seen),
                    "of": len(exist),
                    "missing": missing[:MOST_MISSING],
                }
            )
        return {"seen": sum(pair["seen"] for pair in pairs), "of": sum(pair["of"] for pair in pairs), "pairs": pairs}

    def _existing(self, requirement: Requirement, factor: str, levels: dict[str, list[str]]) -> list[str]:
        """The levels of a factor that a rule can meet; what only answers show exists once it was seen."""
        if factor == "operation":
            return list(requirement.operations)
        never = requirement.never.get(factor, ())
        unsure = learned(factor)
        return [
            level
            for level in levels.get(factor, [])
            if level not in never and (level not in unsure or (factor, level) in self._by_level)
        ]
