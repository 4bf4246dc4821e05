"""Which pairs of conditions each rule was judged under, of those that exist on the target (docs/situations.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from itertools import combinations
from typing import Any

from conformance.core import contract
from conformance.core.factors import before_a_session, factors, learned, possible
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
    def _met(self) -> dict[RuleOutcome, Met]:
        """The pairs that each group of rules met."""
        return {rules: _pairs(vectors) for rules, vectors in self._vectors.items()}

    @cached_property
    def _levels_seen(self) -> set[Pair]:
        """Every level that some exchange had."""
        return {
            pair
            for met in self._met.values()
            for (factor, other), levels in met.items()
            for level, other_level in levels
            for pair in ((factor, level), (other, other_level))
        }

    def marketplaces(self, offered: Iterable[str]) -> list[str]:
        """Those of the profile's marketplaces in which some exchange was judged, in the profile's order."""
        return [name for name in offered if ("marketplace", name) in self._levels_seen]

    def of(self, requirement: Requirement, levels: dict[str, list[str]]) -> dict[str, Any]:
        """Pairs of levels that a rule was judged under, of those that exist. levels: what the profile offers."""
        own = [met for rules, met in self._met.items() if requirement.id in rules.held | rules.broken]
        pairs = []
        names = {*requirement.factors, "operation"}
        if requirement.operations == (contract.INITIATE,):
            names &= before_a_session()
        for factor, other in combinations(sorted(names), 2):
            seen = set().union(*(met.get((factor, other), set()) for met in own))
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


def _pairs(vectors: set[str]) -> Met:
    found: Met = defaultdict(set)
    for vector in vectors:
        for (factor, level), (other, other_level) in combinations(sorted(decode(vector).items()), 2):
            found[factor, other].add((level, other_level))
    return found
