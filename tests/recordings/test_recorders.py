"""Several recorders: a call that two of them saw is one call, and their clocks are put right or left open."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.recordings.times import moment
from tests.recordings.cleaning.test_rewritten import sent
from tests.recordings.inputs.made import (
    INITIATE,
    PLACE,
    QUANTITY,
    READ,
    READ_AGAIN,
    another_session,
    answered,
    dated,
    healthy,
    judged_files,
    later,
    undated,
)
from tests.recordings.inputs.odd_recorders import Entries, began, har
from tests.recordings.judging import failed, passed

DISTANCES = (1, 20, 300, 5000, 3_600_000)


def exchanges(folder: Path, *files: Entries) -> int:
    found = judged_files(folder, *files)
    assert failed(found) == set()
    return sum(len(trace.exchanges) for trace in found.traces)


@pytest.mark.parametrize("ms", DISTANCES)
@pytest.mark.parametrize("kind", [dated, undated])
def test_a_payment_that_two_recorders_saw_is_paid_once(tmp_path: Path, ms: int, kind: type) -> None:
    calls = kind(healthy(INITIATE, PLACE))
    assert failed(judged_files(tmp_path, [*calls, *later(calls[1:], ms)])) == set()


@pytest.mark.parametrize("kind", [dated, undated])
def test_payments_that_two_recorders_saw_in_many_sessions(tmp_path: Path, kind: type) -> None:
    calls = [entry for number in range(4) for entry in another_session(healthy(INITIATE, PLACE), number)]
    payments = [entry for entry in kind(calls) if "place_order" in entry["request"]["url"]]
    assert failed(judged_files(tmp_path, [*kind(calls), *later(payments, 300)])) == set()


@pytest.mark.parametrize("ms", DISTANCES)
@pytest.mark.parametrize("kind", [dated, undated])
def test_a_whole_recording_beside_its_copy_is_one(tmp_path: Path, ms: int, kind: type) -> None:
    calls = kind(healthy())
    assert exchanges(tmp_path, [*calls, *later(calls, ms)]) == len(calls)
    jitter = random.Random(ms)
    shaken = [later([entry], ms + jitter.random() * 80)[0] for entry in calls]
    exchanges(tmp_path, calls, shaken)


def test_a_second_payment_without_its_warning_is_found(tmp_path: Path) -> None:
    """Its Date is another one, so it is no copy."""
    calls = healthy(INITIATE, PLACE)
    assert failed(judged_files(tmp_path, dated([*calls, *later(calls[1:], 3000)]))) == {"PAY-TWICE"}


def test_a_state_that_comes_back_is_no_copy(tmp_path: Path) -> None:
    """A read that shows the state of an earlier one is judged, unless it may be a copy of that one."""
    calls = healthy(INITIATE, READ, QUANTITY)
    stale = later(calls[1:2], 5000)
    assert failed(judged_files(tmp_path, dated([*calls, *stale]))) == set()  # one session may have a gap
    many = [entry for number in range(3) for entry in another_session([*calls, *stale], number)]
    assert "SESSION-READ" in failed(judged_files(tmp_path, dated([*many, *another_session(healthy(), 7)])))
    assert (
        failed(judged_files(tmp_path, undated([*healthy(INITIATE, READ_AGAIN), *later(healthy(READ_AGAIN), 50)])))
        == set()
    )


@pytest.mark.parametrize("ms", [-10_000, -2500, -900, -600, 0, 300, 600, 900, 1800, 2500, 3_600_000])
def test_two_recorders_share_a_session(tmp_path: Path, ms: int) -> None:
    """The Date headers put the second clock right; without them the order between the files is unknown."""
    calls = dated(healthy())
    assert failed(judged_files(tmp_path, calls[::2], later(calls[1::2], ms))) == set()
    blind = judged_files(tmp_path, calls[::2], undated(later(calls[1::2], ms)))
    assert failed(blind) == set() and any("went together" in note for note in blind.notes)


@pytest.mark.parametrize("ms", [-2500, -900, 900, 2500])
def test_two_clocks_in_one_file(tmp_path: Path, ms: int) -> None:
    """A Date that goes back shows that the file's times are those of two clocks: nobody knows which call came first."""
    calls = dated(healthy())
    merged = sorted([*calls[::2], *later(calls[1::2], ms)], key=began)
    found = judged_files(tmp_path, merged)
    assert failed(found) == set() and any("went together" in note for note in found.notes)


@pytest.mark.parametrize("ms", [40, 900, 5000, 90_000])
@pytest.mark.parametrize("first", [INITIATE, PLACE])
def test_a_session_or_order_in_use_before_it_was_made(tmp_path: Path, ms: int, first: int) -> None:
    """No server knows an id beforehand, so that the file has two clocks."""
    calls = undated(healthy())
    made = began(calls[first + 1])
    ahead = later([calls[first]], (made - began(calls[first])).total_seconds() * 1000 + ms + 500)
    merged = sorted([*calls[:first], *ahead, *calls[first + 1 :]], key=began)
    found = judged_files(tmp_path, merged)
    assert failed(found) == set() and any("went together" in note for note in found.notes)


