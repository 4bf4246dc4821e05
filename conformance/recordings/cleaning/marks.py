"""What cleaners and loggers leave in place of a text that they took out: such a text is unknown, wherever it stands."""

from __future__ import annotations

import re
from functools import lru_cache

HINTS = "redacted|removed|masked|hidden|scrubbed|filtered|sanitized|omitted|anonymized|deleted|private|truncated"
WORDS_ALONE = "anonymous|anon|undefined|null|nil|n/a|pii|secret|confidential|email|e-mail|phone"
# What stands in place of a text: [email redacted], <REDACTED:EMAIL>, {{pii}}, ${TOKEN}, %EMAIL%, name@redacted.com.
ENCLOSED = re.compile(
    rf"[^\w\s].*\b(?:{HINTS}|pii|object|array|circular|depth)\b.*[^\w\s]|[^\w\s]+(?:{WORDS_ALONE})[^\w\s]+|"
    r"\{\{[^{}]*\}\}|\$\{[^{}]*\}",
    re.IGNORECASE,
)
BARE = re.compile(
    r"(?i:redacted|removed|masked|hidden|scrubbed|filtered|sanitized|omitted|anonymized|x{4,})|"
    rf"(?i:[a-z]+[_-](?:{HINTS})|(?:{HINTS})[_-][a-z]+|[^@\s]+@(?:{HINTS})(?:\.[a-z]+)*|(?:{HINTS})@[^@\s]+)|"
    r"%[A-Z_]+%|\$[A-Z_]{3,}|__[A-Z_]+__"
)
# The kind of what was taken out: <PERSON>, [first name], {{EMAIL_ADDRESS_2}}, #CARD#. Markup that an attacker sends is none.
KIND = (
    "person|name|first|last|middle|full|given|family|user|customer|email|mail|phone|telephone|mobile|address|street|city|"
    "town|location|place|zip|postal|postcode|code|state|province|county|country|region|card|account|number|iban|pan|token|id"
)
WORD = rf"(?:[A-Z][A-Z0-9]{{2,}}(?:[ _.-]+[A-Z0-9]+)*|(?i:(?:{KIND})(?:[ _-]?(?:{KIND}))*)(?:[ _-]?[0-9]+)?)(?::\w+)?"
MARKUP = r"(?!<(?i:script|img|svg|body|html|head|iframe|div|span|style|link|meta|form|input|table|object|embed|video|audio)\b)"
PLACEHOLDER = re.compile(
    rf"{MARKUP}[<\[{{«‹]{{1,3}}\s?{WORD}\s?[>\]}}»›]{{1,3}}|\((?i:{KIND})\)|([#@$%~*_])\1{{0,2}}{WORD}\1{{1,3}}"
)
PLACEHOLDER_WITHIN = re.compile(
    rf"{MARKUP}<{WORD}>|[<\[{{(](?i:{HINTS})[>\]}})]|[\[{{]{{1,3}}(?i:(?:{KIND})(?:[ _-]?(?:{KIND}))*)[ _0-9-]*[\]}}]{{1,3}}"
)
HALF_HIDDEN = re.compile(
    "\\*{3,}|[\u2022\u25cf\u00b7]{3,}|[\u2588\u2591-\u2593\u25a0]{2,}|#{4,}|"
    # Some digits of a number, such as 519141XXXX17.
    "(?<![A-Za-z0-9])(?=[0-9xXnN#-]{7})(?=[0-9xXnN#-]*[0-9])[0-9-]*([xXnN#])\\1{2,}[0-9xXnN#-]*(?![A-Za-z0-9])|"
    "(?<![A-Za-z0-9])[0-9]{4,}(?:([xXnN*#\u2022])\\2+|([_-])\\3+)[0-9]{2,}(?![A-Za-z0-9])"
)
MARKS = re.compile(
    "[*\u2022\u25cf\u2588\u2591-\u2593\u25a0\u2026]{1,2}|[][<>(){}*#_?\u2022\u25cf\u2588\u2026. \u2010-\u2015-]{3,}"
)
ELLIPSIS = re.compile(r"\u2026|\.{3}")
# A logger that says it: `1820 Al... [truncated]`, `1820 Al... 12 more characters`, `1820 Al (cut)`.
CUT = re.compile(
    r"(?:\u2026|\.{3}|[\[(<{])[^\w]*(?:and )?[+0-9]*\s*"
    r"(?i:truncated|cut|clipped|trimmed|snip(?:ped)?|more|chars|characters|bytes)\b[\w\s]*[^\w]*"
)
MORE_ITEMS = re.compile(r"[^\w]*(?i:and )?[0-9]+ (?i:more|others?|items?|elements?|entries|objects?)\b[\w\s]*[^\w]*")
# Digests and random words in other alphabets and lengths than those of ids; with digits and letters, as no name has them.
HEX_DIGEST = re.compile("[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}", re.IGNORECASE)
SHORT_DIGEST = re.compile("(?=.*[0-9])(?=.*[a-f])(?:[0-9a-f]{16}|[0-9a-f]{20}|[0-9a-f]{24})", re.IGNORECASE)
PADDED_DIGEST = re.compile("[A-Za-z0-9+/_-]{22}==|[A-Za-z0-9+/_-]{27}=|[A-Za-z0-9+/_-]{43}=|[A-Za-z0-9+/_-]{86}==")
PSEUDONYM = re.compile(
    r"(?i:(?=.*[0-9])(?=.*[a-f])(?:[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{12}))|"
    r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])(?:[\w+/-]{22}|[\w+/-]{27}|[\w+/-]{38}|[\w+/-]{43}|[\w+/-]{64}|[\w+/-]{86})|"
    r"(?=.*[0-9])(?:[A-Z2-7]{26}(?:={6})?|[A-Z2-7]{32}|[A-Z2-7]{52}(?:={4})?)|\w{1,3}(?:\u2026|\.{3})|"
    r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|"
    r"(?i:(?:sha-?[0-9]+|md5|hmac|hash|hashed|tok|token|encrypted)[:_$].{4,})|\$[0-9a-z]+\$.+|(?i:ENC\[.+\]|ENC\(.+\)|vault:.+|\{cipher\}.+)"
)
NUMBERED = re.compile(
    f"[A-Z]{{3,}}(?:_[A-Z0-9]+)+|(?i:(?:{KIND})(?:[_-](?:{KIND}))*-[0-9]+)"
)  # PERSON_1, FIRST_NAME, customer-17: a person's value only
LONGEST_WORDS = 4  # a longer text is a sentence of the server
LONGEST = 1000  # characters; in a longer text no cleaner's mark is looked for
PLACEHOLDERS = frozenset(("xx", "xxx", "-", "\u2013", "\u2014", *WORDS_ALONE.split("|")))
# Where a word may be just what somebody said, and where a word or a dash is nobody's name or number.
FREE_TEXTS = frozenset(("message", "longMessage", "label", "title", "name", "marketingChannels", "marketingTypes"))
OF_PERSONS = frozenset(
    ("contactEmail", "email", "firstName", "lastName", "phoneNumber", "addressLine1", "addressLine2", "city", "county",
     "stateOrProvince", "postalCode", "country")
)  # fmt: skip
NOBODYS = frozenset(("--", "?", "??", "none", "na", "name", "address", "unknown"))


