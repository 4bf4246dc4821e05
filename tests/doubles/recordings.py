"""`python -m tests.doubles.recordings`: writes tests/data/*.har from real exchanges with the mock, as two tools write them.

chrome.har: a browser's own log (DevTools): lower-case headers, no Authorization, preflights and pictures in between, the
healthy shop. mitmproxy.har: a proxy's log of a client in a second session, with a fault of the mock (FAULT).
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

from conformance.client.api_client import ApiClient
from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.driver.session_methods import TERMS
from conformance.runner.mock_process import MockProcess

DATA = Path(__file__).parents[1] / "data"
FAULT = "zero-works-once"
MARKET = "EBAY_US"
Json = dict[str, Any]


@dataclass
class Client:
    """A client of the API as people write them; every exchange is kept as it went over the wire."""

    base: str
    profile: Profile
    taken: list[Json] = field(default_factory=list)
    at: datetime = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)

    def __post_init__(self) -> None:
        target = ApiClient(self.profile, key=b"recordings")
        self.token = target.token(self.profile.auth.apps[0], self.profile.auth.scope)
        target.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {
            "Accept": "application/json",
            "X-EBAY-C-MARKETPLACE-ID": MARKET,
            "Authorization": f"Bearer {self.token}",
        }
        raw = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        if raw is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        url = f"{self.base}/buy/order/{path}"
        try:
            with urlopen(Request(url, raw, headers, method=method), timeout=20) as answer:
                status, given, text = answer.status, list(answer.headers.items()), answer.read()
        except OSError as error:
            answer = error
            if not hasattr(answer, "read"):
                raise
            status, given, text = answer.status, list(answer.headers.items()), answer.read()  # type: ignore[attr-defined]
        self.at += timedelta(milliseconds=800)
        sent = {**headers, "Authorization": "Bearer recorded"}
        self.taken.append({"at": self.at, "method": method, "url": url.replace(self.base, "https://apix.shop.example"),
                           "sent": list(sent.items()), "raw": raw, "status": status, "given": given, "text": text})  # fmt: skip
        return json.loads(text) if text else None

    def session(self, method: str, body: Any = None) -> Any:
        path = f"v2/guest_checkout_session/{quote(self.id, safe='')}/{method}".rstrip("/")
        return self.call("GET" if body is None else "POST", path, body)

    def start(self, *quantities: int) -> Any:
        market = self.profile.markets[MARKET]
        lines = [{"itemId": item, "quantity": count} for item, count in zip(market.plain, quantities, strict=False)]
        body = {"contactEmail": "käufer@example.com", "lineItemInputs": lines, "shippingAddress": market.address}
        made = self.call("POST", "v2/guest_checkout_session/initiate", body)
        self.id = made["checkoutSessionId"]
        return made


def shopping(client: Client) -> None:
    """A buyer who changes nearly everything, pays, and tries a change too late."""
    made = client.start(1, 2)
    client.session("")
    first = made["lineItems"][0]
    client.session("update_quantity", {"lineItemId": first["lineItemId"], "quantity": 4})
    other = first["shippingOptions"][-1]["shippingOptionId"]
    client.session("update_shipping_option", {"lineItemId": first["lineItemId"], "shippingOptionId": other})
    client.session("apply_coupon", {"redemptionCode": "FIVEOFF"})
    client.session("apply_coupon", {"redemptionCode": "TENTH"})
    client.session("")
    client.session("update_quantity", {"lineItemId": first["lineItemId"], "quantity": -1})
    path = f"v1/guest_checkout_session/{quote(client.id, safe='')}/place_order"
    order = client.call("POST", path, {"marketingTerms": TERMS})
    client.call("GET", f"v2/guest_purchase_order/{quote(order['purchaseOrderId'], safe='')}")
    client.session("update_quantity", {"lineItemId": first["lineItemId"], "quantity": 1})


def removing(client: Client) -> None:
    """A buyer who takes two of three lines out again."""
    made = client.start(1, 1, 1)
    for line in made["lineItems"][:2]:
        client.session("update_quantity", {"lineItemId": line["lineItemId"], "quantity": 0})
        client.session("")


def named(pairs: list[tuple[str, str]], *, lower: bool = False, without: str = "") -> list[Json]:
    return [{"name": name.lower() if lower else name, "value": value} for name, value in pairs if name != without]


def chrome(taken: list[Json]) -> Json:
    """As DevTools saves it, sanitized."""
    entries = [_picture(taken[0]["at"])]
    for index, entry in enumerate(taken):
        if index == 0:
            entries.append(_chrome(entry | {"method": "OPTIONS", "raw": None, "status": 204, "text": b"", "given": []}))
        entries.append(_chrome(entry, packed=index == 1))
    pages = [{"startedDateTime": _z(taken[0]["at"]), "id": "page_1", "title": "https://shop.example/checkout"}]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": pages,
            "entries": entries,
        }
    }


def _z(position: datetime) -> str:
    return position.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _picture(position: datetime) -> Json:
    request = {"method": "GET", "url": "https://img.shop.example/1.jpg", "httpVersion": "h3", "headers": []}
    response = {
        "status": 0,
        "statusText": "",
        "headers": [],
        "content": {"size": 0, "mimeType": "x-unknown"},
        "_error": "net::ERR_ABORTED",
    }
    return {
        "_resourceType": "image",
        "request": request,
        "response": response,
        "startedDateTime": _z(position),
        "time": 3.1,
    }


def _chrome(entry: Json, *, packed: bool = False) -> Json:
    request: Json = {
        "method": entry["method"],
        "url": entry["url"],
        "httpVersion": "h2",
        "headers": [
            {"name": ":authority", "value": "apix.shop.example"},
            *named(entry["sent"], lower=True, without="Authorization"),
        ],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(entry["raw"] or b""),
    }
    if entry["raw"] is not None:
        request["postData"] = {"mimeType": "application/json; charset=utf-8", "text": entry["raw"].decode()}
    content: Json = {"size": len(entry["text"]), "mimeType": "application/json"}
    if packed:
        content |= {"text": base64.b64encode(entry["text"]).decode(), "encoding": "base64"}
    elif entry["text"]:
        content["text"] = entry["text"].decode()
    response = {"status": entry["status"], "statusText": "", "httpVersion": "h2", "headers": named(entry["given"], lower=True),
                "cookies": [], "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 99}  # fmt: skip
    return {"_initiator": {"type": "script"}, "_priority": "High", "_resourceType": "fetch", "cache": {}, "pageref": "page_1",
            "request": request, "response": response, "startedDateTime": _z(entry["at"]), "time": 12.345, "timings": {}}  # fmt: skip


def mitmproxy(taken: list[Json]) -> Json:
    """As `mitmdump --set hardump=…` saves it: in the order in which answers came, here the other way round."""
    entries = []
    for entry in reversed(taken):
        request: Json = {"method": entry["method"], "url": entry["url"], "httpVersion": "HTTP/1.1", "cookies": [],
                         "headers": named(entry["sent"]), "queryString": [], "headersSize": -1,
                         "bodySize": len(entry["raw"] or b"")}  # fmt: skip
        if entry["raw"] is not None:
            request["postData"] = {
                "mimeType": "application/json; charset=utf-8",
                "text": entry["raw"].decode(),
                "params": [],
            }
        content = {
            "size": len(entry["text"]),
            "compression": 0,
            "mimeType": "application/json",
            "text": entry["text"].decode(),
        }
        response = {
            "status": entry["status"],
            "statusText": "OK",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": named(entry["given"]),
            "content": content,
            "redirectURL": "",
            "headersSize": 200,
            "bodySize": -1,
        }
        entries.append({"startedDateTime": entry["at"].isoformat(timespec="microseconds"), "time": 7.0, "request": request,
                        "response": response, "cache": {}, "timings": {"connect": -1, "wait": 5}})  # fmt: skip
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "mitmproxy", "version": "11.0.0"},
            "pages": [],
            "entries": entries,
        }
    }


def main() -> int:
    mock = MockProcess()
    try:
        for name, base, visit, form in (
            ("chrome.har", mock.base_url, shopping, chrome),
            ("mitmproxy.har", f"{mock.base_url}/x/{FAULT}", removing, mitmproxy),
        ):
            client = Client(base, load("mock", base))
            visit(client)
            text = json.dumps(form(client.taken), ensure_ascii=False, separators=(",", ":"))
            (DATA / name).write_text(text + "\n", encoding="utf-8")
            print(DATA / name, len(client.taken), "exchanges")
    finally:
        mock.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
