"""Reads a line of exchanges.jsonl. Somebody may have edited it: a member of another type makes it no exchange."""

from __future__ import annotations

from types import NoneType
from typing import Any, NamedTuple

from conformance.core.exchange import Exchange
from conformance.evidence.reproduction.replay import from_record

# What is read of each member (reports/schemas/exchange.schema.json); a request's and an answer's body may be any JSON.
TYPES: dict[str, tuple[type, ...]] = {
    "trace": (str,),
    "seq": (int,),
    "operation": (str, NoneType),
    "method": (str,),
    "url": (str,),
    "subject": (str, NoneType),
    "request_headers": (dict,),
    "status": (int, NoneType),
    "response_headers": (dict,),
    "problem": (str, NoneType),
    "problem_kind": (str, NoneType),
    "started": (str,),
    "ms": (int, float),
    "marketplace": (str, NoneType),
    "concurrent": (bool,),
    "unseen": (list,),
}


class OwnRecord(NamedTuple):
    """An exchange of a report, and which of the files it stands in."""

    exchange: Exchange
    source: int


def own_exchange(record: dict[str, Any]) -> Exchange | None:
    """The exchange of a line; None where it is none."""
    if not all(type(record[name]) in types for name, types in TYPES.items() if name in record):
        return None
    headers = [value for name in ("request_headers", "response_headers") for value in record.get(name, {}).values()]
    if not all(isinstance(value, str) for value in headers):
        return None
    try:
        return from_record(record)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
