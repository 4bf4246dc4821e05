"""JUnit, CTRF, Allure, badge, step summary, terminal: complete, safe, and the same each time."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pytest

from conformance.__main__ import main
from reports import render_all
from reports.formats.summary import summary as step_summary
from reports.needs import reason
from reports.run import read
from reports.terminal import print_summary, wants_colour
from tests.reports import example_parts as parts
from tests.reports import examples

NAMES = ["conformant", "faulty", "incomplete", "hostile"]
ROOT = Path(__file__).parents[2]


def result_of(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / "result.json").read_text())
    return result


@pytest.mark.parametrize("name", NAMES)
def test_junit_has_a_testcase_for_each_requirement(rendered: dict[str, Path], name: str) -> None:
    root = Tree.parse(rendered[name] / "junit.xml").getroot()
    cases = {(case.get("name") or "").split(" ")[0]: case for case in root.iter("testcase")}
    result = result_of(rendered[name])
    assert len(list(root.iter("testcase"))) == len(result["requirements"]) + 1  # and the verdict
    for rule in result["requirements"]:
        case = cases[rule["id"]]
        assert (case.find("failure") is not None) == (rule["outcome"] == "failed")
        assert (case.find("skipped") is not None) == (rule["outcome"] in ("unjudged", "waived"))
        if rule["outcome"] in ("unjudged", "waived") and name != "hostile":
            skipped = case.find("skipped")
            assert skipped is not None and reason(rule) in (skipped.get("message") or "")
    for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.get(attribute) or len(list(root.iter(tag)))) == len(list(root.iter(tag)))
        assert sum(int(suite.get(attribute) or "") for suite in root.iter("testsuite")) == len(list(root.iter(tag)))


@pytest.mark.parametrize("name", NAMES)
def test_ctrf_counts_what_it_lists(rendered: dict[str, Path], name: str) -> None:
    document = json.loads((rendered[name] / "ctrf.json").read_text(encoding="utf-8"))
    tests, summary = document["results"]["tests"], document["results"]["summary"]
    assert summary["tests"] == len(tests) == len(result_of(rendered[name])["requirements"]) + 1
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert summary[status] == sum(test["status"] == status for test in tests)
    assert document["reportFormat"] == "CTRF" and summary["start"] < summary["stop"]


def test_allure_results_are_linked_and_carry_the_exchanges(rendered: dict[str, Path]) -> None:
    folder = rendered["faulty"] / "allure-results"
    results = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*-result.json")]
    assert len(results) == 75 and len({r["historyId"] for r in results}) == 75
    broken = next(r for r in results if r["name"].startswith("QTY-ZERO"))
    assert broken["status"] == "failed" and broken["links"][0]["type"] == "requirement"
    assert {"name": "severity", "value": "critical"} in broken["labels"]
    attached = broken["steps"][0]["attachments"]
    assert len(attached) == 4 and all((folder / item["source"]).is_file() for item in attached)
    assert json.loads((folder / attached[0]["source"]).read_text())["id"] == "w2-17/1"
    assert (folder / "categories.json").is_file() and "Verdict=not conformant" in (
        folder / "environment.properties"
    ).read_text()


def test_allure_history_lines_up_between_runs_and_old_results_go(tmp_path: Path) -> None:
    folder = examples.write(tmp_path, examples.faulty())
    render_all(folder)
    first = {json.loads(p.read_text())["historyId"] for p in (folder / "allure-results").glob("*-result.json")}
    (folder / "allure-results" / "history").mkdir()
    (folder / "allure-results" / "history" / "history.json").write_text("{}")
    examples.write(folder, (examples.faulty()[0] | {"started": "2025-11-25T02:10:00Z"}, []))
    render_all(folder)
    again = [json.loads(p.read_text())["historyId"] for p in (folder / "allure-results").glob("*-result.json")]
    assert set(again) == first and len(again) == len(first)
    assert (folder / "allure-results" / "history" / "history.json").is_file()
    foreign = folder / "allure-results" / "0-result.json"
    foreign.write_text('{"labels": [{"name": "epic", "value": "another suite"}], "steps": []}')
    render_all(folder)
    assert foreign.is_file()


def test_badge_says_the_verdict(rendered: dict[str, Path]) -> None:
    badge = json.loads((rendered["faulty"] / "badge.json").read_text(encoding="utf-8"))
    assert badge["schemaVersion"] == 1 and badge["message"] == "not conformant · 72 of 74 judged"
    picture = Tree.parse(rendered["faulty"] / "badge.svg").getroot()
    assert picture.get("aria-label") == "guest checkout: not conformant · 72 of 74 judged"


def test_step_summary_tells_the_findings_and_nothing_of_a_server_is_markup(rendered: dict[str, Path]) -> None:
    text = (rendered["faulty"] / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("## ❌ shop-under-test is not conformant")
    assert "`status 400 with errorId 15029`" in text and "scripts/MARKET-SAME.sh" in text
    nasty = (rendered["hostile"] / "summary.md").read_text(encoding="utf-8")
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", nasty)  # code spans are text whatever they hold
    assert not re.search(r"(?<!\\)<(?!/?details|/?summary)", outside)
    assert not re.search(r"(?m)^## heading|(?<!\\)@someone|^::", outside)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", nasty)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_run_gives_the_same_bytes(rendered: dict[str, Path], name: str, tmp_path: Path) -> None:
    other = examples.write(tmp_path / "elsewhere", getattr(examples, name)())
    render_all(other)
    names = {path.relative_to(other) for path in other.rglob("*") if path.is_file()}
    assert names == {path.relative_to(rendered[name]) for path in rendered[name].rglob("*") if path.is_file()}
    for path in names:
        assert (other / path).read_bytes() == (rendered[name] / path).read_bytes(), path


def terminal(result: dict[str, Any], colour: bool, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    print_summary(result, out, colour, Path("reports/latest"))
    out.flush()
    return raw.getvalue().decode(encoding)


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def test_the_verdict_is_wrapped_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = result_of_long_verdict()
    for out, whole in ((Screen(), False), (io.StringIO(), True)):
        print_summary(result, out, colour=False)
        shown = out.getvalue()
        assert (result["sentence"] in shown) is whole and result["sentence"] in " ".join(shown.split())
        assert whole or max(map(len, shown.splitlines())) <= 80


def result_of_long_verdict() -> dict[str, Any]:
    sentence = "Nothing failed, but SESSION-ISOLATED and 35 more could not be judged (budget spent); 62 of 103 were."
    return {**examples.conformant()[0], "sentence": sentence}


def test_terminal_begins_with_the_verdict_and_tells_each_finding() -> None:
    text = terminal(examples.faulty()[0], False)
    assert text.strip().startswith("shop-under-test is not conformant: 72 of 74 requirements judged, 3 failed.")
    for part in (
        "QTY-ZERO",
        "rule ",
        "expected ",
        "seen ",
        "reports/latest/scripts/QTY-ZERO.sh",
        "Readings taken",
        "blocked by PRICE-TOTAL: COUPON-REMOVE",
    ):
        assert part in text
    assert "\x1b" not in text and max(map(len, text.splitlines())) <= 110


def test_a_quick_run_is_told_from_a_whole_one() -> None:
    result = examples.conformant()[0]
    assert "quick" not in terminal(result, False) and "seed 0\n" in terminal(result, False)
    text = " ".join(terminal(result | {"scope": "quick"}, False).split())
    assert "seed 0 · quick: one case of each rule" in text


def test_terminal_lets_no_control_character_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    result = examples.hostile()[0]
    coloured = terminal(result, True)
    assert "\x1b[31m" in coloured
    for text in (terminal(result, False), re.sub(r"\x1b\[(31|32|33|2|1|0)m", "", coloured)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028\ud800-\udfff]", text)
    assert not re.search(r"(?m)^(::|##)", coloured)
    terminal(result, True, "ascii")  # what a terminal cannot show is escaped, never an error


def test_no_colour_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert wants_colour(Terminal()) and not wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(Terminal())
    assert "\x1b" not in terminal(examples.faulty()[0], True)


def test_command_renders_again_and_refuses_what_is_no_run(tmp_path: Path) -> None:
    folder = examples.write(tmp_path / "run", examples.faulty())
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "report", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0 and "not conformant" in done.stdout and (folder / "report.html").is_file()
    refused = subprocess.run(
        [sys.executable, "-m", "conformance", "report", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert refused.returncode == 4 and refused.stderr.count("\n") == 1 and "Traceback" not in refused.stderr


def test_a_kept_run_has_every_view_and_only_the_exchanges_of_findings(tmp_path: Path) -> None:
    folder = examples.write(tmp_path / "run", examples.faulty())
    with (folder / "exchanges.jsonl").open("a") as file:
        file.write(json.dumps(parts.exchange("w7", 1, "getGuestCheckoutSession", "/1", None, 200, {})) + "\n")
    render_all(folder)
    kept = tmp_path / "kept"
    assert main(["keep", str(folder), str(kept)]) == 0
    assert len((kept / "exchanges.jsonl").read_text().splitlines()) == 7
    names = {path.relative_to(kept) for path in kept.rglob("*") if path.is_file()}
    assert names == {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    page = (kept / "report.html").read_bytes()
    assert page == (folder / "report.html").read_bytes()


def test_import_is_cheap() -> None:
    late = ("jinja2", "xml.etree", "difflib")
    code = f"import sys, reports, reports.terminal; print([m for m in {late} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]"


def test_a_run_that_judged_nothing_lists_nothing_that_was_not_judged(tmp_path: Path) -> None:
    """The target was down: what the profile does not offer beside that helps nobody."""
    result, _ = examples.incomplete()
    gone = {"unjudged": {"reason": "not_offered", "requirement": "", "needs": ["coupon"], "detail": ""}, "reason": "x"}
    for requirement in result["requirements"]:
        requirement |= {"outcome": "unjudged", "findings": [], **gone}
    result |= {"stopped": "The target cannot be reached: connection refused.", "also_seen": [], "readings": []}
    for stopped, listed in ((result["stopped"], False), (None, True)):
        shown = parts.counted(result | {"stopped": stopped})
        assert ("Not judged" in terminal(shown, False)) is listed
        assert ("Not judged" in step_summary(read(examples.write(tmp_path, (shown, []))))) is listed
