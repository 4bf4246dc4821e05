"""Which row of the covering array meets which probe.

Each probe goes to as few rows as show every level of the factors that its requirement names. Probes of one group split
the levels among them: each level needs one probe of the group, not all of them. Probes of a family (one requirement, one
moment of a session) together meet every pair of levels. Levels are bits, so this is quick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from strategies.array import Row

LEVEL, PAIR, LOAD = 8, 2, 0.25  # weights; a pair that is new to the family has 1
ProbeKey = tuple[str, str, str, str]  # requirement, part of life, group, case


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
    bits = Bits()
    load: dict[int, int] = defaultdict(int)
    covered: dict[tuple[str, ...], int] = defaultdict(int)  # levels of a group, pairs of a family
    own: dict[tuple[str, ...], int] = defaultdict(int)  # pairs of a group
    levels: dict[tuple[int, frozenset[str]], tuple[int, int]] = {}
    found: dict[int, list[ProbeKey]] = defaultdict(list)
    for key, rows, alone in keys:
        requirement, _, group, case = key
        names, left = factors_of(requirement) | alone, list(rows)
        for row in rows:
            if (row.number, names) not in levels:
                levels[row.number, names] = bits.of(row, names, 1), bits.of(row, names, 2)
        every = 0
        for row in rows:
            every |= levels[row.number, names][0]
        by_itself = 0
        for row in rows:
            by_itself |= bits.of(row, alone, 1)
        missing, first = every & ~covered[key[:3]] | by_itself, True
        for _ in range(times if group == case else 1):
            while (missing or first) and left:
                best = max(
                    left,
                    key=lambda row: _gain(
                        levels[row.number, names], missing, own[key[:3]], covered[key[:2]], load[row.number]
                    ),
                )
                single, double = levels[best.number, names]
                first, missing = False, missing & ~single
                own[key[:3]] |= double
                covered[key[:2]] |= double
                covered[key[:3]] |= single
                load[best.number] += 1
                found[best.number].append(key)
                left.remove(best)
            missing = every
    return found


def _gain(levels: tuple[int, int], missing: int, own: int, family: int, load: int) -> float:
    """What a row adds: levels that the probe has not met, then pairs of levels, new to its group or to its family.

    The weights order these three. The load of a row decides between equal rows, so that sessions stay of one length.
    """
    single, double = levels
    new = LEVEL * (single & missing).bit_count() + PAIR * (double & ~own).bit_count() + (double & ~family).bit_count()
    return new - load * LOAD
