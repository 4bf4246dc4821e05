"""A recorded sequence as something that can be sent again: ids become references to the answers that gave them.

Shrinking, scripts and recordings stand on it. A line is found by its item, an option by carrier and service.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from conformance.core import contract, made_up
from conformance.core.exchange import Exchange, Intent, RecordedPart, Request
from conformance.core.profile import Profile
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.model import Line, Option, view
from conformance.judging.trace import TraceKind

FIRST_REPLAY = 10**9  # places in the plan from here on are replays of a finding
FIRST_CONTROL = 2 * FIRST_REPLAY  # and from here on, its controls


@dataclass(frozen=True)
class Ref:
    """An id that comes from an answer. created_by_step: the step that created the session. kind: session, line, option or order.

    made: how a made-up id is made of the one that the answer gave; None for the id itself.
    """

    kind: str
    created_by_step: int
    item: str = ""
    option: tuple[str, str, int] = ("", "", 0)
    made: made_up.Recipe | None = None


@dataclass(frozen=True)
class Step:
    """A request whose ids may be references, and why it was sent. near: what a made-up id in the address is made of."""

    number: int
    request: Request
    intent: Intent | None
    subject: Ref | None = None
    fields: dict[str, Ref] = field(default_factory=dict)
    near: Ref | None = None

    @property
    def creates(self) -> bool:
        """Whether the step makes a session."""
        return self.request.operation == contract.INITIATE

    @property
    def sessions(self) -> set[int]:
        """The creating steps that this step stands on."""
        return {field.created_by_step for field in (self.subject, self.near, *self.fields.values()) if field}


def from_record(record: dict[str, Any]) -> Exchange:
    """An exchange as `exchanges.jsonl` has it."""
    sent, received = record["request_body"], record["response_body"]
    raw = None
    if isinstance(sent, dict) and "text" in sent and set(sent) <= {"text", "base64"}:
        raw = base64.b64decode(sent["base64"]) if sent.get("base64") else str(sent["text"]).encode()
        sent = None
    no_json = isinstance(received, dict) and set(received) == {"text"} and isinstance(received["text"], str)
    text = received["text"] if no_json else None
    headers = dict(record["request_headers"])
    content_type = headers.pop("Content-Type", None if record["method"] == "POST" else "application/json")
    request = Request(
        record["operation"],
        record.get("subject"),
        sent,
        marketplace=record["marketplace"],
        credential=record["app"],
        raw=raw,
        content_type=content_type,
        headers=headers,
    )
    return Exchange(
        trace=record["trace"], seq=record["seq"], request=request, method=record["method"], url=record["url"],
        intent=Intent(**record["intent"]) if record["intent"] else None, status=record["status"], headers=record["response_headers"],
        body=None if text is not None else received, text=text, problem=record["problem"],
        problem_kind=record.get("problem_kind"), ms=record["ms"], started=record["started"],
        concurrent=record.get("concurrent", False), unseen=frozenset(map(RecordedPart, record.get("unseen", ()))),
    )  # fmt: skip


class Ids:
    """Which id came from which answer."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Ref] = {}
        self._created: dict[str, int] = {}

    def learn(self, number: int, exchange: Exchange) -> None:
        """Takes the ids of an accepted answer."""
        if not exchange.accepted:
            return
        if exchange.operation == contract.PLACE_ORDER:
            order, session = exchange.body.get("purchaseOrderId"), exchange.request.subject
            if isinstance(order, str) and session in self._created:
                self.known.setdefault(("order", order), Ref("order", self._created[session or ""]))
            return
        if exchange.operation == contract.READ_ORDER:
            return
        seen = view(exchange.body)
        if exchange.operation == contract.INITIATE and seen.id:
            self._created.setdefault(seen.id, number)
            self.known.setdefault(("session", seen.id), Ref("session", self._created[seen.id]))
        of = self._created.get(seen.id or "")
        if of is None:
            return
        for line in seen.lines.values():
            self.known.setdefault(("line", line.id), Ref("line", of, line.item or ""))
            for option in line.options:
                if option.id:
                    self.known[f"option {line.id}", option.id] = Ref(
                        "option", of, line.item or "", locate(line, option)
                    )

    def step(self, number: int, exchange: Exchange) -> Step:
        """The exchange's request with its ids as references."""
        request = exchange.request
        kind = "order" if request.operation == contract.READ_ORDER else "session"
        subject = self.known.get((kind, request.subject or ""))
        near = None if subject else self._found(request.subject, kind) or self._found(request.subject, "session")
        fields = self._fields(request.body, subject) if isinstance(request.body, dict) else {}
        return Step(number, request, exchange.intent, subject, fields, near)

    def _fields(self, body: dict[str, Any], subject: Ref | None) -> dict[str, Ref]:
        """The ids of line and option in a body that answers gave, or that are made of those of the session itself."""
        line_id, option_id = body.get("lineItemId"), body.get("shippingOptionId")
        line = self._found(line_id, "line", subject)
        option = self._found(option_id, f"option {line_id}", subject)
        found = {"lineItemId": line, "shippingOptionId": option}
        return {name: ref for name, ref in found.items() if ref}

    def _found(self, identifier: Any, kind: str, subject: Ref | None = None) -> Ref | None:
        """What an id is, or what it is made of. subject: the session whose ids are looked through for that, if not all."""
        if not isinstance(identifier, str) or not identifier:
            return None
        if known := self.known.get((kind, identifier)):
            return known
        own = (kind, *([] if subject is None else [subject.created_by_step]))
        likes = {id: ref for (of, id), ref in self.known.items() if (of, ref.created_by_step)[: len(own)] == own}
        made = made_up.made_of(identifier, likes)
        return replace(likes[made[0]], made=made[1]) if made else None


