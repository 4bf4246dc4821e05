"""Views of a finished run, rendered from its result.json and exchanges.jsonl, long after the run too."""

from __future__ import annotations

from pathlib import Path


def render_all(directory: Path) -> None:
    """Write every view of the run in `directory` beside its result.json.

    report.html, junit.xml, ctrf.json, badge.json, badge.svg, summary.md and allure-results/. The same result gives the
    same bytes. Raises UnfitFile if result.json is no result of this format, OSError if it cannot be read.
    """
    from reports.render import render  # late: jinja2 and friends cost time that a run does not need at its start

    render(directory)
