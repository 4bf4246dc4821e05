"""One entry of a recording, the same for every format that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from conformance.recordings.cleaning.scan import NOTHING, Scan


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the recording shows it. known: whether `text` is all of it; an empty body is known with text ''.

    found: what cleaners left in it. as_sent: whether a number of bytes says that nothing was added or left out; of_wire:
    whether that number is the message's own, and not one that the recorder counted.
    """

    text: str = ""
    known: bool = True
    found: Scan = NOTHING
    as_sent: bool = False
    of_wire: bool = False


UNSEEN = Body(known=False)


class Listing(Enum):
    """How often a recording lists one call."""

    ONCE = "once"
    TWICE = "with a copy that was left out"
    MAY_BE_COPY = "perhaps a copy of an earlier one"


@dataclass(frozen=True, slots=True)
class RecordedTime:
    """When a request began. timestamp: None where no time is recorded.

    step_s: how coarse the recorder's clock is, in seconds. skew_s: by how much another clock of the same recording may differ
    from it, in seconds; clock: which one it is, None where nobody knows which of several. fine: whether it is written
    finer than to the millisecond.
    """

    timestamp: datetime | None = None
    step_s: float = 0.0
    skew_s: float = 0.0
    clock: int | None = 0
    fine: bool = False


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """A request and its answer.

    request_headers, response_headers: by lower-case name, empty where the recorder left them out; …_whole: whether each of
    them could be read; …_open: the names of those whose value was taken out. media, answer_media: the media type that the
    recorder names beside the body. via: who answered, `network` or the name of a cache. status: None where no answer is
    recorded. ms: duration, None where it is not recorded. secrets: what the caller proved who they are with. source: which
    of the files it stands in.
    """

    method: str
    url: str
    request_headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = UNSEEN
    media: str = ""
    status: int | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    answer: Body = UNSEEN
    request_headers_whole: bool = True
    response_headers_whole: bool = True
    request_headers_open: frozenset[str] = frozenset()
    response_headers_open: frozenset[str] = frozenset()
    answer_media: str = ""
    began: RecordedTime = RecordedTime()
    ms: float | None = None
    via: str = "network"
    secrets: tuple[str, ...] = ()
    source: int = 0
    listing: Listing = Listing.ONCE
