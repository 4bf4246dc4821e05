"""The bench's table, page and comparison; a replay that sends the same; the stopwatch's own arithmetic; soak's sentences."""

from __future__ import annotations

import json
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devtools.bench import __main__ as bench
from devtools.bench.chart import CHART, SOURCE, chart
from devtools.bench.figures import Figure, compare, document, figures_of, machine, number, table
from devtools.bench.history import remember, usual
from devtools.bench.page import markdown, page, plot
from devtools.bench.replay import given_ids, payload_of, plan
from devtools.bench.speed import LAYERS
from devtools.bench.stopwatch import Stopwatch
from devtools.soak import Sample, Soaked, complaints, sentence

RUN = Figure("default", "default run", 12.34, "s", most=20)
RATIO = Figure("replay", "suite ÷ replay", 2.0, most=1.5, ratio=True)
RATE = Figure("machine", "machine ÷ client", 0.8, least=0.6, better="higher", ratio=True)
DEPTH = Figure("depth", "time & depth", 8.0, "s", points=((1.0, 1.0), (4.0, 3.0), (16.0, 8.0)), over="depth")
ALL = [RUN, RATIO, RATE, DEPTH]


def test_a_figure_meets_its_goal_or_misses_it() -> None:
    assert [entry.met for entry in ALL] == [True, False, True, None]
    assert [entry.goal for entry in ALL] == ["≤ 20 s", "≤ 1.5", "≥ 0.6", ""]
    assert replace(RATE, value=0.59).met is False and replace(RUN, value=20).met is True


@pytest.mark.parametrize(
    ("value", "shown"), [(None, ""), (0.12345, "0.123"), (12.34, "12.3"), (12345.6, "12,346"), (0, "0")]
)
def test_a_number_is_shown_with_three_digits(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_the_table_has_goals_and_figures_side_by_side() -> None:
    said = table(ALL, [replace(RUN, value=10.0)]).splitlines()
    assert said[2].split() == ["default", "run", "12.3", "s", "≤", "20", "s", "met", "10"]
    assert "MISSED" in said[3] and "MISSED" not in said[4]


def test_a_night_is_compared_with_the_middle_of_the_last_ones(tmp_path: Path) -> None:
    file = tmp_path / "bench" / "bench.jsonl"
    assert usual(file) == []
    for value in (9.0, 2.0, 2.2, 8.0, 2.1, 2.3):
        remember(file, [RUN, replace(RATIO, value=value)], "2030-01-01", machine())
    assert [(entry.id, entry.value) for entry in usual(file)] == [("replay", 2.2)]
    assert compare(usual(file), [replace(RATIO, value=2.8)])


def test_the_committed_chart_is_that_of_the_committed_figures() -> None:
    drawn = chart(figures_of(json.loads(SOURCE.read_text(encoding="utf-8"))))
    assert CHART.read_text(encoding="utf-8") == drawn
    assert len(ET.fromstring(drawn).findall("{*}rect")) == 1 + len(LAYERS)


def test_a_document_comes_back() -> None:
    data = json.loads(json.dumps(document(ALL, "2030-01-01", machine())))
    assert figures_of(data) == ALL and data["machine"]["cores"] >= 1
    with pytest.raises(ValueError, match="format 1"):
        figures_of({"format": 2})


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [
        (RATIO, replace(RATIO, value=2.4), None),
        (RATIO, replace(RATIO, value=2.5), 1.25),
        (RATIO, replace(RATIO, value=1.0), None),
        (RATE, replace(RATE, value=0.65), None),
        (RATE, replace(RATE, value=0.4), 2.0),
        (RATE, replace(RATE, value=3.0), None),
        (RUN, replace(RUN, value=100.0), None),  # seconds are the machine's affair
        (RATIO, RATE, None),
        (replace(RATIO, value=0.0), RATIO, None),
    ],
)
def test_a_ratio_that_is_a_quarter_worse_is_told(before: Figure, now: Figure, worse: float | None) -> None:
    found = compare([before], [now])
    assert [item.factor for item in found] == ([] if worse is None else [pytest.approx(worse)])


def test_the_page_is_whole_and_escaped() -> None:
    odd = replace(DEPTH, what="<b>&", note="<i>")
    worse = compare([replace(RATIO, value=1.0)], [RATIO])
    text = page([*ALL, odd], [RUN], worse, "2030-01-01", {"cores": 2, "memory_gib": None})
    assert "<b>&" not in text and "<i>" not in text and "http" not in text.replace("http-equiv", "")
    assert "replay is 2.00 times as bad" in text and text.count("<svg") == 2 and "cores 2" in text
    assert "class=missed" in text


def test_a_plot_is_xml_with_a_point_for_each_size() -> None:
    drawing = ET.fromstring(plot(DEPTH.points, "depth <", "s"))
    circles = [entry for entry in drawing.iter() if entry.tag == "circle"]
    across, down = ([float(circle.attrib[name]) for circle in circles] for name in ("cx", "cy"))
    assert across == sorted(across) and down == sorted(down, reverse=True) and len(circles) == 3
    assert abs((across[1] - across[0]) - (across[2] - across[1])) < 0.2  # logarithmic
    assert ET.fromstring(plot([(1, 0.0), (1, 0.0)], "", ""))  # nothing to divide by


def test_figures_are_a_table_in_markdown() -> None:
    lines = markdown(ALL).splitlines()
    assert lines[1] == "|---|---|---|---|" and lines[2] == "| default run | 12.3 s | ≤ 20 s | met |"


