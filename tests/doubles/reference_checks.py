"""What the honest shop asks of a request's fields."""

from __future__ import annotations

from typing import Any

from conformance.core import contract
from tests.doubles.reference_goods import Item


class Refusal(Exception):
    """An error id, and what its text tells."""


def required(body: Any, *names: str) -> None:
    """Fields that must be there, most of them as texts."""
    if not isinstance(body, dict):
        raise Refusal(15002, "an object")
    for name in names:
        if body.get(name) in (None, "", []):
            raise Refusal(15001, name)
        if name not in ("quantity", "recipient", "shippingAddress", "lineItemInputs") and not isinstance(
            body[name], str
        ):
            raise Refusal(15002, name)


def quantity(item: Item, wanted: Any, least: int) -> None:
    """A quantity that can be sold."""
    if isinstance(wanted, bool) or not isinstance(wanted, int) or not least <= wanted < 2**31:
        raise Refusal(15002, "quantity")
    for most, number in ((item.stock, 15013), (item.limit, 15012)):
        if wanted > most:
            raise Refusal(number)
    if wanted % item.lot:
        raise Refusal(15014)


def terms(sent: Any) -> None:
    """Marketing terms: every channel and type, accepted or not."""
    listed: list[Any] = sent if isinstance(sent, list) and sent else [None]
    for entry in listed:
        parts: list[Any] = (
            [entry.get("marketingChannels"), entry.get("marketingTypes")] if isinstance(entry, dict) else [None]
        )
        if not all(isinstance(part, list) for part in parts):
            raise Refusal(15046)
        if not isinstance(entry.get("marketingTermsAccepted"), bool):
            raise Refusal(15046)
        if "EMAIL" not in parts[0] or not {"OFFER", "PROMOTION", "SURVEY"} <= set(parts[1]):
            raise Refusal(15046)


def address(market: str, sent: Any) -> None:
    """A shipping address inside the marketplace's country."""
    required(sent, "recipient", "phoneNumber", "addressLine1", "city", "country", "postalCode")
    required(sent["recipient"], "firstName", "lastName")
    texts = {name: value for name, value in {**sent, **sent["recipient"]}.items() if name != "recipient"}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise Refusal(15002, name)
        if name.startswith("addressLine") and len(text) > contract.address_line_limit(market):
            raise Refusal(15048, name)
        if any(ord(char) < 32 or char in "<>" for char in text):
            raise Refusal(17002, name)
    if sent["country"] != market[-2:]:
        raise Refusal(15047 if sent["country"] == "KP" else 15026, sent["country"])
