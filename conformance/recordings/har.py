"""Reads HTTP Archive (HAR 1.2) as browsers, proxies, clients and libraries write it; docs/recordings.md has the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from conformance.recordings.bodies import body_of, is_of_api
from conformance.recordings.cleaning.scan import shown_headers
from conformance.recordings.durations import duration
from conformance.recordings.entry import UNSEEN, Body, RecordedEntry
from conformance.recordings.secrets import secrets_of
from conformance.recordings.times import moment
from conformance.recordings.values import are_whole, as_json, every_header, headers, items, status, table, text

# The name of a file beside the HAR, or in the same archive, and its bytes.
Attached = Callable[[str], bytes | None]
# Where the fields of Safari, Chrome and Firefox say who answered.
CACHES = ("memory cache", "disk cache", "service worker", "inspector override", "memory", "disk", "prefetch")
INTERNAL = "internal redirect"  # the status text of the browser's own redirect, such as to https


def entries_of(document: Any, depth: int = 0) -> list[Any] | None:
    """The raw entries of a document: of `log.entries`, `entries`, `har.log`, a list of those; None where there are none."""
    if isinstance(document, list) and depth < 3:
        parts = [entries_of(part, depth + 1) for part in document]
        listed = [entry for part in parts for entry in part or ()]
        return listed if listed or (not document and depth) or any(part is not None for part in parts) else None
    if not isinstance(document, dict):
        return None
    for name in ("log", "har", "_har"):
        if isinstance(document.get(name), dict):
            found = entries_of(document[name], depth)
            if found is not None:
                return found
    if isinstance(document.get("entries"), list):
        raw: list[Any] = document["entries"]
        return raw
    return [document] if isinstance(document.get("request"), dict) and "response" in document else None


def entry(raw: Any, attached: Attached) -> RecordedEntry | None:
    """One entry; None where it names no request."""
    node, request, response = table(raw), table(table(raw).get("request")), table(table(raw).get("response"))
    method, url = text(request.get("method")), text(request.get("url"))
    if not method or not url:
        return None
    request_headers, response_headers = headers(request.get("headers")), headers(response.get("headers"))
    sent, given = shown_headers(request_headers), shown_headers(response_headers)
    return RecordedEntry(
        method=method.upper(),
        url=url,
        request_headers=sent.shown,
        body=_sent(request, request_headers, attached),
        media=text(table(request.get("postData")).get("mimeType")),
        status=status(response.get("status")),
        response_headers=given.shown,
        request_headers_open=sent.open,
        response_headers_open=given.open,
        request_headers_whole=are_whole(request.get("headers")),
        answer_media=text(table(response.get("content")).get("mimeType")),
        response_headers_whole=are_whole(response.get("headers")),
        answer=_given(response, response_headers, attached),
        began=moment(node.get("startedDateTime")),
        ms=duration(node),
        via=_via(node, response),
        secrets=secrets_of(
            url,
            request_headers,
            response_headers,
            every_header(response.get("headers"), "set-cookie"),
            text(_written(response)),
        ),
    )


def _sent(request: dict[str, Any], request_headers: Mapping[str, str], attached: Attached) -> Body:
    """The request's body: postData as an object or as a text, HTTP Toolkit's `_content`, a file of Playwright."""
    node = _holder(request.get("postData", request.get("body")))
    written, encoding = node.get("text"), node.get("encoding")
    if not written and isinstance(request.get("_content"), dict):
        written, encoding = request["_content"].get("text"), request["_content"].get("encoding")
    if not written and (file := text(node.get("_file"))):
        return _of_file(attached(file), request_headers)
    if not written:
        written, encoding = node.get("_textBase64") or _of_params(node), "base64" if node.get("_textBase64") else None
    hints = text(request.get("_requestBodyStatus")).startswith("discarded") or _left_out(node)
    return body_of(_cleaned(written), encoding, [request.get("bodySize")], request_headers, hints)


def _given(response: dict[str, Any], response_headers: Mapping[str, str], attached: Attached) -> Body:
    node = _holder(response.get("content", response.get("body")))
    written, encoding = node.get("text"), node.get("encoding")
    if not written and node.get("_textBase64"):
        written, encoding = node["_textBase64"], "base64"
    if not written and (file := text(node.get("_file"))):
        return _of_file(attached(file), response_headers)
    return body_of(_cleaned(written), encoding, [node.get("size")], response_headers, _left_out(node))


def _written(response: dict[str, Any]) -> Any:
    """The text of an answer, whatever its form."""
    found = _holder(response.get("content", response.get("body"))).get("text")
    return as_json(found) if isinstance(found, dict | list) else found


def _holder(written: Any) -> dict[str, Any]:
    """What holds the text of a body: a logger may write the body itself in its place."""
    return {"text": written} if isinstance(written, str) or is_of_api(written) else table(written)


def _of_params(node: dict[str, Any]) -> str | None:
    """JSON that a proxy took for a form: it stands in the name of the only field, as far as the first `=`."""
    listed = [table(parameter) for parameter in items(node.get("params"))]
    name, value = (text(listed[0].get("name")), text(listed[0].get("value"))) if len(listed) == 1 else ("", "")
    return (f"{name}={value}" if value else name) if name.lstrip().startswith("{") else None


def _cleaned(written: Any) -> Any:
    return text(written) if isinstance(written, str) else written


def _of_file(raw: bytes | None, named: Mapping[str, str]) -> Body:
    if raw is None:
        return UNSEEN
    plain = raw.decode("utf-8", "replace")
    return body_of(
        plain,
        None,
        [len(plain.encode())],
        {name: value for name, value in named.items() if name != "content-length"},
        False,
    )


def _left_out(node: dict[str, Any]) -> bool:
    """Whether the recorder says that it left the body out or cut it: in a comment, or in a member of its own."""
    said = text(node.get("comment")).casefold()
    words = (
        "not included",
        "discarded",
        "exceed",
        "truncat",
        "too large",
        "longer than",
        "omitted",
        "limit",
        "evicted",
    )
    marked = any(node.get(name) is True for name in ("_truncated", "truncated", "_isTruncated"))
    return marked or any(word in said for word in words)


def _via(node: dict[str, Any], response: dict[str, Any]) -> str:
    """Who answered: `network`, or a cache, a service worker, the browser itself."""
    for holder in (node, response):
        for name in (
            "_fromCache",
            "fromCache",
            "_fetchType",
            "_servedFromCache",
            "_fromDiskCache",
            "_fromServiceWorker",
        ):
            value = holder.get(name)
            if value is True:
                return "cache"
            if isinstance(value, str) and value.casefold() in CACHES:
                return value.casefold()
    if (
        response.get("_transferSize") == 0
        and response.get("status") == 200
        and table(response.get("content")).get("size")
    ):
        return "cache"  # Chrome of some years: nothing came over the network
    if text(response.get("_serviceWorkerResponseSource")) in ("cache-storage", "http-cache"):
        return "service worker"
    if text(response.get("statusText")).casefold() == INTERNAL:
        return "browser"
    return "network"
