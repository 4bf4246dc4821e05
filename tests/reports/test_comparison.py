"""Two runs side by side, and many through time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import main
from reports.comparison import compare
from reports.history import course, load, remember
from reports.html.comparison_views import markdown, page
from reports.html.trend import trend
from reports.run import read_result
from tests.reports import example_parts as parts
from tests.reports import examples
from tests.reports.test_page import Page

Json = dict[str, Any]
FOUND = parts.finding("RACE", "two orders", "one order", "two orders", [], [])


def refused(number: int, status: int, error: int, ms: float = 2.0) -> Json:
    intent = {"requirement": "SESSION-UNKNOWN", "case": f"case {number}"}
    answer = parts.refusal(error, "no")
    return parts.exchange("t", number, "getGuestCheckoutSession", "/1", None, status, answer, intent=intent, ms=ms)


def run(folder: Path, traffic: list[Json] | None = None, **outcomes: str) -> Path:
    """A run in which everything passed but what `outcomes` says, by id with _ for -."""
    result, _ = examples.conformant()
    for name, outcome in outcomes.items():
        found = [parts.finding(name.replace("_", "-"), "a", "b", "c", [], [])] if outcome == "failed" else []
        reason = "not offered: coupon" if outcome in ("unjudged", "waived") else None
        lacks = {"reason": "not_offered", "requirement": "", "needs": ["coupon"], "detail": ""}
        members = {"findings": found, "reason": reason, "unjudged": lacks if outcome == "unjudged" else None}
        parts.change(result, name.replace("_", "-"), outcome=outcome, **members)
    return examples.write(folder, (parts.counted(result), traffic or []))


def test_two_nights_show_what_broke_and_what_was_fixed(tmp_path: Path) -> None:
    a = run(tmp_path / "a", [refused(n, 400, 15003) for n in range(30)], QTY_SET="failed", COUPON_APPLY="unjudged")
    b = run(
        tmp_path / "b",
        [refused(n, 400, 15003, 9.0) for n in range(30)],
        QTY_ZERO="failed",
        SHIP_SET="unjudged",
        PAY_LOCK="waived",
    )
    result = json.loads((b / "result.json").read_text())
    parts.change(result, "PRICE-FEE", reading="per line")
    (b / "result.json").write_text(json.dumps(result))
    found = compare(a, b)
    assert not found.targets
    kinds = {
        kind: [row.id for row in found.of(kind)] for kind in ("broken", "fixed", "newly judged", "no longer judged")
    }
    assert kinds == {
        "broken": ["QTY-ZERO"],
        "fixed": ["QTY-SET"],
        "newly judged": ["COUPON-APPLY"],
        "no longer judged": ["SHIP-SET"],
    }
    assert [row.id for row in found.of("reading changed")] == ["PRICE-FEE"]
    assert [row.id for row in found.of("other")] == ["PAY-LOCK"]
    assert found.slower == [("getGuestCheckoutSession", 2.0, 9.0)]
    assert found.sentence().startswith("Since 2025-11-24 02:10: 1 broken, 1 fixed, 1 newly judged, 1 no longer judged")
    text = markdown(found)
    assert "### Broken (1)" in text and "| getGuestCheckoutSession | 2.0 ms | 9.0 ms |" in text


def test_a_run_of_what_failed_is_compared_in_few_words(tmp_path: Path) -> None:
    a = run(tmp_path / "a", QTY_ZERO="failed", QTY_SET="failed", COUPON_APPLY="failed")
    b = run(tmp_path / "b", QTY_ZERO="failed", QTY_SET="failed")
    result = json.loads((b / "result.json").read_text())
    asked = [requirement for requirement in result["requirements"] if requirement["id"] in ("QTY-ZERO", "QTY-SET")]
    for requirement in asked:
        requirement["findings"][0]["summary"] = "another"
    part = {"requirements": asked, "scope": "part", "started": "2025-11-25T02:10:00Z"}
    (b / "result.json").write_text(json.dumps(parts.counted(result | part)))
    found = compare(a, b)
    assert found.sentence() == "Since 2025-11-24: 2 findings changed"
    assert [row.id for row in found.of("other")] == ["COUPON-APPLY"]  # it failed, and nobody looked again
    text, html = markdown(found), Page(page(found)).text
    for shown in (text, html):
        assert "71 requirements of the other run were left out of the second." in shown
    assert "passed → not there" not in text and "PAY-LOCK" not in text
    assert not compare(b, a).of("newly judged")


def test_an_address_can_be_copied_and_no_name_of_a_machine_is_shown(tmp_path: Path) -> None:
    a, b = run(tmp_path / "a"), run(tmp_path / "b")
    result = json.loads((b / "result.json").read_text())
    lacking = {"reason": "not_offered", "requirement": "", "needs": ["item.stock"], "needs_in_words": ["little stock"]}
    parts.change(result, "SHIP-SET", outcome="unjudged", unjudged={**lacking, "detail": ""}, reason="item.stock")
    (b / "result.json").write_text(json.dumps(parts.counted(result)))
    found = compare(a, b)
    assert f"(`{result['target']['base_url']}`)" in markdown(found)
    for text in (markdown(found), page(found)):
        assert "not offered by the profile (little stock)" in text and "item.stock" not in text


def test_two_targets_have_a_fidelity_and_the_exchanges_that_differ(tmp_path: Path) -> None:
    a = run(tmp_path / "a", [refused(n, 400, 15003) for n in range(10)])
    b = run(tmp_path / "b", [refused(n, 404 if n == 3 else 400, 15003) for n in range(10)], QTY_ZERO="failed")
    result = json.loads((b / "result.json").read_text())
    result["target"] |= {"name": "sandbox", "base_url": "https://sandbox.example"}
    (b / "result.json").write_text(json.dumps(result))
    found = compare(a, b)
    assert found.targets and (found.alike, found.judged) == (73, 74)
    assert (found.answers, found.answers_alike, found.fields_alike) == (10, 9, 10)
    row = found.of("answers differ")[0]
    left, right = row.pairs[0]
    assert row.id == "SESSION-UNKNOWN" and left and right and (left["status"], right["status"]) == (400, 404)
    assert "agree on 73 of 74 requirements judged on both (98.6%)" in markdown(found)
    assert "404 Not Found 15003" in markdown(found)
    document = Page(page(found))
    assert "404 Not Found" in document.text and "Broken on the second alone" in document.text


def test_a_local_target_on_another_port_is_the_same_target(tmp_path: Path) -> None:
    """The mock takes a free port each night; with another prefix it is another shop."""
    folders = []
    for name, address in (
        ("a", "http://127.0.0.1:5001"),
        ("b", "http://127.0.0.1:5002"),
        ("c", "http://127.0.0.1:5003/x/f"),
    ):
        result, _ = examples.conformant()
        result["target"]["base_url"] = address
        folders.append(examples.write(tmp_path / name, (result, [])))
    a, b, c = folders
    assert not compare(a, b).targets and compare(a, c).targets and not compare(a, c, targets=False).targets


def test_a_run_is_like_itself(tmp_path: Path) -> None:
    folder = examples.write(tmp_path, examples.faulty())
    found = compare(folder, folder)
    assert {row.kind for row in found.rows} == {"same"} and found.fidelity == 1 and not found.slower
    assert found.sentence() == "Since 2025-11-24 02:10: nothing changed"


def test_hostile_runs_stay_text_in_comparison_and_trend(rendered: dict[str, Path]) -> None:
    found = compare(rendered["faulty"], rendered["hostile"])
    for html in (page(found), trend(rendered["hostile"])):
        assert "<img" not in html and html.count("<script>") == 1 and "\x1b" not in html
        for tag, attributes in Page(html).tags:
            assert tag not in ("img", "link") and not any(n in ("src", "style") or n[:2] == "on" for n in attributes)
    text = markdown(found)
    outside = re.sub(r"(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)", "", text)  # code spans, whatever their fence
    assert "\x1b" not in text and not re.search(r"(?m)^## heading|(?<!\\)<img", outside)


def test_history_keeps_each_run_once(tmp_path: Path) -> None:
    folder = examples.write(tmp_path / "run", examples.faulty())
    file = tmp_path / "deep" / "history.jsonl"
    assert remember(read_result(folder), file) and not remember(read_result(folder), file)
    assert len(load(file)) == 1 and load(file)[0]["requirements"][0]["id"] == "SESSION-CREATE"
    examples.write(tmp_path / "later", (examples.conformant()[0] | {"started": "2025-11-25T02:10:00Z"}, []))
    (tmp_path / "junk.json").write_text('{"format": 1')
    (tmp_path / "other.json").write_text('{"format": 1, "requirements": [1]}')
    assert [past["started"][:10] for past in load(tmp_path)] == ["2025-11-24", "2025-11-25"]


@pytest.mark.parametrize(
    ("outcomes", "flakes", "changes"),
    [
        ("pppp", [], []),
        ("ppfpp", [2], []),
        ("ppff", [], [2]),
        ("pppf", [], [3]),
        ("pfpfp", [1, 3], []),
        ("ppfpff", [2], [4]),
        ("uupp", [], [2]),
        (".ppp", [], [1]),
    ],
)
def test_flakes_are_told_from_changes(outcomes: str, flakes: list[int], changes: list[int]) -> None:
    names = {"p": "passed", "f": "failed", "u": "unjudged"}
    rule = {"id": "RACE", "title": "t", "reading": None}
    runs = [{"requirements": [rule | {"outcome": names[c]}] if c != "." else []} for c in outcomes]
    found = course(rule | {"outcome": "passed"}, runs)
    assert (found.flakes, found.changes) == (flakes, changes)


def test_trend_tells_changes_flakes_and_versions(tmp_path: Path) -> None:
    for n in range(8):
        result, _ = examples.conformant()
        result |= {
            "started": f"2025-11-{n + 1:02d}T02:10:00Z",
            "suite": {"version": "1" if n < 4 else "2", "contract": "c"},
        }
        if n == 2:
            parts.change(result, "RACE", outcome="failed", findings=[FOUND])
        if n >= 6:
            parts.change(result, "QTY-ZERO", outcome="failed", findings=[FOUND])
            parts.change(result, "PRICE-FEE", reading="per line")
        examples.write(tmp_path / str(n), (parts.counted(result), []))
    document = Page(trend(tmp_path))
    assert (
        "2025-11-03 RACE Two changes at once act one after the other: failed once, passed before and after"
        in document.text
    )
    assert "2025-11-07 QTY-ZERO Quantity 0 removes just that line: passed, now failed" in document.text
    assert "the reading was “per unit”, now “per line”" in document.text
    assert "71 requirements with the same outcome in every run" in document.text


def test_runs_are_compared_remembered_and_drawn_as_a_trend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = run(tmp_path / "a"), run(tmp_path / "b", QTY_ZERO="failed")
    assert main(["compare", str(a), str(b), "--fail-if-worse", "--out", str(tmp_path / "out")]) == 1
    assert main(["compare", str(b), str(a), "--fail-if-worse", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "compare.html").is_file() and "1 fixed" in capsys.readouterr().out
    assert main(["remember", str(a), str(tmp_path / "h.jsonl")]) == 0
    assert main(["trend", str(tmp_path / "h.jsonl")]) == 0 and (tmp_path / "trend.html").is_file()
    assert main(["trend", str(tmp_path / "nothing")]) == 4
    (tmp_path / "empty").mkdir()
    assert main(["trend", str(tmp_path / "empty")]) == 4
    assert main(["compare", str(a), str(tmp_path / "empty")]) == 4
    assert "Traceback" not in capsys.readouterr().err