@lru_cache(maxsize=4096)
def is_redacted(text: str) -> bool:
    """Whether a text stands where somebody took another text out, whole or in part: `[city redacted]`, `***`, `j***@x.org`."""
    plain = text.strip()
    if not plain or len(plain) > LONGEST:
        return False
    if MARKS.fullmatch(plain) or BARE.fullmatch(plain) or PLACEHOLDER.fullmatch(plain) or HALF_HIDDEN.search(plain):
        return True
    words = plain.replace("_", " ").replace("-", " ")
    return len(words.split()) <= LONGEST_WORDS and bool(ENCLOSED.fullmatch(words))


def stands_for_another(text: str, name: str) -> bool:
    """Whether a word stands for the value of a member or header: `undefined`, `N/A`, a dash for a name."""
    if name in FREE_TEXTS or text == "XX":
        return False
    word = text.strip().casefold()
    return word in PLACEHOLDERS or (name in OF_PERSONS and word in NOBODYS)


def is_cut(text: str) -> bool:
    """Whether a logger says in a text that it cut it: `1820 Al... [truncated]`."""
    found = CUT.search(text)
    return found is not None and found.end() == len(text)


def is_pseudonym(text: str) -> bool:
    """Whether the value of a person is what a cleaner made of it: a digest of any length, a token, a numbered kind."""
    return is_digest(text) or PSEUDONYM.fullmatch(text) is not None or NUMBERED.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def is_digest(text: str) -> bool:
    """Whether a text is a digest by its form, whatever it stands for; a server's own id may be one too."""
    return any(form.fullmatch(text) for form in (HEX_DIGEST, SHORT_DIGEST, PADDED_DIGEST))
