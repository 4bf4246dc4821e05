"""One thing changed in a healthy trace, at random: in an answer, in a request, or in what the request was sent for.

Nobody says here what a rule should make of it. What it makes of it is written down, so that no rule changes unnoticed.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

from conformance import contract
from conformance.model import money
from tests.junk import places

Record = dict[str, Any]
Twist = Callable[[Record, list[Record], random.Random], str | None]  # changes the record; in a word, what was done
STATUSES = (201, 204, 301, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 414, 415, 418, 429, 431, 500, 502, 503, 504)  # fmt: skip
NUMBERS = (-1, 0, 1, 2, 3, 11, 19, 20, 21, 100, 2**31 - 1, 2**31)
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
        return str(amount + Decimal(chance.choice(("0.01", "-0.01", "1", "-1", "100"))))
    if isinstance(value, str):
        return chance.choice((value.upper(), value + "x", value[:-1], "x" * chance.choice(LENGTHS)))
    return deepcopy(chance.choice(OTHERS))


def _somewhere(node: Any, chance: random.Random) -> str | None:
    """Changes one place of a JSON value."""
    found = list(places(node))
    if not found:
        return None
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


def error(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """A refusal, documented or not."""
    known = contract.operations()[record["operation"]].ids
    every = sorted({one.id for one in contract.errors()} | set(known))
    number = chance.choice(sorted(known) if known and chance.random() < 0.6 else every)
    documented = sorted(known.get(number, ()))
    record["status"] = chance.choice(documented) if documented and chance.random() < 0.8 else chance.choice(STATUSES)
    told = _told(number, record["operation"])
    record["response_body"] = {"errors": [told, *([dict(told)] if chance.random() < 0.1 else [])]}
    return f"{record['status']} {number}"


def success(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """What the session answered before, in place of what it answers now."""
    same = [one for one in trace if one["subject"] == record["subject"] and one is not record and _accepted(one)]
    if not same:
        return None
    other = chance.choice(same)
    record["status"], record["response_body"] = 200, deepcopy(other["response_body"])
    return f"like {other['operation']}"


def warning(record: Record, trace: list[Record], chance: random.Random) -> str | None:
    """A warning, in its right form."""
    if not isinstance(record["response_body"], dict):
        return None
    number = chance.choice(sorted(contract.warning_ids()))
    record["response_body"].setdefault("warnings", []).append(_told(number, record["operation"]))
    return f"warning {number}"


def intent(record: Record, trace: list[Record], chance: random.Random) -> str:
    """Sent for nothing, or for another requirement of the operation."""
    fitting = [one.id for one in contract.requirements().values() if record["operation"] in one.operations]
    why = chance.choice([None, *fitting])
    record["intent"] = {"requirement": why, "case": ""} if why else None
    return f"for {why}"


def sender(record: Record, trace: list[Record], chance: random.Random) -> str:
    """Another marketplace, or another app."""
    name = chance.choice(("marketplace", "marketplace", "app"))
    record[name] = chance.choice((None, "EBAY_US", "EBAY_GB", "EBAY_XX") if name == "marketplace" else ("app1", "none"))
    return f"{name} {record[name]}"


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


TWISTS: tuple[Twist, ...] = (answer, answer, answer, answer, request, request, status, error, error, success, warning,
                             intent, sender, headers, page)  # fmt: skip
