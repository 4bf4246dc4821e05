"""Which row of the covering array meets which probe.

Each probe goes to as few rows as show every level of the factors that its requirement names. Probes of one group split
the levels among them: each level needs one probe of the group, not all of them. Probes of a family (one requirement, one
method, one moment of a session) together meet the pairs of levels. Levels and pairs are bits, so this is quick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
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
    """A probe with the rows that can have it. alone: factors of which it meets each level by itself, whatever its group meets.

    everywhere: each of these rows has it.
    """

    key: ProbeKey
    rows: Sequence[Row]
    alone: frozenset[str] = frozenset()
    everywhere: bool = False


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
        if candidate.everywhere:
            assignment.meet_rows(candidate)
        else:
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

    def meet_rows(self, candidate: Candidate) -> None:
        """Gives a probe to all of its rows."""
        names = self._factors_of(candidate.key.requirement) | candidate.alone
        for row in candidate.rows:
            self._take(candidate.key, row.number, self._of(row, names, 1), self._of(row, names, 2))

    def meet_levels(self, candidate: Candidate, times: int) -> None:
        """Gives a probe to rows until every level is met so many times; to one row at least, if there is any."""
        key, names = candidate.key, self._factors_of(candidate.key.requirement) | candidate.alone
        left = {row.number: (self._of(row, names, 1), self._of(row, names, 2)) for row in candidate.rows}
        every = _union(levels for levels, _ in left.values())
        alone = _union(self._of(row, candidate.alone, 1) for row in candidate.rows)
        missing, first = every & ~self._met[key.shared] | alone, True
        for _ in range(times):
            while (missing or first) and left:
                new = ~self._pairs[key.family]
                gains = {
                    number: LEVEL * (levels & missing).bit_count()
                    + (pairs & new).bit_count()
                    - LOAD * self._load[number]
                    for number, (levels, pairs) in left.items()
                }
                best = max(gains, key=gains.__getitem__)
                missing, first = missing & ~left[best][0], False
                self._take(key, best, *left.pop(best))
            missing = every

    def meet_pairs(self, family: Sequence[Candidate], share: float) -> None:
        """Gives the probes of a family to more rows, in turn, until they have met that share of the pairs of levels.

        What a row adds never grows while others are taken. So a row whose gain still holds when its turn comes is the best.
        """
        names = self._factors_of(family[0].key.requirement)
        found: dict[int, tuple[int, int]] = {}
        probes: dict[int, list[ProbeKey]] = defaultdict(list)
        for key, rows, *_ in family:
            for row in rows:
                found[row.number] = self._of(row, names, 1), self._of(row, names, 2)
                probes[row.number].append(key)
        every = _union(pairs for _, pairs in found.values())
        missing = every & ~self._pairs[family[0].key.family]
        may_be_left = (1 - share) * every.bit_count()
        turns = [(LOAD * self._load[number] - (found[number][1] & missing).bit_count(), number) for number in found]
        heapify(turns)
        while turns and missing.bit_count() > may_be_left:
            _, number = heappop(turns)
            new = (found[number][1] & missing).bit_count()
            turn = LOAD * self._load[number] - new, number
            free = [key for key in probes[number] if number not in self._rows[key]]
            if not new or not free:
                continue
            if turns and turn > turns[0]:
                heappush(turns, turn)
                continue
            missing &= ~found[number][1]
            self._take(min(free, key=lambda key: len(self._rows[key])), number, *found[number])

    def _take(self, key: ProbeKey, number: int, levels: int, pairs: int) -> None:
        self._met[key.shared] |= levels
        self._pairs[key.family] |= pairs
        self._load[number] += 1
        self._rows[key].add(number)
        self.found[number].append(key)

    def _of(self, row: Row, names: frozenset[str], strength: int) -> int:
        """The levels (1) of some factors that a row has, or their pairs (2)."""
        known = self._levels.get((row.number, names, strength))
        if known is None:
            known = self._levels[row.number, names, strength] = self._bits.of(row, names, strength)
        return known


def _union(several: Iterable[int]) -> int:
    """The bits that any of several integers has."""
    found = 0
    for bits in several:
        found |= bits
    return found
