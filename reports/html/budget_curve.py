"""What a budget of requests buys, as a drawing and a table: calls against rules judged and against faults found."""

from __future__ import annotations

from math import log10

from reports.text import Json

WIDTH, HEIGHT, LEFT, TOP = 720, 340, 60, 30
RIGHT, BOTTOM = WIDTH - 150, HEIGHT - 50
CURVES = (("rules judged", "judged", "rules", "#1a56b0"), ("faults found", "found", "faults", "#b0501a"))


def name(point: Json) -> str:
    """A budget in words."""
    return str(point["budget"]) if point["budget"] else "whole run"


def table(curve: Json) -> str:
    """A Markdown table, a row for each budget; before it, of how many requirements and faults the figures speak."""
    rows = [
        f"| {name(point)} | {point['used']} | {point['judged']} of {curve['rules']} | {point['usual']} of {curve['usual_rules']} "
        f"| {point['found']} of {curve['faults']} |"
        for point in curve["points"]
    ]
    heads = "| `--budget` | requests sent | rules judged | of those that need nothing rare | faults found |"
    of = f"Measured when the suite had {curve['rules']} requirements, on {curve['faults']} of the mock's faults."
    return "\n".join([of, "", heads, "|---|---|---|---|---|", *rows]) + "\n"


def drawing(curve: Json) -> str:
    """An SVG: requests from left to right (a logarithmic scale), shares from bottom to top."""
    points = curve["points"]
    first, last = log10(max(1, points[0]["used"])), log10(max(2, points[-1]["used"]))

    def x(used: int) -> float:
        return round(LEFT + (log10(max(1, used)) - first) / max(0.01, last - first) * (RIGHT - LEFT), 1)

    def y(share: float) -> float:
        return round(BOTTOM - share * (BOTTOM - TOP), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        "<title>What a budget of requests buys</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for percent in (0, 25, 50, 75, 100):
        index = y(percent / 100)
        parts.append(f'<path d="M{LEFT} {index}H{RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{index + 4}" text-anchor="end">{percent} %</text>')
    for entry in points:
        parts.append(f'<path d="M{x(entry["used"])} {TOP}V{BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{x(entry["used"])}" y="{BOTTOM + 18}" text-anchor="middle">{entry["used"]}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 38}" text-anchor="middle">requests sent</text>')
    for _, key, whole, colour in CURVES:
        shares = [(x(point["used"]), y(point[key] / max(1, curve[whole]))) for point in points]
        line = " ".join(f"{across},{up}" for across, up in shares)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across}" cy="{up}" r="3.5" fill="{colour}"/>' for across, up in shares]
    for row, (words, _, _, colour) in enumerate(CURVES):
        index = TOP + 20 + 22 * row
        parts.append(f'<path d="M{RIGHT + 16} {index}h18" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{RIGHT + 40}" y="{index + 4}">{words}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
