"""Secrets become keyed pseudonyms: equal where the values are equal, worthless to a reader.

A server may echo what it was sent, in any of the forms that programs write a text in; each of them is known here. What
is masked are the string values of a parsed document, never its structure. A secret that is an everyday word cannot be told
from what it means in a text: it is masked only where it is a whole value. Not masked at all is what would spoil answers:
texts of the documents and the profile, numbers of at most nine digits, texts of fewer than four characters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import Any
from urllib.parse import quote

SHORTEST = 4  # a shorter text is no secret: it would stand in every other word
LONG_RUN = 12  # letters and digits that hardly stand in a text by chance
CUT = 8  # so much of a secret, cut off at the end of a text, still is one
PSEUDONYM = "secret-"  # what each begins with
WORD = re.compile(r"[A-Za-z]{1,12}")
NUMBER = re.compile(r"[0-9]{1,9}")
NO_SIGNATURE = re.compile(r"[A-Za-z]{1,12}|[0-9.,:+-]{1,20}")  # a word, a version, a date or a time
RUN = re.compile(r"[A-Za-z0-9]+")


class Secrets:
    """Knows the secrets of a run and takes them out of texts and documents.

    key: makes the pseudonyms of this run. public: texts that are no secret, such as what the suite sends openly.
    """

    def __init__(self, key: bytes, public: Iterable[str] = ()) -> None:
        self._key = key
        self._public = "\n".join(public)
        self._known: dict[str, str] = {}
        self._plain: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._ordered: tuple[tuple[str, str], ...] = ()
        self._percent: tuple[tuple[str, str], ...] = ()
        self._needles: tuple[str, ...] = ()
        self._percent_needles: tuple[str, ...] = ()
        self._shortest_needle = 0
        self._lock = Lock()

    def add(self, *values: str) -> None:
        """Learns secrets. Public texts, numbers of at most nine digits and fewer than four characters are not masked."""
        with self._lock:
            known = self._plain.keys() | self._words.keys()
            new = [value for value in values if value not in known and not self._is_too_common(value)]
            for value in new:
                name = self.mask(value)
                if WORD.fullmatch(value):
                    self._words[value] = name
                    continue
                self._plain[value] = name
                for form in _forms(value, value.encode("utf-8", "surrogatepass")):
                    self._known.setdefault(form, name)
            if new:
                self._order()

    def of_request(self, values: Iterable[str]) -> Secrets:
        """Secrets of one request alone, as an authentication plug-in adds them: no signature is a word or a date."""
        found = Secrets(self._key)
        found.add(*(value for value in values if not (NO_SIGNATURE.fullmatch(value) or self._is_too_common(value))))
        return found

    def _is_too_common(self, value: str) -> bool:
        """Whether a text stands in answers with a meaning of its own, so that masking it would spoil them."""
        return len(value) < SHORTEST or NUMBER.fullmatch(value) is not None or value in self._public

    def _order(self) -> None:
        ordered = sorted(self._known.items(), key=lambda pair: -len(pair[0]))
        self._percent = tuple(form for form in ordered if "%" in form[0])
        self._ordered = tuple(form for form in ordered if "%" not in form[0])
        self._percent_needles = _fewest(form for form, _ in self._percent)
        self._needles = _fewest((*(_needle(form) for form, _ in self._ordered), *(f'"{word}"' for word in self._words)))
        self._shortest_needle = min(map(len, self._needles), default=0)

    def mask(self, value: str) -> str:
        """The pseudonym of a secret that stands in one place only: no text has to be searched."""
        raw = value.encode("utf-8", "surrogatepass")
        return PSEUDONYM + hmac.new(self._key, raw, hashlib.sha256).hexdigest()[:10]

    def may_be_in(self, text: str) -> bool:
        """Whether a known secret may stand in a text. Quick; a False is certain but for JSON's escapes."""
        if len(text) < self._shortest_needle:
            return False
        for needle in self._needles:  # a loop costs half of what any() does, and this is asked for every text
            if needle in text:
                return True
        return "%" in text and any(needle in text for needle in self._percent_needles)

    def out_of(self, text: str) -> str:
        """The text without any known secret."""
        if not self.may_be_in(text):
            return text
        for form, name in (*self._percent, *self._ordered) if "%" in text else self._ordered:
            if form in text:
                text = text.replace(form, name)
        return text

    def out_of_value(self, value: Any, *, ours: bool = False) -> Any:
        """A JSON value whose texts hold no known secret. ours: a document of the suite, whose names and words are safe."""
        if isinstance(value, str):
            return self.out_of(value) if ours else self._words.get(value) or self.out_of(value)
        if isinstance(value, list):
            return [self.out_of_value(child, ours=ours) for child in value]
        if isinstance(value, dict):
            return {
                name if ours else self.out_of(name): self.out_of_value(child, ours=ours)
                for name, child in value.items()
            }
        return value

    def out_of_json(self, text: str, indent: int | None = None) -> str:
        """A document of ours as JSON: its values without any known secret, its names and literals as they are."""
        if not self.may_be_in(text):
            return text
        masked = self.out_of_value(json.loads(text), ours=True)
        return json.dumps(masked, ensure_ascii=text.isascii(), indent=indent)

    def out_of_cut(self, text: str) -> str:
        """The same for a text that may have been cut off within a secret."""
        text = self.out_of(text)
        while found := max((_cut_off(text, value, name) for value, name in self._plain.items()), default=(0, 0, "")):
            length, start, name = found
            if not length:
                break
            text = text[:start] + name + text[start + length :]
        return text


