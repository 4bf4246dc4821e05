"""The mock's traffic in the shape of each recorder: how it writes bodies, times, headers and fields of its own.

The traffic comes from tests/data/chrome.har (a healthy shop) and mitmproxy.har (with one planted fault).
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import yaml

from conformance.recordings.entry import RecordedEntry
from conformance.recordings.files import read

DATA = Path(__file__).resolve().parents[2] / "data"
HEALTHY, FAULTY = DATA / "chrome.har", DATA / "mitmproxy.har"
Json = dict[str, Any]


@dataclass(frozen=True)
class Shape:
    """A recorder's shape. name: of the file; bodies: whether the bodies of answers are in it."""

    name: str
    write: Callable[[list[RecordedEntry]], bytes]
    bodies: bool = True


def traffic(path: Path) -> list[RecordedEntry]:
    """The calls of a recording, in order, without what else a browser asked for."""
    entries = [entry for entry in read([path]).entries if "/buy/order/" in entry.url and entry.method != "OPTIONS"]
    return sorted(entries, key=lambda entry: str(entry.began.timestamp))


def change(calls: list[RecordedEntry]) -> int:
    """The place of the first change."""
    return [place for place, call in enumerate(calls) if call.method == "POST"][1]


def entry_of(call: RecordedEntry, at: str, **more: Any) -> Json:
    """An entry of HAR 1.2 with nothing left out."""
    sent = [{"name": name, "value": value} for name, value in call.request_headers.items()]
    given = [{"name": name, "value": value} for name, value in call.response_headers.items()]
    request: Json = {
        "method": call.method, "url": call.url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": sent, "queryString": [],
        "headersSize": -1, "bodySize": len(call.body.text.encode()),
    }  # fmt: skip
    if call.method == "POST":
        request["postData"] = {"mimeType": "application/json; charset=utf-8", "text": call.body.text}
    content = {"size": len(call.answer.text.encode()), "mimeType": "application/json", "text": call.answer.text}
    response = {
        "status": call.status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": given, "cookies": [], "content": content,
        "redirectURL": "", "headersSize": -1, "bodySize": -1,
    }  # fmt: skip
    timings = {"send": 0, "wait": 12, "receive": 0.3}
    return {
        "startedDateTime": at,
        "time": 12.3,
        "request": request,
        "response": response,
        "cache": {},
        "timings": timings,
    } | more


def _z(call: RecordedEntry) -> str:
    assert call.began.timestamp
    return call.began.timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in(call: RecordedEntry, hours: int, text: str = "%Y-%m-%dT%H:%M:%S.%f%z") -> str:
    assert call.began.timestamp
    return call.began.timestamp.astimezone(timezone(timedelta(hours=hours))).strftime(text)


