"""The order of the calls of a recording, and which of them went together: nobody knows which of those came first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from conformance.recordings.entry import Moment, RecordedEntry

CLOCK_S = 0.001  # two times that differ by less may be the same


def in_order(entries: Sequence[RecordedEntry]) -> list[RecordedEntry]:
    """By start; those of the same time, or without any, stay where the recorder put them."""
    last = datetime.min.replace(tzinfo=UTC)
    keys = []
    for entry in entries:
        last = entry.began.timestamp or last
        keys.append(last)
    return [entries[place] for place in sorted(range(len(entries)), key=lambda place: keys[place])]


def together(calls: Iterable[tuple[str | None, bool, Moment, float | None]]) -> set[int]:
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


def _of_one(calls: list[tuple[int, bool, Moment, float | None]], timed: bool) -> set[int]:
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
        ends = began + timedelta(milliseconds=ms or 0.0, seconds=moment.step_s - CLOCK_S) if began else None
        open_calls = [*still[-50:], (place, changes, ends)]
    return found
