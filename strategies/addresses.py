"""Addresses by marketplace: at their limits, with the names and streets of real people, with characters that none has."""

from __future__ import annotations

from typing import Any

# Names and streets as people have them, by marketplace; "" stands for every marketplace.
REAL: dict[str, tuple[dict[str, str], ...]] = {
    "": (
        {"firstName": "Anne-Marie", "lastName": "O'Neill", "addressLine1": "12 St. John's Road, Flat 3/4"},
        {"firstName": "José María", "lastName": "Núñez y Peña", "city": "Saint-Étienne"},
    ),
    "EBAY_DE": (
        {"firstName": "Jürgen", "lastName": "Groß-Öztürk", "addressLine1": "Straße des 17. Juni 135", "city": "Köln"},
    ),
    "EBAY_FR": (
        {"firstName": "Zoë", "lastName": "L'Hôpital", "addressLine1": "5 bis, rue de l'Œuvre", "city": "Nîmes"},
    ),
    "EBAY_GB": (
        {
            "firstName": "Siân",
            "lastName": "D'Arcy-Jones",
            "addressLine1": "Flat 2a, 1-3 High St",
            "city": "Ystrad",
        },
    ),
    "EBAY_CA": (
        {
            "firstName": "François",
            "lastName": "Côté",
            "addressLine1": "1250, boul. René-Lévesque O.",
            "city": "Montréal",
        },
    ),
    "EBAY_HK": ({"firstName": "小明", "lastName": "陳", "addressLine1": "彌敦道 100 號 3 樓", "city": "九龍"},),
}
CONTROL = ("\x07", "\x00", "\x1b", "\n", "\x7f")
MARKUP = ("<b>", "<script>alert(1)</script>")
TEXT_FIELDS = ("addressLine1", "addressLine2", "city", "recipient.firstName", "recipient.lastName")


def with_fields(address: dict[str, Any], **fields: str) -> dict[str, Any]:
    """The address with other fields; firstName and lastName go to the recipient."""
    changed = {**address, "recipient": dict(address.get("recipient", {}))}
    for name, value in fields.items():
        if name in ("firstName", "lastName"):
            changed["recipient"][name] = value
        else:
            changed[name] = value
    return changed


def with_path(address: dict[str, Any], path: str, value: str) -> dict[str, Any]:
    """The address with another value at a path such as `recipient.firstName`."""
    return with_fields(address, **{path.rpartition(".")[2]: value})


# What an address may have beside what it must, so that every field is sent somewhere in every marketplace.
OPTIONAL = {"addressLine2": "Rear Building", "county": "Greater Area"}
CONDITIONAL = {
    "EBAY_GB": {"stateOrProvince": "England"},
    "EBAY_DE": {"stateOrProvince": "Bayern"},
    "EBAY_HK": {"stateOrProvince": "Kowloon", "postalCode": "999077"},
}


def whole(market: str, address: dict[str, Any]) -> dict[str, Any]:
    """The address with every field that an address can have."""
    return {**OPTIONAL, **CONDITIONAL.get(market, {}), **address}


def real_people(market: str, address: dict[str, Any]) -> list[dict[str, Any]]:
    """Addresses of real people in this marketplace; the first has every field that an address can have."""
    people = [with_fields(address, **fields) for fields in (*REAL[""], *REAL.get(market, ()))]
    return [whole(market, people[0]), *people[1:]]


def lawful(market: str, address: dict[str, Any], longest: int) -> list[dict[str, Any]]:
    """Addresses that a marketplace takes: of real people, and with lines of the longest length, in characters."""
    lines = (
        ("addressLine1", address["addressLine1"]),
        ("addressLine2", "Unit 7"),
        ("addressLine1", "9 Café Étoile Lane"),
    )
    at_limit = [with_fields(address, **{name: of_length(text, longest)}) for name, text in lines]
    return [*real_people(market, address), *at_limit]


def of_length(text: str, length: int) -> str:
    """A street of exactly that many characters."""
    return (text + " " + "Long Street Name " * 6)[:length].rstrip().ljust(length, "x")