def locate(line: Line, option: Option) -> tuple[str, str, int]:
    """How to find an option again: carrier, service, and which one of those that share both."""
    same = [
        candidate
        for candidate in line.options
        if (candidate.carrier, candidate.service) == (option.carrier, option.service)
    ]
    return option.carrier or "", option.service or "", same.index(option)


def steps_of(exchanges: Iterable[Exchange]) -> list[Step]:
    """A sequence as steps. Calls of the token endpoint are left out: the client makes its own."""
    ids, found = Ids(), []
    for number, exchange in enumerate(exchanges):
        if exchange.operation != contract.TOKEN:
            found.append(ids.step(number, exchange))
            ids.learn(number, exchange)
    return found


class UnresolvedReference(Exception):
    """A step needs an id that no answer gave."""


def play(driver: CheckoutDriver, steps: Iterable[Step]) -> list[tuple[Step, Exchange]]:
    """Sends the steps again. Raises UnresolvedReference."""
    sessions: dict[int, str] = {}
    sent = []
    for step in steps:
        request = bound(driver, step, sessions)
        exchange = driver.send(
            request, step.intent.requirement if step.intent else None, step.intent.case if step.intent else ""
        )
        if step.creates and exchange.accepted:
            sessions[step.number] = str(exchange.body.get("checkoutSessionId"))
        sent.append((step, exchange))
    return sent


def bound(driver: CheckoutDriver, step: Step, sessions: dict[int, str]) -> Request:
    """The step's request with the ids that this time's answers gave. Raises UnresolvedReference."""
    request = replace(step.request, headers={})
    if asked := step.subject or step.near:
        request.subject = _value(driver, asked, sessions)
    if step.fields:
        request.body = dict(request.body) | {name: _value(driver, ref, sessions) for name, ref in step.fields.items()}
    if step.creates and isinstance(request.body, dict) and "@" in str(request.body.get("contactEmail")):
        email = str(request.body["contactEmail"])
        if email.casefold() not in driver.profile.buyers.declined and email != str(driver.profile.buyers.good):
            head, _, tail = driver.profile.buyers.good.partition("{n}")
            if tail and email.startswith(head) and email.endswith(tail):
                request.body = {**request.body, "contactEmail": driver.buyer()}
    return request


def _value(driver: CheckoutDriver, ref: Ref, sessions: dict[int, str]) -> str:
    given = _given(driver, ref, sessions)
    return ref.made.make(given) if ref.made else given


def _given(driver: CheckoutDriver, ref: Ref, sessions: dict[int, str]) -> str:
    session = driver.trace.world.sessions.get(sessions.get(ref.created_by_step, ""))
    if session is None:
        raise UnresolvedReference(ref.kind)
    if ref.kind == "session":
        return session.id
    if ref.kind == "order":
        if not session.order:
            raise UnresolvedReference("order")
        return session.order
    line = session.view.line_of(ref.item) or driver.lines_seen.get((session.id, ref.item))
    if line is None:
        raise UnresolvedReference("line")
    driver.lines_seen[session.id, ref.item] = line
    if ref.kind == "line":
        return line.id
    for option in line.options:
        if option.id and locate(line, option) == ref.option:
            return option.id
    raise UnresolvedReference("option")


class ReplayTarget(Protocol):
    """A target to send recorded sequences to. parts: the folder of scripts and journals."""

    @property
    def profile(self) -> Profile: ...
    @property
    def parts(self) -> Path: ...
    def driver(self, index: int, name: str, *, kind: TraceKind = ...) -> AbstractContextManager[CheckoutDriver]: ...
