"""Looks in JSON values and in headers for what cleaners and loggers left there."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from conformance.recordings.cleaning.marks import (
    ELLIPSIS,
    FREE_TEXTS,
    LONGEST,
    MORE_ITEMS,
    OF_PERSONS,
    PLACEHOLDER_WITHIN,
    PSEUDONYM,
    is_cut,
    is_digest,
    is_pseudonym,
    is_redacted,
    stands_for_another,
)

ERROR_ID = "errorId"
UNREAD = FREE_TEXTS | {"imageUrl"}  # no rule asks for more of these than that they are texts
# What has a form of its own: a text that is also another value of a person stands for both.
OF_A_FORM = frozenset(("contactEmail", "email", "phoneNumber", "postalCode"))
# An object that stands for a whole body which was too long or too private: none of its members is a member of the API's.
STANDS_FOR_A_BODY = frozenset(
    ("truncated", "_truncated", "isTruncated", "redacted", "_redacted", "omitted", "filtered", "masked")
)
NESTED = 60
HALF_A_CODE = re.compile("[0-9]+[xX]{2,}")  # the first digits of a postal code
ZEROS = re.compile(r"\D*0[\D0]*0\D*")  # an id in whose place a cleaner wrote 0 for each digit
SINGLE = ("x-ebay-c-marketplace-id", "content-type")  # headers that are sent once: a second value is the recorder's
JSON = "application/json"
Element = TypeVar("Element")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a JSON value shows of cleaners. Members are those of the object, '' for a value that is no object.

    taken_out: the members in which some value was taken out. digests: ids that are digests, a server's own or a cleaner's,
    with the names of their members. plain: names of other ids. words: ids without any digit but 0, with their names.
    perhaps_cut: the length of each text with an ellipsis, with its member; longest: that of the longest text.
    whole, fractions: whether some whole number is written as 1, or as 1.0.
    deepest: how deep the deepest object or list lies. packed: texts that are JSON, with their member, depth and name.
    """

    taken_out: frozenset[str] = frozenset()
    digests: frozenset[tuple[str, str]] = frozenset()
    plain: frozenset[str] = frozenset()
    words: frozenset[tuple[str, str]] = frozenset()
    perhaps_cut: frozenset[tuple[str, int]] = frozenset()
    longest: int = 0
    whole: bool = False
    fractions: bool = False
    deepest: int = 0
    packed: frozenset[tuple[str, int, str]] = frozenset()


NOTHING = Scan()


class _Sign(Enum):
    """What one text shows by itself: the members of `Scan` to which it belongs."""

    TAKEN_OUT = auto()
    PERHAPS_CUT = auto()
    OF_PERSON = auto()
    DIGEST = auto()
    PLAIN_ID = auto()
    WORD = auto()
    PACKED = auto()


def scan(node: Any) -> Scan:
    """Looks for what cleaners leave in a JSON value."""
    found = _Found()
    for member, value in node.items() if isinstance(node, dict) else [("", node)]:
        found.member = member
        found.look(value, member, 0)
    found.shared()
    return Scan(
        _frozen(found.taken_out),
        _frozen(found.digests),
        _frozen(found.plain),
        _frozen({(name, word) for word, places in found.words.items() for name, _ in places}),
        _frozen(found.perhaps_cut),
        found.longest,
        found.whole,
        found.fractions,
        found.deepest,
        _frozen(found.packed),
    )


EMPTY: frozenset[Any] = frozenset()


def _frozen(found: Set[Element]) -> frozenset[Element]:
    """A set that stays: the one empty set where nothing was found, as in most bodies (Python makes a new one each time)."""
    return frozenset(found) if found else EMPTY


Places = dict[str, set[tuple[str, str]]]


