"""The covering array: rows of levels for sessions, in which every pair of levels occurs (contracts/factors.yaml).

covertable makes the rows. It fills what no pair needs with a factor's first level; `_spread` gives those places to the
level that is met least, so that most triples are met as well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations

from covertable import make  # type: ignore[import-untyped]

from conformance.core import factors
from conformance.core.profile import Profile

Levels = tuple[tuple[str, tuple[str, ...]], ...]
TOLERANCE = 5  # of covertable, for triples: a few rows more than the least, in less than half the time


@dataclass(frozen=True)
class Row:
    """One row of the array: a level for each factor."""

    number: int
    levels: tuple[tuple[str, str], ...]

    def __getitem__(self, factor: str) -> str:
        return self._by_factor[factor]

    @cached_property
    def _by_factor(self) -> dict[str, str]:
        return dict(self.levels)

    def __str__(self) -> str:
        return f"{self.number:03}"


def rows(profile: Profile, depth: int = 1) -> tuple[Row, ...]:
    """The rows for what a profile offers, the same each time. depth: how many lists of groups meet by threes."""
    design = factors.row_design()
    offered = tuple(
        # With one item there is no first, middle or last line: the array needs a level all the same.
        (name, factor.offered(profile) or (factor.levels[0].name,))
        for name, factor in design.factors.items()
    )
    return _rows(offered, design.groups(depth))


@cache
def _rows(offered: Levels, triples: tuple[tuple[str, ...], ...]) -> tuple[Row, ...]:
    levels_of = {name: list(levels) for name, levels in offered}
    groups = [{"fields": list(group), "strength": 3} for group in triples]
    found = make(levels_of, strength=2, sub_models=groups, tolerance=TOLERANCE if groups else 0)
    made = [{name: str(row[name]) for name in levels_of} for row in found]
    _spread(made, levels_of, triples)
    return tuple(Row(number, tuple(row.items())) for number, row in enumerate(made))


def _tuples(names: list[str], triples: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """The groups of factors whose levels must all meet."""
    return [*combinations(names, 2), *(three for group in triples for three in combinations(group, 3))]


def _spread(made: list[dict[str, str]], levels_of: dict[str, list[str]], triples: tuple[tuple[str, ...], ...]) -> None:
    """Gives each place that no group of levels needs to the level of its factor that is met least."""
    groups = _tuples(list(levels_of), triples)
    having = {name: [group for group in groups if name in group] for name in levels_of}
    met = Counter((group, tuple(row[name] for name in group)) for row in made for group in groups)
    used = {name: Counter(row[name] for row in made) for name in levels_of}
    for row in made:
        for name, levels in levels_of.items():
            own = [(group, tuple(row[factor] for factor in group)) for group in having[name]]
            if any(met[levels_met] == 1 for levels_met in own):
                continue
            rarest = min(levels, key=lambda level: used[name][level])
            used[name].update({row[name]: -1, rarest: 1})
            met.subtract(own)
            row[name] = rarest
            met.update((group, tuple(row[factor] for factor in group)) for group in having[name])
