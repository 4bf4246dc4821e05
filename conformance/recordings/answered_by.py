"""Who answered a call: the API, or something before it, such as a cache, an edge server or a gateway."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from conformance.client.turned_away import REFUSED_BY_GATEWAY
from conformance.recordings.bodies import is_of_api
from conformance.recordings.entry import RecordedEntry

MEDIA = "content-type"
TURNED_AWAY = (*REFUSED_BY_GATEWAY, 429)  # with a page of HTML: the request never came to the API
EDGES = (*TURNED_AWAY, 408, *range(502, 600))  # with these something before a server answers in its place
BY_GATEWAY = (400, *REFUSED_BY_GATEWAY, 404, 405, 413, 414, 415, 429, 431)  # with these a gateway turns a request away
# Headers that gateways write on answers of their own, and not on those of the server behind them.
SIGNS = {
    "x-amzn-errortype": re.compile(".+"),
    "x-kong-response-latency": re.compile(".+"),
    "x-apigee-fault-code": re.compile(".+"),
    "x-ms-apim-error": re.compile(".+"),
    "server": re.compile(r"(istio-envoy|envoy|kong|awselb|akamaighost)\b.*", re.I),
}
# Headers that they add where a server behind them answered.
OF_UPSTREAM = ("x-envoy-upstream-service-time", "x-kong-upstream-latency")


def turned_away(entry: RecordedEntry) -> bool:
    """Whether the request never came to the API."""
    return (entry.status in TURNED_AWAY and _is_page(entry)) or (entry.status in BY_GATEWAY and _is_gateways(entry))


def of_no_server(entry: RecordedEntry) -> bool:
    """Whether a cache, the browser, an edge server or a gateway answered, or the answer only points to another URL."""
    if entry.via != "network":
        return True
    status = entry.status or 0
    points = entry.status is not None and (status < 200 or 300 <= status < 400)
    return points or (status in EDGES and _is_page(entry)) or ((status == 408 or status >= 500) and _is_gateways(entry))


def _is_page(entry: RecordedEntry) -> bool:
    """Whether an answer is a page for people, as a firewall or a staging site shows before the API is reached."""
    media = (entry.response_headers.get(MEDIA) or entry.answer_media).partition(";")[0].strip().lower()
    return media == "text/html" or entry.answer.text.lstrip()[:14].lower().startswith(("<!doctype html", "<html"))


def _is_gateways(entry: RecordedEntry) -> bool:
    """Whether a gateway wrote an answer: it has its sign, and not the API's form."""
    headers, text, found = entry.response_headers, entry.answer.text, None
    with suppress(ValueError, RecursionError):
        found = json.loads(text) if text else None
    if not entry.answer.known or is_of_api(found) or any(name in headers for name in OF_UPSTREAM):
        return False
    fault = found.get("fault") if isinstance(found, dict) else None
    signed = any(name in headers and form.fullmatch(headers[name].strip()) for name, form in SIGNS.items())
    return signed or (isinstance(fault, dict) and "faultstring" in fault)
