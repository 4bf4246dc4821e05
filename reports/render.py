"""All views of one run, written beside its result.json."""

from __future__ import annotations

import json
from pathlib import Path

from reports.formats.allure import allure
from reports.formats.badge import badge_json, badge_svg
from reports.formats.ctrf import ctrf
from reports.formats.junit import junit
from reports.formats.summary import summary
from reports.html.page import page
from reports.run import read


def render(directory: Path) -> None:
    """See `reports.render_all`."""
    run = read(directory)
    (directory / "junit.xml").write_bytes(junit(run))
    _text(directory / "ctrf.json", json.dumps(ctrf(run), indent=1, ensure_ascii=False) + "\n")
    _text(directory / "badge.json", json.dumps(badge_json(run), ensure_ascii=False) + "\n")
    _text(directory / "badge.svg", badge_svg(run))
    _text(directory / "summary.md", summary(run))
    allure(run, directory / "allure-results")
    _text(directory / "report.html", page(run))


def _text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