def _cut_off(text: str, value: str, name: str) -> tuple[int, int, str]:
    """How much of a secret's beginning stands in a text, where, and the secret's pseudonym; 0 for less than a few letters."""
    start = text.find(value[:CUT])
    if start < 0 or len(value) <= CUT:
        return 0, 0, name
    length = CUT
    while length < len(value) and text[start + length : start + length + 1] == value[length]:
        length += 1
    return length, start, name


def _needle(form: str) -> str:
    """What to search a text for: the beginning of the form's longest run of letters and digits, as each encoding keeps it.

    Tokens of one server begin alike, so that one search serves several. It is the whole form where that run is short,
    and may be a word, or is a part of each pseudonym.
    """
    longest = max(RUN.findall(form), key=len, default="")
    return longest[:LONG_RUN] if len(longest) >= LONG_RUN and longest not in PSEUDONYM else form


def _fewest(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts that hold none of the others: who finds these finds all."""
    fewest: list[str] = []
    for text in sorted(set(texts), key=len):
        if not any(shorter in text for shorter in fewest):
            fewest.append(text)
    return tuple(fewest)


def _forms(value: str, raw: bytes) -> Iterator[str]:
    """Every form in which a program may write a text: plain, percent-encoded (twice too), in JSON, in HTML, base64, hex."""
    plain = {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], html.escape(value)}
    plain.add(value.replace("/", "\\/"))
    percent = {quote(raw, safe=""), quote(raw), "".join(f"%{byte:02X}" for byte in raw)}
    percent |= {_lower(form) for form in percent}
    percent |= {form.replace("%", "%25") for form in percent}
    yield from plain | percent | {raw.hex(), raw.hex().upper()}
    for start in range(3):
        yield from _base64(raw, start)


def _lower(form: str) -> str:
    """Percent-encoding with small hexadecimal digits."""
    head, *rest = form.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])


def _base64(raw: bytes, start: int) -> Iterator[str]:
    """What base64 makes of the bytes wherever they stand in a longer text: without the characters that depend on it."""
    first, last = -(-start * 8 // 6), (start + len(raw)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        core = encode(b"\0" * start + raw).decode()[first:last]
        if len(core) >= CUT:
            yield core
            yield core.replace("+", "%2B").replace("/", "%2F")
