"""Addresses as they are compared: what a request sent, what an answer shows (the documents' ShippingAddress)."""

from __future__ import annotations

import unicodedata
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
RECIPIENT = ("recipient.firstName", "recipient.lastName")


class Folded(str):
    """A text of an address: equal to another, letter case, blanks and Unicode composition aside."""

    __slots__ = ()

    @property
    def key(self) -> str:
        """What counts for equality."""
        text = "".join(self.split()).casefold()
        return text if text.isascii() else unicodedata.normalize("NFC", text)

    def __eq__(self, other: object) -> bool:
        return self.key == (other.key if isinstance(other, Folded) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.key)


def folded(value: Any) -> Any:
    """A value of an address as it is compared."""
    return Folded(value) if isinstance(value, str) else value


def shows(name: str, sent: Any, seen: Any) -> bool:
    """Whether an address part is read back as it was sent. Of a phone number the digits count, and its plus;
    one without a country code may be completed."""
    if name == "phoneNumber" and isinstance(sent, str) and isinstance(seen, str):
        wanted, given = ("".join(filter(str.isdigit, entry)) for entry in (sent, seen))
        if "+" in sent:
            return given == wanted and "+" in seen
        return wanted != "" and given.endswith(wanted.lstrip("0"))
    return bool(folded(sent) == folded(seen))


def flat_address(address: dict[str, Any]) -> dict[str, Any]:
    """The address with the recipient's names beside the other fields; absent, null and empty are left out."""
    found = {name: address.get(name) for name in ADDRESS_FIELDS}
    recipient = address.get("recipient")
    for name in ("firstName", "lastName"):
        found[f"recipient.{name}"] = recipient.get(name) if isinstance(recipient, dict) else None
    return {name: value for name, value in found.items() if value not in (None, "")}
