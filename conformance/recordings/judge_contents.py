"""Judges the exchanges of recordings, trace by trace, without a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from conformance.client.redaction import PSEUDONYM
from conformance.core import contract
from conformance.core.exchange import OWN_APP, SIGNATURE, Exchange, RecordedPart
from conformance.core.profile import Profile
from conformance.judging.context import Judgment
from conformance.judging.judge import judge, update_world_unjudged
from conformance.judging.knowledge import incomplete
from conformance.judging.trace import DISCOVERY_TRACE, Trace
from conformance.recordings.calls import Calls, calls_of
from conformance.recordings.entry import RecordedEntry
from conformance.recordings.files import Contents
from conformance.recordings.gaps.gaps import Gaps
from conformance.recordings.own.traces import OwnTrace, own_traces
from conformance.recordings.secrets import Masks
from conformance.recordings.timeline import together
from conformance.recordings.times import moment

RECORDING = "recording"


@dataclass
class JudgedRecording:
    """The traces of recordings, without secrets, and what a reader of the report should know of them."""

    traces: list[Trace] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass
class Prepared:
    """What files hold as calls, before anybody judges them. secrets: those of each entry."""

    contents: Contents
    calls: Calls
    secrets: list[tuple[str, ...]]

    def once_more(self) -> Prepared:
        """The same for another judge: judging numbers exchanges, and takes their secrets out."""
        own = [record._replace(exchange=_copied(record.exchange)) for record in self.contents.own]
        exchanges = [_copied(exchange) for exchange in self.calls.exchanges]
        return Prepared(
            replace(self.contents, own=own, lossy=set(self.contents.lossy)),
            replace(self.calls, exchanges=exchanges),
            self.secrets,
        )


def _copied(exchange: Exchange) -> Exchange:
    """An exchange with a request and headers of its own; values of JSON are changed by nobody."""
    return replace(exchange, request=copy(exchange.request), headers=dict(exchange.headers))


def prepare(contents: Contents) -> Prepared:
    """Makes calls of what files hold, and lets go of what they were made of."""
    secrets = [entry.secrets for entry in contents.entries]
    return Prepared(contents, calls_of(_drained(contents)), secrets)


def judge_contents(contents: Contents, profile: Profile, key: bytes, *, roles: bool) -> JudgedRecording:
    """Judges what files hold, as `judge_prepared`."""
    return judge_prepared(prepare(contents), profile, key, roles=roles)


def judge_prepared(prepared: Prepared, profile: Profile, key: bytes, *, roles: bool) -> JudgedRecording:
    """Judges calls. key: makes the pseudonyms of secrets; roles: whether the profile is the target's own."""
    contents, calls, masks = prepared.contents, prepared.calls, Masks(key)
    for secrets in prepared.secrets:
        masks.learn(secrets)
    found, lossy = JudgedRecording(), contents.lossy
    lossy |= calls.lossy
    if not roles:
        for exchange in [*calls.exchanges, *(record.exchange for record in contents.own)]:
            exchange.unseen |= {RecordedPart.ROLES}
    own = [record.exchange for record in contents.own if record.exchange.request.credential == OWN_APP]
    if not any(exchange.accepted and exchange.operation != contract.TOKEN for exchange in own):
        for exchange in own:  # nobody was ever let in, as with wrong credentials
            exchange.unseen |= {RecordedPart.TOKEN}
    doubtful = _recorded(found, calls, profile, masks, lossy)
    own_notes = _own(found, contents, profile, masks)
    found.notes = [*_notes(contents, calls, doubtful), *own_notes]
    return found


def _drained(contents: Contents) -> Iterator[RecordedEntry]:
    """The entries in order, each let go: a gateway's log is large."""
    contents.entries.reverse()
    while contents.entries:
        yield contents.entries.pop()


def _recorded(found: JudgedRecording, calls: Calls, profile: Profile, masks: Masks, lossy: set[int]) -> int:
    """Judges the calls of other recorders; how many breaches are doubtful. lossy: the files that are known to have gaps."""
    traces: dict[str, tuple[Trace, Gaps, dict[str, int]]] = {}
    names = environments(calls.exchanges)
    for place, (exchange, entry, name) in enumerate(zip(calls.exchanges, calls.entries, names, strict=True)):
        if name not in traces:
            trace = Trace(name, world=incomplete())
            traces[name] = trace, Gaps(trace.world, profile, lossy), {}
        trace, gaps, places = traces[name]
        exchange.trace, exchange.seq = name, len(trace.exchanges)
        places[exchange.id] = place
        trace.exchanges.append(exchange)
        if place in calls.together:
            trace.judgments += gaps.observe(exchange, entry)
        else:
            trace.judgments += gaps.judge(exchange, entry)
    doubtful = 0
    for trace, gaps, places in traces.values():
        proved = list(gaps.evidence.proved())
        doubtful += len(gaps.evidence.doubtful) - len(proved)
        trace.judgments += proved
        _clean(trace, {name: calls.entries[place].secrets for name, place in places.items()}, masks)
        found.traces.append(trace)
    return doubtful


