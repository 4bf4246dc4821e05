"""Ids of lines that a recorder makes up anew for each call: accepted changes name lines that no answer has ever shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange, RecordedPart
from conformance.recordings.cleaning.by_file import SEVERAL, Files

ID, LINES = "lineItemId", "lineItems"


def open_made_up_line_ids(files: Files) -> None:
    """Gives the lines of such a file ids by their items, and makes the requests that name lines unknown.

    files: as `by_file` has them.
    """
    for file in files:
        listed = [exchange for exchange, _ in file]
        named = [exchange.request.object()[ID] for exchange in listed if exchange.accepted and _names_a_line(exchange)]
        shown = {str(line.get(ID)) for exchange in listed for line in _lines(exchange)}
        if len(named) >= SEVERAL and shown and shown.isdisjoint(map(str, named)):
            for exchange in listed:
                _rename(exchange)


def _names_a_line(exchange: Exchange) -> bool:
    return exchange.operation in (contract.QUANTITY, contract.OPTION) and ID in exchange.request.object()


def _lines(exchange: Exchange) -> Iterator[dict[str, Any]]:
    listed = exchange.member(LINES)
    yield from (line for line in listed if isinstance(line, dict)) if isinstance(listed, list) else ()


def _rename(exchange: Exchange) -> None:
    if _names_a_line(exchange):
        exchange.unseen |= {RecordedPart.REQUEST_BODY}
    lines = list(_lines(exchange))
    if lines and len(lines) == len(exchange.body[LINES]):
        times: Counter[str] = Counter()
        renamed = []
        for line in lines:
            item = str(line.get("itemId"))
            times[item] += 1
            renamed.append(line | {ID: f"{item} {times[item]}"} if ID in line else line)
        exchange.body = exchange.body | {LINES: renamed}