def test_an_id_that_is_made_twice_is_a_breach_of_one_clock(tmp_path: Path) -> None:
    calls = undated(healthy())
    again = later(undated(another_session(healthy(), 3)), 60_000)
    again[INITIATE] = answered(again[INITIATE], lambda body: body | {"checkoutSessionId": calls_id(calls)})
    assert "SESSION-UNIQUE" in failed(judged_files(tmp_path, [*calls, again[INITIATE]]))


def calls_id(calls: Entries) -> str:
    return str(json.loads(calls[INITIATE]["response"]["content"]["text"])["checkoutSessionId"])


@pytest.mark.parametrize("ms", [-600, 600])
def test_a_breach_of_one_answer_needs_no_clock(tmp_path: Path, ms: int) -> None:
    calls = dated(healthy())
    read = answered(
        calls[READ_AGAIN], lambda body: body | {"lineItems": [line | {"seller": {}} for line in body["lineItems"]]}
    )
    calls[READ_AGAIN] = read
    assert failed(judged_files(tmp_path, calls[::2], later(calls[1::2], ms))) == {"SESSION-FIELDS"}


def test_a_recorder_that_writes_json_anew_saw_the_same_calls(tmp_path: Path) -> None:
    """A sidecar behind a gateway indents what it keeps; the same session is made once."""
    calls = healthy()
    for options in ({"indent": 2}, {"sort_keys": True}, {"separators": (",", ":")}):
        anew = later(calls, 1)
        for entry in anew:
            entry["response"] = json.loads(json.dumps(entry["response"]))
            text = json.dumps(json.loads(entry["response"]["content"]["text"]), **options)
            entry["response"]["content"] |= {"text": text, "size": len(text)}
        assert exchanges(tmp_path, [*calls, *anew]) == len(calls)
        assert exchanges(tmp_path, calls, anew) == len(calls)


def with_nulls(node: Any) -> Any:
    """A body as a typed logger writes it: what the class has and the message has not is null."""
    if isinstance(node, dict):
        return {name: with_nulls(part) for name, part in node.items()} | {"addressLine9": None}
    return [with_nulls(part) for part in node] if isinstance(node, list) else node


ALL = ("contactEmail", "firstName", "lastName", "phoneNumber", "addressLine1", "city", "stateOrProvince", "postalCode")


def masked(*names: str) -> Callable[[Any], Any]:
    """A body in which a cleaner took out these values."""

    def clean(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: "***" if name in names else clean(part) for name, part in node.items()}
        return [clean(part) for part in node] if isinstance(node, list) else node

    return clean


@pytest.mark.parametrize("change", [with_nulls, masked(*ALL), masked("phoneNumber"), masked("lastName")])
def test_a_second_recorder_that_masks_or_adds_saw_the_same_calls(tmp_path: Path, change: Callable[[Any], Any]) -> None:
    """What it took out says nothing: the rest of the call is the same."""
    calls = dated(healthy())
    anew = [answered(sent(entry, change), change) for entry in later(calls, 1)]
    for entry in anew:
        entry["request"]["url"] = entry["request"]["url"].replace("apix.", "origin.")
    assert exchanges(tmp_path, [*calls, *anew]) == len(calls)
    assert exchanges(tmp_path, calls, anew) == len(calls)


def test_two_addresses_are_two_calls(tmp_path: Path) -> None:
    """Nothing is masked, so that calls which differ in an address are no copies."""
    initiate, other = (copy.deepcopy(healthy(INITIATE)[0]) for _ in range(2))
    other = sent(other, lambda body: json.loads(json.dumps(body).replace("Portland", "Salem")))
    found = judged_files(tmp_path, dated([initiate, *later([other], 100)]))
    assert sum(len(trace.exchanges) for trace in found.traces) == 2


@pytest.mark.parametrize("text", ["{:.0f}000", "{:.0f}000000", "{:.0f}000000000"])
def test_parts_of_a_second_since_1970(text: str) -> None:
    """As numbers and as texts: a gateway quotes milliseconds, a tracer counts microseconds or nanoseconds."""
    when = moment("2026-01-05T09:30:07Z").timestamp
    assert when
    written = text.format(when.timestamp())
    for value in (written, int(written), float(written)):
        assert moment(value).timestamp == when and moment(value).step_s == 0
    assert moment(f"{when.timestamp():.0f}").timestamp == when and moment(f"{when.timestamp():.0f}").step_s == 1


def test_one_clock_in_two_files_is_judged_as_one_file(tmp_path: Path) -> None:
    calls = dated(healthy())
    assert passed(judged_files(tmp_path, calls[::2], calls[1::2])) == passed(judged_files(tmp_path, calls))


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-11:00", "0001-01-01T00:00:00+14:00", 1e308, -1]
)
def test_a_time_beyond_any_calendar_is_none(tmp_path: Path, text: str | float) -> None:
    assert moment(text).timestamp is None
    calls = [entry | {"startedDateTime": text} for entry in healthy()]
    (tmp_path / "0.har").write_text(json.dumps(har(calls)), encoding="utf-8")
    assert failed(judged_files(tmp_path, calls)) == set()
