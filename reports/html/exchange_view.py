"""An exchange as the page shows it: one line, then request and answer, cut to what a page can hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from markupsafe import Markup

from reports.html.difference import new_lines
from reports.text import Json, number

BODY = 12_000  # characters of a body that are shown
LINE, DEEP = 76, 20  # characters of a line of JSON; levels that are spread over lines
HIDDEN = {"accept", "accept-encoding", "connection", "user-agent", "content-length", "date", "server", "keep-alive"}


def text_node(text: str) -> Markup:
    """Text as the content of an element: quotes may stay as they are, which halves the size of JSON."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


@dataclass
class Room:
    """Bytes that are left for exchanges and scripts in a page."""

    left: int

    def take(self, markup: Markup) -> bool:
        size = len(markup.encode())
        if size > self.left:
            return False
        self.left -= size
        return True


def body_text(body: Any) -> str:
    """A body as text: JSON indented, text as it is, nothing for none."""
    if body is None:
        return ""
    if isinstance(body, dict) and set(body) == {"text"} and isinstance(body["text"], str):
        return str(body["text"])
    return "".join(_spread(body, 0))


def _spread(value: Any, depth: int) -> Iterator[str]:
    """JSON as text: what fits on a line stands on one, so that an amount takes one line and not four."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) + 2 * depth <= LINE or not isinstance(value, (dict, list)) or depth > DEEP:
        yield line
        return
    begin, end = "{}" if isinstance(value, dict) else "[]"
    members = list(value.items()) if isinstance(value, dict) else [(None, item) for item in value]
    yield begin
    for position, (name, item) in enumerate(members):
        yield ("," if position else "") + "\n" + "  " * (depth + 1)
        if name is not None:
            yield json.dumps(name, ensure_ascii=False) + ": "
        yield from _spread(item, depth + 1)
    yield "\n" + "  " * depth + end


def status_text(exchange: Json) -> str:
    """'409 Conflict', or the problem."""
    status = exchange["status"]
    if status is None:
        return exchange["problem"] or "no answer"
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def view(exchange: Json, before: Json | None, room: Room) -> Json:
    """What the template needs for an exchange; `before` is the one to mark new lines against."""
    request = _message(exchange["request_headers"], body_text(exchange["request_body"]), set())
    answer_body = body_text(exchange["response_body"])
    fresh: set[int] = set()
    if before is not None and _session(before["response_body"]) and _session(exchange["response_body"]):
        fresh = new_lines(body_text(before["response_body"]).splitlines(), answer_body.splitlines())
    answer = _message(exchange["response_headers"], answer_body, fresh)
    whole = room.take(request + answer)
    status = exchange["status"]
    return {
        "id": exchange["id"],
        "method": exchange["method"],
        "operation": exchange["operation"],
        "url": exchange["url"],
        "status": status_text(exchange),
        "kind": "none" if status is None else "good" if status < 300 else "refused" if status < 500 else "broken",
        "ms": exchange["ms"],
        "marketplace": exchange["marketplace"],
        "problem": exchange["problem"] if status is not None else None,
        "request": request if whole else None,
        "answer": answer if whole else None,
        "marks": bool(fresh),
        "step": None,
    }


def _session(body: Any) -> bool:
    return isinstance(body, dict) and "checkoutSessionId" in body


def _message(headers: Json, body: str, fresh: set[int]) -> Markup:
    """Headers worth reading, a blank line, the body with its new lines marked."""
    lines = []
    for name, value in headers.items():
        if name.lower() not in HIDDEN:
            lines += [f"{name}: {item}" for item in (value if isinstance(value, list) else [value])]
    head = text_node("\n".join(item[:400] for item in lines[:40]))
    cut = body[:BODY]
    marked = Markup("\n").join(
        Markup("<b>{}</b>").format(text_node(item)) if position in fresh and item.strip() else text_node(item)
        for position, item in enumerate(cut.splitlines())
    )
    rest = len(body) - len(cut)
    tail = text_node(f"\n… {number(rest, 'character')} more: exchanges.jsonl has them") if rest else Markup("")
    return head + (Markup("\n\n") if lines and body else Markup("")) + marked + tail
