"""The kill matrix: its page, and its totals in the report of a run of the same suite."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import main
from conformance.core.command_line import MARK
from reports import render_all
from reports.kill_matrix import page, read
from tests.reports import examples
from tests.reports.test_browser import BROWSER, CHECKED, WIDE, browse, found
from tests.reports.test_page import Page
from tests.reports.test_schemas import validator

Json = dict[str, Any]


def fault(name: str, requirement: str, chapter: str, under: list[str], kind: str = "always") -> Json:
    proof = {"requests_to_first": 9, "shrunk": 2} if under else {"requests_to_first": None, "shrunk": None}
    words = {"found": bool(under), "under": under, "findings": len(under), **proof}
    words["found_by"] = ["generated/coverage", "line_items/quantity"] if under else []
    return {"name": name, "requirement": requirement, "chapter": chapter, "kind": kind, **words}


def matrix(suite: str = "0.1.0") -> Json:
    faults = [
        fault("keeps-the-line", "QTY-ZERO", "line_items", ["QTY-ZERO"]),
        fault("keeps-it-once", "QTY-ZERO", "line_items", [], "repeat"),
        fault("other-market-reads", "MARKET-SAME", "marketplace", ["MARKET-SAME", "NO-SUCH-RULE"]),
        fault("odd", "NO-SUCH-RULE", "elsewhere", ["QTY-ZERO"]),
    ]
    return {"format": 1, "suite": suite, "totals": {"faults": 4, "found": 3, "right_id": 2}, "faults": faults}


def large() -> Json:
    """As many faults as the mock has, twice."""
    faults = [
        fault(f"fault-number-{n}-of-a-kind", f"RULE-{n % 100}", "money", [f"RULE-{n % 100}"]) for n in range(1600)
    ]
    return {
        "format": 1,
        "suite": "0.1.0",
        "totals": {"faults": 1600, "found": 1600, "right_id": 1600},
        "faults": faults,
    }


def report(folder: Path, kills: Json) -> Page:
    examples.write(folder, examples.conformant())
    (folder / "kill-matrix.json").write_text(json.dumps(kills))
    render_all(folder)
    return Page((folder / "report.html").read_text(encoding="utf-8"))


def links(shown: Page) -> tuple[set[str], list[str]]:
    return {a["href"] or "" for _, a in shown.tags if "href" in a}, shown.ids()


@pytest.mark.parametrize("make", [matrix, large])
def test_the_examples_keep_the_schema(make: Any) -> None:
    assert [str(error) for error in validator("kill-matrix").iter_errors(make())] == []


# ---------------------------------------------------------------- in a report


def test_a_report_has_the_totals(tmp_path: Path) -> None:
    shown = report(tmp_path, matrix())
    assert "judged 4 shops" in shown.text and "found 3, 2 of them" in shown.text
    assert "QTY-ZERO 1 of 2" in " ".join(shown.text.split())
    assert "keeps-it-once" in shown.text and "1 of 2 that were built in on purpose are found" in shown.text
    targets, ids = links(shown)
    assert "#kill-matrix" in targets and targets <= {f"#{identifier}" for identifier in ids}


def test_not_of_another_suite(tmp_path: Path) -> None:
    """Another version's figures say nothing of the rules that judged this run."""
    shown = report(tmp_path, matrix("0.0.9"))
    assert "kill-matrix" not in shown.ids() and "keeps-it-once" not in shown.text


@pytest.mark.parametrize(
    "text", ["", "[]", '{"format": 1}', '{"format": 1, "suite": "0.1.0", "totals": {}, "faults": []}']
)
def test_a_broken_one_costs_no_report(tmp_path: Path, text: str) -> None:
    examples.write(tmp_path, examples.conformant())
    (tmp_path / "kill-matrix.json").write_text(text)
    render_all(tmp_path)
    assert (tmp_path / "report.html").is_file()


def test_a_large_one_adds_little(tmp_path: Path) -> None:
    examples.write(tmp_path, examples.conformant())
    render_all(tmp_path)
    without = (tmp_path / "report.html").stat().st_size
    report(tmp_path, large())
    assert (tmp_path / "report.html").stat().st_size - without < 40_000


# ---------------------------------------------------------------- the page


def test_the_page_says_what_matters() -> None:
    shown = Page(page(matrix()))
    text = " ".join(shown.text.split())
    assert "3 of 4 faults found" in text and "kill matrix of suite 0.1.0" in text
    assert "keeps-it-once, a fault of QTY-ZERO" in text
    assert "1 fault was found under other requirements" in text
    targets, ids = links(shown)
    assert {"#QTY-ZERO", "#MARKET-SAME", "#c-line_items"} <= targets <= {f"#{identifier}" for identifier in ids}
    assert len(ids) == len(set(ids))
    assert not any(tag in ("img", "link", "iframe") for tag, _ in shown.tags)


def test_a_large_page_is_small() -> None:
    assert len(page(large()).encode()) < 1_000_000


def test_the_command_writes_the_page_beside_the_matrix_or_where_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kill-matrix.json"
    path.write_text(json.dumps(matrix()))
    assert main(["matrix", str(path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'kill-matrix.html'}\n"
    assert main(["matrix", str(path), "--out", str(tmp_path / "index.html")]) == 0
    assert (tmp_path / "index.html").read_text() == (tmp_path / "kill-matrix.html").read_text()
    assert (tmp_path / "index.html").read_text() == page(read(path)).removesuffix("\n") + "\n" + MARK


@pytest.mark.parametrize("text", ["", "{}", '{"format": 1, "suite": "x", "totals": {}, "faults": [{}]}'])
def test_the_command_refuses_what_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert main(["matrix", str(path)]) == 4
    assert str(path) in capsys.readouterr().err and not (tmp_path / "other.html").exists()


# ---------------------------------------------------------------- in a browser


needs_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kill-matrix.html"
    path.write_text(page(matrix()), encoding="utf-8")
    return path


@needs_browser
def test_a_deep_link_opens_its_requirement(file: Path, tmp_path: Path) -> None:
    document, console = browse(file, tmp_path, fragment="#QTY-ZERO")
    assert console == "" and "3 of 3 shown" in document
    assert 'id="QTY-ZERO" data-level="" data-outcome="failed" open=""' in document


@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_window(file: Path, tmp_path: Path, width: int) -> None:
    document, _ = browse(file, tmp_path, WIDE, "", f"--window-size={width},900")
    assert found(document)[2] == []


@needs_browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessibility(file: Path, tmp_path: Path, axe: str, theme: str) -> None:
    check = axe.replace("</", "<\\/") + f"\ndocument.documentElement.dataset.theme = '{theme}';" + CHECKED
    document, _ = browse(file, tmp_path, check)
    assert found(document) == []
