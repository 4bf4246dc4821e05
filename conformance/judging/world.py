"""Everything that a trace knows of a target: sessions, orders, changes, prices."""

from __future__ import annotations

from collections.abc import Set
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from conformance.core.exchange import Exchange
from conformance.core.profile import Prepaid
from conformance.core.requirement import SessionPhase
from conformance.judging.model import StateKey, View


@dataclass(slots=True)
class UnreadRefusal:
    """A refused request whose session has not been read since: if something changed, its rule was broken."""

    requirement: str
    operation: str
    exchange: str
    wanted: Any = None


@dataclass(slots=True)
class SessionState:
    """A checkout session as the answers so far show it. docs/doubt.md explains the flags.

    app: the credential that made it. created_by, last_read, unconfirmed: ids of exchanges; unconfirmed: of a change that no
    read has shown yet. unread_refusals: changes that the next read must not show. changes_seen: how many changes of the
    world were known at its last read. history: the operations that were accepted. without_coupon: the amounts of each cart
    that has no coupon, with the exchange that showed them. market_unseen: whether a recording does not show the marketplace
    that it was made in. declined_with: the id by which its payment was refused, for a buyer whom the profile does not name.
    """

    id: str
    app: str
    marketplace: str
    email: str
    view: View
    created_by: str
    phase: SessionPhase = SessionPhase.OPEN
    order: str | None = None
    unread_refusals: list[UnreadRefusal] = field(default_factory=list)
    unconfirmed: str | None = None
    in_doubt: bool = False
    prices_in_doubt: bool = False
    tainted: bool = False
    changes_seen: int = 0
    last_read: str | None = None
    history: list[str] = field(default_factory=list)
    without_coupon: dict[tuple[Any, ...], tuple[dict[StateKey, Any], str]] = field(default_factory=dict)
    market_unseen: bool = False
    declined_with: int = 0

    def follow(self, shown: View) -> None:
        """Takes what an answer shows as the session's state: without lines it is empty, with lines it is open."""
        self.view = shown
        if self.phase in (SessionPhase.OPEN, SessionPhase.EMPTY) and shown.lines_known:
            self.phase = SessionPhase.OPEN if shown.lines else SessionPhase.EMPTY

    def pay(self, order: str | None, phase: SessionPhase = SessionPhase.ORDERED) -> None:
        """Takes the answer to its payment: the order, or DECLINED. A read shows nothing more of what was refused before."""
        self.phase, self.order, self.unread_refusals = phase, order, []

    @classmethod
    def paid_before(
        cls, prepaid: Prepaid, app: str, shown: View, *, id: str = "", created_by: str = ""
    ) -> SessionState:
        """A session that was paid before the first exchange, so that nobody saw what it held."""
        paid = cls(id, app, prepaid.marketplace, "", shown, created_by, in_doubt=True)
        paid.pay(prepaid.order or None)
        return paid


@dataclass(slots=True)
class Order:
    """A purchase order: the session that was paid, as it stood then, and the last reading of the order itself.

    placed_at: when its payment was answered, in ISO 8601, '' where nobody knows.
    """

    id: str
    app: str
    marketplace: str
    paid: SessionState
    placed_by: str
    placed_at: str = ""
    view: View | None = None
    status: str | None = None
    last_read: str | None = None
    tainted: bool = False
    unread_refusals: list[UnreadRefusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.paid = copy(self.paid)  # whatever the session shows later, this was paid

    def follow(self, shown: View, status: str | None, exchange: str) -> None:
        """Takes what a read shows as the order's state. exchange: the id of the read."""
        self.view, self.status, self.last_read = shown, status, exchange


class SessionChange(NamedTuple):
    """A request that changed a session, or was refused and may have. requirement: the rule that owns the change."""

    session: str
    requirement: str
    exchange: str
    accepted: bool
    operation: str


class RuleOutcome(NamedTuple):
    """The rules that held in an exchange, and those of which a claim was broken."""

    held: frozenset[str]
    broken: frozenset[str] = frozenset()


class Observer(Protocol):
    """Takes note of what was judged, and of the context that it was judged in."""

    def encoded(self) -> dict[str, set[RuleOutcome]]: ...

    def where_broken(self, exchange: str) -> str: ...

    def note(self, context: Any, found: Any) -> None: ...


@dataclass(slots=True)
class World:
    """Everything seen in one trace, folded exchange by exchange.

    complete: whether every session and order that was given out is known, as in a run of the suite; not so in a recording.
    without_id: operations whose answer had no id that can be read. given_out: ids of sessions of which no more is known.
    applied_codes: of coupons that a client applied, in small letters. fewest_refused: different items of the smallest
    initiate that was refused for too many lines; 0 if none was.
    """

    complete: bool = True
    without_id: set[str] = field(default_factory=set)
    given_out: Set[str] = frozenset()
    sessions: dict[str, SessionState] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    changes: list[SessionChange] = field(default_factory=list)
    units: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    prices: dict[tuple[Any, ...], tuple[dict[StateKey, Any], str]] = field(default_factory=dict)
    orders_of: dict[str, set[str]] = field(default_factory=dict)
    rule_errors: list[str] = field(default_factory=list)  # rules that failed on an answer: defects of the suite
    most_lines: int = 0
    fewest_refused: int = 0
    applied_codes: set[str] = field(default_factory=set)
    coverage: Observer | None = None  # measured where a trace is kept

    def session_of(self, exchange: Exchange) -> SessionState | None:
        """The session that an accepted answer shows."""
        return self.sessions.get(str(exchange.member("checkoutSessionId"))) if exchange.accepted else None

    def add_order(self, order: Order) -> None:
        """A payment gave out this order; an order that is known already stays as it is."""
        self.orders_of.setdefault(order.paid.id, set()).add(order.id)
        self.orders.setdefault(order.id, order)

    def knows_all(self, made_by: str) -> bool:
        """Whether everything that an operation made is known, so that any other id was never given out."""
        return self.complete and made_by not in self.without_id
