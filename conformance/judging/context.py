"""What a rule sees, and what comes of it: an exchange with what was known before it, reasons for a refusal, judgments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.core import contract
from conformance.core.exchange import CaseKey, Exchange, Request
from conformance.core.profile import Profile
from conformance.core.requirement import SessionPhase
from conformance.judging.amounts import amounts
from conformance.judging.claim import Claim
from conformance.judging.content.request_schema import FieldProblem, problems
from conformance.judging.model import (
    LINES,
    Line,
    StateKey,
    StatePart,
    View,
    all_amounts,
    differences,
    keyed,
    pricing,
    repeated,
    state,
)
from conformance.judging.world import Order, SessionState, World


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """A reason for which a request must be refused (or, with certain=False, may be: a reading).

    detail: of the case, in words. ids: the id of a profile's role where the requirement says `role`, or further ids.
    any_of: `documented` takes every 4xx pair of the operation but those of token, quota and address, `4xx` any status
    from 400 to 499. when: opens the requirement's answers of that kind. stub: the sandbox's negative-testing string
    that asks for the error; nothing but `ids` is right then. lawful: which of the requirement's `lawful_successes` a
    success is, by its `when`; None: none of them. lasts: whether no change of the session, seen or not, ends it: the answer
    shows it, or nothing leads back.
    """

    requirement: str
    detail: str = ""
    ids: tuple[int, ...] = ()
    when: str = ""
    stub: str = ""
    any_of: str = ""
    certain: bool = True
    lawful: Callable[[RuleContext], str | None] | None = None
    lasts: bool = False


ONLY_SUCCESS = ""  # for `RefusalReason.lawful`: the requirement lists a single success, which has no `when`


def always(_: RuleContext) -> str:
    """For `RefusalReason.lawful`: every success is the only one that the requirement lists."""
    return ONLY_SUCCESS


@dataclass(slots=True)
class Judgment:
    """What one exchange proves about one requirement."""

    requirement: str
    case: CaseKey
    operation: str
    ok: bool
    exchange: str
    claim: Claim | None = None
    reading: str | None = None
    marketplace: str | None = None


@dataclass(frozen=True)
class Doubts:
    """Refusals that may rest on what is not shown. ids: errorIds that may stand for it; all: any refusal may."""

    ids: frozenset[int] = frozenset()
    all: bool = False
    token: bool = False

    def may_stand_on(self, error_id: int) -> bool:
        """Whether a refusal with this id may rest on what is not shown."""
        return self.all or error_id in self.ids

    def cover(self, exchange: Exchange) -> bool:
        """Whether nobody can say that a refusal is wrong."""
        if exchange.accepted or not (400 <= (exchange.status or 0) < 500 or _is_documented(exchange)):
            return False
        if self.token and is_about_token(exchange):
            return True
        return self.all or any(has_its_status(exchange, each) for each in self.ids & set(exchange.error_ids))


NO_DOUBTS = Doubts()


def has_its_status(exchange: Exchange, error_id: int) -> bool:
    """Whether a refusal has a status that a document or a requirement gives its id: nothing that is unknown changes that."""
    statuses = contract.lawful_statuses(exchange.operation, error_id)
    return not statuses or exchange.status in statuses


def _is_documented(exchange: Exchange) -> bool:
    """Whether the operation's document knows the refusal, whatever its status: 16020 has 500."""
    known = contract.operations().get(exchange.operation)
    return known is not None and any(exchange.status in known.statuses_of(each) for each in exchange.error_ids)


def is_about_token(exchange: Exchange) -> bool:
    """Whether a refusal is about the token that the request carried."""
    if exchange.status in (401, 407):
        return True
    entries = [contract.error(identifier, exchange.operation) for identifier in exchange.error_ids]
    return bool(entries) and all(documented is not None and "OAuth" in documented.domains for documented in entries)


