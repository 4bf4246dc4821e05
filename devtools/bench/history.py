"""The ratios of earlier nights, a line each: what this night is compared with."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from devtools.bench.figures import Figure, document, figures_of

NIGHTS = 5  # the middle of so many is what a night is compared with: a busy machine is no yardstick


def nights(file: Path) -> list[dict[str, Any]]:
    """The nights in a history file, oldest first; none where there is no file."""
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def usual(file: Path) -> list[Figure]:
    """Each ratio as it was in the last nights: their middle. Raises ValueError for lines that are no figures."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for night in nights(file)[-NIGHTS:]:
        for figure in figures_of(night):
            found[figure.id].append(figure)
    return [replace(each[-1], value=median(figure.value for figure in each)) for each in found.values()]


def remember(file: Path, figures: Iterable[Figure], when: str, about: dict[str, Any]) -> None:
    """Appends the ratios of a night."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ratios = [replace(figure, note="", points=()) for figure in figures if figure.ratio]
    with open(file, "a", encoding="utf-8") as lines:
        lines.write(json.dumps(document(ratios, when, about), ensure_ascii=False) + "\n")
