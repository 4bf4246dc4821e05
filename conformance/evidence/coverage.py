"""Which pairs of conditions each rule was judged under, of those that exist on the target (docs/situations.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import combinations
from typing import Any

from conformance.core import contract
from conformance.core.factors import Levels, before_a_session, factors, learned, possible
from conformance.core.profile import Profile
from conformance.core.requirement import Requirement
from conformance.evidence.trace_record import ConditionsOfRules
from conformance.judging.conditions import decode
from conformance.judging.world import RuleOutcome

Pair = tuple[str, str]  # two factors
Met = dict[Pair, set[Pair]]  # and the levels of both that met
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
    def _decoded(self) -> dict[str, Levels]:
        """The levels that each encoded vector stands for."""
        return {vector: decode(vector) for vector in set().union(*self._vectors.values())}

    @cached_property
    def _levels_seen(self) -> set[Pair]:
        """Every level that some exchange had."""
        return set().union(*(levels.items() for levels in self._decoded.values()))

    def _met(self, requirement: Requirement, names: list[str]) -> Met:
        """The pairs of levels of the named factors that met while a rule was judged."""
        vectors = set().union(
            *(vectors for rules, vectors in self._vectors.items() if requirement.id in rules.held | rules.broken)
        )
        if not vectors:
            return {}
        decoded = self._decoded
        rows = {tuple(map(decoded[vector].get, names)) for vector in vectors}
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))  # a pair of columns is zipped without a loop
        return {
            (factor, other): {pair for pair in set(zip(columns[factor], columns[other], strict=True)) if all(pair)}
            for factor, other in combinations(columns, 2)
        }

    def marketplaces(self, offered: Iterable[str]) -> list[str]:
        """Those of the profile's marketplaces in which some exchange was judged, in the profile's order."""
        return [name for name in offered if ("marketplace", name) in self._levels_seen]

    def of(self, requirement: Requirement, levels: dict[str, list[str]]) -> dict[str, Any]:
        """Pairs of levels that a rule was judged under, of those that exist. levels: what the profile offers."""
        pairs = []
        names = {*requirement.factors, "operation"}
        if requirement.operations == (contract.INITIATE,):
            names &= before_a_session()
        met = self._met(requirement, sorted(names))
        for factor, other in combinations(sorted(names), 2):
            seen = met.get((factor, other), set())
            exist = {
                (first, two)
                for first in self._existing(requirement, factor, levels)
                for two in self._existing(requirement, other, levels)
                if possible(factor, first, other, two)
            }
            missing = sorted(" and ".join(pair) for pair in exist - seen)
            pairs.append(
                {
                    "factors": [factor, other],
                    "seen": len(exist & seen),
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
            if level not in never and (level not in unsure or (factor, level) in self._levels_seen)
        ]
