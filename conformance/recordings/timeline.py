"""The order of the calls of a recording, and which of them went together: nobody knows which of those came first.

Two recorders have two clocks. The Date headers of the answers are one for both: where they say that a recorder's clock is
another than the first one's, its times are put right as well as they can be. How well is known for each clock, since a Date
has whole seconds. Two clocks in one file show by a Date that goes back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import NamedTuple

from conformance.recordings.durations import LONGEST_S, earliest
from conformance.recordings.entry import RecordedEntry, RecordedTime

CLOCK_S = 0.001  # two times that differ by less may be the same
FINE_S = 0.00005  # the same of times and durations in parts of a millisecond
CUT_S = 1.0  # a Date header is cut to the second
LAG_S = 2.0  # it may be one second old besides
JITTER_S = 0.05  # by which a recorder may be late


def on_one_clock(entries: Sequence[RecordedEntry]) -> list[RecordedEntry]:
    """The entries with the times of the first recorder's clock, as far as the other clocks can be compared with it."""
    known = _spans(entries) if len({entry.source for entry in entries}) > 1 else {}
    if not known:
        return list(entries)
    over = _spans(entries, LONGEST_S)
    lag = LAG_S if any(span.latest - span.earliest > CUT_S + JITTER_S for span in known.values()) else CUT_S
    bounds = {source: (span.latest - lag, over[source].earliest) for source, span in known.items()}
    first = min(bounds)
    return [
        entry if entry.source == first else _put_right(entry, bounds.get(entry.source), bounds[first])
        for entry in entries
    ]


def as_sure_as_dates(entries: Sequence[RecordedEntry]) -> list[RecordedEntry]:
    """The entries, each with what the Date headers of its file say of the file's clocks: several that were merged differ."""
    skews = {
        source: span.latest - span.earliest
        for source, span in _spans(entries).items()
        if _goes_back([entry for entry in entries if entry.source == source])
    }
    return [
        replace(entry, began=replace(entry.began, clock=None, skew_s=max(entry.began.skew_s, skews[entry.source])))
        if entry.source in skews
        else entry
        for entry in entries
    ]


def _goes_back(entries: Sequence[RecordedEntry]) -> bool:
    """Whether the Date of some call is before that of a call that was over, by the recorder's times, when it began."""
    dated = [(entry.began.timestamp, _ends(entry.began, entry.ms), _date(entry)) for entry in entries]
    calls = [(began, ends, date) for began, ends, date in dated if began and ends and date]
    over = sorted(((ends, date) for _, ends, date in calls), reverse=True)
    newest = datetime.min.replace(tzinfo=UTC)
    for began, _, date in sorted(calls):
        while over and over[-1][0] <= began:
            newest = max(newest, over.pop()[1])
        if date < newest:
            return True
    return False


MadeAndUsed = tuple[str | None, str | None, RecordedEntry]  # the id that a call made, the one that it used with success


class _Span(NamedTuple):
    """The seconds between Date headers and times of a file: the latest start, and the earliest end, of all its calls."""

    latest: float
    earliest: float


def _spans(entries: Iterable[RecordedEntry], unmeasured_s: float = 0.0) -> dict[int, _Span]:
    """The span of each file. unmeasured_s: how long a call may have taken whose duration nobody knows."""
    found: dict[int, _Span] = {}
    for entry in entries:
        ahead = _ahead(entry)
        if ahead is not None:
            took = unmeasured_s if entry.ms is None else entry.ms / 1000
            began, ended = ahead, ahead + took + entry.began.step_s
            span = found.get(entry.source, _Span(began, ended))
            found[entry.source] = _Span(max(span.latest, began), min(span.earliest, ended))
    return found


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


def contradicted(calls: Sequence[MadeAndUsed]) -> set[int]:
    """The files in which a session or an order was in use before the call that made it began: they have several clocks."""
    made = earliest((None if new is None else (entry.source, new), entry) for new, _, entry in calls)
    found = set()
    for _, used, entry in calls:
        began, ends = made.get((entry.source, used or "")), _ends(entry.began, entry.ms)
        if began and ends and ends < began:
            found.add(entry.source)
    return found


