"""`python -m devtools.bench.chart`: what a request costs by layer, from docs/bench.json, as docs/layers.svg.

The bench writes it too with `--write`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from devtools.bench.figures import Figure, figures_of, number

ROOT = Path(__file__).resolve().parents[2]
SOURCE, CHART = ROOT / "docs" / "bench.json", ROOT / "docs" / "layers.svg"
WIDTH, BAR, GAP, LEFT, RIGHT, TOP = 720, 20, 8, 190, 80, 34
LAYER, NAMED = "layer ", "each request: "


def chart(figures: Iterable[Figure]) -> str:
    """A bar for each layer, in the order of a request's way, with its microseconds and its share."""
    layers = [figure for figure in figures if figure.id.startswith(LAYER)]
    whole = sum(figure.value for figure in layers) or 1.0
    longest = max((figure.value for figure in layers), default=1.0) or 1.0
    height = TOP + len(layers) * (BAR + GAP) + GAP
    about = f"What a request costs by layer: {number(whole)} µs in one process"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{escape(about)}" font-family="system-ui,sans-serif" font-size="13" fill="#1d2430">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{GAP}" y="20" font-weight="600">{escape(about)}</text>',
    ]
    for row, figure in enumerate(layers):
        top = TOP + row * (BAR + GAP)
        width = max(1.0, figure.value / longest * (WIDTH - LEFT - RIGHT - GAP))
        name = figure.what.removeprefix(NAMED)
        colour = "#9aa3b2" if name == "wire" else "#2457c5"
        parts += [
            f'<text x="{LEFT - GAP}" y="{top + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>',
            f'<text x="{LEFT + width + 6:.1f}" y="{top + 15}">{number(figure.value)} µs, {figure.value / whole:.0%}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    figures = figures_of(json.loads(SOURCE.read_text(encoding="utf-8")))
    CHART.write_text(chart(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
