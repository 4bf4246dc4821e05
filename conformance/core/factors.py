"""Reads `contracts/factors.yaml`: the conditions under which requests are sent, and what a row of the array sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import permutations
from math import inf
from typing import Any, NamedTuple

from conformance.core.contract import read_yaml
from conformance.core.profile import Profile

Levels = dict[str, str]


@dataclass(frozen=True)
class Level:
    """One value of a factor. needs: what the profile has to offer for it (contracts/README.md). when: the level as a part
    of a sentence that says when something shows. count: the number that a row has, of lines or pieces; at_most: the
    largest number that counts as this level."""

    name: str
    needs: str = ""
    when: str = ""
    count: int = 0
    at_most: float = inf

    def is_offered(self, profile: Profile) -> bool:
        """Whether the profile has what the level needs, one of `a|b`."""
        return not self.needs or profile.offers(self.needs)


@dataclass(frozen=True)
class Factor:
    """One condition. each: `marketplace` or `pair` where the profile's marketplaces make the levels; when: the level of
    such a factor in a sentence, in place of `{}`. together: words for several levels at once."""

    name: str
    about: str
    levels: tuple[Level, ...] = ()
    each: str = ""
    when: str = ""
    together: tuple[tuple[frozenset[str], str], ...] = ()

    def offered(self, profile: Profile) -> tuple[str, ...]:
        """The levels that a profile offers; what only answers show (`seen.`) counts as offered."""
        if self.each == "marketplace":
            return tuple(profile.markets)
        if self.each == "pair":
            return tuple(f"{made}>{sent}" for made, sent in permutations(profile.markets, 2))
        return tuple(level.name for level in self.levels if level.is_offered(profile))

    def in_words(self, levels: Sequence[str]) -> str:
        """When one of these levels is met, as a part of a sentence."""
        if self.each:
            return self.when.format(", ".join(levels))
        whole = next((words for group, words in self.together if group == set(levels)), "")
        return whole or " or ".join(level.when for level in self.levels if level.name in levels)

    def level_of(self, count: int) -> str:
        """The level of a number of lines or pieces."""
        return next(level.name for level in self.levels if count <= level.at_most)

    def count_of(self, name: str) -> int:
        """The number of lines or pieces that a row of the level has."""
        return next(level.count for level in self.levels if level.name == name)


@dataclass(frozen=True)
class RowDesign:
    """What a row of the covering array sets, and which groups of factors meet by threes, for each step of the depth."""

    factors: dict[str, Factor]
    triples: tuple[tuple[tuple[str, ...], ...], ...]

    def groups(self, depth: int) -> tuple[tuple[str, ...], ...]:
        """The groups whose levels meet by threes at a depth."""
        return tuple(group for groups in self.triples[:depth] for group in groups)


def _factor(name: str, data: dict[str, Any]) -> Factor:
    levels = tuple(
        Level(name, **{key: value for key, value in level.items() if key != "means"})
        for name, level in data.get("levels", {}).items()
    )
    together = tuple((frozenset(each["levels"]), each["when"]) for each in data.get("together", ()))
    return Factor(name, data["about"], levels, data.get("each", ""), data.get("when", ""), together)


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml("factors.yaml")
    return found


@cache
def factors() -> dict[str, Factor]:
    """Every factor by name."""
    return {name: _factor(name, data) for name, data in _document()["factors"].items()}


def _without(factor: Factor, names: Sequence[str]) -> Factor:
    return replace(factor, levels=tuple(level for level in factor.levels if level.name not in names))


@cache
def row_design() -> RowDesign:
    """The design of the rows."""
    data = _document()["rows"]
    sets = {name: _without(factors()[name], data["leaves_out"].get(name, ())) for name in data["sets"]}
    does = {name: _factor(name, node) for name, node in data["does"].items()}
    return RowDesign(sets | does, tuple(tuple(map(tuple, groups)) for groups in data["triples"]))


@cache
def before_a_session() -> frozenset[str]:
    """The factors that a request that makes a session can meet."""
    return frozenset(_document()["before_a_session"])


@cache
def learned(factor: str) -> frozenset[str]:
    """The levels of a factor that answers show and no profile."""
    return frozenset(level.name for level in factors()[factor].levels if level.needs.startswith("seen."))


@cache
def possible(factor: str, level: str, other: str, other_level: str) -> bool:
    """Whether two levels can meet at all."""
    pair = {factor: level, other: other_level}
    if pair.keys() == {"marketplace", "pair"} and not pair["pair"].startswith(f"{pair['marketplace']}>"):
        return False
    for rule in _document()["impossible"]:
        ((given, levels),) = rule["if"].items()
        if pair.get(given) in levels and any(
            name in pair and pair[name] not in allowed for name, allowed in rule["then"].items()
        ):
            return False
    return True


class Cart(NamedTuple):
    """The levels that what a session holds decides."""

    lines: str = ""
    quantity: str = ""
    coupon: str = "none"
    option: str = "first"
    goods: str = "plain"


NOTHING = Cart()


class Condition(NamedTuple):
    """The level of each factor that an exchange has one of, '' for none; `sent`: the marketplace of its header."""

    operation: str
    marketplace: str
    cart: Cart
    history: str
    before: str
    address: str
    times: str
    header: str
    sent: str
    app: str
    id: str = ""
    phase: str = ""
    line: str = ""
    asked: str = ""
    buyer: str = ""
    observer: str = "answer"

    def levels(self) -> Levels:
        """The levels by factor."""
        return {**self._asdict(), **self.cart._asdict()}