@dataclass(slots=True)
class _Found:
    """What was found so far. member: the member of the object that is looked at. words, persons: texts with their places."""

    member: str = ""
    taken_out: set[str] = field(default_factory=set)
    digests: set[tuple[str, str]] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    words: Places = field(default_factory=lambda: defaultdict(set))
    persons: Places = field(default_factory=lambda: defaultdict(set))
    perhaps_cut: set[tuple[str, int]] = field(default_factory=set)
    longest: int = 0
    whole: bool = False
    fractions: bool = False
    deepest: int = 0
    packed: set[tuple[str, int, str]] = field(default_factory=set)

    def look(self, node: Any, name: str, depth: int) -> None:
        """Looks at a value and into it. name: that of its own member."""
        if isinstance(node, str):
            self.longest = max(self.longest, len(node))
            for sign in _signs_in(node, name):
                self._note(sign, node, name, depth)
        elif isinstance(node, dict):
            self._object(node, depth)
        elif isinstance(node, list):
            self._list(node, name, depth)
        elif isinstance(node, int):
            self.whole |= not isinstance(node, bool)
        elif isinstance(node, float):
            self.fractions |= node.is_integer()

    def _object(self, node: dict[str, Any], depth: int) -> None:
        """Looks into an object. One with nothing but a logger's own members stands for what was left out: {"_truncated": 2}."""
        if depth > NESTED:
            return
        self.deepest = max(self.deepest, depth)
        if any(map(_says_more, node)) or (node and node.keys() <= STANDS_FOR_A_BODY):
            self.taken_out.add(self.member)
        for member, child in node.items():
            self.look(child, member, depth + 1)

    def _list(self, node: list[Any], name: str, depth: int) -> None:
        if depth > NESTED:
            return
        self.deepest = max(self.deepest, depth)
        if any(isinstance(child, str) and _says_more(child) for child in node):
            self.taken_out.add(self.member)
        for child in node:
            self.look(child, name, depth + 1)

    def _note(self, sign: _Sign, text: str, name: str, depth: int) -> None:
        if sign is _Sign.PLAIN_ID:
            self.plain.add(name)
        elif sign is _Sign.OF_PERSON:
            self.persons[text].add((name, self.member))
        elif sign is _Sign.TAKEN_OUT:
            self.taken_out.add(self.member)
        elif sign is _Sign.PERHAPS_CUT:
            self.perhaps_cut.add((self.member, len(text)))
        elif sign is _Sign.DIGEST:
            self.digests.add((name, text))
        elif sign is _Sign.WORD:
            self.words[text].add((name, self.member))
        else:
            self.packed.add((self.member, depth, name))

    def shared(self) -> None:
        """One word in place of values that cannot be equal stands for each of them: an email that is a city, two kinds of ids."""
        for text, places in self.persons.items():
            names = {name for name, _ in places}
            if len(names) > 1 and names & OF_A_FORM and not text.isdigit():
                self.taken_out |= {member for _, member in places}
        for places in self.words.values():
            if len({name for name, _ in places}) > 1:
                self.taken_out |= {member for _, member in places}


@lru_cache(maxsize=4096)
def _says_more(text: str) -> bool:
    """Whether the name of a member or an element of a list says that others were left out: `... 2 more items`."""
    return (MORE_ITEMS.fullmatch(text) or ELLIPSIS.fullmatch(text)) is not None


@lru_cache(maxsize=4096)
def _signs_in(text: str, name: str) -> tuple[_Sign, ...]:
    """What a text shows of cleaners as the value of this name: the answers of a session have nearly the same texts."""
    return tuple(_signs(text, name))


def _signs(text: str, name: str) -> Iterator[_Sign]:
    if name not in UNREAD and _is_packed(text):
        yield _Sign.PACKED
    if _was_taken_out(text, name):
        yield _Sign.TAKEN_OUT
        return
    if name not in UNREAD and ELLIPSIS.search(text):
        yield _Sign.PERHAPS_CUT
    if name in OF_PERSONS:
        yield _Sign.OF_PERSON
    if name.endswith("Id") and name != ERROR_ID:
        yield from _signs_in_id(text)
    elif name not in UNREAD and is_digest(text):
        yield _Sign.TAKEN_OUT


def _signs_in_id(text: str) -> Iterator[_Sign]:
    yield _Sign.DIGEST if is_digest(text) else _Sign.PLAIN_ID
    if ZEROS.fullmatch(text):
        yield _Sign.TAKEN_OUT
    if text and not re.search("[1-9]", text):
        yield _Sign.WORD


def _was_taken_out(text: str, name: str) -> bool:
    if is_redacted(text) or stands_for_another(text, name) or (name == "postalCode" and HALF_A_CODE.fullmatch(text)):
        return True
    if name in FREE_TEXTS or len(text) > LONGEST:
        return False
    within = PLACEHOLDER_WITHIN.search(text) is not None or (name not in UNREAD and is_cut(text))
    return within or (name in OF_PERSONS and is_pseudonym(text.strip()))


def _is_packed(text: str) -> bool:
    """Whether a text is an object or a list in JSON."""
    if text[:1] + text[-1:] not in ("{}", "[]"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


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
    open_names = _frozen(set(_open(shown)))
    return ShownHeaders({name: value for name, value in shown.items() if name not in open_names}, open_names)


def _once(value: str) -> str:
    """A value that a recorder joined to itself."""
    parts = {part.strip() for part in value.split(",")}
    return parts.pop() if len(parts) == 1 else value


def _open(shown: Mapping[str, str]) -> Iterator[str]:
    for name, value in shown.items():
        main = value.partition(";")[0].strip().lower()
        cut = name == "content-type" and main != JSON and main.startswith(JSON[:1]) and JSON.startswith(main)
        if is_redacted(value) or cut or (name in SINGLE and _is_anothers(value.strip(), name)):
            yield name


def _is_anothers(value: str, name: str) -> bool:
    """Whether the value of a header that is sent once is the recorder's: of two values, a dash, a digest, cut."""
    hashed = (
        is_digest(value)
        or PSEUDONYM.fullmatch(value) is not None
        or re.fullmatch("[0-9a-f]{8,}|.*[*\u2022\u2588].*", value)
    )
    return (
        "," in value or value == "-" or bool(hashed) or stands_for_another(value, name) or bool(ELLIPSIS.search(value))
    )
