"""One request and its answer, with the intent that it was sent for. Plain data: no HTTP in here, no secret either."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from conformance.core import contract
from conformance.core.requirement import OwnedBreach

OWN_APP, OTHER_APP = "app0", "app1"
SIGNATURE = "x-ebay-security-signature"  # the token of the pay window, as initiate answers it
MARKETPLACE_HEADER = "X-EBAY-C-MARKETPLACE-ID"
DEVICE = {"X-EBAY-C-ENDUSERCTX": "deviceId=guestcheckoutconformance"}
NEAR_TOKENS = ("cut-short", "other-case")  # nearly the app's own token
BAD_CREDENTIALS = ("none", "made-up", *NEAR_TOKENS, "wrong-scheme", "expired", "other-scope")


class RecordedPart(StrEnum):
    """What a recording may leave open of an exchange; a run of the suite leaves nothing open."""

    ANSWER = "the answer's body"
    ANSWER_TYPE = "the answer's media type"
    APP = "the application that sent the request"
    DURATION = "the time until the answer"
    MARKETPLACE = "the request's marketplace"
    MEDIA_TYPE = "the request's media type"
    PERSON = "the answer's address"
    REQUEST_BODY = "the request's body"
    ROLES = "what is special about items, coupons and buyers"
    SIGNATURE = "the answer's signature header"
    TOKEN = "whether the token was good"


def is_over(began: str, now: str, seconds: float | None) -> bool:
    """Whether so many seconds lie between two times in ISO 8601; not where one of them is unknown."""
    try:
        passed = datetime.fromisoformat(now) - datetime.fromisoformat(began)
    except (ValueError, TypeError):
        return False
    return seconds is not None and passed >= timedelta(seconds=seconds)


class Intent(NamedTuple):
    """Why a request was sent: the requirement that owns its answer and, in words, the case that it tries."""

    requirement: str
    case: str = ""

    @property
    def concurrent(self) -> bool:
        """Whether the request went together with others, so that its turn is not known."""
        return self.requirement == contract.owner_of(OwnedBreach.CONCURRENT_REQUESTS)


class CaseKey(NamedTuple):
    """What a requirement was judged in: an operationId and a detail in words, '' where there is none."""

    operation: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.operation} {self.detail}".strip()


@dataclass(slots=True)
class Request:
    """What is sent, before secrets are added.

    credential: `app0` and `app1` are the profile's apps; any other (`none`, `made-up`, `expired`, …) carries no good token.
    To the token endpoint it is `client`, or what is wrong with the grant (`wrong-secret`, `unknown-client`, `unknown-scope`).
    subject: the checkout session id or purchase order id of the path.
    body: a JSON value; raw: bytes sent in its place (malformed on purpose).
    """

    operation: str
    subject: str | None = None
    body: Any = None
    marketplace: str | None = None
    credential: str = OWN_APP
    raw: bytes | None = None
    content_type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def own_headers(self) -> dict[str, str]:
        """The headers by which the operation is asked: the marketplace, and of an order the buyer's device."""
        found = {} if self.marketplace is None else {MARKETPLACE_HEADER: self.marketplace}
        return found | (DEVICE if self.operation == contract.PLACE_ORDER else {})

    def object(self) -> dict[str, Any]:
        """The JSON object that is sent, {} if it is something else."""
        if self.raw is None:
            return self.body if isinstance(self.body, dict) else {}
        try:
            found = json.loads(self.raw)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def payload(self) -> bytes | None:
        """The bytes of the body, None where the operation has none."""
        if self.raw is not None:
            return self.raw
        return None if self.body is None else json.dumps(self.body, ensure_ascii=False).encode("utf-8", "surrogatepass")


class ExchangeId(NamedTuple):
    """Where an exchange stands in `exchanges.jsonl`: its trace, and its place there, from 0. As a text: `trace/seq`."""

    trace: str
    seq: int

    @classmethod
    def parse(cls, text: str) -> ExchangeId:
        """Raises ValueError for a text that is no id of an exchange."""
        trace, _, seq = text.rpartition("/")
        return cls(trace, int(seq))


