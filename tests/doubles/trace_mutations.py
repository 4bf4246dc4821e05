"""One thing changed in a healthy trace, at random: in an answer, in a request, or in what the request was sent for.

Nobody says here what a rule should make of it. What it makes of it is written down, so that no rule changes unnoticed.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from conformance.core import contract
from conformance.core.exchange import BAD_CREDENTIALS, OTHER_APP, OWN_APP
from conformance.judging.amounts import money
from tests.doubles.fuzzed_responses import places

Record = dict[str, Any]
Twist = Callable[[Record, list[Record], random.Random], str | None]  # changes the record; in a word, what was done
STATUSES = (201, 204, 301, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 414, 415, 418, 429, 431, 500, 502, 503, 504)  # fmt: skip
GATEWAY = (400, 401, 405, 406, 408, 411, 413, 414, 415, 429, 431, 500)
NUMBERS = (-1, 0, 1, 2, 3, 11, 19, 20, 21, 100, 2**31 - 1, 2**31)
DAY = re.compile(r"\d{4}-[01]\d-[0-3]\d(T|$)")
LENGTHS = (0, 1, 9, 10, 11, 35, 40, 41, 64, 65, 128, 129, 255, 256, 1000)
OTHERS: tuple[Any, ...] = (None, "", [], {}, 7, True, "text", " ", [None], "<b>", "\x07", "12.345", "-1.00")


def _accepted(record: Record) -> bool:
    body = record["response_body"]
    return record["status"] == 200 and isinstance(body, dict) and "errors" not in body


def _changed(value: Any, chance: random.Random) -> Any:
    """Another value of the same kind, near the old one; or one of another kind."""
    if isinstance(value, bool):
        return not value
    if chance.random() < 0.2:
        return deepcopy(chance.choice(OTHERS))
    if isinstance(value, int):
        return chance.choice((value + 1, value - 1, *NUMBERS))
    if isinstance(value, str) and (amount := money({"value": value})) is not None:
        near = [str(amount + Decimal(entry)) for entry in ("0.01", "-0.01", "1", "-1", "100")]
        return chance.choice((*near, str(2 * amount), "0.00", "0.50"))
    if isinstance(value, str) and DAY.match(value):
        day = date.fromisoformat(value[:10]) + timedelta(days=chance.choice((-30, -10, -1, 1, 10, 30)))
        return chance.choice((f"{day}{value[10:]}", value[:10], f"{value[:10]}T23:59:59.000Z", f" {value}"))
    if isinstance(value, str):
        return chance.choice((value.upper(), value + "x", value[:-1], "x" * chance.choice(LENGTHS)))
    return deepcopy(chance.choice(OTHERS))


def _somewhere(node: Any, chance: random.Random) -> str | None:
    """Changes one place of a JSON value."""
    found = list(places(node))
    if not found:
        return None
    if chance.random() < 0.5:  # a field that is seldom has the same chance as one that is everywhere
        name = chance.choice(sorted({str(key) for _, key in found}))
        found = [(holder, key) for holder, key in found if str(key) == name]
    holder, key = chance.choice(found)
    ways = ["other", "other", "gone", *(("twice", "moved") if isinstance(holder, list) else ())]
    way = chance.choice(ways)
    if way == "other":
        holder[key] = _changed(holder[key], chance)
    elif way == "gone":
        del holder[key]
    elif way == "twice":
        holder.append(deepcopy(holder[key]))
    else:
        holder.reverse()
    return f"{way} {key if isinstance(key, str) else 'entry'}"


def _told(number: int, operation: str) -> Record:
    """An error or a warning in its right form."""
    entry = contract.error(number, operation)
    return {
        "errorId": number,
        "domain": entry.domains[0] if entry else "API_ORDER",
        "category": entry.categories[0] if entry else "REQUEST",
        "message": "told",
    }


def answer(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """A place of the answer's body."""
    return _somewhere(record["response_body"], chance)


