"""Which row of the covering array meets which probe.

Each probe goes to as few rows as show every level of the factors that its requirement names. Probes of one group split
the levels among them: each level needs one probe of the group, not all of them. Probes of a family (one requirement, one
method, one moment of a session) together meet the pairs of levels. Levels and pairs are bits, so this is quick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from strategies.array import Row

LEVEL = 8  # the weight of a level that is new to a probe; a pair that is new to its family has 1
LOAD = 0.02  # for each probe that a row has: it decides between equal rows, so that sessions stay of one length


class ProbeKey(NamedTuple):
    """What names a probe. moment: of a session. method: what is asked. group: the case itself for a probe that is a group
    of its own."""

    requirement: str
    moment: str
    method: str
    group: str
    case: str

    @property
    def family(self) -> tuple[str, str, str]:
        """The probes that together meet the pairs of levels."""
        return self.requirement, self.moment, self.method

    @property
    def shared(self) -> tuple[str, str, str]:
        """The probes that split the levels among them."""
        return self.requirement, self.moment, self.group


class Candidate(NamedTuple):
    """A probe with the rows that can have it. alone: factors of which it meets each level by itself, whatever its group meets."""

    key: ProbeKey
    rows: Sequence[Row]
    alone: frozenset[str] = frozenset()


class Bits:
    """Levels and pairs of levels as bits of an integer."""

    def __init__(self) -> None:
        self._places: dict[tuple[tuple[str, str], ...], int] = {}

    def of(self, row: Row, factors: Iterable[str], strength: int) -> int:
        """The levels (strength 1) or the pairs of levels (2) that a row has of some factors."""
        own = [(name, level) for name, level in row.levels if name in set(factors)]
        found = 0
        for group in combinations(own, strength):
            found |= 1 << self._places.setdefault(group, len(self._places))
        return found


def assign(
    candidates: Sequence[Candidate],
    factors_of: Callable[[str], frozenset[str]],
    times: int = 1,
    pairs: Callable[[str], float] = lambda requirement: 0.0,
) -> dict[int, list[ProbeKey]]:
    """The probes of each row, by the row's number.

    times: how many rows show each level to a probe; probes that share a group have one.
    pairs: the share of the pairs of levels that each family of a requirement has to meet, of those that its rows have.
    """
    assignment = _Assignment(factors_of)
    families: dict[tuple[str, str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        assignment.meet_levels(candidate, times if candidate.key.group == candidate.key.case else 1)
        families[candidate.key.family].append(candidate)
    for (requirement, _, _), family in families.items():
        assignment.meet_pairs(family, pairs(requirement))
    return assignment.found


class _Assignment:
    """What was given to rows so far."""

    def __init__(self, factors_of: Callable[[str], frozenset[str]]) -> None:
        self.found: dict[int, list[ProbeKey]] = defaultdict(list)
        self._factors_of = factors_of
        self._bits = Bits()
        self._load: dict[int, int] = defaultdict(int)
        self._rows: dict[ProbeKey, set[int]] = defaultdict(set)
        self._met: dict[tuple[str, ...], int] = defaultdict(int)  # levels, by group
        self._pairs: dict[tuple[str, ...], int] = defaultdict(int)  # by family
        self._levels: dict[tuple[int, frozenset[str], int], int] = {}

    def meet_levels(self, candidate: Candidate, times: int) -> None:
        """Gives a probe to rows until every level is met so many times; to one row at least, if there is any."""
        key, names = candidate.key, self._factors_of(candidate.key.requirement) | candidate.alone
        left = {row.number: row for row in candidate.rows}
        every = self._union(candidate.rows, names)
        missing, first = every & ~self._met[key.shared] | self._union(candidate.rows, candidate.alone), True
        for _ in range(times):
            while (missing or first) and left:
                best = max(left, key=lambda number: self._gain(left[number], key, names, missing))
                missing, first = missing & ~self._of(left[best], names, 1), False
                self._take(key, left.pop(best), names)
            missing = every

    def meet_pairs(self, family: Sequence[Candidate], share: float) -> None:
        """Gives the probes of a family to more rows, in turn, until they have met that share of the pairs of levels."""
        names = self._factors_of(family[0].key.requirement)
        rows = {row.number: row for candidate in family for row in candidate.rows}
        every = 0
        for row in rows.values():
            every |= self._of(row, names, 2)
        enough = share * every.bit_count()
        by_row = {number: [each for each in family if rows[number] in each.rows] for number in rows}
        while rows and (every & self._pairs[family[0].key.family]).bit_count() < enough:
            best = max(rows, key=lambda number: self._gain(rows[number], family[0].key, names, 0))
            row = rows.pop(best)
            free = [each.key for each in by_row[best] if best not in self._rows[each.key]]
            if free:
                self._take(min(free, key=lambda key: len(self._rows[key])), row, names)

    def _gain(self, row: Row, key: ProbeKey, names: frozenset[str], missing: int) -> float:
        """What a row adds: levels that the probe has not met, and pairs of levels that are new to its family."""
        new_levels = (self._of(row, names, 1) & missing).bit_count()
        new_pairs = (self._of(row, names, 2) & ~self._pairs[key.family]).bit_count()
        return LEVEL * new_levels + new_pairs - LOAD * self._load[row.number]

    def _take(self, key: ProbeKey, row: Row, names: frozenset[str]) -> None:
        self._met[key.shared] |= self._of(row, names, 1)
        self._pairs[key.family] |= self._of(row, names, 2)
        self._load[row.number] += 1
        self._rows[key].add(row.number)
        self.found[row.number].append(key)

    def _union(self, rows: Sequence[Row], names: frozenset[str]) -> int:
        """The levels of some factors that any of the rows has."""
        found = 0
        for row in rows:
            found |= self._of(row, names, 1)
        return found

    def _of(self, row: Row, names: frozenset[str], strength: int) -> int:
        """The levels (1) of some factors that a row has, or their pairs (2)."""
        known = self._levels.get((row.number, names, strength))
        if known is None:
            known = self._levels[row.number, names, strength] = self._bits.of(row, names, strength)
        return known
