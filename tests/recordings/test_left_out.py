"""What a recording leaves out is unknown: bodies, headers, calls; odd values in it are passed over."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.inputs.shapes import FAULTY, HEALTHY, _har, _z, entry_of, traffic
from tests.recordings.judging import failed, judged, passed

Json = dict[str, Any]
ODD: tuple[Any, ...] = (None, 7, -1, 1e300, 10**400, "", "text", "12,3", "\ud83d", [], [None, 1], {}, {"name": 1}, True)


def saved(path: Path, entries: list[Json]) -> Path:
    path.write_text(json.dumps(_har("x", entries)), encoding="utf-8")
    return path


def entries() -> list[Json]:
    return [entry_of(call, _z(call)) for call in traffic(HEALTHY)]


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
def test_a_call_that_is_not_recorded_is_no_breach(tmp_path: Path, known: bool) -> None:
    for gone in range(len(entries())):
        left = [entry for place, entry in enumerate(entries()) if place != gone]
        assert failed(judged(saved(tmp_path / "gap.har", left), known=known)) == set(), gone


def test_any_part_of_a_recording_breaks_nothing(tmp_path: Path) -> None:
    chance = random.Random(1)
    for _ in range(40):
        left = [entry for entry in entries() if chance.random() < 0.6]
        assert failed(judged(saved(tmp_path / "part.har", left), known=True)) == set(), left


def _without(entry: Json, part: str, name: str) -> Json:
    made = copy.deepcopy(entry)
    holder: Any = made[part]
    del holder[name]
    return made


@pytest.mark.parametrize(
    ("part", "name"),
    [("request", "postData"), ("request", "headers"), ("response", "content"), ("response", "headers")],
)
def test_what_is_taken_out_of_one_entry_is_no_breach(tmp_path: Path, part: str, name: str) -> None:
    for place, entry in enumerate(entries()):
        if name in entry[part]:
            listed = entries()
            listed[place] = _without(entry, part, name)
            found = judged(saved(tmp_path / "out.har", listed), known=True)
            assert failed(found) == set() and passed(found) > 60, place


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in an entry; of lists the first element."""
    if path:
        yield path
    children = node.items() if isinstance(node, dict) else list(enumerate(node))[:2] if isinstance(node, list) else ()
    for name, child in children:
        yield from paths(child, (*path, name))


def replaced(entry: Json, path: tuple[Any, ...], value: Any) -> Json:
    made = copy.deepcopy(entry)
    node: Any = made
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return made


@pytest.mark.parametrize("place", [0, 1, 8], ids=["initiate", "read", "payment"])
def test_odd_values_are_passed_over(tmp_path: Path, place: int) -> None:
    """Each member of an entry replaced by each odd value: no traceback, nothing found against the server."""
    entry = entries()[place]
    for path in paths(entry):
        if path[-1] == "value" or path == ("response", "status"):
            continue  # what a header or the status says is the server's word; below
        for value in ODD:
            listed = entries()[: place + 2]
            listed[place] = replaced(entry, path, value)
            assert failed(judged(saved(tmp_path / "odd.har", listed), known=True)) == set(), (path, value)


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_an_odd_status_is_no_answer(tmp_path: Path, value: Any) -> None:
    for place in range(3):
        listed = entries()[:4]
        listed[place] = replaced(listed[place], ("response", "status"), value)
        assert failed(judged(saved(tmp_path / "odd.har", listed), known=True)) == set()


def test_an_entry_that_is_none_is_counted(tmp_path: Path) -> None:
    found = judged(saved(tmp_path / "odd.har", [*entries(), {}, {"request": None}]), known=True)
    assert "2 entries of the recording could not be read and were passed over." in found.notes


def test_calls_that_went_together_are_only_observed(tmp_path: Path) -> None:
    listed = entries()
    for entry in listed:
        entry["startedDateTime"] = "2026-01-05T09:30:00Z"
    found = judged(saved(tmp_path / "same.har", listed), known=True)
    assert failed(found) == set() and any("went together" in note for note in found.notes)


@pytest.mark.parametrize(
    ("first", "ms", "second", "together"),
    [
        ("30:00.000123Z", 0.82, "30:00.000623Z", True),  # half a millisecond before the first was over
        ("30:00.000123Z", 0.82, "30:00.001003Z", False),
        ("30:00.000Z", 0.82, "30:00.000Z", False),  # each is cut to the millisecond
        ("30:00.000123Z", 1, "30:00.000623Z", False),  # the duration is
    ],
)
def test_clocks_finer_than_a_millisecond_tell_which_calls_overlap(
    tmp_path: Path, first: str, ms: float, second: str, together: bool
) -> None:
    calls = entries()[:3]
    assert [call["request"]["method"] for call in calls] == ["POST", "GET", "POST"]
    for call, at in zip(calls, ("29:59.990123Z", first, second), strict=True):
        call |= {"startedDateTime": f"2026-01-05T09:{at}", "time": ms, "timings": {}}
    found = judged(saved(tmp_path / "fine.har", calls), known=True)
    assert any("went together" in note for note in found.notes) == together


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
def test_a_read_that_overlaps_with_a_change_says_nothing_of_the_next(tmp_path: Path, known: bool) -> None:
    """It began while a change was under way and shows what was before; the change itself is judged."""
    calls = [entry_of(call, _z(call)) for call in traffic(FAULTY)]
    change, read = calls[1], copy.deepcopy(calls[0])
    began = datetime.fromisoformat(change["startedDateTime"].replace("Z", "+00:00"))
    session = json.loads(calls[0]["response"]["content"]["text"])["checkoutSessionId"]
    read["request"] |= {"method": "GET", "url": change["request"]["url"].rpartition("/")[0]}
    assert read["request"].pop("postData") and session in read["request"]["url"]
    read["startedDateTime"], change["time"] = (began + timedelta(milliseconds=5)).isoformat(), 400
    found = judged(saved(tmp_path / "overlap.har", [*calls, read]), known=known)
    assert failed(found) == {"QTY-ZERO"} and any("1 calls went together" in note for note in found.notes)


