"""Figures, their goals, the table, and the comparison with the last committed ones. Pure: nothing is measured here."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

WORSE = 1.25  # a ratio that got worse by this factor is told


@dataclass(frozen=True)
class Figure:
    """One measured value.

    most, least: the goal, if there is one. better: `lower` or `higher`. ratio: two things measured side by side, so that
    machines can be compared. points: (x, y) of a plot; over: what x is.
    """

    id: str
    what: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None
    better: str = "lower"
    ratio: bool = False
    note: str = ""
    points: tuple[tuple[float, float], ...] = ()
    over: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.most is None and self.least is None:
            return None
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)

    @property
    def goal(self) -> str:
        """The goal in words."""
        low = f"≥ {number(self.least)} {self.unit}" if self.least is not None else ""
        return (f"≤ {number(self.most)} {self.unit}" if self.most is not None else low).strip()


@dataclass(frozen=True)
class Worse:
    """A ratio that got worse: by which factor (1.5: half as bad again)."""

    id: str
    before: float
    now: float
    factor: float


def number(value: float | None) -> str:
    """Three digits that count."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    """The class of this machine, and how busy it is now: what a reader needs to compare absolute figures."""
    try:
        kib = int(Path("/proc/meminfo").read_text(encoding="utf-8").split("MemTotal:")[1].split()[0])
        memory: int | None = round(kib / 2**20)
    except (OSError, IndexError, ValueError):
        memory = None
    return {
        "cores": os.cpu_count() or 1,
        "architecture": platform.machine(),
        "system": platform.system(),
        "memory_gib": memory,
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def document(figures: Iterable[Figure], when: str, about: dict[str, Any]) -> dict[str, Any]:
    """What is written as JSON. Plain values only: reading it back gives the same figures."""
    return {"format": 1, "measured": when, "machine": about, "figures": [_plain(figure) for figure in figures]}


def _plain(figure: Figure) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(figure).items() if value not in (None, "", (), False)}
    return {**kept, "value": round(figure.value, 4), "points": [list(point) for point in figure.points]}


def figures_of(data: dict[str, Any]) -> list[Figure]:
    """The figures of a document. Raises ValueError if it is none of format 1."""
    if data.get("format") != 1 or not isinstance(data.get("figures"), list):
        raise ValueError("no figures of format 1")
    return [
        Figure(**{**entry, "points": tuple((float(x), float(y)) for x, y in entry.get("points", []))})
        for entry in data["figures"]
    ]


def compare(before: Iterable[Figure], now: Iterable[Figure]) -> list[Worse]:
    """The ratios that are worse by a quarter or more than they were; those that only one side has are passed over."""
    known = {entry.id: entry for entry in before if entry.ratio}
    found = []
    for item in now:
        earlier = known.get(item.id)
        if not item.ratio or earlier is None or min(item.value, earlier.value) <= 0:
            continue
        factor = item.value / earlier.value if item.better == "lower" else earlier.value / item.value
        if factor >= WORSE:
            found.append(Worse(item.id, earlier.value, item.value, factor))
    return found


def rows(figures: Iterable[Figure], before: Iterable[Figure] = ()) -> list[tuple[str, str, str, str, str]]:
    """(what, figure, goal, met or missed, the last committed figure)."""
    known = {entry.id: entry for entry in before}
    marks = {True: "met", False: "MISSED", None: ""}
    return [
        (
            figure.what,
            f"{number(figure.value)} {figure.unit}".strip(),
            figure.goal,
            marks[figure.met],
            number(known[figure.id].value) if figure.id in known else "",
        )
        for figure in figures
    ]


HEAD = ("what", "figure", "goal", "", "committed")


def table(figures: Iterable[Figure], before: Iterable[Figure] = ()) -> str:
    """Goals and figures side by side, for a terminal."""
    lines = [HEAD, *rows(figures, before)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(HEAD))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([shown[0], "-" * min(140, sum(widths) + 8), *shown[1:]])
