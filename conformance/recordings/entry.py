"""One entry of a recording, the same for every format that it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

HINTS = "redacted|removed|masked|hidden|scrubbed|filtered|sanitized|omitted|anonymized"
# What stands in place of a text: [email redacted], <REDACTED:EMAIL>, {{pii}}, ${TOKEN}; or a text of which a part is left.
ENCLOSED = re.compile(rf"[^\w\s].*\b(?:{HINTS})\b.*[^\w\s]|\{{\{{[^{{}}]*\}}\}}|\$\{{[^{{}}]*\}}", re.IGNORECASE)
BARE = re.compile(rf"(?:{HINTS})|x{{4,}}", re.IGNORECASE)
HALF_HIDDEN = re.compile(r"\*{3,}|\u2022{3,}|\u2588{2,}|#{4,}")
WORDS = 4  # a longer text is a sentence of the server


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the recording shows it. known: whether `text` is all of it; an empty body is known with text ''.

    taken_out: the members of a JSON object in which something was taken out, '' where it is no member's.
    """

    text: str = ""
    known: bool = True
    taken_out: frozenset[str] = frozenset()


UNSEEN = Body(known=False)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a request began. step_s: how coarse the recorder's clock is, in seconds; timestamp: None where no time is recorded."""

    timestamp: datetime | None = None
    step_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """A request and its answer.

    request_headers, response_headers: by lower-case name, empty where the recorder left them out; …_whole: whether each of
    them could be read. media, answer_media: the media type that the recorder
    names beside the request's body. via: who answered, `network` or the name of a cache. status: None where no answer is
    recorded. ms: duration, None where it is not recorded. secrets: what the caller proved who they are with.
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
    answer_media: str = ""
    began: Moment = Moment()
    ms: float | None = None
    via: str = "network"
    secrets: tuple[str, ...] = ()


def is_redacted(text: str) -> bool:
    """Whether a text stands where somebody took another one out, whole or in part: `[city redacted]`, `***`, `j***@x.org`."""
    plain = text.strip()
    if len(plain) > 2 and plain[0] in "*#\u2022_[<" and not plain.strip("[]<>(){}*#_-\u2022 "):
        return True
    words = plain.replace("_", " ").replace("-", " ")
    short = len(words.split()) <= WORDS
    return bool(BARE.fullmatch(plain) or HALF_HIDDEN.search(plain) or (short and ENCLOSED.fullmatch(words)))
