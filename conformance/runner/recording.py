"""Judges recorded traffic: a HAR file of a browser, mitmproxy or gateway, or our own exchanges.jsonl. Sends nothing.

A recording tells less than a run: which app sent a request, which items are special. What cannot be known is not held
against the target: every token counts as the same app's, and items are what the profile given with --target says.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from conformance.client.api_client import GIVEN_TOKENS
from conformance.client.strict_json import parsed
from conformance.core import contract
from conformance.core.exchange import SIGNATURE, Exchange, Request
from conformance.core.inputs import InputError
from conformance.core.profile import App, Market, Profile
from conformance.evidence.replay import from_record
from conformance.judging.judge import judge, observe
from conformance.judging.trace import DISCOVERY_TRACE, Trace

if TYPE_CHECKING:
    from conformance.runner.run import Run

SESSION_COOKIE = 12  # a shorter value of a cookie is a setting
SHOWN = ("x-ebay-c-marketplace-id", "x-ebay-c-enduserctx", "accept", "content-type")


def bare_profile(path: Path) -> Profile:
    """A profile that knows nothing but the marketplaces of the recording. Raises InputError."""
    names = sorted({exchange.request.marketplace for _, exchange in exchanges(path) if exchange.request.marketplace})
    known = contract.marketplaces()
    markets = {name: Market(name, {"country": known[name]["country"]}) for name in names if name in known}
    return Profile(
        name=path.name,
        source=path.name,
        base_url="http://recording.invalid",
        max_line_items=None,
        endpoints={},
        auth="none",
        scope="",
        other_scope="",
        apps=(App(),),
        payment="place_order",
        paid_within_s=None,
        good_buyer="",
        declined={},
        markets=markets,
    )


def judge_recording(run: Run) -> None:
    """Judges every trace of the recording into the run's journal."""
    assert run.settings.recording and run.book and run.target
    run.target.secrets.add(*secrets_in(run.settings.recording))
    traces: dict[str, Trace] = {}
    for name, exchange in exchanges(run.settings.recording):
        token = exchange.headers.get(SIGNATURE, "").strip()
        if token and not token.startswith("secret-"):
            exchange.headers[SIGNATURE] = run.target.secrets.mask(token)
        trace = traces.setdefault(name, Trace(name))
        if name != DISCOVERY_TRACE and DISCOVERY_TRACE in traces and not trace.exchanges:
            trace.world.units = dict(traces[DISCOVERY_TRACE].world.units)
        exchange.trace, exchange.seq = name, len(trace.exchanges)
        alone = not (exchange.intent and exchange.intent.concurrent) and not _overlaps(trace, exchange)
        trace.exchanges.append(exchange)
        if alone:
            trace.judgments += judge(trace.world, run.profile, exchange)
        else:
            observe(trace.world, run.profile, exchange)
    for index, trace in enumerate(traces.values()):
        for exchange in trace.exchanges:
            run.book.exchange(exchange)
        run.book.trace(trace, index)


def _overlaps(trace: Trace, exchange: Exchange) -> bool:
    """Whether it was sent while an earlier request to the same session had no answer yet."""
    for earlier in reversed(trace.exchanges[-6:]):
        if earlier.request.subject == exchange.request.subject and earlier.request.subject is not None:
            began, ended = _moment(exchange.started), _moment(earlier.started) + timedelta(milliseconds=earlier.ms)
            if began < ended - timedelta(milliseconds=1):
                return True
    return False


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def exchanges(path: Path) -> Iterator[tuple[str, Exchange]]:
    """(trace, exchange) in the order of the recording; what is no call of the API is passed over. Raises InputError."""
    if path.suffix == ".jsonl":
        yield from _own(path)
        return
    listed = _entries(path)
    signed = any(_headers(entry.get("request", {})).get("authorization") for entry in listed)
    for entry in listed:
        exchange = _from_har(entry, signed)
        if exchange:
            yield "recording", exchange