@dataclass(slots=True)
class Exchange:
    """A request and what came back.

    concurrent: whether it was sent together with others, so that the order is not known.
    problem says in one sentence why there is no usable answer; problem_kind is that of the transport's WireProblem, or `json`.
    unseen: the parts that a recording does not show; their values here say nothing.
    """

    trace: str
    seq: int
    request: Request
    method: str = ""
    url: str = ""
    intent: Intent | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    text: str | None = None
    problem: str | None = None
    problem_kind: str | None = None
    ms: float = 0.0
    started: str = ""
    concurrent: bool = False
    unseen: frozenset[RecordedPart] = frozenset()

    @property
    def id(self) -> str:
        """Its ExchangeId as a text, as `ExchangeId.parse` reads it."""
        return f"{self.trace}/{self.seq}"

    @property
    def ended(self) -> str:
        """When the answer was there, in ISO 8601; '' where nobody knows."""
        if RecordedPart.DURATION in self.unseen:
            return ""
        try:
            return (datetime.fromisoformat(self.started) + timedelta(milliseconds=self.ms)).isoformat()
        except (ValueError, TypeError, OverflowError):
            return ""

    @property
    def operation(self) -> str:
        """operationId, or `token`."""
        return self.request.operation

    @property
    def accepted(self) -> bool:
        """A success with a JSON object that is no error envelope."""
        return (
            self.status is not None
            and 200 <= self.status < 300
            and self.body.__class__ is dict
            and "errors" not in self.body
        )

    @property
    def error_ids(self) -> list[int]:
        """The errorId of each entry of the error envelope, malformed entries left out."""
        return self._ids("errors")

    @property
    def warning_ids(self) -> list[int]:
        """The errorId of each warning of the answer."""
        return self._ids("warnings")

    def member(self, name: str) -> Any:
        """A member of the answer's JSON object; None if it has none, or is no object."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    def _ids(self, name: str) -> list[int]:
        listed = self.body.get(name) if self.body.__class__ is dict else None
        if listed.__class__ is not list:
            return []
        return [
            error["errorId"] for error in listed if error.__class__ is dict and error.get("errorId").__class__ is int
        ]

    @property
    def warnings_known(self) -> bool:
        """Whether the answer's warnings can be read, or there are none."""
        listed = self.member("warnings")
        return listed is None or (isinstance(listed, list) and len(self.warning_ids) == len(listed))

    @property
    def silent(self) -> bool:
        """No verdict can rest on it: nothing came, or a gateway said that it is busy or down."""
        return self.status is None or self.status in (429, 502, 503, 504)

    @property
    def breach(self) -> bool:
        """HTTP or JSON themselves are broken, so that there is nothing in it for the other rules."""
        if self.status is None:
            return self.problem_kind in ("malformed_http", "too_large")
        return self.problem_kind == "json" and 200 <= self.status < 300

    @property
    def crashed(self) -> bool:
        """Whether the answer is an error of the server."""
        return self.status is not None and self.status >= 500

    def answer(self) -> str:
        """The answer in a few words, for a person."""
        if self.status is None:
            return self.problem or "no answer"
        if self.problem_kind == "redirect":
            return f"{self.status}, a redirect"
        ids = self.error_ids
        words = f"{self.status} {', '.join(map(str, ids))}" if ids else f"{self.status}"
        if self.accepted:
            return words + (f" with warning {', '.join(map(str, self.warning_ids))}" if self.warning_ids else "")
        return words if ids else words + (" without an error id" if self.status >= 400 else " without a JSON object")

    def record(self) -> dict[str, Any]:
        """The line of `exchanges.jsonl` (reports/schemas/exchange.schema.json)."""
        request = self.request
        sent: Any = request.body
        if request.raw is not None:
            sent = {"text": request.raw[:2000].decode("utf-8", "backslashreplace")}
            if len(request.raw) > 2000 or b"\\" in request.raw or not request.raw.isascii():
                sent["base64"] = base64.b64encode(request.raw).decode() if len(request.raw) < 200_000 else ""
        received = self.body if self.text is None else {"text": self.text[:4000]}
        return {
            "id": self.id,
            "trace": self.trace,
            "seq": self.seq,
            "operation": self.operation,
            "intent": self.intent._asdict() if self.intent else None,
            "method": self.method,
            "url": self.url,
            "request_headers": {
                **request.headers,
                **({"Content-Type": request.content_type} if request.content_type and self.method == "POST" else {}),
            },
            "subject": request.subject,
            "request_body": sent,
            "status": self.status,
            "response_headers": self.headers,
            "response_body": received,
            "problem": self.problem,
            "problem_kind": self.problem_kind,
            "started": self.started,
            "ms": round(self.ms, 2),
            "concurrent": self.concurrent,
            "marketplace": request.marketplace,
            "app": request.credential,
            **({"unseen": sorted(self.unseen)} if self.unseen else {}),
        }
