"""Bodies in a form that nobody knows: requests that the server accepted have other names than the documents, or are no JSON.

No server can have read such a request, so that a recorder wrote it, and with it all bodies of its file.
"""

from __future__ import annotations

from enum import Enum

from conformance.core.exchange import Exchange
from conformance.judging.content.request_schema import shape_of
from conformance.recordings.cleaning.by_file import Files
from conformance.recordings.cleaning.rewritten import open_bodies


class _Form(Enum):
    """Whether an accepted request has the form of the documents; OPEN: it does not tell."""

    DOCUMENTED = "documented"
    UNKNOWN = "unknown"
    OPEN = "open"


def open_unknown_forms(files: Files) -> None:
    """Makes all bodies of a file unknown if accepted requests have an unknown form, and none has the documents' form.

    files: of each, its exchanges, and whether the request of each has the length that its header names.
    """
    for listed in files:
        forms = {_form(exchange, of_wire=of_wire) for exchange, of_wire in listed if exchange.status == 200}
        if _Form.UNKNOWN in forms and _Form.DOCUMENTED not in forms:
            for exchange, _ in listed:
                open_bodies(exchange, of_request=True, of_answer=exchange.status is not None)


def _form(exchange: Exchange, *, of_wire: bool) -> _Form:
    sent, shape = exchange.request.body, shape_of(exchange.operation)
    if exchange.request.raw and sent is None:
        return _Form.OPEN if of_wire else _Form.UNKNOWN
    if not isinstance(sent, dict) or not sent or shape is None:
        return _Form.OPEN
    if of_wire:
        return _Form.DOCUMENTED
    holders = {name for name, part in shape.fields.items() if part.kind in ("object", "array")}
    if holders & sent.keys():  # names that say nothing stay as they are where a recorder flattens an object
        return _Form.DOCUMENTED
    told = sent.keys() - shape.fields.keys()
    return _Form.UNKNOWN if told and (holders or told == sent.keys()) else _Form.OPEN
