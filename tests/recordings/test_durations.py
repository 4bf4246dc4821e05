"""Durations that a recorder leaves out, writes elsewhere or in another unit: nobody knows which of two calls came first."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.recordings.durations import LONGEST_S
from tests.recordings.inputs.made import (
    APPLY,
    INITIATE,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    READ_ORDER,
    answered,
    healthy,
    judged_files,
)
from tests.recordings.inputs.odd_recorders import Entries, Json, began
from tests.recordings.judging import failed

MS = 40.5
NONE = {"send": 0, "wait": 1, "receive": 0}


def at(entry: Json, start: Json, ms: float, took: float = MS) -> Json:
    """An entry so many milliseconds after another one, with its duration."""
    when = began(start) + timedelta(milliseconds=ms)
    timings = {"blocked": -1, "send": 0, "wait": took, "receive": 0}
    return copy.deepcopy(entry) | {
        "startedDateTime": when.isoformat(timespec="milliseconds"),
        "time": took,
        "timings": timings,
    }


def at_once() -> Entries:
    """The server took the quantity first, though the client had sent the option before."""
    initiate, read, quantity, option, apply, place, order = healthy(
        INITIATE, READ, QUANTITY, OPTION, APPLY, PLACE, READ_ORDER
    )
    starts = [(initiate, 0), (read, 60), (option, 120), (quantity, 125), (apply, 200), (place, 260), (order, 320)]
    return [at(entry, initiate, ms, MS + place) for place, (entry, ms) in enumerate(starts)]


def one_after_another(gap_s: float) -> Entries:
    """A quantity that the next answer does not show."""
    initiate, quantity, option = healthy(INITIATE, QUANTITY, OPTION)

    def ignored(body: Any) -> Any:
        body["lineItems"][0]["quantity"] += 1
        return body

    calls = [initiate, answered(quantity, ignored), option]
    return [at(entry, initiate, place * gap_s * 1000, MS + place) for place, entry in enumerate(calls)]


def absent(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name not in ("time", "timings")}


def no_measure(entry: Json) -> Json:
    return entry | {"time": 0, "timings": NONE}


def zero(entry: Json) -> Json:
    return entry | {"time": 0, "timings": {}}


def one(entry: Json) -> Json:
    return entry | {"time": 1, "timings": NONE}


def minus_one(entry: Json) -> Json:
    return entry | {"time": -1, "timings": {"send": -1, "wait": -1, "receive": -1}}


def timings_only(entry: Json) -> Json:
    return entry | {"time": 0}


def too_short(entry: Json) -> Json:
    return entry | {"time": 2}


def as_recorded(entry: Json) -> Json:
    return entry


def in_seconds(entry: Json) -> Json:
    return entry | {"time": entry["time"] / 1000, "timings": NONE}


def in_seconds_beside(entry: Json) -> Json:
    return entry | {"time": entry["time"] / 1000}


UNKNOWN = [absent, no_measure, zero, minus_one]
KNOWN = [as_recorded, timings_only, too_short, in_seconds, in_seconds_beside]


@pytest.mark.parametrize("written", [*UNKNOWN, *KNOWN])
def test_calls_that_went_together_prove_nothing(tmp_path: Path, written: Callable[[Json], Json]) -> None:
    assert failed(judged_files(tmp_path, list(map(written, at_once())))) == set()


def test_the_same_calls_one_after_another_are_a_breach(tmp_path: Path) -> None:
    apart = [at(entry, at_once()[0], 1000 * place) for place, entry in enumerate(at_once())]
    assert failed(judged_files(tmp_path, apart))


@pytest.mark.parametrize("written", KNOWN)
def test_a_duration_that_is_known_hides_no_breach(tmp_path: Path, written: Callable[[Json], Json]) -> None:
    assert "QTY-SET" in failed(judged_files(tmp_path, list(map(written, one_after_another(0.5)))))


@pytest.mark.parametrize("written", UNKNOWN)
def test_a_call_of_unknown_duration_is_over_some_time(tmp_path: Path, written: Callable[[Json], Json]) -> None:
    calls = list(map(written, one_after_another(LONGEST_S + 1)))
    assert "QTY-SET" in failed(judged_files(tmp_path, calls))


def test_one_number_for_every_call_is_a_duration(tmp_path: Path) -> None:
    """The client sent each call after the one before, a few milliseconds apart."""
    assert "QTY-SET" in failed(judged_files(tmp_path, list(map(one, one_after_another(0.003)))))


def test_a_fast_server_takes_no_seconds(tmp_path: Path) -> None:
    """Its sessions are in use before the call that made them would be over, if it took seconds."""
    fast = [entry | {"time": 0.9 + place / 10, "timings": {}} for place, entry in enumerate(one_after_another(0.5))]
    assert "QTY-SET" in failed(judged_files(tmp_path, fast))


def test_a_fast_server_beside_whole_milliseconds(tmp_path: Path) -> None:
    """0 is a part of a millisecond where most calls took one or more."""
    numbers = [2, 0, 1]
    fast = [entry | {"time": ms, "timings": {}} for ms, entry in zip(numbers, one_after_another(0.5), strict=True)]
    assert "QTY-SET" in failed(judged_files(tmp_path, fast))


def test_a_payment_is_over_when_its_order_is_read(tmp_path: Path) -> None:
    """Nothing but its answer gave the order's id, so that a change after the read came after the payment."""
    initiate, place, order, change = healthy(INITIATE, PLACE, READ_ORDER, QUANTITY)
    calls = [
        absent(at(entry, initiate, ms)) for entry, ms in ((initiate, 0), (place, 900), (order, 1500), (change, 2000))
    ]
    assert "PAY-LOCK" in failed(judged_files(tmp_path, calls))
    assert failed(judged_files(tmp_path, [*calls[:2], *calls[3:]])) == set()
