"""The heat map adds up the pairs of conditions, chapter by chapter."""

from __future__ import annotations

from typing import Any

from reports.html.heat_map import STEPS, Cell, heat_map


def rule(name: str, chapter: str, *pairs: tuple[str, str, int, int]) -> dict[str, Any]:
    listed = [{"factors": [item, two], "seen": seen, "of": of, "missing": []} for item, two, seen, of in pairs]
    conditions = {"seen": sum(pair[2] for pair in pairs), "of": sum(pair[3] for pair in pairs), "pairs": listed}
    return {"id": name, "chapter": chapter, "conditions": conditions}


def result(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"requirements": list(rules), "chapters": [{"name": "sessions"}, {"name": "money"}]}


def test_pairs_add_up_by_chapter_and_factor() -> None:
    found = heat_map(
        result(
            rule("A", "sessions", ("coupon", "lines", 4, 4), ("lines", "option", 1, 4)),
            rule("B", "money", ("coupon", "lines", 0, 5)),
        )
    )
    assert found and found.factors == ["coupon", "lines", "option"]
    assert found.rows == [
        ("Sessions", [Cell(4, 4, STEPS), Cell(5, 8, 3), Cell(1, 4, 1)]),
        ("Money", [Cell(0, 5, 0), Cell(0, 5, 0), None]),
    ]
    assert [entry[:2] for entry in found.missing] == [("B", 5), ("A", 3)]


def test_a_result_without_conditions_has_no_map() -> None:
    assert heat_map(result({"id": "A", "chapter": "sessions"})) is None
