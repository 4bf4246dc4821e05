"""report.html in a real browser: no console error, filters, deep links, copying, and an accessibility checker.

A checking script is put into a copy of the page, its hash into the copy's policy; what it found is read from the
dumped document. Skipped without chromium; the accessibility check also without npm or its registry.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")


def browse(page: Path, tmp_path: Path, check: str = "", fragment: str = "", *flags: str) -> tuple[str, str]:
    """Open a page in a browser of its own: (document afterwards, console lines). `check` may call done(value)."""
    assert BROWSER
    html = page.read_text(encoding="utf-8")
    copy = tmp_path / "page.html"
    if check:
        script = "const done = (value) => { document.body.dataset.found = JSON.stringify(value); };\n" + check
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        html = html.replace("script-src ", f"script-src 'sha256-{digest}' ", 1).replace(
            "</body>", f"<script>{script}</script></body>"
        )
    copy.write_text(html, encoding="utf-8")
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"]
    shown = ["--enable-logging=stderr", "--virtual-time-budget=20000", "--dump-dom"]
    command = [BROWSER, *quiet, *shown, f"--user-data-dir={tmp_path / 'profile'}", *flags, f"{copy.as_uri()}{fragment}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, errors="replace")
    console = "\n".join(line for line in ran.stderr.splitlines() if "CONSOLE" in line)
    return ran.stdout, console


def found(document: str) -> Any:
    match = re.search(r'data-found="([^"]*)"', document)
    assert match, "the check did not finish"
    return json.loads(unescape(match[1]))


@pytest.mark.parametrize("name", ["conformant", "faulty", "incomplete", "hostile"])
def test_the_console_stays_silent(rendered: dict[str, Path], name: str, tmp_path: Path) -> None:
    document, console = browse(rendered[name] / "report.html", tmp_path)
    assert console == "" and "74 of 74 shown" in document


def test_a_deep_link_opens_its_requirement(rendered: dict[str, Path], tmp_path: Path) -> None:
    document, _ = browse(rendered["faulty"] / "report.html", tmp_path, fragment="#PAY-LOCK")
    opened = re.findall(r'<details class="rule [^>]*id="([^"]*)"[^>]* open=', document)
    assert opened == ["PAY-LOCK"]


FILTERS = """
const rules = [...document.querySelectorAll("details.rule")];
const shown = () => rules.filter((e) => e.offsetParent !== null).map((e) => e.id);
const press = (selector) => document.querySelector(selector).click();
const set = (selector, value) => {
  const box = document.querySelector(selector);
  box.value = value;
  box.dispatchEvent(new Event("input", {bubbles: true}));
};
const out = {all: shown().length};
press('[data-outcome="failed"]'); out.failed = shown();
press('[data-outcome="waived"]'); out.either = shown();
press('[data-outcome="failed"]'); press('[data-outcome="waived"]');
press('[data-level="READING"]'); out.reading = shown(); press('[data-level="READING"]');
set("[data-chapter]", "coupons"); out.chapter = shown();
set("[data-text]", "second"); out.text = shown(); out.count = document.querySelector("[data-count]").textContent;
location.hash = "#PAY-LOCK";
setTimeout(() => {
  out.revealed = shown().length; out.open = document.getElementById("PAY-LOCK").open;
  out.before = getComputedStyle(document.body).backgroundColor;
  press("[data-theme-toggle]"); out.after = getComputedStyle(document.body).backgroundColor;
  const button = document.querySelector("[data-copy]");
  let copied = null;
  Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => { copied = text; }}});
  button.click();
  setTimeout(() => { out.copied = copied; out.label = button.textContent; done(out); }, 50);
}, 50);
"""


def test_filters_deep_links_theme_and_copying_work(rendered: dict[str, Path], tmp_path: Path) -> None:
    document, console = browse(rendered["faulty"] / "report.html", tmp_path, FILTERS)
    out = found(document)
    assert console == ""
    assert out["all"] == 74 and sorted(out["failed"]) == ["MARKET-SAME", "PRICE-TOTAL", "QTY-ZERO"]
    assert sorted(out["either"]) == ["MARKET-SAME", "PAY-LOCK", "PRICE-TOTAL", "QTY-ZERO"]
    assert sorted(out["reading"]) == ["COUPON-CONDITION", "PAY-READ-AFTER", "SESSION-NO-LINES"]
    assert len(out["chapter"]) == 6 and out["text"] == ["COUPON-ONE"] and out["count"] == "1 of 74 shown"
    assert out["revealed"] == 74 and out["open"] is True
    assert out["before"] != out["after"]
    assert out["copied"] == (rendered["faulty"] / "scripts" / "MARKET-SAME.sh").read_text() and out["label"] == "Copied"


WIDE = """
for (const e of document.querySelectorAll("details")) e.open = true;
const within = ".contents ul, .scroll > *, pre, .skip, script";  // these scroll, or are not seen
const wide = [...document.querySelectorAll("body *")].filter(
  (e) => !e.closest(within) && e.getBoundingClientRect().right > innerWidth + 1);
done([innerWidth, document.documentElement.scrollWidth, wide.map((e) => e.outerHTML.slice(0, 150))]);
"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(rendered: dict[str, Path], tmp_path: Path, width: int) -> None:
    document, _ = browse(rendered["hostile"] / "report.html", tmp_path, WIDE, "", f"--window-size={width},900")
    inner, scrolled, wide = found(document)
    assert wide == [] and scrolled <= inner <= max(width, 500)  # 500: the least that chromium gives a window


CHECKED = """
for (const e of document.querySelectorAll("details")) e.open = true;
axe.run(document, {resultTypes: ["violations"]}).then(
  (r) => done(r.violations.map((v) => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)])));
"""


@pytest.mark.parametrize(("name", "theme"), [("faulty", "light"), ("incomplete", "dark")])
def test_accessibility(rendered: dict[str, Path], tmp_path: Path, axe: str, name: str, theme: str) -> None:
    check = axe.replace("</", "<\\/") + f"\ndocument.documentElement.dataset.theme = '{theme}';" + CHECKED
    document, _ = browse(rendered[name] / "report.html", tmp_path, check)
    assert found(document) == []


NARROW = """
const menu = document.querySelector(".contents ul");
const code = document.querySelector(".address code");
const width = document.documentElement.clientWidth;
const links = [...menu.querySelectorAll("a")].map((link) => link.getBoundingClientRect());
done({
  cut: menu.scrollWidth > menu.clientWidth || links.some((link) => link.right > width),
  lines: new Set([...code.getClientRects()].map((part) => Math.round(part.top))).size,
  wide: document.documentElement.scrollWidth > width,
});
"""


def test_a_narrow_screen_shows_the_whole_menu_and_the_address_in_one_piece(
    rendered: dict[str, Path], tmp_path: Path
) -> None:
    document, _ = browse(rendered["faulty"] / "report.html", tmp_path, NARROW, "", "--window-size=400,1800")
    assert found(document) == {"cut": False, "lines": 1, "wide": False}
