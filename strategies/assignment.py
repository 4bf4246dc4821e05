"""Which row of the covering array meets which probe.

Each probe goes to as few rows as show every level of the factors that its requirement names (probes of a group share
that); probes of a family (one requirement, one part of a session's life) together meet every pair of levels. Levels are
bits, so this is quick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from strategies.array import Row

Key = tuple[str, str, str, str]  # requirement, part of life, group, case


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
    keys: Sequence[tuple[Key, Sequence[Row]]], factors_of: Callable[[str], frozenset[str]]
) -> dict[int, list[Key]]:
    """The probes of each row, by the row's number. keys: each probe with the rows that can have it."""
    bits = Bits()
    load: dict[int, int] = defaultdict(int)
    single: dict[tuple[int, frozenset[str]], int] = {}
    double: dict[tuple[int, frozenset[str]], int] = {}
    covered: dict[tuple[str, ...], int] = defaultdict(int)
    found: dict[int, list[Key]] = defaultdict(list)
    for key, rows in keys:
        names = factors_of(key[0])
        for row in rows:
            if (row.number, names) not in single:
                single[row.number, names] = bits.of(row, names, 1)
                double[row.number, names] = bits.of(row, names, 2)
        missing = 0
        for row in rows:
            missing |= single[row.number, names]
        left, family, group = list(rows), key[:2], key[:3]
        missing &= ~covered[group]
        first = True
        while (missing or first) and left:
            first = False
            best = max(
                left,
                key=lambda row: (
                    4 * (single[row.number, names] & missing).bit_count()
                    + (double[row.number, names] & ~covered[family]).bit_count()
                    - load[row.number] / 4,
                    -row.number,
                ),
            )
            missing &= ~single[best.number, names]
            covered[family] |= double[best.number, names]
            covered[group] |= single[best.number, names]
            load[best.number] += 1
            found[best.number].append(key)
            left.remove(best)
    return found