def seen_over(calls: Sequence[MadeAndUsed]) -> list[float | None]:
    """The most milliseconds that each call can have taken: one of unknown duration was over when what it made was in use.

    What two calls gave out tells of neither.
    """
    made = Counter(new for new, _, _ in calls if new is not None)
    used = earliest((subject, entry) for _, subject, entry in calls)
    return [_until(entry, used.get(new)) if new is not None and made[new] == 1 else entry.ms for new, _, entry in calls]


def _until(entry: RecordedEntry, used: datetime | None) -> float | None:
    """The milliseconds of a call, for one of unknown duration those until a time after it."""
    began = entry.began.timestamp
    if entry.ms is not None or began is None or used is None or used < began:
        return entry.ms
    return (used - began) / timedelta(milliseconds=1)


def _ahead(entry: RecordedEntry) -> float | None:
    """How many seconds after an answer's Date its request began, by the recorder's clock."""
    dated = _date(entry)
    return (entry.began.timestamp - dated).total_seconds() if dated and entry.began.timestamp else None


def _date(entry: RecordedEntry) -> datetime | None:
    return _read_date(entry.response_headers["date"]) if "date" in entry.response_headers else None


@lru_cache(maxsize=4096)
def _read_date(text: str) -> datetime | None:
    with suppress(ValueError, TypeError, OverflowError):
        dated = parsedate_to_datetime(text)
        return dated if dated.tzinfo else dated.replace(tzinfo=UTC)
    return None


def _put_right(
    entry: RecordedEntry, bounds: tuple[float, float] | None, reference: tuple[float, float]
) -> RecordedEntry:
    """An entry at the earliest time that the difference of the clocks allows, and as sure as that difference is known."""
    began = entry.began
    if bounds is None or began.timestamp is None:
        return entry
    least, most = bounds[0] - reference[1], bounds[1] - reference[0]
    least, most = min(least, most), max(least, most)
    if least <= 0 <= most:  # the clocks may be one
        return replace(entry, began=replace(began, clock=entry.source, skew_s=max(-least, most)))
    with suppress(OverflowError):
        shifted = began.timestamp - timedelta(seconds=most)
        return replace(entry, began=replace(began, timestamp=shifted, clock=entry.source, skew_s=most - least))
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
    both of its neighbours, if the others have times; one without a duration may have taken LONGEST_S.
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
    widest = timedelta(seconds=2 * max((moment.skew_s for _, _, moment, _ in calls), default=0.0))
    open_calls: list[tuple[int, bool, RecordedTime, datetime | None]] = []  # those that may not have ended
    for place, changes, moment, ms in calls:
        began = moment.timestamp
        still = []
        for other, changed, before, ends in open_calls:
            unknown = timed and (began is None or ends is None)
            overlap = began is not None and ends is not None and began < ends + _apart(before, moment)
            if (unknown or overlap) and (changes or changed):  # a read changes nothing: it alone is of no known turn
                found |= {turn for turn, mine in ((place, changes), (other, changed)) if not mine or changes == changed}
            if began is not None and ends is not None and began < ends + widest:
                still.append((other, changed, before, ends))
        open_calls = [*still[-50:], (place, changes, moment, _ends(moment, ms))]
    return found


def _apart(first: RecordedTime, second: RecordedTime) -> timedelta:
    """By how much the clocks of two calls may differ."""
    if first.clock == second.clock is not None:
        return timedelta(0)
    return timedelta(seconds=first.skew_s + second.skew_s if first.clock != second.clock else first.skew_s)


def _ends(moment: RecordedTime, ms: float | None) -> datetime | None:
    """When a call was over at the latest; None where nobody knows. ms: None for any duration."""
    if moment.timestamp is None:
        return None
    try:
        took = LONGEST_S * 1000 if ms is None else ms
        may_differ = FINE_S if moment.fine and took % 0.5 else CLOCK_S  # whole ones are cut, 0 to a half: CUT_MS
        return moment.timestamp + timedelta(milliseconds=took, seconds=moment.step_s - may_differ)
    except OverflowError:
        return None