def test_figures_that_were_not_measured_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Measured, written, compared; figures that were not measured stay."""
    monkeypatch.setattr(bench, "COMMITTED", tmp_path / "bench.json")
    monkeypatch.setattr(bench, "MEASURES", {"a": lambda _: iter([RUN, RATIO]), "b": lambda _: iter([RATE])})
    assert bench.main(["--out", str(tmp_path), "--write"]) == 0
    assert "| default run |" in (tmp_path / "bench.md").read_text(encoding="utf-8")
    slow = replace(RATIO, value=3.0)
    monkeypatch.setattr(bench, "MEASURES", {"a": lambda _: iter([slow]), "b": lambda _: iter([RATE])})
    assert bench.main(["--out", str(tmp_path / "out"), "--only", "a", "--write"]) == 1
    assert "WORSE: replay was 2 and is 3" in capsys.readouterr().out
    kept = figures_of(json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")))
    assert [(entry.id, entry.value) for entry in kept] == [("replay", 3.0), ("default", 12.34), ("machine", 0.8)]


# ---------------------------------------------------------------- replay


def record(seq: int, url: str, answer: Any, body: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "trace": "t", "seq": seq, "concurrent": False,
        "operation": "getGuestCheckoutSession", "intent": None, "app": "app0", "method": "POST",
        "url": f"http://old{url}", "request_headers": {"Accept": "x"}, "request_body": body, "status": 200,
        "response_body": answer, "started": "2030-01-01T00:00:00.000Z", "ms": 5.0, **more,
    }  # fmt: skip


def test_ids_of_answers_are_found_where_they_are_used() -> None:
    session = {"checkoutSessionId": "111111", "lineItems": [{"lineItemId": "222222", "title": "222"}]}
    assert list(given_ids(session)) == ["111111", "222222"]
    again = plan(
        [record(0, "/initiate", session), record(1, "/333333", {}), record(2, "/111111", {}, {"lineItemId": "222222"})],
        "http://old", "http://new", {"app0": "Bearer x"},
    )  # fmt: skip
    assert [entry.learns for entry in again] == [True, False, False]
    assert [entry.ids for entry in again] == [[], [], ["111111", "222222"]]
    assert again[2].url == "http://new/111111" and again[2].headers == {"Accept": "x", "Authorization": "Bearer x"}


def test_what_was_sent_at_once_is_sent_at_once() -> None:
    race = {"trace": "races/x", "concurrent": True}
    later = "2030-01-01T00:00:00.006Z"
    again = plan(
        [record(0, "/", {}), record(1, "/", {}, **race), record(2, "/", {}, **race, started=later)], "a", "b", {}
    )
    assert [entry.at_once for entry in again] == [False, True, False]


@pytest.mark.parametrize(
    ("sent", "payload"),
    [
        (None, None),
        ({"a": "é"}, '{"a": "é"}'.encode()),
        ({"text": "{"}, b"{"),
        ({"text": "\\xff", "base64": "/w=="}, b"\xff"),
        ({"text": "a", "b": 1}, b'{"text": "a", "b": 1}'),
    ],
)
def test_a_replayed_request_has_the_bytes_that_were_sent(sent: Any, payload: bytes | None) -> None:
    assert payload_of(sent) == payload


def test_the_time_within_is_taken_off() -> None:
    watch = Stopwatch()
    inner = watch.door("wire", lambda: time.sleep(0.02))

    def work() -> None:
        time.sleep(0.01)
        inner()
        inner()

    watch.door("judging", work)()
    layers = watch.layers
    assert layers["wire"]["calls"] == 2 and layers["judging"]["requests"] == 2
    assert layers["wire"]["own"] >= 0.04 and layers["judging"]["whole"] >= 0.05
    assert layers["judging"]["own"] == pytest.approx(layers["judging"]["whole"] - layers["wire"]["whole"])


# ---------------------------------------------------------------- soak


def soaked(**late: float) -> Soaked:
    """Forty samples; the last twenty of them with other values."""
    steady = Sample(0.0, 0, 500.0, 60.0, 9, 1, 80.0, 15, 1.0)
    samples = [replace(steady, at_s=index * 10.0, **(late if index > 20 else {})) for index in range(1, 41)]  # type: ignore[arg-type]
    return Soaked(samples, requests=1000, walks=10)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ({}, None),
        ({"rss_mb": 64.0}, None),
        ({"rss_mb": 90.0}, "memory of this process"),
        ({"server_rss_mb": 120.0}, "memory of the mock"),
        ({"sockets": 2}, None),
        ({"sockets": 8}, "sockets"),
        ({"files": 30}, "open files"),
        ({"server_files": 30}, "open files of the mock"),
        ({"rate": 400.0}, None),
        ({"rate": 200.0}, "slower"),
        ({"cpu_ms": 2.0}, "more and more"),
    ],
)
def test_what_does_not_stay_as_it_was(late: dict[str, float], words: str | None) -> None:
    found = complaints(soaked(**late))
    assert [words in item for item in found] == [True] if words else found == []


def test_findings_and_ends_are_told_first() -> None:
    ended = replace(soaked(), findings={"QTY-SET: quantity": 3}, stopped="Nobody answers.")
    words = complaints(ended)
    assert words == ["Nobody answers.", "QTY-SET: quantity, 3 times."]
    assert sentence(ended, words) == "1,000 requests in 400 s: Nobody answers. (1 more)"
    assert "nothing grows" in sentence(soaked(), [])
    assert "too short" in complaints(Soaked(soaked().samples[:3]))[0]
