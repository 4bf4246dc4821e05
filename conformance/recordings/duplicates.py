"""One call that a recording lists twice: by a service worker, by two recordings in one file, at two hosts on its way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from conformance.core import contract
from conformance.recordings.entry import RecordedEntry

NEAR_S = 2.0  # so much later a call may pass the second recorder of its way
RecordedCall = tuple[RecordedEntry, str, str | None]  # entry, operationId, id of the path


def without_duplicates(calls: Iterable[RecordedCall]) -> Iterator[RecordedCall]:
    """The calls in order, each once: of equal calls the first.

    Equal are those with the same operation, id, body and answer, that began at the same time, lie within each other or were
    seen at two hosts; an answer of initiate names a session that only one call can have made.
    """
    seen: dict[tuple[object, ...], list[tuple[RecordedEntry, str]]] = {}
    for call in calls:
        entry, operation, subject = call
        host = urlsplit(entry.url).netloc.lower()
        key = (operation, subject, entry.body.text, entry.status, entry.answer.text)
        others = seen.setdefault(key, [])
        if not any(_same(entry, host, other, other_host, operation) for other, other_host in others[-8:]):
            yield call
            others.append((entry, host))


def _same(entry: RecordedEntry, host: str, other: RecordedEntry, other_host: str, operation: str) -> bool:
    if not (entry.answer.known and other.answer.known and entry.status):
        return entry.began.timestamp is not None and entry.began == other.began and host == other_host
    if operation == contract.INITIATE and entry.status == 200 and entry.answer.text:
        return True
    if entry.began.timestamp is None or other.began.timestamp is None:
        return host != other_host
    apart = entry.began.timestamp - other.began.timestamp
    if host != other_host:
        return apart <= timedelta(seconds=NEAR_S)
    return (apart == timedelta(0) and entry.ms == other.ms) or apart < timedelta(milliseconds=(other.ms or 0.0) - 1.0)
