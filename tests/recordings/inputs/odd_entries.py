"""Times, order and entries as odd recorders, cleaners and gateways leave them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.recordings.inputs.odd_recorders import ODD, Entries, Json, Odd, began, blind, content, har, odd, without

# times and order


@odd
def no_times(entries: Entries) -> Any:
    """No time anywhere."""
    for entry in entries:
        del entry["startedDateTime"], entry["time"]
    return har(entries)


@odd
def times_that_are_objects(entries: Entries) -> Any:
    """What a Date of JavaScript became (har-export-trigger #7)."""
    for entry in entries:
        entry["startedDateTime"] = {}
    return har(entries)


@odd
def noise_on_the_wire(entries: Entries) -> Any:
    """Requests that were none (httptoolkit #880), tunnels that could not be made (mitmproxy #6579)."""
    noise = _other(entries, method="Q}T3", url="http://\f\u000b0/", httpVersion="HTTP/Q}T3X\f\u000b")
    tunnel = _other(entries, method="CONNECT", url="https://apix.shop.example:443/")
    return har([noise, tunnel, *entries])


@odd
def another_zone_each(entries: Entries) -> Any:
    """Each time in another zone."""
    for place, entry in enumerate(entries):
        zone = timezone(timedelta(hours=place % 24 - 11, minutes=30))
        entry["startedDateTime"] = began(entry).astimezone(zone).isoformat()
    return har(entries)


@odd
def backwards(entries: Entries) -> Any:
    """The newest first."""
    return har(entries[::-1])


@odd
def http_dates(entries: Entries) -> Any:
    """Times as in a Date header, to the second."""
    start = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    for place, entry in enumerate(entries):
        entry["startedDateTime"] = (start + timedelta(seconds=3 * place)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return har(entries[::-1])


@odd
def american_times(entries: Entries) -> Any:
    """Months first, in a clock of twelve hours."""
    start = datetime(2026, 1, 5, 11, 59, 30, tzinfo=UTC)
    for place, entry in enumerate(entries):
        entry["startedDateTime"] = (start + timedelta(seconds=3 * place)).strftime("%m/%d/%Y, %I:%M:%S %p")
    return har(entries)


@odd
def log_times(entries: Entries) -> Any:
    """As in an access log."""
    start = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    for place, entry in enumerate(entries):
        entry["startedDateTime"] = (start + timedelta(seconds=3 * place)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return har(entries[::-1])


@odd
def durations_of_hours(entries: Entries) -> Any:
    """A laptop was asleep: one read took ten hours, and the answer came."""
    next(entry for entry in entries if entry["request"]["method"] == "GET")["time"] = 36_000_000
    return har(entries)


@odd
def negative_durations(entries: Entries) -> Any:
    """A clock went back."""
    for entry in entries:
        entry["time"] = -5
    return har(entries)


# entries


def _other(entries: Entries, **request: Any) -> Json:
    """An entry that is no call of the API."""
    made = copy.deepcopy(entries[0])
    made["request"] |= request
    return made


@odd
def websocket(entries: Entries) -> Any:
    """A socket, at its own address and at one of the API."""
    for url in ("wss://push.shop.example/", entries[1]["request"]["url"].replace("https", "wss")):
        made = _other(entries, method="GET", url=url)
        made["response"] |= {"status": 101, "headers": [], "content": {"size": 0, "mimeType": "x-unknown"}}
        made["_webSocketMessages"] = [{"type": "send", "time": 1.0, "opcode": 1, "data": "hi"}]
        entries = [made, *entries]
    return har(entries)


@odd
def service_worker(entries: Entries) -> Any:
    """Each call twice, and a read of a session's first state from the worker's cache."""
    seen = []
    for entry in entries:
        inner = copy.deepcopy(entry) | {"_initiator": {"type": "other"}}
        inner["startedDateTime"] = (began(entry) + timedelta(milliseconds=2)).isoformat()
        inner["time"] = entry["time"] - 5
        inner["request"]["headers"] = without(inner["request"]["headers"], "host")
        seen += [entry | {"_fetchedViaServiceWorker": True}, inner]
    stale = copy.deepcopy(entries[1])
    stale["startedDateTime"] = entries[-1]["startedDateTime"]
    stale["response"] |= {"_fetchedViaServiceWorker": True, "_responseCacheStorageCacheName": "v1"}
    stale["response"]["_serviceWorkerResponseSource"] = "cache-storage"
    return har([*seen, stale])


@odd
def preflights(entries: Entries) -> Any:
    """OPTIONS before each call, to another status."""
    seen = []
    for entry in entries:
        made = _other(entries, method="OPTIONS", url=entry["request"]["url"])
        made["request"].pop("postData", None)
        made["response"] |= {"status": 204, "content": {"size": 0, "mimeType": ""}}
        seen += [made, entry]
    return har(seen)


@odd
def other_hosts(entries: Entries) -> Any:
    """Pictures, another API with the same path, a broken URL."""
    urls = (
        "https://i.shop.example/a.png", "https://apix.shop.example/buy/browse/v1/item/v1%7C1%7C0", "about:blank",
        "data:image/png;base64,AA==", "blob:https://x/1", "https://[object Object]/buy/order/v2/x", "chrome-extension://abc/i.js",
        "https://apix.shop.example/buy/order/v2/checkout_session/1", "https://apix.shop.example/buy/order/v2/",
    )  # fmt: skip
    return har([*(_other(entries, url=url, method="GET") for url in urls), *entries])


@odd
def edge_pages(entries: Entries) -> Any:
    """Pages of an edge server, between the calls."""
    seen = []
    for place, entry in enumerate(entries):
        made = copy.deepcopy(entry)
        changes = entry["request"]["method"] == "POST"
        status = (401, 403, 407, 429)[place % 4] if changes else (502, 503, 504, 408)[place % 4]
        text = f"<html><head><title>{status}</title></head></html>"
        made["startedDateTime"] = (began(entry) - timedelta(milliseconds=300)).isoformat()
        made["response"] |= {"status": status, "headers": [{"name": "Content-Type", "value": "text/html"}]}
        made["response"]["content"] = {"size": len(text), "mimeType": "text/html", "text": text}
        seen += [made, entry]
    return har(seen)


@odd
def failed_in_the_browser(entries: Entries) -> Any:
    """Each call failed once before: no network, blocked, given up."""
    seen = []
    for entry in entries:
        made = copy.deepcopy(entry) | {"_error": "net::ERR_INTERNET_DISCONNECTED"}
        made["startedDateTime"] = (began(entry) - timedelta(milliseconds=300)).isoformat()
        made["response"] = {
            "status": 0,
            "statusText": "",
            "headers": [],
            "content": {"size": 0, "mimeType": "x-unknown"},
        }
        seen += [made, entry] if entry["request"]["method"] == "GET" else [entry]
    return har(seen)


@odd
def lines_of_a_log(entries: Entries) -> Any:
    """An entry in a line, other lines of the program between them."""
    lines = ['{"level": "info", "msg": "started"}', "plain text", ""]
    lines += [json.dumps(entry) for entry in entries]
    return "\r\n".join([*lines, '{"level": "warn", "msg": "done"}', ""])


@odd
def lines_that_hold_entries(entries: Entries) -> Any:
    """A log's own object around each entry."""
    return "\n".join(json.dumps({"ts": 1, "level": "info", "har": {"log": {"entries": [entry]}}}) for entry in entries)


@odd
def relative_urls(entries: Entries) -> Any:
    """Paths alone, as a server sees them."""
    for entry in entries:
        entry["request"]["url"] = "/" + entry["request"]["url"].split("/", 3)[3]
    return har(entries)


@blind
def ids_redacted_in_urls(entries: Entries) -> Any:
    """The ids of sessions and orders were taken out of addresses."""
    for entry in entries:
        parts = entry["request"]["url"].split("/")
        entry["request"]["url"] = "/".join("[REDACTED]" if len(part) > 8 and part.isdigit() else part for part in parts)
    return har(entries)


@blind
def ids_of_a_route(entries: Entries) -> Any:
    """The route of a framework in place of the address."""
    for entry in entries:
        parts = entry["request"]["url"].split("/")
        entry["request"]["url"] = "/".join("{id}" if len(part) > 8 and part.isdigit() else part for part in parts)
    return har(entries)


@odd
def names_in_stars(entries: Entries) -> Any:
    """Names and numbers of persons are half hidden in answers."""
    for entry in entries:
        found = json.loads(content(entry)["text"] or "null")
        for holder in _objects(found):
            for name in ("firstName", "lastName", "phoneNumber", "contactEmail", "email", "addressLine1"):
                if isinstance(holder.get(name), str):
                    holder[name] = holder[name][:2] + "*****" + holder[name][-1:]
        content(entry)["text"] = json.dumps(found) if found is not None else ""
    return har(entries)


def _objects(node: Any) -> list[Json]:
    if isinstance(node, list):
        return [found for item in node for found in _objects(item)]
    return [node, *(found for item in node.values() for found in _objects(item))] if isinstance(node, dict) else []


def _redacted(text: str) -> Callable[[Entries], Any]:
    def write(entries: Entries) -> Any:
        for entry in entries:
            found = json.loads(content(entry)["text"] or "null")
            for holder in _objects(found):
                for name in ("recipient", "phoneNumber", "contactEmail", "email", "addressLine1", "postalCode"):
                    if name in holder:
                        holder[name] = text
            content(entry)["text"] = json.dumps(found) if found is not None else ""
        return har(entries)

    return write


for mark in (
    "[REDACTED:EMAIL]",
    "<redacted>",
    "**REDACTED**",
    "[Filtered]",
    "XXXX",
    "[email redacted]",
    "***",
    "{{pii}}",
):
    ODD.append(Odd(f"persons as {mark}", _redacted(mark)))