def _entries(path: Path) -> list[dict[str, Any]]:
    """The entries of a HAR file in the order of their start times. Raises InputError."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8-sig"))["log"]["entries"]
        return sorted(
            (entry for entry in entries if isinstance(entry, dict)),
            key=lambda entry: str(entry.get("startedDateTime", "")),
        )
    except (ValueError, KeyError, TypeError, UnicodeDecodeError):
        raise InputError(f"{path.name} is neither a HAR file (log.entries) nor an exchanges.jsonl.") from None


def secrets_in(path: Path) -> Iterator[str]:
    """What somebody proved who they are with in a HAR file: a server may have said it back, so it is taken out everywhere."""
    for entry in _entries(path) if path.suffix != ".jsonl" else ():
        sent, answered = _headers(entry.get("request")), _headers(entry.get("response"))
        for name in ("authorization", "proxy-authorization"):
            scheme, _, value = sent.get(name, "").partition(" ")
            yield value or scheme
            if scheme.lower() == "basic":
                with suppress(ValueError):
                    yield base64.b64decode(value).decode("utf-8", "replace").partition(":")[2]
        given = [line.partition(";")[0] for line in answered.get("set-cookie", "").splitlines()]
        for pair in (*sent.get("cookie", "").split(";"), *given):
            if len(value := pair.partition("=")[2].strip()) >= SESSION_COOKIE:
                yield value
        yield from GIVEN_TOKENS.findall(_text((entry.get("response") or {}).get("content") or {}))


def _own(path: Path) -> Iterator[tuple[str, Exchange]]:
    with open(path, encoding="utf-8") as handle:
        for number, line in enumerate(handle, 1):
            try:
                record = json.loads(line)
                exchange = from_record(record)
            except (ValueError, KeyError, TypeError):
                raise InputError(f"Line {number} of {path.name} is no exchange.") from None
            if exchange.operation in contract.operations() or exchange.operation == contract.TOKEN:
                yield record["trace"], exchange


def _headers(part: Any) -> dict[str, str]:
    listed = part.get("headers", []) if isinstance(part, dict) else []
    return {
        str(entry.get("name", "")).lower(): str(entry.get("value", "")) for entry in listed if isinstance(entry, dict)
    }


def operation_of(method: str, url: str) -> tuple[str, str | None] | None:
    """(operationId, id in the path) of a request; None if it is no call of the API."""
    path = urlsplit(url).path
    for operation in contract.operations().values():
        pattern = re.sub(r"\\\{[^}]+\\\}", "([^/]+)", re.escape(f"/buy/order/{operation.version}{operation.path}"))
        found = re.search(pattern + "/?$", path)
        if (
            found
            and operation.method == method.upper()
            and not (operation.id == contract.READ and path.endswith("/initiate"))
        ):
            return operation.id, unquote(found.group(1)) if found.groups() else None
    return None


def _from_har(entry: dict[str, Any], signed: bool) -> Exchange | None:
    request, response = entry.get("request") or {}, entry.get("response") or {}
    found = operation_of(str(request.get("method", "")), str(request.get("url", "")))
    if found is None:
        return None
    headers = _headers(request)
    raw = (request.get("postData") or {}).get("text")
    body, text = parsed(raw) if isinstance(raw, str) and raw else (None, None)
    sent = Request(
        operation=found[0],
        subject=found[1],
        body=body,
        marketplace=headers.get("x-ebay-c-marketplace-id"),
        credential="app0" if not signed or headers.get("authorization") else "none",
        raw=raw.encode() if text is not None and isinstance(raw, str) else None,
        content_type=headers.get("content-type"),
        headers={name: value for name, value in headers.items() if name in SHOWN and name != "content-type"},
    )
    status = int(response.get("status") or 0)
    exchange = Exchange(
        "recording",
        0,
        sent,
        str(request["method"]).upper(),
        str(request["url"]).partition("?")[0],
        status=status or None,
    )
    exchange.headers = {name: value[:2000] for name, value in _headers(response).items() if name != "set-cookie"}
    exchange.started, exchange.ms = _instant(entry.get("startedDateTime")), max(0.0, float(entry.get("time") or 0))
    if not status:
        exchange.problem = "the recording has no answer"
    exchange.body, exchange.text = _answer(response.get("content") or {})
    return exchange


def _text(content: dict[str, Any]) -> str:
    text = content.get("text")
    if not isinstance(text, str):
        return ""
    if content.get("encoding") == "base64":
        text = base64.b64decode(text).decode("utf-8", "replace")
    return text


def _answer(content: dict[str, Any]) -> tuple[Any, str | None]:
    text = _text(content)
    return parsed(text) if text else (None, None)


def _instant(value: Any) -> str:
    text = str(value or "")
    return (
        text
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
        else "1970-01-01T00:00:00Z"
    )