def test_an_everyday_word_as_a_token_breaks_nothing(tmp_path: Path) -> None:
    for word in ("null", "undefined", "test", "session", "true", "checkoutSessionId"):
        listed = entries()
        for entry in listed:
            entry["request"]["headers"].append({"name": "Authorization", "value": f"Bearer {word}"})
        found = judged(saved(tmp_path / "word.har", listed), known=True)
        assert failed(found) == set()
        assert found.traces[0].exchanges[0].body["checkoutSessionId"] == found.traces[0].exchanges[1].request.subject


def test_a_secret_is_taken_out_of_values(tmp_path: Path) -> None:
    secret = "v^1.1#i^1#p^1#r^0#I^3#t^z5xBHIWv7lUZi"
    listed = entries()
    for entry in listed:
        entry["request"]["headers"].append({"name": "Authorization", "value": f"Bearer {secret}"})
    text = listed[5]["response"]["content"]["text"]
    listed[5]["response"]["content"]["text"] = text.replace('"message":"', f'"message":"{secret} ')
    found = judged(saved(tmp_path / "secret.har", listed), known=True)
    assert secret not in json.dumps([exchange.record() for exchange in found.traces[0].exchanges])


def test_a_secret_is_taken_out_of_a_body_that_is_no_json(tmp_path: Path) -> None:
    secret = "v^1.1#i^1#p^1#r^0#I^3#t^z5xBHIWv7lUZi"
    listed = entries()
    for entry in listed:
        entry["request"]["headers"].append({"name": "Authorization", "value": f"Bearer {secret}"})
    changed = next(entry for entry in listed if "postData" in entry["request"])
    changed["request"]["postData"]["text"] = f"token={secret}"
    found = judged(saved(tmp_path / "secret.har", listed), known=True)
    assert secret not in json.dumps([exchange.record() for exchange in found.traces[0].exchanges], default=str)


def test_what_is_unseen_stays_so_in_our_own_exchanges(tmp_path: Path) -> None:
    listed = entries()
    for entry in listed:
        entry["request"].pop("postData", None)
    first = judged(saved(tmp_path / "a.har", listed), known=True)
    lines = [json.dumps(exchange.record(), default=str) for exchange in first.traces[0].exchanges]
    again = tmp_path / "b.jsonl"
    again.write_text("\ufeff" + "\n\n".join([*lines, '{"cut": ']), encoding="utf-8")
    second = judged(again, known=True)
    assert failed(first) == failed(second) == set()
    assert "The last line of b.jsonl is cut off and was passed over." in second.notes


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
def test_a_run_whose_token_was_refused_blames_nobody(tmp_path: Path, known: bool) -> None:
    """Our own exchanges of a run that was never let in: its credentials were wrong."""
    refused = {
        "errors": [{"errorId": 1001, "domain": "OAuth", "category": "REQUEST", "message": "Invalid access token"}]
    }
    made = judged(saved(tmp_path / "a.har", entries()[:1]), known=True).traces[0].exchanges[0]
    record = json.loads(json.dumps(made.record(), default=str)) | {"status": 401, "response_body": refused}
    record = {name: value for name, value in record.items() if name != "unseen"}
    (tmp_path / "b.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    found = judged(tmp_path / "b.jsonl", known=known)
    assert found.traces[0].exchanges[0].error_ids == [1001] and failed(found) == set()


def test_twins_are_judged_once(tmp_path: Path) -> None:
    other = copy.deepcopy(entries())
    for entry in other:
        entry["request"]["url"] = entry["request"]["url"].replace("apix.", "edge.")
    for twins in (entries(), other):
        found = judged(saved(tmp_path / "twin.har", [*entries(), *twins]), known=True)
        assert failed(found) == set() and len(found.traces) == 1 and len(found.traces[0].exchanges) == len(entries())


def test_an_entry_is_read_from_its_file(tmp_path: Path) -> None:
    listed = entries()
    (tmp_path / "read.json").write_text(listed[1]["response"]["content"]["text"], encoding="utf-8")
    listed[1]["response"]["content"] = {"_file": "read.json"}
    listed[6]["response"]["content"] = {"_file": "../outside.json"}
    found = judged(saved(tmp_path / "files.har", listed), known=True)
    assert failed(found) == set()
    assert [bool(exchange.body) for exchange in found.traces[0].exchanges[:2]] == [True, True]
    assert found.traces[0].exchanges[6].body is None
