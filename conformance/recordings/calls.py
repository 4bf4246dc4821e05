"""Makes exchanges of the entries of a recording, each with the parts that the recording leaves open."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance.client.strict_json import read_json
from conformance.core import contract
from conformance.core.exchange import OWN_APP, SIGNATURE, Exchange, RecordedPart, Request
from conformance.recordings.answered_by import of_no_server, turned_away
from conformance.recordings.cleaning.by_file import (
    MARKETPLACE,
    MEDIA,
    OF_PERSON,
    ShownByFile,
    by_file,
    open_what_is_blank,
    with_whole_numbers,
)
from conformance.recordings.cleaning.lengths import Writings, writings_of
from conformance.recordings.cleaning.letters import open_lost_letters
from conformance.recordings.cleaning.line_ids import open_made_up_line_ids
from conformance.recordings.cleaning.marks import is_redacted
from conformance.recordings.cleaning.nulls import take_out_nulls
from conformance.recordings.cleaning.rewritten import open_bodies, open_what_was_rewritten
from conformance.recordings.cleaning.unknown_forms import open_unknown_forms
from conformance.recordings.duplicates import RecordedCall, without_duplicates
from conformance.recordings.durations import as_measured
from conformance.recordings.entry import UNSEEN, RecordedEntry, RecordedTime
from conformance.recordings.secrets import TOKEN_LENGTH, is_secret, without_user
from conformance.recordings.timeline import (
    MadeAndUsed,
    as_sure_as_dates,
    contradicted,
    in_order,
    on_one_clock,
    seen_over,
    together,
    without_order,
)
from conformance.recordings.values import Sharing

TOKEN = "authorization"
SHOWN = (MARKETPLACE, "x-ebay-c-enduserctx", "accept")
LONGEST = 2000  # characters of a header that are kept
JSON = "application/json"


@dataclass
class Calls:
    """The calls of a recording. entries: the entry of each exchange. together: places of calls whose order is not known.
    passed: how many entries were passed over, by the reason. lossy: the files with an entry that may be any change."""

    exchanges: list[Exchange] = field(default_factory=list)
    entries: list[RecordedEntry] = field(default_factory=list)
    together: set[int] = field(default_factory=set)
    passed: Counter[str] = field(default_factory=Counter)
    lossy: set[int] = field(default_factory=set)


def operation_of(method: str, url: str) -> tuple[str, str | None] | None:
    """(operationId, id in the path) of a request; None if it is no call of the API."""
    try:
        path = urlsplit(url).path
    except ValueError:  # such as https://[object Object]/
        return None
    if f"{contract.BASE_PATH}/" not in path:
        return None
    for operation, wanted, pattern in _patterns():
        found = pattern.search(path)
        if found and wanted == method.upper() and not (operation == contract.READ and found.group(1) == "initiate"):
            return operation, unquote(found.group(1)) if found.groups() else None
    return None


def _may_be_change(entry: RecordedEntry) -> bool:
    """Whether an entry may be a change of any session: what was taken out of its method or path hides it."""
    try:
        path = urlsplit(entry.url).path
    except ValueError:
        return False
    if is_redacted(entry.method):
        return f"{contract.BASE_PATH}/" in path or _is_hidden(path)
    return entry.method != "GET" and _is_hidden(path)


def _is_hidden(path: str) -> bool:
    """Whether something was taken out of a path, and what stands behind it may be the end of a call's path."""
    parts = unquote(path).rstrip("/").split("/")
    hidden = [place for place, part in enumerate(parts) if is_redacted(part)]
    ends = {"", *(operation.full_path().rpartition("/")[2] for operation in contract.operations().values())}
    return bool(hidden) and "/".join(parts[hidden[-1] + 1 :]) in ends


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    found = []
    for operation in contract.operations().values():
        pattern = re.sub(r"\\\{[^}]+\\\}", "([^/]+)", re.escape(operation.full_path()))
        found.append((operation.id, operation.method, re.compile(pattern + "/?$")))
    return found


