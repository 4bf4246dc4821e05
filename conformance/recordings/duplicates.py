"""One call that a recording lists twice: by a service worker, by two recordings together, at two hosts on its way.

What two recorders saw is told by what only one call can have had: a session that an initiate made, a Date with starts too
far apart for it. Where both recorders' clocks are known by such a pair, each call has one copy at that distance. An equal
call with none of these may be a copy or a second call: that is open.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b
from typing import Any
from urllib.parse import urlsplit

from conformance.core import contract
from conformance.recordings.cleaning.marks import OF_PERSONS
from conformance.recordings.entry import Listing, RecordedEntry

NEAR_S = 2.0  # so much later a call may pass the second recorder of its way, and so much a Date header may lag
JITTER = timedelta(milliseconds=200)  # between the distances of two calls from their copies
LAST = 8  # so many equal calls are compared
RecordedCall = tuple[RecordedEntry, str, str | None]  # entry, operationId, id of the path
Key = tuple[object, ...]


@dataclass
class _Kept:
    """A call that counts, and the distances at which a copy of it was found."""

    call: RecordedCall
    host: str
    listing: Listing
    copies: set[timedelta | None] = field(default_factory=set)

    @property
    def entry(self) -> RecordedEntry:
        """Its entry."""
        return self.call[0]


def without_duplicates(calls: Iterable[RecordedCall]) -> list[RecordedCall]:
    """The calls in order, each once: of equal calls the first. Equal are those with the same operation, id, body and answer."""
    keyed = list(_keyed(list(calls)))
    distances = _distances(keyed)
    seen: dict[Key, list[_Kept]] = {}
    found: list[_Kept] = []
    for key, call in keyed:
        entry, operation, _ = call
        host = urlsplit(entry.url).netloc.lower()
        listed = seen.setdefault(key, [])
        others = [other for other in listed[-LAST:] if _are_alike(entry, other.entry)]
        same = next((other for other in others if _same(entry, host, other, operation, distances)), None)
        if same:
            same.listing = Listing.TWICE if same.listing is Listing.ONCE else same.listing
            continue
        again = any(_may_be_one(entry, other.entry) for other in others)
        kept = _Kept(call, host, Listing.MAY_BE_COPY if again else Listing.ONCE)
        found.append(kept)
        listed.append(kept)
    return [
        kept.call if kept.listing is kept.entry.listing else (replace(kept.entry, listing=kept.listing), *kept.call[1:])
        for kept in found
    ]


def _keyed(calls: list[RecordedCall]) -> Iterator[tuple[Key, RecordedCall]]:
    """The calls, each with what two listings of it share, whatever one of two recorders masked or left out.

    Bodies are read only where another call has the same operation, id and status.
    """
    rough = [(operation, subject, entry.status) for entry, operation, subject in calls]
    often = Counter(rough)
    for key, call in zip(rough, calls, strict=True):
        entry = call[0]
        yield (*key, _shared(entry.body.text), _shared(entry.answer.text)) if often[key] > 1 else key, call


def _shared(text: str) -> bytes:
    """What a body says, short: JSON without `null` and values of persons, any other text to the letter."""
    with suppress(ValueError, RecursionError):
        text = json.dumps(_without(json.loads(text, parse_float=str), OF_PERSONS), sort_keys=True)
    return _short(text)


def _content(text: str) -> bytes:
    """The same with the values of persons."""
    with suppress(ValueError, RecursionError):
        text = json.dumps(_without(json.loads(text, parse_float=str), frozenset()), sort_keys=True)
    return _short(text)


def _short(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _without(node: Any, names: Set[str]) -> Any:
    """A JSON value without members that are null or have one of these names."""
    if isinstance(node, dict):
        return {name: _without(part, names) for name, part in node.items() if part is not None and name not in names}
    return [_without(part, names) for part in node] if isinstance(node, list) else node


def _are_alike(entry: RecordedEntry, other: RecordedEntry) -> bool:
    """Whether nothing but what a cleaner masked tells two entries of one key apart."""
    masked = any(part.found.taken_out for each in (entry, other) for part in (each.body, each.answer))
    return masked or all(
        mine.text == theirs.text or _content(mine.text) == _content(theirs.text)
        for mine, theirs in ((entry.body, other.body), (entry.answer, other.answer))
    )


def _made_a_session(entry: RecordedEntry, operation: str) -> bool:
    return operation == contract.INITIATE and entry.status == 200 and bool(entry.answer.text)


def _distances(calls: list[tuple[Key, RecordedCall]]) -> list[timedelta | None]:
    """How far apart two recorders saw one call, by each initiate that stands there twice; None where no time is recorded."""
    first: dict[Key, RecordedEntry] = {}
    found: list[timedelta | None] = []
    for key, (entry, operation, _) in calls:
        if not _made_a_session(entry, operation) or (other := first.setdefault(key, entry)) is entry:
            continue
        apart = _apart(entry, other)
        if not any(_near(apart, known) for known in found):
            found.append(apart)
    return found


def _apart(entry: RecordedEntry, other: RecordedEntry) -> timedelta | None:
    if entry.began.timestamp is None or other.began.timestamp is None:
        return None
    return entry.began.timestamp - other.began.timestamp


def _near(apart: timedelta | None, other: timedelta | None) -> bool:
    if apart is None or other is None:
        return apart is other
    return abs(apart - other) <= JITTER


def _same(entry: RecordedEntry, host: str, kept: _Kept, operation: str, distances: list[timedelta | None]) -> bool:
    """Whether an entry is a call that counts already."""
    other, apart = kept.entry, _apart(entry, kept.entry)
    if not (entry.answer.known and other.answer.known and entry.status):
        return apart == timedelta(0) and host == kept.host
    if _made_a_session(entry, operation) or _overlap(entry, other, apart, same_host=host == kept.host):
        return True
    if not _may_be_one(entry, other):
        return False
    dated = "date" in entry.response_headers and "date" in other.response_headers
    if dated and apart is not None and apart > timedelta(seconds=NEAR_S):
        return True  # one Date cannot be that of both
    for distance in distances:
        if distance not in kept.copies and _near(apart, distance):
            kept.copies.add(distance)
            return True
    return False


def _overlap(entry: RecordedEntry, other: RecordedEntry, apart: timedelta | None, *, same_host: bool) -> bool:
    """Whether two entries lie within each other, or were seen at two hosts one after the other."""
    if apart is None:
        return not same_host
    if not same_host:
        return apart <= timedelta(seconds=NEAR_S)
    return (apart == timedelta(0) and entry.ms == other.ms) or apart < timedelta(milliseconds=(other.ms or 0.0) - 1.0)


def _may_be_one(entry: RecordedEntry, other: RecordedEntry) -> bool:
    """Whether no Date header tells two equal entries apart."""
    dates = {part.response_headers["date"] for part in (entry, other) if "date" in part.response_headers}
    return entry.answer.known and len(dates) < 2
