"""How many of the existing pairs of conditions a run saw: a row for each chapter, a column for each factor."""

from __future__ import annotations

from typing import Any, NamedTuple

from reports.text import CHAPTERS, Json

STEPS = 5  # shades between nothing and everything


class Cell(NamedTuple):
    """Pairs of levels with this factor that rules of the chapter were judged under. shade: 0, none, to STEPS, all."""

    seen: int
    of: int
    shade: int


class HeatMap(NamedTuple):
    """factors: the columns; rows: name of a chapter, and a cell for each factor, None where no rule depends on it.

    missing: rules with the pairs that were not seen, those with most first.
    """

    factors: list[str]
    rows: list[tuple[str, list[Cell | None]]]
    missing: list[tuple[str, int, list[str]]]


def heat_map(result: Json, most: int = 40) -> HeatMap | None:
    """The map of a result; None where the result has no conditions (an older document, or nothing judged)."""
    rules = [rule for rule in result["requirements"] if rule.get("conditions")]
    sums: dict[tuple[str, str], list[int]] = {}
    for rule in rules:
        for pair in rule["conditions"]["pairs"]:
            for factor in pair["factors"]:
                total = sums.setdefault((rule["chapter"], factor), [0, 0])
                total[0] += pair["seen"]
                total[1] += pair["of"]
    factors = sorted({factor for _, factor in sums})
    if not factors:
        return None
    names = [chapter["name"] for chapter in result["chapters"]]
    rows = [(CHAPTERS.get(name, name), [_cell(sums.get((name, factor))) for factor in factors]) for name in names]
    return HeatMap(factors, rows, _missing(rules)[:most])


def _cell(total: list[int] | None) -> Cell | None:
    if not total or not total[1]:
        return None
    seen, existing = total
    return Cell(seen, existing, STEPS if seen == existing else seen * STEPS // existing)


def _missing(rules: list[Any]) -> list[tuple[str, int, list[str]]]:
    found = []
    for rule in rules:
        conditions = rule["conditions"]
        named = [f"{' × '.join(pair['factors'])}: {name}" for pair in conditions["pairs"] for name in pair["missing"]]
        if count := conditions["of"] - conditions["seen"]:
            found.append((rule["id"], count, named[:12]))
    return sorted(found, key=lambda entry: -entry[1])
