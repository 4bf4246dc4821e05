"""Combinators on the JSON and headers of answers, and on the bill that the amounts come from.

Paths are as in `lineItems[].shippingOptions[0].selected`: `[]` is each element, `[n]` one; what is not there is left
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from mock_server.catalogue.model import decimal
from mock_server.domain.errors import Refusal
from mock_server.domain.pricing import Bill, total
from mock_server.domain.shop import Answer, Call
from mock_server.injection.core import Effect
from mock_server.injection.effects import after

_PART = re.compile(r"(\w+)(?:\[(-?\d*)\])?")


def parts(path: str) -> list[tuple[str, str | None]]:
    """Names of a path, each with what stands in its brackets; ValueError if it is no path."""
    matches = [_PART.fullmatch(part) for part in path.split(".")]
    if not all(matches):
        raise ValueError(f"{path} is no path")
    return [(match[1], match[2]) for match in matches if match is not None]


def places(body: Any, path: list[tuple[str, str | None]]) -> list[tuple[Any, Any]]:
    """(holder, key) of each place that a path names and that is there."""
    holders: list[Any] = [body]
    found: list[tuple[Any, Any]] = []
    for name, index in path:
        found = [(holder, name) for holder in holders if isinstance(holder, dict) and name in holder]
        if index is not None:
            lists = [holder[key] for holder, key in found if isinstance(holder[key], list)]
            found = [
                (values, n)
                for values in lists
                for n in (range(len(values)) if index == "" else [int(index)])
                if -len(values) <= n < len(values)
            ]
        holders = [holder[key] for holder, key in found]
    return found


def edit(path: str, change: Callable[[Any], Any], **only: Any) -> Effect:
    """`change(value)` in place of each value there."""
    where = parts(path)

    def do(call: Call, answer: Answer, *_: Any) -> None:
        for holder, key in places(answer.body, where):
            holder[key] = change(holder[key])

    return after("answer", do, **only)


def put(path: str, value: Any, **only: Any) -> Effect:
    """This value, at a place that exists or is the last name of the path."""
    *outer, (last, _) = parts(path)

    def do(call: Call, answer: Answer, *_: Any) -> None:
        holders = [holder[key] for holder, key in places(answer.body, outer)] if outer else [answer.body]
        for holder in holders:
            if isinstance(holder, dict):
                holder[last] = value

    return after("answer", do, **only)


def drop(path: str, **only: Any) -> Effect:
    """The field is not there."""
    only.setdefault("kind", "field")
    where = parts(path)

    def do(call: Call, answer: Answer, *_: Any) -> None:
        for holder, key in reversed(places(answer.body, where)):  # from the end, where elements of a list go
            del holder[key]

    return after("answer", do, **only)


def add(path: str, minor: int, **only: Any) -> Effect:
    """So many cents more on the amount at a path; nothing else follows."""
    only.setdefault("kind", "cent")

    def change(amount: Any) -> Any:
        cents = int(amount["value"].replace(".", ""))
        return {**amount, "value": decimal(cents + minor, len(amount["value"].rpartition(".")[2]))}

    return edit(path, change, **only)


def rebill(change: Callable[[Bill], Any], **only: Any) -> Effect:
    """`change(bill)` on the summary's amounts; the total follows."""
    def do(call: Call, bill: Bill, *_: Any) -> None:
        change(bill)
        bill.total = total(bill)

    return after("bill", do, **only)


def header(name: str, value: str | None, **only: Any) -> Effect:
    """Sets a header of the answer, or with None takes it away."""
    def do(call: Call, answer: Answer, *_: Any) -> None:
        answer.headers.pop(name, None)
        if value is not None:
            answer.headers[name] = value

    return after("answer", do, **only)


def respond(status: int, body: Any, **only: Any) -> Effect:
    """This answer in place of the one that there would be; `body`: JSON, or bytes, which are a page of HTML."""
    headers = {"Content-Type": "text/html"} if isinstance(body, bytes) else {}

    def do(call: Call, answer: Answer, *_: Any) -> Answer:
        return Answer(status, deepcopy(body), dict(headers))

    return after("answer", do, **only)


def pretend(**only: Any) -> Effect:
    """A refusal, as in `error(15002)`, becomes the answer of success: the session or order as it is."""
    only.setdefault("kind", "ignored")

    def do(call: Call, answer: Answer, refusal: Refusal) -> Answer | None:
        return Answer(200, call.run("view")) if call.session is not None or call.order is not None else None

    return after("refusal", do, **only)
