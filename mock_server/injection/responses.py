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
from mock_server.domain.shop import Call, Response
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


def edit(path: str, change: Callable[[Any], Any], **scope: Any) -> Effect:
    """`change(value)` in place of each value there."""
    where = parts(path)

    def action(call: Call, response: Response, *_: Any) -> None:
        for holder, key in places(response.body, where):
            holder[key] = change(holder[key])

    return after("response", action, **scope)


def put(path: str, value: Any, **scope: Any) -> Effect:
    """This value, at a place that exists or is the last name of the path."""
    *outer, (last, _) = parts(path)

    def action(call: Call, response: Response, *_: Any) -> None:
        holders = [holder[key] for holder, key in places(response.body, outer)] if outer else [response.body]
        for holder in holders:
            if isinstance(holder, dict):
                holder[last] = value

    return after("response", action, **scope)


def drop(path: str, **scope: Any) -> Effect:
    """The field is not there."""
    scope.setdefault("kind", "field")
    where = parts(path)

    def action(call: Call, response: Response, *_: Any) -> None:
        for holder, key in reversed(places(response.body, where)):  # from the end, where elements of a list go
            del holder[key]

    return after("response", action, **scope)


def add(path: str, minor: int, **scope: Any) -> Effect:
    """So many cents more on the amount at a path; nothing else follows."""
    scope.setdefault("kind", "cent")

    def change(amount: Any) -> Any:
        cents = int(amount["value"].replace(".", ""))
        return {**amount, "value": decimal(cents + minor, len(amount["value"].rpartition(".")[2]))}

    return edit(path, change, **scope)


def rebill(change: Callable[[Bill], Any], **scope: Any) -> Effect:
    """`change(bill)` on the summary's amounts; the total follows."""

    def action(call: Call, bill: Bill, *_: Any) -> None:
        change(bill)
        bill.total = total(bill)

    return after("bill", action, **scope)


def header(name: str, value: str | None, **scope: Any) -> Effect:
    """Sets a header of the answer, or with None takes it away."""

    def action(call: Call, response: Response, *_: Any) -> None:
        response.headers.pop(name, None)
        if value is not None:
            response.headers[name] = value

    return after("response", action, **scope)


def respond(status: int, body: Any, **scope: Any) -> Effect:
    """This answer in place of the one that there would be; `body`: JSON, or bytes, which are a page of HTML."""
    headers = {"Content-Type": "text/html"} if isinstance(body, bytes) else {}

    def action(call: Call, response: Response, *_: Any) -> Response:
        return Response(status, deepcopy(body), dict(headers))

    return after("response", action, **scope)


def report_success(**scope: Any) -> Effect:
    """A refusal, as in `error(15002)`, becomes the answer of success: the session or order as it is."""
    scope.setdefault("kind", "ignored")

    def action(call: Call, response: Response, refusal: Refusal) -> Response | None:
        return Response(200, call.run("view")) if call.session is not None or call.order is not None else None

    return after("refusal", action, **scope)
