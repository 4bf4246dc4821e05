"""Addresses as they are compared: what a request sent, what an answer shows (the documents' ShippingAddress)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

ALWAYS_IN_ADDRESS = ("addressLine1", "city", "country", "phoneNumber")
ADDRESS_FIELDS = (
    "addressLine1",
    "addressLine2",
    "city",
    "country",
    "county",
    "phoneNumber",
    "postalCode",
    "stateOrProvince",
)
ABSENT = (None, "")
ZIP_PLUS_4 = re.compile("([0-9]{5})-[0-9]{4}")
RECIPIENT = ("recipient.firstName", "recipient.lastName")


class Folded(str):
    """A text of an address: equal to another, letter case, blanks and Unicode composition aside."""

    __slots__ = ("key",)
    key: str  # what counts for equality

    def __new__(cls, text: str) -> Folded:
        """The text, folded once."""
        made = super().__new__(cls, text)
        key = "".join(text.split()).casefold()
        made.key = key if key.isascii() else unicodedata.normalize("NFC", key)
        return made

    def __eq__(self, other: object) -> bool:
        return self.key == (other.key if isinstance(other, Folded) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)


_folded = lru_cache(maxsize=4096)(Folded)


def folded(value: Any) -> Any:
    """A value of an address as it is compared."""
    return _folded(value) if value.__class__ is str else value


def shows(name: str, sent: Any, seen: Any, country: Any = None) -> bool:
    """Whether an address part is read back as it was sent.

    Of a phone number the digits count, and its plus; one without a country code may be completed. A US postal code may be
    completed by its four further digits. country: of the address, for its postal code.
    """
    if name == "phoneNumber" and isinstance(sent, str) and isinstance(seen, str):
        if folded(sent) == folded(seen):  # a text without digits too
            return True
        wanted, given = ("".join(filter(str.isdigit, phone)) for phone in (sent, seen))
        if "+" in sent:
            return given == wanted and "+" in seen
        known = wanted.lstrip("0")
        return known != "" and given.endswith(known)
    if (
        name == "postalCode"
        and country == "US"
        and isinstance(seen, str)
        and (completed := ZIP_PLUS_4.fullmatch(seen.strip()))
    ):
        return bool(folded(sent) in (folded(seen), completed[1]))
    return bool(folded(sent) == folded(seen))


def flat_address(address: dict[str, Any]) -> dict[str, Any]:
    """The address with the recipient's names beside the other fields; absent, null and empty are left out."""
    found = {name: value for name in ADDRESS_FIELDS if name in address and (value := address[name]) not in ABSENT}
    recipient = address.get("recipient")
    if isinstance(recipient, dict):
        for name in RECIPIENT:
            value = recipient.get(name[len("recipient.") :])
            if value not in ABSENT:
                found[name] = value
    return found
