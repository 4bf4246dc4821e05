"""The order of the calls of a recording, and which of them went together: nobody knows which of those came first.

Two recorders have two clocks. The Date headers of the answers are one for both: where they say that a recorder's clock is
another than the first one's, its times are put right as well as they can be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from conformance.recordings.entry import RecordedEntry, RecordedTime

CLOCK_S = 0.001  # two times that differ by less may be the same
LAG_S = 2.0  # a Date header is cut to the second, and may be one second old


def on_one_clock(entries: Sequence[RecordedEntry]) -> list[RecordedEntry]:
    """The entries with the times of the first recorder's clock, as far as the other clocks can be compared with it."""
    bounds: dict[int, tuple[float, float]] = {}
    for entry in entries:
        ahead = _ahead(entry)
        if ahead is not None:
            least, most = bounds.get(entry.source, (ahead - LAG_S, ahead))
            bounds[entry.source] = max(least, ahead - LAG_S), min(most, ahead)
    if len({entry.source for entry in entries}) < 2 or not bounds:
        return list(entries)
    reference = bounds[min(bounds)]
    return [_put_right(entry, bounds.get(entry.source), reference) for entry in entries]


def without_order(calls: Iterable[tuple[str | None, RecordedEntry]]) -> set[int]:
    """The places of calls of sessions that stand in several files, one of them without any Date header: each clock is its own.

    Each call is (the session that it belongs to, entry).
    """
    listed = list(calls)
    dated = {entry.source for _, entry in listed if _ahead(entry) is not None}
    sources: dict[str, set[int]] = defaultdict(set)
    for session, entry in listed:
        if session is not None and entry.began.timestamp is not None:
            sources[session].add(entry.source)
    return {
        place
        for place, (session, _) in enumerate(listed)
        if session is not None and len(sources[session]) > 1 and sources[session] - dated
    }


def _ahead(entry: RecordedEntry) -> float | None:
    """By how many seconds the recorder's clock is at most ahead of the server's, as an answer's Date header says."""
    given = entry.response_headers.get("date")
    if not given or entry.began.timestamp is None:
        return None
    with suppress(ValueError, TypeError, OverflowError):
        dated = parsedate_to_datetime(given)
        dated = dated if dated.tzinfo else dated.replace(tzinfo=UTC)
        return (entry.began.timestamp - dated).total_seconds() + (entry.ms or 0.0) / 1000
    return None


def _put_right(
    entry: RecordedEntry, bounds: tuple[float, float] | None, reference: tuple[float, float]
) -> RecordedEntry:
    """An entry at the earliest time that the difference of the clocks allows, and as coarse as that difference is known."""
    began = entry.began
    if bounds is None or began.timestamp is None:
        return entry
    least, most = bounds[0] - reference[1], bounds[1] - reference[0]
    least, most = min(least, most), max(least, most)
    if least <= 0 <= most:
        return entry  # the clocks may be one
    with suppress(OverflowError):
        shifted = began.timestamp - timedelta(seconds=most)
        return replace(entry, began=RecordedTime(shifted, began.step_s + most - least))
    return entry


def in_order(entries: Sequence[RecordedEntry]) -> list[RecordedEntry]:
    """By start; those of the same time, or without any, stay where the recorder put them."""
    last = datetime.min.replace(tzinfo=UTC)
    keys = []
    for entry in entries:
        last = entry.began.timestamp or last
        keys.append(last)
    return [entries[place] for place in sorted(range(len(entries)), key=lambda place: keys[place])]


def together(calls: Iterable[tuple[str | None, bool, RecordedTime, float | None]]) -> set[int]:
    """The places of the calls whose turn nobody knows: changes that overlap, and reads that overlap with a change.

    Each call is (subject, whether it changes something, start, milliseconds), in order. A call without a time overlaps with
    both of its neighbours, if the others have times.
    """
    found: set[int] = set()
    listed = list(calls)
    timed = any(moment.timestamp for _, _, moment, _ in listed)
    groups: dict[str, list[int]] = defaultdict(list)
    for place, (subject, *_) in enumerate(listed):
        if subject is not None:
            groups[subject].append(place)
    for places in groups.values():
        found |= _of_one([(place, *listed[place][1:]) for place in places], timed)
    return found


def _of_one(calls: list[tuple[int, bool, RecordedTime, float | None]], timed: bool) -> set[int]:
    found: set[int] = set()
    open_calls: list[tuple[int, bool, datetime | None]] = []  # those that may not have ended
    for place, changes, moment, ms in calls:
        began = moment.timestamp
        still = []
        for other, changed, ends in open_calls:
            unknown = timed and (began is None or ends is None)
            if unknown or (began is not None and ends is not None and began < ends):
                if changes or changed:  # a read changes nothing: it alone is of no known turn
                    found |= {
                        turn for turn, mine in ((place, changes), (other, changed)) if not mine or changes == changed
                    }
                if ends is not None:
                    still.append((other, changed, ends))
        open_calls = [*still[-50:], (place, changes, _ends(moment, ms))]
    return found


def _ends(moment: RecordedTime, ms: float | None) -> datetime | None:
    """When a call was over at the latest; None where nobody knows."""
    if moment.timestamp is None:
        return None
    try:
        return moment.timestamp + timedelta(milliseconds=ms or 0.0, seconds=moment.step_s - CLOCK_S)
    except OverflowError:
        return None
