"""Letters beyond ASCII that a recorder could not write in a request: the answer still has them, so that they were sent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.core import contract
from conformance.core.addresses import flat_address
from conformance.core.exchange import Exchange, RecordedPart
from conformance.recordings.cleaning.by_file import OF_PERSON

LONGEST = 8  # characters that a recorder writes for one letter, such as `&#252;`


def open_lost_letters(exchanges: Iterable[Exchange]) -> None:
    """Makes requests unknown whose address lacks letters that the answer has: no server restores what it was not sent."""
    for exchange in exchanges:
        if exchange.accepted and _lost_letters(exchange):
            exchange.unseen |= {RecordedPart.REQUEST_BODY}


def _lost_letters(exchange: Exchange) -> bool:
    body, given = exchange.request.object(), exchange.member(OF_PERSON)
    sent = body if exchange.operation == contract.ADDRESS else body.get(OF_PERSON)
    if not isinstance(sent, dict) or not isinstance(given, dict):
        return False
    shown = flat_address(given)
    return any(_is_less(value, shown.get(name)) for name, value in flat_address(sent).items())


def _is_less(sent: object, shown: object) -> bool:
    """Whether a text in ASCII is another one but for letters beyond ASCII."""
    if not isinstance(sent, str) or not isinstance(shown, str) or shown.isascii() or not sent.isascii():
        return False
    parts = re.split(r"([^\x00-\x7f]+)", shown)
    form = "".join(
        f".{{0,{LONGEST * len(part)}}}" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.fullmatch(form, sent) is not None