def calls_of(entries: Iterable[RecordedEntry]) -> Calls:
    """The calls of guest checkout among the entries, in order, each once. Equal parts of their bodies are one object."""
    found = Calls()
    measured = as_measured((entry, known[1]) for entry, known in _known(entries, found.lossy))
    listed = in_order(on_one_clock(measured))
    measured.clear()
    answered = [call for entry in listed if (call := _answered(entry, found.passed))]
    kept = without_duplicates(answered)
    if len(kept) < len(answered):
        found.passed["listed twice"] += len(answered) - len(kept)
    sure = as_sure_as_dates([entry for entry, _, _ in kept])
    kept = [(entry, *call[1:]) for entry, call in zip(sure, kept, strict=True)]
    ways = writings_of(sure)
    shown = _shown_by_file(kept, ways)
    listed.clear()
    answered.clear()
    sure.clear()
    kept.reverse()
    owners: dict[str, str] = {}
    same, as_sent, of_wire, changed = Sharing(), list[bool](), list[bool](), list[tuple[bool, bool]]()
    while kept:  # a text goes as soon as its value is there: a gateway's log is large
        entry, operation, subject = kept.pop()
        found.exchanges.append(_exchange(entry, operation, subject, shown[entry.source], owners, same))
        as_sent.append(entry.body.as_sent)
        of_wire.append(entry.body.of_wire)
        file, written = shown[entry.source], ways[len(changed)]
        changed.append((file.is_changed(written), file.is_changed_answer(entry, written)))
        found.entries.append(_without_texts(entry))
    found.together = without_order(zip(_sessions(found.exchanges), found.entries, strict=True))
    sources = [entry.source for entry in found.entries]
    files = by_file(zip(found.exchanges, sources, of_wire, strict=True))
    take_out_nulls(files)
    open_what_is_blank(zip(found.exchanges, sources, as_sent, strict=True))
    open_lost_letters(found.exchanges)
    open_made_up_line_ids(files)
    open_unknown_forms(files)
    open_what_was_rewritten(files)
    for exchange, (of_request, of_answer) in zip(found.exchanges, changed, strict=True):
        open_bodies(exchange, of_request=of_request, of_answer=of_answer)
    ids = list(_made_and_used(found))
    of_several_clocks = contradicted(ids)
    found.together |= {place for place, source in enumerate(sources) if source in of_several_clocks}
    found.together |= together(
        (exchange.request.subject, exchange.method != "GET", entry.began, ms)
        for exchange, entry, ms in zip(found.exchanges, found.entries, seen_over(ids), strict=True)
    )
    return found


def _known(entries: Iterable[RecordedEntry], lossy: set[int]) -> Iterator[tuple[RecordedEntry, tuple[str, str | None]]]:
    """The entries that are calls of the API, each with what it calls; one that may be any change makes its file lossy."""
    for entry in entries:
        if known := operation_of(entry.method, entry.url):
            yield entry, known
        if _may_be_change(entry):
            lossy.add(entry.source)


def _made_and_used(found: Calls) -> Iterator[MadeAndUsed]:
    """The id that each call made, the id that it used with success, and its entry."""
    for exchange, entry in zip(found.exchanges, found.entries, strict=True):
        yield _made(exchange), exchange.request.subject if exchange.accepted else None, entry


def _made(exchange: Exchange) -> str | None:
    """The id of the session or order that a call made."""
    if not exchange.accepted or contract.PLACED_BEFORE in exchange.warning_ids:
        return None
    name = {contract.INITIATE: "checkoutSessionId", contract.PLACE_ORDER: "purchaseOrderId"}.get(exchange.operation)
    made = exchange.member(name) if name else None
    return made if isinstance(made, str) else None


def _sessions(exchanges: list[Exchange]) -> list[str | None]:
    """The session that each call belongs to: for a read of an order the session that was paid, if known."""
    paid = {
        exchange.member("purchaseOrderId"): exchange.request.subject
        for exchange in exchanges
        if exchange.operation == contract.PLACE_ORDER and isinstance(exchange.member("purchaseOrderId"), str)
    }
    found: list[str | None] = []
    for exchange in exchanges:
        made = exchange.member("checkoutSessionId")
        subject = exchange.request.subject or (made if isinstance(made, str) else None)
        found.append(paid.get(subject, subject) if exchange.operation == contract.READ_ORDER else subject)
    return found


def _answered(entry: RecordedEntry, passed: Counter[str]) -> RecordedCall | None:
    """The call of an entry; None for what never came to the API, and for a read that no server answered."""
    known = operation_of(entry.method, entry.url)
    assert known
    if known[1] and is_redacted(known[1]):
        passed["with an id that is not shown"] += 1
        return None
    unread = entry.method == "GET" and (entry.status is None or of_no_server(entry))
    if unread or turned_away(entry):
        passed["answered by no server"] += 1
        return None
    return entry, *known


def _without_texts(entry: RecordedEntry) -> RecordedEntry:
    """An entry with nothing but what tells its place among others, and its secrets."""
    date = {name: value for name, value in entry.response_headers.items() if name == "date"}
    return replace(entry, url="", body=UNSEEN, answer=UNSEEN, request_headers={}, response_headers=date)


def _shown_by_file(calls: Iterable[RecordedCall], ways: Iterable[Writings]) -> dict[int, ShownByFile]:
    found: dict[int, ShownByFile] = defaultdict(ShownByFile)
    for (entry, operation, subject), of_entry in zip(calls, ways, strict=True):
        found[entry.source].add(entry, operation, subject, of_entry)
    return found


