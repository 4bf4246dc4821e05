"""One entry of a recording, the same for every format that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

REDACTED_HINTS = (
    "redacted",
    "removed",
    "masked",
    "hidden",
    "scrubbed",
    "filtered",
    "sanitized",
    "omitted",
    "anonymized",
)


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the recording shows it. known: whether `text` is all of it; an empty body is known with text ''."""

    text: str = ""
    known: bool = True


UNSEEN = Body(known=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request began. step_s: how coarse the recorder's clock is, in seconds; at: None where no time is recorded."""

    at: datetime | None = None
    step_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A request and its answer.

    sent, given: headers by lower-case name, empty where the recorder left them out; sent_whole, given_whole: whether each of
    them could be read. media, answer_media: the media type that the recorder
    names beside the request's body. via: who answered, `network` or the name of a cache. status: None where no answer is
    recorded. ms: duration, None where it is not recorded. secrets: what the caller proved who they are with.
    """

    method: str
    url: str
    sent: Mapping[str, str] = field(default_factory=dict)
    body: Body = UNSEEN
    media: str = ""
    status: int | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    answer: Body = UNSEEN
    sent_whole: bool = True
    given_whole: bool = True
    answer_media: str = ""
    began: Moment = Moment()
    ms: float | None = None
    via: str = "network"
    secrets: tuple[str, ...] = ()


def is_redacted(text: str) -> bool:
    """Whether a text stands where somebody took another one out: `[city redacted]`, `***`, `<REMOVED>`, `xxxx`."""
    plain = text.strip()
    inner = plain.strip("[]<>(){}*#_-\u2022 ")
    if not inner:
        return len(plain) > 2 and plain[0] in "*#\u2022_[<"
    words = inner.replace("_", " ").replace("-", " ").casefold().split()
    named = words[0] in REDACTED_HINTS or words[-1] in REDACTED_HINTS
    enclosed = not plain[0].isalnum() and not plain[-1].isalnum()
    return (named and (len(words) == 1 or (enclosed and len(words) <= 4))) or (
        len(plain) >= 4 and set(plain) <= {"x", "X"}
    )
