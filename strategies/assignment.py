"""Which row of the covering array meets which probe.

Each probe goes to as few rows as show every level of the factors that its requirement names. Probes of one group split
the levels among them: each level needs one probe of the group, not all of them. Probes of a family (one requirement, one
moment of a session) together meet every pair of levels. Levels are bits, so this is quick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from strategies.array import Row

LEVEL, PAIR = 8, 2  # weights of what is new; a pair that is new to the family has 1
LOAD = 0.25  # for each probe that a row has: it decides between equal rows, so that sessions stay of one length


class ProbeKey(NamedTuple):
    """What names a probe. moment: of a session. group: the case itself for a probe that is a group of its own."""

    requirement: str
    moment: str
    group: str
    case: str

    @property
    def family(self) -> tuple[str, str]:
        """The probes that together meet every pair of levels."""
        return self.requirement, self.moment

    @property
    def shared(self) -> tuple[str, str, str]:
        """The probes that split the levels among them."""
        return self.requirement, self.moment, self.group


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
    keys: Sequence[tuple[ProbeKey, Sequence[Row], frozenset[str]]],
    factors_of: Callable[[str], frozenset[str]],
    times: int = 1,
) -> dict[int, list[ProbeKey]]:
    """The probes of each row, by the row's number. keys: each probe with the rows that can have it, and the factors of which
    it has to meet each level by itself, whatever its group meets.

    times: how many rows show each level to a probe; probes that share a group have one.
    """
    assignment = _Assignment()
    for key, rows, alone in keys:
        names = factors_of(key.requirement) | alone
        assignment.give(key, rows, names, alone, times if key.group == key.case else 1)
    return assignment.found


class _Assignment:
    """What was given to rows so far."""

    def __init__(self) -> None:
        self.found: dict[int, list[ProbeKey]] = defaultdict(list)
        self._bits = Bits()
        self._load: dict[int, int] = defaultdict(int)
        self._met: dict[tuple[str, ...], int] = defaultdict(int)  # levels, by group
        self._own_pairs: dict[tuple[str, ...], int] = defaultdict(int)  # by group
        self._family_pairs: dict[tuple[str, ...], int] = defaultdict(int)  # by family
        self._levels: dict[tuple[int, frozenset[str]], tuple[int, int]] = {}

    def give(
        self, key: ProbeKey, rows: Sequence[Row], names: frozenset[str], alone: frozenset[str], times: int
    ) -> None:
        """Gives a probe to rows until every level is met so many times; to one row at least, if there is any."""
        every = self._union(rows, names)
        missing, first = every & ~self._met[key.shared] | self._union(rows, alone), True
        left = {row.number: self._levels_of(row, names) for row in rows}
        for _ in range(times):
            while (missing or first) and left:
                own, family = self._own_pairs[key.shared], self._family_pairs[key.family]
                gains = {number: _gain(levels, missing, own, family) for number, levels in left.items()}
                best = max(gains, key=lambda number: gains[number] - LOAD * self._load[number])
                missing, first = missing & ~left[best][0], False
                self._take(key, best, left.pop(best))
            missing = every

    def _take(self, key: ProbeKey, number: int, levels: tuple[int, int]) -> None:
        single, double = levels
        self._met[key.shared] |= single
        self._own_pairs[key.shared] |= double
        self._family_pairs[key.family] |= double
        self._load[number] += 1
        self.found[number].append(key)

    def _union(self, rows: Sequence[Row], names: frozenset[str]) -> int:
        """The levels of some factors that any of the rows has."""
        found = 0
        for row in rows:
            found |= self._levels_of(row, names)[0]
        return found

    def _levels_of(self, row: Row, names: frozenset[str]) -> tuple[int, int]:
        """The levels of some factors that a row has, and their pairs."""
        if (row.number, names) not in self._levels:
            self._levels[row.number, names] = self._bits.of(row, names, 1), self._bits.of(row, names, 2)
        return self._levels[row.number, names]


def _gain(levels: tuple[int, int], missing: int, own: int, family: int) -> int:
    """What a row adds: levels that the probe has not met, then pairs of levels, new to its group or to its family."""
    single, double = levels
    return LEVEL * (single & missing).bit_count() + PAIR * (double & ~own).bit_count() + (double & ~family).bit_count()