def _har(creator: str, entries: list[Json]) -> Json:
    return {"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "pages": [], "entries": entries}}


def _bytes(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()


def chrome(calls: list[RecordedEntry]) -> bytes:
    """Lower-case headers, pseudo-headers, a read from the disk cache with the answer of before, a blocked request."""
    entries = [entry_of(call, _z(call), _initiator={}, _resourceType="fetch", pageref="page_1") for call in calls]
    for entry in entries:
        entry["request"]["headers"].insert(0, {"name": ":authority", "value": "apix.shop.example"})
    stale = entry_of(calls[1], _z(calls[-1]), _fromCache="disk")
    blocked = entry_of(calls[1], _z(calls[-1]))
    blocked["response"] = {
        "status": 0,
        "statusText": "",
        "headers": [],
        "content": {"size": 0},
        "_error": "net::ERR_BLOCKED",
    }
    return _bytes(_har("WebInspector", [*entries, stale, blocked]))


def firefox(calls: list[RecordedEntry]) -> bytes:
    """Times with an offset; the answers' bodies left out but of initiate; plain text flagged as base64."""
    entries = [entry_of(call, _in(call, 2)[:-2] + ":00", _securityState="secure") for call in calls]
    for place, entry in enumerate(entries):
        content = entry["response"]["content"]
        if place == 1:
            del content["text"]
            content["comment"] = "Response bodies are not included."
        if place == 2:
            content["encoding"] = "base64"
    return _bytes(_har("Firefox", entries))


def firefox_without_bodies(calls: list[RecordedEntry]) -> bytes:
    """As saved with the default that leaves every body of an answer out."""
    entries = [entry_of(call, _in(call, 2)[:-2] + ":00") for call in calls]
    for entry in entries:
        entry["response"]["content"] = {
            "mimeType": "application/json",
            "size": 3109,
            "comment": "Response bodies are not included.",
        }
    return _bytes(_har("Firefox", entries))


def webkit(calls: list[RecordedEntry]) -> bytes:
    """A type of fetch beside each entry; no postData for a request whose body was a stream; a read from memory."""
    entries = [entry_of(call, _z(call), _fetchType="Network Load", _priority="high") for call in calls]
    del entries[change(calls)]["request"]["postData"]
    return _bytes(
        _har("WebKit Web Inspector", [*entries, entry_of(calls[1], _z(calls[-1]), _fetchType="Memory Cache")])
    )


def charles(calls: list[RecordedEntry]) -> bytes:
    """Answers in base64, times with an offset, null for what there is not."""
    entries = [entry_of(call, _in(call, 1)[:-8] + "+01:00", comment=None, serverIPAddress="10.0.0.1") for call in calls]
    for entry in entries:
        content = entry["response"]["content"]
        content |= {"text": base64.b64encode(content["text"].encode()).decode(), "encoding": "base64"}
        entry["response"]["_charlesStatus"] = "COMPLETE"
    return _bytes(_har("Charles Proxy", entries))


def fiddler(calls: list[RecordedEntry]) -> bytes:
    """Seven digits of a second, a byte order mark, a body that was too long."""
    entries = [entry_of(call, _in(call, -5)[:-5] + "0-05:00") for call in calls]
    content = entries[1]["response"]["content"]
    del content["text"]
    content["comment"] = "Body length 3109 exceeded 1024, so body was not included."
    return b"\xef\xbb\xbf" + _bytes(_har("Fiddler", entries))


def proxyman(calls: list[RecordedEntry]) -> bytes:
    """A clock of twelve hours without a leading zero; a request without a media type has no body."""
    entries = [entry_of(call, _z(call).replace("T09:", "T9:"), _clientName="Safari") for call in calls]
    del entries[change(calls)]["request"]["postData"]
    entries[change(calls)]["request"]["bodySize"] = -1
    return _bytes(_har("Proxyman", entries))


def http_toolkit(calls: list[RecordedEntry]) -> bytes:
    """Bodies that were discarded with the reason beside, a body that is no text in `_content`."""
    entries = [entry_of(call, _z(call), _timeline={}) for call in calls]
    entries[1]["response"]["content"] = {
        "mimeType": "application/json", "size": 600000,
        "comment": "Body discarded during HAR generation: longer than limit of 500000 bytes",
    }  # fmt: skip
    raw = base64.b64encode(calls[change(calls)].body.text.encode()).decode()
    entries[change(calls)]["request"] |= {"_requestBodyStatus": "discarded:not-representable",
                              "_content": {"text": raw, "size": len(raw), "encoding": "base64"}}  # fmt: skip
    del entries[change(calls)]["request"]["postData"]
    return _bytes(_har("HTTP Toolkit", entries))


def insomnia(calls: list[RecordedEntry]) -> bytes:
    """No Host header, sizes of -1, empty texts."""
    entries = [entry_of(call, _z(call)) for call in calls]
    for entry in entries:
        entry["request"]["bodySize"] = entry["response"]["content"]["size"] = -1
        entry["request"].setdefault("postData", {"mimeType": "", "text": "", "params": []})
    return _bytes(_har("Insomnia REST Client", entries))


def mitmproxy(calls: list[RecordedEntry]) -> bytes:
    """In the order of the answers, microseconds that are cut where they are zero, a size as on the wire."""
    entries = [
        entry_of(call, call.began.timestamp.isoformat() if call.began.timestamp else "", timings={"connect": -1})
        for call in calls
    ]
    for entry in entries:
        packed = gzip.compress(entry["response"]["content"]["text"].encode(), mtime=0)
        entry["response"]["headers"] = [
            header for header in entry["response"]["headers"] if header["name"] != "content-length"
        ] + [{"name": "content-encoding", "value": "gzip"}, {"name": "content-length", "value": str(len(packed))}]
        entry["response"]["content"]["size"] = len(packed)
    return _bytes(_har("mitmproxy", entries[::-1]))


def playwright(calls: list[RecordedEntry]) -> bytes:
    """An archive with the HAR and each body as a file of its own; no sizes, no timings."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        entries = [entry_of(call, _z(call), time=-1, _frameref="frame@1", _monotonicTime=1.5) for call in calls]
        for place, (entry, call) in enumerate(zip(entries, calls, strict=True)):
            archive.writestr(f"{place:040x}.json", call.answer.text)
            entry["response"]["content"] = {"size": -1, "mimeType": "application/json", "_file": f"{place:040x}.json"}
            entry["response"]["_transferSize"] = entry["request"]["bodySize"] = -1
            if call.method == "POST":
                archive.writestr(f"{place:040x}.req", call.body.text)
                entry["request"]["postData"] = {"mimeType": "application/json", "_file": f"{place:040x}.req"}
        archive.writestr("har.har", json.dumps(_har("Playwright", entries)))
    return held.getvalue()


def browsermob(calls: list[RecordedEntry]) -> bytes:
    """Offsets without a colon; JSON that was taken for a form."""
    entries = [
        entry_of(call, _in(call, 1, "%Y-%m-%dT%H:%M:%S.") + f"{call.began.timestamp:%f}"[:3] + "+0100")
        for call in calls
    ]
    for entry in entries:
        if "postData" in entry["request"]:
            text = entry["request"]["postData"]["text"]
            entry["request"]["postData"] = {
                "mimeType": "application/x-www-form-urlencoded", "params": [{"name": text, "value": "", "comment": ""}],
            }  # fmt: skip
            entry["request"]["headers"] = [
                header for header in entry["request"]["headers"] if header["name"] != "content-type"
            ]
    return _bytes(_har("BrowserMob Proxy", entries))


def k6(calls: list[RecordedEntry]) -> bytes:
    """Go: trailing zeros of a second are cut, null for an empty list."""
    entries = [entry_of(call, _z(call).replace(".000", "").replace("00Z", "Z")) for call in calls]
    for entry in entries:
        entry["request"] |= {"cookies": None, "queryString": None}
        entry["cache"] = entry["timings"] = None
    return _bytes(_har("k6", entries))


def schemathesis_har(calls: list[RecordedEntry]) -> bytes:
    """A token that is filtered out."""
    entries = [entry_of(call, call.began.timestamp.isoformat() if call.began.timestamp else "") for call in calls]
    for entry in entries:
        entry["request"]["headers"].append({"name": "Authorization", "value": "[Filtered]"})
    return _bytes(_har("harfile", entries))


def schemathesis_vcr(calls: list[RecordedEntry]) -> bytes:
    """A cassette in YAML: lists of values for each header, bodies with their encoding, seconds as a text."""
    found = []
    for call in calls:
        request: Json = {
            "uri": call.url,
            "method": call.method,
            "headers": {name: [value] for name, value in call.request_headers.items()},
        }
        if call.method == "POST":
            request["body"] = {"encoding": "utf-8", "string": call.body.text}
        response = {
            "status": {"code": str(call.status), "message": "OK"}, "elapsed": "0.0015",
            "headers": {name: [value] for name, value in call.response_headers.items()},
            "body": {"encoding": "utf-8", "base64_string": base64.b64encode(call.answer.text.encode()).decode()},
        }  # fmt: skip
        recorded = call.began.timestamp.isoformat() if call.began.timestamp else ""
        found.append({"id": "a1", "recorded_at": recorded, "request": request, "response": response})
    document = {"command": "st run", "recorded_with": "Schemathesis", "http_interactions": found}
    return yaml.safe_dump(document, allow_unicode=True).encode()


def schemathesis_events(calls: list[RecordedEntry]) -> bytes:
    """Lines of events; the interactions stand in the events of scenarios, bodies in base64."""

    def packed(text: str) -> Json:
        return {"$base64": base64.b64encode(text.encode()).decode()}

    lines = ['{"Initialize": {"seed": 7}}']
    for call in calls:
        assert call.began.timestamp
        request = {"method": call.method, "uri": call.url, "headers": {name: [value] for name, value in call.request_headers.items()},
                   "body": packed(call.body.text) if call.method == "POST" else None}  # fmt: skip
        response = {"status_code": call.status, "headers": {name: [value] for name, value in call.response_headers.items()},
                    "content": packed(call.answer.text), "elapsed": 0.0015}  # fmt: skip
        held = {"x": {"request": request, "response": response, "timestamp": call.began.timestamp.timestamp()}}
        lines.append(json.dumps({"ScenarioFinished": {"recorder": {"label": "POST", "interactions": held}}}))
    return "\n".join(lines).encode()


def gateway(calls: list[RecordedEntry]) -> bytes:
    """A line for each entry, packed by gzip, seconds since 1970, headers as an object."""
    lines = []
    for call in calls:
        assert call.began.timestamp
        entry = entry_of(call, "") | {"startedDateTime": call.began.timestamp.timestamp()}
        entry["request"]["headers"], entry["response"]["headers"] = (
            dict(call.request_headers),
            dict(call.response_headers),
        )
        lines.append(json.dumps(entry))
    return gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)


SHAPES = (
    Shape("chrome.har", chrome), Shape("firefox.har", firefox), Shape("firefox-bare.har", firefox_without_bodies, bodies=False),
    Shape("webkit.har", webkit), Shape("charles.har", charles), Shape("fiddler.har", fiddler), Shape("proxyman.har", proxyman),
    Shape("httptoolkit.har", http_toolkit), Shape("insomnia.har", insomnia), Shape("mitmproxy.har", mitmproxy),
    Shape("playwright.har.zip", playwright), Shape("browsermob.har", browsermob), Shape("k6.har", k6),
    Shape("schemathesis.har.json", schemathesis_har), Shape("vcr.yaml", schemathesis_vcr),
    Shape("events.ndjson", schemathesis_events), Shape("gateway.log.gz", gateway),
)  # fmt: skip
