"""Reads how long calls took, and tells a measure from what a recorder writes in its place: 0, or seconds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any, NamedTuple, TypeVar

from conformance.recordings.entry import RecordedEntry
from conformance.recordings.values import milliseconds, table

LONGEST_S = 30.0  # of a call that nobody measured: gateways and clients give up by then
CUT_MS = 1.5  # by which whole numbers and their sums may be wrong
LEAST_MS = 1.0  # beside a time of 0: recorders of HAR 1.2 have to write some timings
AS_SECONDS = 10.0  # milliseconds: few networks are as fast, so that most smaller ones may be seconds
PARTS = ("blocked", "dns", "connect", "send", "wait", "receive")  # HAR 1.2: ssl is a part of connect
Key = TypeVar("Key", bound=Hashable)
MADE = re.compile(r'"(?:checkoutSessionId|purchaseOrderId)"\s*:\s*"([^"]+)"')


def duration(entry: dict[str, Any]) -> float | None:
    """The milliseconds of an entry of a HAR, by its time or its timings; 0 where it says so, None where it says nothing."""
    timings = table(entry.get("timings"))
    whole, total = milliseconds(entry.get("time")), sum(milliseconds(timings.get(name)) or 0.0 for name in PARTS)
    placeholder = whole == 0 and total <= LEAST_MS
    return total if total > (whole + CUT_MS if whole else 0.0) and not placeholder else whole


Call = tuple[RecordedEntry, str | None]  # an entry, and the id that it names


class _Unit(NamedTuple):
    """What the numbers of a file count.

    ms: how many milliseconds one may be, None where they measure nothing. cut: whether 0 is a part of one.
    """

    ms: float | None
    cut: bool = False


def as_measured(calls: Iterable[Call]) -> list[RecordedEntry]:
    """The entries, each with the most milliseconds that its call can have taken, None where nobody knows."""
    listed = list(calls)
    files: dict[int, list[Call]] = defaultdict(list)
    for entry, subject in listed:
        files[entry.source].append((entry, subject))
    units = {source: _unit(found) for source, found in files.items()}
    measured = [(entry, _most(entry.ms, units[entry.source])) for entry, _ in listed]
    return [entry if most == entry.ms else replace(entry, ms=most) for entry, most in measured]


def _most(ms: float | None, unit: _Unit) -> float | None:
    if ms is None or unit.ms is None:
        return None
    return ms * unit.ms if ms else CUT_MS if unit.cut else None


def _unit(calls: list[Call]) -> _Unit:
    known = [entry.ms for entry, _ in calls if entry.ms]
    whole = all(ms == int(ms) for ms in known)
    if not known:
        return _Unit(None)
    seconds = median(known) < AS_SECONDS and not _is_milliseconds(calls)
    return _Unit(1000.0 if seconds else 1.0, cut=whole and 2 * len(known) > len(calls))


def _is_milliseconds(calls: list[Call]) -> bool:
    """Whether most sessions and orders were in use before the call that made them was over, if it took seconds.

    Where the file shows none, the format's unit counts.
    """
    waited = list(_waits(calls, earliest((subject, entry) for entry, subject in calls)))
    return not waited or 2 * sum(gap < timedelta(seconds=seconds) for gap, seconds in waited) > len(waited)


def earliest(calls: Iterable[tuple[Key | None, RecordedEntry]]) -> dict[Key, datetime]:
    """When the first call of each key began. Calls without a key or a time are passed over."""
    found: dict[Key, datetime] = {}
    for key, entry in calls:
        if key is not None and (began := entry.began.timestamp):
            found[key] = min(began, found.get(key, began))
    return found


def _waits(calls: list[Call], used: dict[str, datetime]) -> Iterator[tuple[timedelta, float]]:
    """The time from the start of each call that made a session or an order to the first use, and the number of the call."""
    for entry, subject in calls:
        began = entry.began.timestamp
        if not (began and entry.ms and entry.method == "POST"):
            continue
        for made in MADE.findall(entry.answer.text):
            if made != subject and made in used and began <= used[made]:
                yield used[made] - began, entry.ms