def request(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """A place of the request's body."""
    sent = record["request_body"]
    done = None if isinstance(sent, dict) and "text" in sent else _somewhere(sent, chance)
    return f"sent {done}" if done else None


def status(record: Record, trace: list[Record], chance: random.Random) -> str:
    """Another status; the body stays, or there is none."""
    record["status"] = chance.choice(STATUSES)
    if bare := chance.random() < 0.6:
        record["response_body"] = None
    return f"{record['status']}{' bare' if bare else ''}"


def gateway(record: Record, trace: list[Record], chance: random.Random) -> str:
    """What a gateway in front of the API may answer, or nearly: its statuses and ids, and their neighbours."""
    record["status"] = chance.choice([near for entry in GATEWAY for near in (entry, entry, entry - 1, entry + 1)])
    number = chance.choice((999, 1000, 1001, 2004, 3999, 4000, 4001, 15049, None, None))
    record["response_body"] = {"errors": [_told(number, record["operation"])]} if number else None
    record["intent"] = chance.choice((None, None, record["intent"]))
    return f"{record['status']} {number}"


def error(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """A refusal, documented or not."""
    known = contract.operations()[record["operation"]].ids
    every = sorted({error.id for error in contract.errors()} | set(known))
    number = chance.choice(sorted(known) if known and chance.random() < 0.6 else every)
    documented = sorted(known.get(number, ()))
    record["status"] = chance.choice(documented) if documented and chance.random() < 0.8 else chance.choice(STATUSES)
    refusal = _told(number, record["operation"])
    record["response_body"] = {"errors": [refusal, *([dict(refusal)] if chance.random() < 0.1 else [])]}
    return f"{record['status']} {number}"


def success(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """What the session answered before, in place of what it answers now."""
    same = [
        entry for entry in trace if entry["subject"] == record["subject"] and entry is not record and _accepted(entry)
    ]
    if not same:
        return None
    other = chance.choice(same)
    record["status"], record["response_body"] = 200, deepcopy(other["response_body"])
    return f"like {other['operation']}"


def stale(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """One part of the answer as another answer has it, of this session or of another."""
    others = [entry for entry in trace if entry is not record and _accepted(entry)]
    if not others or not _accepted(record):
        return None
    other = chance.choice(others)["response_body"]
    if not (parts := sorted(name for name in {*other, *record["response_body"]} if isinstance(name, str))):
        return None
    name = chance.choice(parts)
    if name in other:
        record["response_body"][name] = deepcopy(other[name])
    else:
        del record["response_body"][name]
    return f"stale {name}"


def warning(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """A warning, in its right form."""
    if not isinstance(record["response_body"], dict):
        return None
    number = chance.choice(sorted(contract.warning_ids()))
    record["response_body"].setdefault("warnings", []).append(_told(number, record["operation"]))
    return f"warning {number}"


def raw(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """Bytes in place of the request's body, under one media type or another."""
    if record["method"] != "POST":
        return None
    whole = json.dumps(record["request_body"])
    record["request_body"] = {
        "text": chance.choice(("", "{", "}", "[]", "7", "{}", "[1]x", whole, whole[:-1], whole[1:]))
    }
    kind = chance.choice(("application/json", "text/plain", None))
    record["request_headers"] = {"Content-Type": kind} if kind else {}
    return f"raw {record['request_body']['text'][:2]} {kind}"


def silent(record: Record, trace: list[Record], chance: random.Random) -> str:
    """No answer at all, or one that is no HTTP."""
    kind = chance.choice(("timeout", "malformed_http", "too_large", "closed"))
    record.update(status=None, response_body=None, response_headers={}, problem=kind, problem_kind=kind)
    return kind


def intent(record: Record, trace: list[Record], chance: random.Random) -> str:
    """Sent for nothing, or for another requirement of the operation."""
    fitting = [
        requirement.id
        for requirement in contract.requirements().values()
        if record["operation"] in requirement.operations
    ]
    why = chance.choice([None, *fitting])
    record["intent"] = {"requirement": why, "case": ""} if why else None
    return f"for {why}"


def sender(record: Record, trace: list[Record], chance: random.Random) -> str:
    """Another marketplace, or another app."""
    name = chance.choice(("marketplace", "marketplace", "app", "subject"))
    others = {
        "marketplace": (None, "EBAY_US", "EBAY_GB", "EBAY_XX"),
        "app": (OWN_APP, OTHER_APP, *BAD_CREDENTIALS),
        "subject": sorted({str(entry["subject"]) for entry in trace} | {"unknown"}),
    }
    record[name] = chance.choice(others[name])
    return f"{name} {record[name]}" if name != "subject" else name


def headers(record: Record, trace: list[Record], chance: random.Random) -> str:
    """Another media type, or no signature."""
    kind = chance.choice(("text/html", "application/json; charset=utf-8", "text/plain", "", None))
    record["response_headers"] = {**record["response_headers"], "content-type": kind} if kind is not None else {}
    return f"type {kind}"


def page(record: Record, trace: list[Record], chance: random.Random) -> str:
    """A text in place of JSON."""
    text = chance.choice(("<html><body>Oops</body></html>", "", "{", json.dumps(record["response_body"]) + "}"))
    record["response_body"] = {"text": text}
    if chance.random() < 0.5:
        record["problem"], record["problem_kind"] = "no JSON", "json"
    return f"text {text[:6]}"


TWISTS: tuple[Twist, ...] = (answer, answer, answer, answer, request, request, status, error, error, success, stale, stale,
                             warning, gateway, raw, silent, intent, sender, headers, page)  # fmt: skip
