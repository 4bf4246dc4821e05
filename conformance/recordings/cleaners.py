"""What cleaners and loggers leave in place of a value that they took out: such a value is unknown, wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

HINTS = "redacted|removed|masked|hidden|scrubbed|filtered|sanitized|omitted|anonymized|deleted|private|truncated"
WORDS_ALONE = "anonymous|anon|undefined|null|nil|n/a|pii|secret|confidential|email|e-mail|phone"
# What stands in place of a text: [email redacted], <REDACTED:EMAIL>, {{pii}}, ${TOKEN}, %EMAIL%, name@redacted.com.
ENCLOSED = re.compile(
    rf"[^\w\s].*\b(?:{HINTS}|pii|object|array|circular)\b.*[^\w\s]|[^\w\s]+(?:{WORDS_ALONE})[^\w\s]+|"
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}",
    re.IGNORECASE,
)
BARE = re.compile(
    r"(?i:redacted|removed|masked|hidden|scrubbed|filtered|sanitized|omitted|anonymized|x{4,})|"
    rf"(?i:[a-z]+[_-](?:{HINTS})|(?:{HINTS})[_-][a-z]+|[^@\s]+@(?:{HINTS})(?:\.[a-z]+)*|(?:{HINTS})@[^@\s]+)|"
    r"%[A-Z_]+%|\$[A-Z_]{3,}|__[A-Z_]+__"
)
HALF_HIDDEN = re.compile("\\*{3,}|[\u2022\u25cf\u00b7]{3,}|[\u2588\u2591-\u2593\u25a0]{2,}|#{4,}")
MARKS = re.compile(
    "[*\u2022\u25cf\u2588\u2591-\u2593\u25a0\u2026]|[][<>(){}*#_?\u2022\u25cf\u2588\u2026. \u2010-\u2015-]{3,}"
)
DIGEST = re.compile("[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}", re.IGNORECASE)
WORDS = 4  # a longer text is a sentence of the server
LONGEST = 1000  # characters; in a longer text no cleaner's mark is looked for
PLACEHOLDERS = frozenset(("xx", "xxx", "-", "\u2013", "\u2014", *WORDS_ALONE.split("|")))
# Where a word may be just what somebody said, and where a word or a dash is nobody's name or number.
FREE_TEXTS = frozenset(("message", "longMessage", "label", "title", "name", "marketingChannels", "marketingTypes"))
OF_PERSONS = frozenset(
    ("contactEmail", "email", "firstName", "lastName", "phoneNumber", "addressLine1", "addressLine2", "city", "county",
     "stateOrProvince", "postalCode", "country")
)  # fmt: skip
NOBODYS = frozenset(("--", "?", "??", "none", "na", "name", "address", "unknown"))
ERROR_ID = "errorId"
# An object that stands for a whole body which was too long or too private: none of its members is a member of the API's.
STANDS_FOR_A_BODY = frozenset(
    ("truncated", "_truncated", "isTruncated", "redacted", "_redacted", "omitted", "filtered", "masked")
)
NESTED = 60
SINGLE = ("x-ebay-c-marketplace-id", "content-type")  # headers that are sent once: a second value is the recorder's
JSON = "application/json"


@lru_cache(maxsize=4096)
def is_redacted(text: str) -> bool:
    """Whether a text stands where somebody took another text out, whole or in part: `[city redacted]`, `***`, `j***@x.org`."""
    plain = text.strip()
    if not plain or len(plain) > LONGEST:
        return False
    if MARKS.fullmatch(plain) or BARE.fullmatch(plain) or HALF_HIDDEN.search(plain):
        return True
    words = plain.replace("_", " ").replace("-", " ")
    return len(words.split()) <= WORDS and bool(ENCLOSED.fullmatch(words))


@dataclass
class Scan:
    """What a JSON value shows of cleaners.

    taken_out: the members of the object in which some value was taken out, '' for a value that is no object's. digests: ids
    that are digests, a server's own or a cleaner's, with the member that holds each. plain: members that hold other ids.
    """

    taken_out: frozenset[str] = frozenset()
    digests: set[tuple[str, str]] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)


def scan(node: Any) -> Scan:
    """Looks for what cleaners leave in a JSON value."""
    found = Scan()
    members = node if isinstance(node, dict) else {"": node}
    found.taken_out = frozenset(name for name, value in members.items() if _is_open(value, name, 0, found))
    return found


def _is_open(node: Any, name: str, depth: int, found: Scan) -> bool:
    """Whether something was taken out of a value."""
    if isinstance(node, str):
        return _is_open_text(node, name, found)
    if depth > NESTED:
        return False
    if isinstance(node, dict):
        return any([_is_open(child, member, depth + 1, found) for member, child in node.items()])
    return isinstance(node, list) and any([_is_open(child, name, depth + 1, found) for child in node])


def _is_open_text(text: str, name: str, found: Scan) -> bool:
    if is_redacted(text) or stands_for_another(text, name):
        return True
    is_digest, is_id = DIGEST.fullmatch(text) is not None, name.endswith("Id") and name != ERROR_ID
    if is_id and is_digest:
        found.digests.add((name, text))
    elif is_id:
        found.plain.add(name)
    return is_digest and not is_id


def stands_for_another(text: str, name: str) -> bool:
    """Whether a word stands for the value of a member or header: `undefined`, `N/A`, a dash for a name."""
    if name in FREE_TEXTS or text == "XX":
        return False
    word = text.strip().casefold()
    return word in PLACEHOLDERS or (name in OF_PERSONS and word in NOBODYS)


def stands_for_a_body(node: Any) -> bool:
    """Whether a logger wrote an object of its own in place of a body: {"truncated": true, "preview": "…"}."""
    return isinstance(node, dict) and any(node.get(name) is True for name in STANDS_FOR_A_BODY)


class ShownHeaders(NamedTuple):
    """Headers as they went over the wire, and the names of those in whose place a cleaner or a recorder left something else."""

    shown: dict[str, str]
    open: frozenset[str]


def shown_headers(recorded: Mapping[str, str]) -> ShownHeaders:
    """What headers say. A header that a recorder repeated counts once; a header that was removed, cut or mixed says nothing."""
    shown = {name: _once(value) if name in SINGLE else value for name, value in recorded.items()}
    open_names = frozenset(_open(shown))
    return ShownHeaders({name: value for name, value in shown.items() if name not in open_names}, open_names)


def _once(value: str) -> str:
    """A value that a recorder joined to itself."""
    parts = {part.strip() for part in value.split(",")}
    return parts.pop() if len(parts) == 1 else value


def _open(shown: Mapping[str, str]) -> Iterator[str]:
    for name, value in shown.items():
        main = value.partition(";")[0].strip().lower()
        cut = name == "content-type" and main != JSON and main.startswith(JSON[:1]) and JSON.startswith(main)
        mixed = name in SINGLE and ("," in value or stands_for_another(value, name) or value.strip() == "-")
        if is_redacted(value) or cut or mixed:
            yield name
