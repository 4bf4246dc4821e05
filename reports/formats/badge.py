"""A badge for a README: what shields.io reads from an endpoint (badge.json), and the picture itself (badge.svg)."""

from __future__ import annotations

from html import escape

from reports.run import Run
from reports.text import COLOURS

LABEL = "guest checkout"


def badge_json(run: Run) -> dict[str, object]:
    """The badge in the form of a shields.io endpoint, schema version 1."""
    return {
        "schemaVersion": 1,
        "label": LABEL,
        "message": run.result["badge"],
        "color": COLOURS[run.result["colour"]][1:],
    }


def badge_svg(run: Run) -> str:
    """The badge as an SVG picture, 20 high, that asks for nothing from anywhere."""
    message = run.result["badge"]
    left, right = (round(len(text) * 6.4) + 14 for text in (LABEL, message))
    colour = COLOURS[run.result["colour"]]
    words = "".join(
        f'<text x="{x}" y="14" textLength="{width - 14}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
        for x, width, text in ((left / 2, left, LABEL), (left + right / 2, right, message))
    )
    label = f"{escape(LABEL)}: {escape(message)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{label}">'
        f'<title>{label}</title><rect width="{left + right}" height="20" rx="3" fill="#44413b"/>'
        f'<path d="M{left} 0h{right - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{colour}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f"{words}</g></svg>\n"
    )