@dataclass(eq=False)
class RuleContext:
    """Where a rule looks: the exchange, the state before it and what the target's profile says. Rules change none of it.

    The judge alone sets what it finds on its way, in this order. gap: whether a change before it may be missing in a
    recording. reasons: why the request must or may be refused, as the rules about refusals say. doubts: which refusals may
    rest on what is not known. broken: the requirements that the answer's own status and ids break already.

    request: what was sent. before: the session as it was before this exchange. sent_for: the requirement that the request
    was sent for. facts: what rules have worked out of it (`once`).
    """

    world: World
    profile: Profile
    exchange: Exchange
    session: SessionState | None
    answer: View | None
    order: Order | None = None
    gap: bool = False
    reasons: tuple[RefusalReason, ...] = ()
    doubts: Doubts = NO_DOUBTS
    broken: frozenset[str] = frozenset()
    request: Request = field(init=False, repr=False)
    operation: str = field(init=False)
    before: View | None = field(init=False, repr=False)
    sent_for: str | None = field(init=False)
    accepted: bool = field(init=False)
    facts: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        exchange = self.exchange
        self.request = exchange.request
        self.operation = self.request.operation
        self.before = self.session.view if self.session else None
        self.sent_for = exchange.intent.requirement if exchange.intent else None
        self.accepted = exchange.accepted

    @cached_property
    def body(self) -> dict[str, Any]:
        """The request's JSON object, {} if it is something else."""
        return self.request.object()

    @property
    def may_have_changed(self) -> bool:
        """Whether a change that is not recorded may have come before; a session that is not made yet has none."""
        return self.gap and self.operation != contract.INITIATE

    @property
    def marketplace(self) -> str | None:
        """Where it happened: the request's marketplace, or the order's or the session's where it names none."""
        if self.request.marketplace:
            return self.request.marketplace
        known = self.order or self.session or self.profile.prepaid_as(self.request.subject)
        return known.marketplace if known else None

    @property
    def sold_in(self) -> str:
        """The marketplace that prices and items belong to: the session's, or the request's where no session is known."""
        return self.session.marketplace if self.session else self.request.marketplace or ""

    @property
    def address(self) -> dict[str, Any]:
        """The address that the request carries, {} if it carries none."""
        found = self.body if self.operation == contract.ADDRESS else self.body.get("shippingAddress")
        return found if isinstance(found, dict) else {}

    @property
    def line_inputs(self) -> list[dict[str, Any]]:
        """The line item inputs of the request that are objects."""
        listed = self.body.get("lineItemInputs")
        return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []

    @property
    def items_asked(self) -> set[str]:
        """The different items of these inputs."""
        return {each["itemId"] for each in self.line_inputs if isinstance(each.get("itemId"), str)}

    @cached_property
    def problems(self) -> list[FieldProblem]:
        """Where the request's body departs from the contract."""
        return problems(self.request)

    @cached_property
    def amounts(self) -> list[tuple[str, str, Any]]:
        """Every Amount of the answer: where it is, its currency and its value."""
        return all_amounts(self.answer) if self.answer else amounts(self.exchange.body)

    @cached_property
    def changes(self) -> dict[StateKey, tuple[Any, Any]]:
        """What the answer shows of the state that the session did not have before; {} where there is nothing to compare."""
        before, answer = self.before, self.answer
        if before is None or answer is None or answer is before:
            return {}
        return differences(state(before), state(answer))

    @cached_property
    def price_changes(self) -> dict[StateKey, tuple[Any, Any]]:
        """What the answer shows of the prices of lines that stayed, and of the summary, that was not so before."""
        before, answer = self.before, self.answer
        if before is None or answer is None or answer is before:
            return {}
        pair = [{**pricing(seen), LINES: state(seen)[LINES]} for seen in (before, answer)]
        return {key: values for key, values in differences(*pair).items() if key != LINES}

    @property
    def named_line(self) -> Line | None:
        """The session's line that a change names."""
        wanted = self.body.get("lineItemId")
        lines = self.before.lines.values() if self.before else ()
        return next((line for line in lines if line.raw.get("lineItemId") == wanted), None)

    def key_of(self, line: Line) -> str:
        """How a line of the session before is called in its state."""
        assert self.before
        return next((key for key, known in keyed(self.before).items() if known is line), line.id)

    @cached_property
    def another_cart(self) -> bool:
        """Whether the answer shows another cart than the session must have now, so that its sums say nothing."""
        session, answer = self.session, self.answer
        if session is None or answer is None or self.operation not in (contract.READ, *contract.CHANGES):
            return False
        if self.operation == contract.READ:
            if session.phase == SessionPhase.ORDERED and not answer.lines:
                return True
            return not session.in_doubt and (
                repeated(answer.coupons) or any(part != StatePart.ID for part, _ in self.changes)
            )
        if self.operation == contract.QUANTITY and self._quantity_missed(answer):
            return True
        return not session.in_doubt and any(self._unasked(key) for key in self.changes)

    def _quantity_missed(self, answer: View) -> bool:
        """Whether the line does not have the quantity that the request set."""
        wanted, target = self.body.get("quantity"), self.named_line
        if not wanted or target is None or target.item is None or not answer.lines_known:
            return False
        shown = keyed(answer).get(self.key_of(target))
        return shown is None or (shown.quantity is not None and shown.quantity != wanted)

    def _unasked(self, key: StateKey) -> bool:
        """Whether lines or a quantity changed that the request does not name."""
        part, name = key
        if self.operation != contract.QUANTITY:
            return part in (StatePart.LINES, StatePart.QUANTITY)
        if self.body.get("quantity") != 0:
            return part == StatePart.LINES
        target = self.named_line
        return part == StatePart.QUANTITY and (target is None or name not in (target.item, target.id))
