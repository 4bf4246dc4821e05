"""The figures as one page: the table, and a plot for each figure that was measured at several sizes. Nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import log10
from typing import Any

from devtools.bench.figures import HEAD, Figure, Worse, number, rows

WIDTH, HEIGHT, LEFT, LOW = 420, 200, 56, 32
STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1d2430;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d5dae2}
.missed,.worse{color:#a3121f;font-weight:600}figure{display:inline-block;margin:1rem 1rem 0 0}figcaption{font-weight:600}
svg text{font:12px system-ui,sans-serif;fill:#444c59}small{color:#5b6472}
"""


def plot(points: Sequence[tuple[float, float]], over: str, unit: str) -> str:
    """An SVG of y over x, both on logarithmic axes, since sizes grow by factors. Values must be above zero."""
    xs, ys = [log10(max(x, 1e-9)) for x, _ in points], [log10(max(y, 1e-9)) for _, y in points]
    low, high = min(ys) - 0.1, max(ys) + 0.1
    span = (max(xs) - min(xs)) or 1.0
    right, top = WIDTH - 50, 22

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (x - min(xs)) / span * (right - LEFT)
        return round(across, 1), round(HEIGHT - LOW - (y - low) / (high - low) * (HEIGHT - LOW - top), 1)

    spots = [place(x, y) for x, y in zip(xs, ys, strict=True)]
    line = " ".join(f"{x},{y}" for x, y in spots)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{escape(unit)} over {escape(over)}">',
        f'<path d="M{LEFT} {top}V{HEIGHT - LOW}H{right}" fill="none" stroke="#9aa3b2"/>',
        f'<polyline points="{line}" fill="none" stroke="#2457c5" stroke-width="2"/>',
    ]
    for (across, down), (x, y) in zip(spots, points, strict=True):
        parts.append(f'<circle cx="{across}" cy="{down}" r="3.5" fill="#2457c5"/>')
        parts.append(f'<text x="{across + 6}" y="{down - 6}">{escape(number(y))}</text>')
        parts.append(f'<text x="{across}" y="{HEIGHT - LOW + 16}" text-anchor="middle">{escape(number(x))}</text>')
    parts.append(f'<text x="{right}" y="{HEIGHT - 2}" text-anchor="end">{escape(over)}</text>')
    parts.append(f'<text x="4" y="14">{escape(unit)}</text></svg>')
    return "".join(parts)


def page(
    figures: Sequence[Figure], before: Iterable[Figure], worse: Sequence[Worse], when: str, about: dict[str, Any]
) -> str:
    """A whole HTML document."""
    kind = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in about.items() if value is not None)
    words = "".join(
        f'<p class="worse">{escape(entry.id)} is {entry.factor:.2f} times as bad as the committed figure: '
        f"{number(entry.before)} before, {number(entry.now)} now.</p>"
        for entry in worse
    )
    head = "".join(f"<th>{escape(entry)}</th>" for entry in HEAD)
    body = "".join(
        f"<tr{' class=missed' if row[3] == 'MISSED' else ''}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        + (f"<tr><td colspan={len(HEAD)}><small>{escape(figure.note)}</small></td></tr>" if figure.note else "")
        for row, figure in zip(rows(figures, before), figures, strict=True)
    )
    plots = "".join(
        f"<figure><figcaption>{escape(figure.what)}</figcaption>{plot(figure.points, figure.over, figure.unit)}</figure>"
        for figure in figures
        if len(figure.points) > 1
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>What the suite costs</title>'
        f"<style>{STYLE}</style><h1>What the suite costs</h1><p>{escape(when)}; {escape(kind)}</p>{words}"
        f"<table><tr>{head}</tr>{body}</table>{plots}</html>\n"
    )


def markdown(figures: Sequence[Figure]) -> str:
    """The table for the documentation."""
    head = ("what", "figure", "goal", "")
    lines = [f"| {' | '.join(head)} |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(cell.replace('|', '/') for cell in row[:4])} |" for row in rows(figures)]
    return "\n".join(lines) + "\n"
