"""Reads cassettes: VCR's YAML, as Schemathesis and other libraries write it, and Schemathesis' events (ndjson)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.recordings.bodies import body_of, is_of_api
from conformance.recordings.cleaning.scan import shown_headers
from conformance.recordings.entry import UNSEEN, Body, RecordedEntry
from conformance.recordings.secrets import secrets_of
from conformance.recordings.times import moment
from conformance.recordings.values import (
    are_whole,
    every_header,
    headers,
    items,
    milliseconds,
    number,
    status,
    table,
    text,
)


def is_cassette(document: Any) -> bool:
    """Whether a document is a cassette of VCR's form."""
    node = table(document)
    return isinstance(node.get("http_interactions"), list) or isinstance(node.get("interactions"), list)


def interactions(document: Any) -> list[Any]:
    """The raw interactions of a cassette."""
    node = table(document)
    return items(node.get("http_interactions")) or items(node.get("interactions"))


def events(document: Any) -> Iterator[Any]:
    """The raw interactions of one event of Schemathesis; nothing for the other events."""
    for event in table(document).values():
        recorded = table(table(table(event).get("recorder")).get("interactions"))
        yield from recorded.values()


def is_event(document: Any) -> bool:
    """Whether a line is an event of Schemathesis: an object with one member, whose name is the event's."""
    node = table(document)
    return len(node) == 1 and next(iter(node))[:1].isupper() and isinstance(next(iter(node.values())), dict)


def interaction(raw: Any) -> RecordedEntry | None:
    """One interaction; None where it names no request."""
    node, request, response = table(raw), table(table(raw).get("request")), table(table(raw).get("response"))
    method, url = text(request.get("method")), text(request.get("uri")) or text(request.get("url"))
    if not method or not url:
        return None
    request_headers, response_headers = headers(request.get("headers")), headers(response.get("headers"))
    code = response.get("status", response.get("status_code"))
    seconds = number(response.get("elapsed"))
    sent, given = shown_headers(request_headers), shown_headers(response_headers)
    answer = _body(response.get("body", response.get("content")), response_headers)
    return RecordedEntry(
        method=method.upper(),
        url=url,
        request_headers=sent.shown,
        body=_body(request.get("body"), request_headers),
        status=status(table(code).get("code") if isinstance(code, dict) else code),
        response_headers=given.shown,
        request_headers_open=sent.open,
        response_headers_open=given.open,
        request_headers_whole=are_whole(request.get("headers")),
        response_headers_whole=are_whole(response.get("headers")),
        answer=answer,
        began=moment(node.get("recorded_at") or node.get("timestamp")),
        ms=None if seconds is None else milliseconds(seconds * 1000),
        secrets=secrets_of(
            url, request_headers, response_headers, every_header(response.get("headers"), "set-cookie"), answer.text
        ),
    )


def _body(node: Any, named: dict[str, str]) -> Body:
    """A body as {encoding, string}, {encoding, base64_string}, {$base64} or a plain text."""
    if isinstance(node, str) or is_of_api(node):
        return body_of(node if isinstance(node, dict) else text(node), None, [], named, False)
    part = table(node)
    for name in ("base64_string", "$base64"):
        if isinstance(part.get(name), str):
            return body_of(part[name], "base64", [], named, False)
    if isinstance(part.get("string"), str):
        return body_of(text(part["string"]), None, [], named, False)
    return UNSEEN