def _exchange(
    entry: RecordedEntry, operation: str, subject: str | None, shown: ShownByFile, owners: dict[str, str], same: Sharing
) -> Exchange:
    unseen = {RecordedPart.TOKEN, *_unseen_headers(entry, shown), *_unseen_bodies(entry, shown)}
    request = _request(entry, operation, subject, shown, same)
    exchange = Exchange("recording", 0, request, entry.method, without_user(entry.url), status=entry.status)
    exchange.headers = {name: value[:LONGEST] for name, value in entry.response_headers.items() if name != "set-cookie"}
    exchange.started, exchange.ms = _written(entry.began), entry.ms or 0.0
    if entry.ms is None:
        unseen.add(RecordedPart.DURATION)
    if entry.status is None:
        exchange.problem = "the recording has no answer"
    elif RecordedPart.ANSWER not in unseen and entry.answer.text:
        answer = read_json(entry.answer.text)
        exchange.body, exchange.text, exchange.problem = (
            same.of(_value(answer.value, shown)),
            answer.text,
            answer.problem,
        )
        exchange.problem_kind = "json" if answer.problem else None
    if not _same_app(exchange, entry, owners):
        unseen.add(RecordedPart.APP)
    exchange.unseen = frozenset(unseen)
    return exchange


def _value(value: Any, shown: ShownByFile) -> Any:
    return with_whole_numbers(value) if shown.rewrites_numbers else value


def _media(entry: RecordedEntry) -> str:
    """The media type that the recorder names for the request's body: a recorder may guess a type other than JSON."""
    return entry.media if entry.media.startswith(JSON) else ""


def _body_shown(entry: RecordedEntry, shown: ShownByFile) -> bool:
    """Whether the request's body is in the recording, as it was sent; a digest in it is an id only where the answer has it too."""
    ours = all(digest in entry.answer.text or digest in entry.url for _, digest in entry.body.found.digests)
    return entry.body.known and not shown.taken_out_of_request(entry) and ours


def _unseen_headers(entry: RecordedEntry, shown: ShownByFile) -> Iterator[RecordedPart]:
    if shown.hides(MARKETPLACE, entry):
        yield RecordedPart.MARKETPLACE
    if shown.hides(MEDIA, entry) and not (_media(entry) or entry.method == "GET"):
        yield RecordedPart.MEDIA_TYPE
    if shown.hides_in_answer(SIGNATURE, entry):
        yield RecordedPart.SIGNATURE
    if shown.hides_in_answer(MEDIA, entry):
        yield RecordedPart.ANSWER_TYPE


def _unseen_bodies(entry: RecordedEntry, shown: ShownByFile) -> Iterator[RecordedPart]:
    if entry.method != "GET" and not _body_shown(entry, shown):
        yield RecordedPart.REQUEST_BODY
    taken_out = shown.taken_out_of_answer(entry)
    if not entry.answer.known or taken_out - {OF_PERSON} or of_no_server(entry) or shown.hides_ids(entry):
        yield RecordedPart.ANSWER
    elif taken_out:
        yield RecordedPart.PERSON


def _request(entry: RecordedEntry, operation: str, subject: str | None, shown: ShownByFile, same: Sharing) -> Request:
    """The request of an entry; its body as bytes where they are no JSON."""
    known = entry.method != "GET" and _body_shown(entry, shown)
    sent = read_json(entry.body.text) if known and entry.body.text else None
    return Request(
        operation=operation,
        subject=subject,
        body=same.of(_value(sent.value, shown)) if sent else None,
        marketplace=entry.request_headers.get(MARKETPLACE),
        credential=OWN_APP,
        raw=entry.body.text.encode() if known and (sent is None or sent.text) else None,
        content_type=entry.request_headers.get(MEDIA) or _media(entry) or None,
        headers={name: entry.request_headers[name] for name in SHOWN if name in entry.request_headers},
    )


def _same_app(exchange: Exchange, entry: RecordedEntry, owners: dict[str, str]) -> bool:
    """Whether the call carries the token that made the session or placed the order that it names."""
    token, subject = entry.request_headers.get(TOKEN, ""), exchange.request.subject
    for name in ("checkoutSessionId", "purchaseOrderId"):
        made = exchange.member(name)
        if (
            exchange.accepted
            and isinstance(made, str)
            and exchange.operation in (contract.INITIATE, contract.PLACE_ORDER)
        ):
            owners.setdefault(made, token)
    tells = is_secret(token.rpartition(" ")[2], TOKEN_LENGTH)  # a word such as `null` stands for any token
    return subject is None or (tells and owners.get(subject) == token)


def _written(moment: RecordedTime) -> str:
    return moment.timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment.timestamp else ""