def _own(found: JudgedRecording, contents: Contents, profile: Profile, masks: Masks) -> list[str]:
    """Judges exchanges of this suite's reports, trace by trace as they were sent. Returns notes for a reader."""
    read, traces = own_traces(contents.own), dict[tuple[str, int], Trace]()
    for own in read.traces:
        trace = traces[own.trace, own.run] = _numbered(own)
        first = traces.get((DISCOVERY_TRACE, own.run))
        if first is not None:
            trace.world.units = dict(first.world.units)
        _judge_own(trace, own, profile)
        _clean(trace, {}, masks)
        found.traces.append(trace)
    incomplete_ones = sum(not own.whole for own in read.traces)
    notes = [f"Passed over, exchanges listed twice: {read.twice}."] if read.twice else []
    if incomplete_ones:
        notes.append(f"Exchanges are missing in {incomplete_ones} of {len(read.traces)} traces.")
    return notes


def _numbered(own: OwnTrace) -> Trace:
    """A trace of the exchanges that are calls of the API, numbered anew."""
    trace = Trace(own.name)
    for exchange in own.exchanges:
        if exchange.operation in contract.operations() or exchange.operation == contract.TOKEN:
            exchange.trace, exchange.seq = trace.name, len(trace.exchanges)
            trace.exchanges.append(exchange)
    return trace


def _judge_own(trace: Trace, own: OwnTrace, profile: Profile) -> None:
    """Judges the exchanges of a trace; one that is not whole as a recording with gaps."""
    recorded = any(exchange.unseen - {RecordedPart.ROLES} for exchange in trace.exchanges)
    trace.world.complete = own.whole and not recorded
    same_time = together(
        (exchange.request.subject, exchange.method != "GET", moment(exchange.started), _ms(exchange))
        for exchange in trace.exchanges
    )
    gaps = Gaps(trace.world, profile, set() if own.whole else {own.run})
    for place, exchange in enumerate(trace.exchanges):
        entry = RecordedEntry(exchange.method, exchange.url, began=moment(exchange.started), source=own.run)
        if own.mixed:
            trace.judgments += gaps.judge_alone(exchange)
        elif place in same_time or exchange.concurrent:
            update_world_unjudged(trace.world, profile, exchange)
        elif trace.world.complete or exchange.operation == contract.TOKEN:
            trace.judgments += judge(trace.world, profile, exchange)
        else:
            trace.judgments += gaps.judge(exchange, entry)
    trace.judgments += gaps.evidence.proved()


def _ms(exchange: Exchange) -> float | None:
    return None if RecordedPart.DURATION in exchange.unseen else exchange.ms


def _clean(trace: Trace, secrets: dict[str, tuple[str, ...]], masks: Masks) -> None:
    """Takes secrets out of a judged trace."""
    of: dict[str, list[Judgment]] = {}
    for judgment in trace.judgments:
        of.setdefault(judgment.exchange, []).append(judgment)
    kept: list[Judgment] = []
    for exchange in trace.exchanges:
        if secrets:
            kept += masks.clean(exchange, secrets[exchange.id], of.pop(exchange.id, []))
        elif (token := exchange.headers.get(SIGNATURE, "").strip()) and not token.startswith(PSEUDONYM):
            exchange.headers[SIGNATURE] = masks.pseudonym(token)
    trace.judgments = [*kept, *(judgment for listed in of.values() for judgment in listed)]


def environments(exchanges: list[Exchange]) -> list[str]:
    """The trace of each exchange: sessions that two hosts made are apart, a host without sessions belongs to another."""
    hosts = [urlsplit(exchange.url).netloc.lower() for exchange in exchanges]
    made: dict[str, set[str]] = {}
    for exchange, host in zip(exchanges, hosts, strict=True):
        name = exchange.member("checkoutSessionId" if exchange.operation == contract.INITIATE else "purchaseOrderId")
        if (
            exchange.accepted
            and isinstance(name, str)
            and exchange.operation in (contract.INITIATE, contract.PLACE_ORDER)
        ):
            made.setdefault(name, set()).add(host)
    makers = sorted(
        {host for exchange, host in zip(exchanges, hosts, strict=True) if exchange.operation == contract.INITIATE}
    )
    if len(makers) < 2:
        return [RECORDING] * len(exchanges)
    return [
        f"{RECORDING} {host}"
        for host in (_of(exchange, host, made, makers) for exchange, host in zip(exchanges, hosts, strict=True))
    ]


def _of(exchange: Exchange, host: str, made: dict[str, set[str]], makers: list[str]) -> str:
    hosts = made.get(exchange.request.subject or "", set())
    if host in hosts or not hosts:
        return host if host in makers else makers[0]
    return sorted(hosts)[0]


def _notes(contents: Contents, calls: Calls, doubtful: int) -> Iterator[str]:
    if contents.odd:
        yield f"{contents.odd} entries of the recording could not be read and were passed over."
    for name in contents.cut:
        yield f"The last line of {name} is cut off and was passed over."
    for reason, count in sorted(calls.passed.items()):
        yield f"Passed over, {reason}: {count}."
    parts = Counter(
        part for exchange in calls.exchanges for part in exchange.unseen - {RecordedPart.TOKEN, RecordedPart.ROLES}
    )
    total = len(calls.exchanges)
    for part, count in sorted(parts.items()):
        yield f"{part.value[:1].upper()}{part.value[1:]} is not recorded in {count} of {total} calls."
    if calls.together:
        why = "went together with another one of their session, or their times do not tell which came first"
        yield f"{len(calls.together)} calls {why}: only what each shows by itself was judged."
    if doubtful:
        yield f"{doubtful} answers do not fit the call before; a change that is not recorded would explain them, so they do not count."
