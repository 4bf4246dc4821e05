"""A requirement of `contracts/requirements`, and what the judge has to know of it: attributes, never its id.

The attributes are explained in contracts/README.md. `conformance/core/contract.py` reads the files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

ROLE = "role"  # in the place of an id: the one that the profile gives for the role that was used


class SessionPhase(StrEnum):
    """What has become of a session. EMPTY: every line was removed. DECLINED: its payment was, and it is spent."""

    OPEN = "open"
    EMPTY = "empty"
    ORDERED = "ordered"
    DECLINED = "declined"


class Presumes(StrEnum):
    """What a rule takes for granted of an answer (`presumes`, contracts/README.md)."""

    SAME_CART = "same_cart"


def phase_after_payment(body: dict[str, Any]) -> SessionPhase:
    """What an accepted placeGuestOrder makes of a session: a payment may be answered as FAILED."""
    return SessionPhase.DECLINED if body.get("purchaseOrderPaymentStatus") == "FAILED" else SessionPhase.ORDERED


class DependsOn(StrEnum):
    """What a judgment hangs on beside the request itself."""

    SESSION_STATE = "session_state"
    SESSION_PHASE = "session_phase"
    ORDER_OF_REQUESTS = "order_of_requests"


class UnchangedPart(StrEnum):
    """What a refusal leaves as it was."""

    SESSION = "session"
    ORDER = "order"


class PutInDoubt(StrEnum):
    """What nobody knows of a session after an accepted answer that breaks the rule. STATE: neither state nor prices."""

    STATE = "state"
    PRICES = "prices"
    NOTHING = "nothing"


class ExplainedFinding(StrEnum):
    """Of what kind of finding a breach can be the cause."""

    SESSION_READS = "session_reads"
    ORDER_READS = "order_reads"
    OTHER_SESSIONS = "other_sessions"
    MISSING_HEADER = "missing_header"


class OwnedBreach(StrEnum):
    """A breach that the machinery finds by itself, beside the rules: exactly one requirement owns each kind."""

    IDS_ACROSS_TRACES = "ids_across_traces"
    PRICES_ACROSS_TRACES = "prices_across_traces"
    CONCURRENT_REQUESTS = "concurrent_requests"
    FORM_OF_AMOUNTS = "form_of_amounts"
    UNREADABLE_IDS = "unreadable_ids"
    UNDOCUMENTED_STATUSES = "undocumented_statuses"
    ODD_REQUESTS = "odd_requests"


class FollowedPart(StrEnum):
    """The part of the OpenAPI document that a requirement reads anew, whatever it says."""

    REQUEST_FIELDS = "request_fields"
    ANSWER_FIELDS = "answer_fields"
    STATUSES = "statuses"
    IDS = "ids"


@dataclass(frozen=True)
class LawfulRefusal:
    """One lawful look of a refusal; status None means the status that the OpenAPI document gives the id.

    id: None where `id_of_role`. when: only for reasons of that kind (`empty`, `shape`, `same`, …).
    """

    id: int | None
    status: int | None = None
    reading: str | None = None
    operations: tuple[str, ...] = ()
    when: str = ""

    @property
    def id_of_role(self) -> bool:
        """Whether the id is that of the role that was used, as the profile has it."""
        return self.id is None


@dataclass(frozen=True)
class LawfulSuccess:
    """A lawful success where a refusal is lawful too. when: the kind that the rule tells it by."""

    reading: str
    when: str = ""


@dataclass(frozen=True)
class ValidRequest:
    """A valid request, the answer to which a requirement owns: of an operation, with these members in its body."""

    operation: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Requirement:
    """One testable sentence of the documents (`contracts/requirements/<chapter>.yaml`)."""

    id: str
    chapter: str
    level: str
    title: str
    sentence: str
    sources: tuple[dict[str, str], ...]
    operations: tuple[str, ...]
    needs: tuple[str, ...]
    lawful_refusals: tuple[LawfulRefusal, ...] = ()
    lawful_successes: tuple[LawfulSuccess, ...] = ()
    other_readings: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    never: dict[str, tuple[str, ...]] = field(default_factory=dict)
    owns_answers_to: tuple[ValidRequest, ...] = ()
    depends_on: DependsOn | None = None
    leaves_unchanged: frozenset[UnchangedPart] = frozenset()
    leads_to: SessionPhase | None = None
    explains: frozenset[ExplainedFinding] = frozenset()
    owns: frozenset[OwnedBreach] = frozenset()
    follows: frozenset[FollowedPart] = frozenset()
    yields_to: tuple[str, ...] = ()
    presumes_same_cart: bool = False
    puts_in_doubt: PutInDoubt = PutInDoubt.STATE
    leaves_id_open: bool = False
    about_field: bool = False
    mission: str = ""
    inferred: bool = False
    data: str = ""

    @property
    def readings(self) -> tuple[str, ...]:
        """All that the documents leave open: the readings of refusals, of successes in their place, and the others."""
        of_refusals = [refusal.reading for refusal in self.lawful_refusals]
        of_successes = [success.reading for success in self.lawful_successes]
        return tuple(dict.fromkeys(each for each in (*of_refusals, *of_successes, *self.other_readings) if each))

    def reading_of_success(self, kind: str) -> str:
        """The reading by which a success of that kind is lawful. Raises KeyError for a kind that is not listed."""
        return {each.when: each.reading for each in self.lawful_successes}[kind]


def requirement(chapter: str, data: dict[str, Any]) -> Requirement:
    """A requirement as its file has it. Raises ValueError for an attribute, or a value of one, that nobody knows."""
    known = {member.name for member in fields(Requirement)} - {"chapter", "presumes_same_cart"} | {"presumes"}
    if unknown := sorted(data.keys() - known):
        raise ValueError(f"{data['id']} has an attribute that nobody reads: {unknown[0]}")
    return Requirement(
        id=data["id"],
        chapter=chapter,
        level=data["level"],
        title=data["title"],
        sentence=data["sentence"],
        sources=tuple({"document": str(each["document"]), "place": str(each["place"])} for each in data["sources"]),
        operations=tuple(data.get("operations", ())),
        needs=tuple(data.get("needs", ())),
        lawful_refusals=tuple(map(_refusal, data.get("lawful_refusals", ()))),
        lawful_successes=tuple(LawfulSuccess(**success) for success in data.get("lawful_successes", ())),
        other_readings=tuple(data.get("other_readings", ())),
        factors=tuple(data.get("factors", ())),
        never={name: tuple(levels) for name, levels in data.get("never", {}).items()},
        owns_answers_to=tuple(ValidRequest(**valid) for valid in data.get("owns_answers_to", ())),
        depends_on=DependsOn(data["depends_on"]) if "depends_on" in data else None,
        leaves_unchanged=frozenset(map(UnchangedPart, data.get("leaves_unchanged", ()))),
        leads_to=SessionPhase(data["leads_to"]) if "leads_to" in data else None,
        explains=frozenset(map(ExplainedFinding, data.get("explains", ()))),
        owns=frozenset(map(OwnedBreach, data.get("owns", ()))),
        follows=frozenset(map(FollowedPart, data.get("follows", ()))),
        yields_to=tuple(data.get("yields_to", ())),
        presumes_same_cart="presumes" in data and Presumes(data["presumes"]) is Presumes.SAME_CART,
        puts_in_doubt=PutInDoubt(data["puts_in_doubt"]),
        leaves_id_open=data.get("leaves_id_open", False),
        about_field=data.get("about_field", False),
        mission=data.get("mission", ""),
        inferred=bool(data.get("inferred", False)),
        data=data.get("data", ""),
    )


def _refusal(data: dict[str, Any]) -> LawfulRefusal:
    return LawfulRefusal(
        id=None if data["id"] == ROLE else int(data["id"]),
        status=data.get("status"),
        reading=data.get("reading"),
        operations=tuple(data.get("operations", ())),
        when=data.get("when", ""),
    )
