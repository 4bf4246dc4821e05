"""Whose breach it is: decision tables, printed in docs/verdict.md. The first row that applies decides.

What a row has to know of a rule is an attribute of its YAML (contracts/README.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

from conformance.core import contract
from conformance.core.addresses import flat_address, folded
from conformance.judging.context import RefusalReason, RuleContext
from conformance.judging.model import COUPONS, LINES, PRICES, StateKey, StatePart
from conformance.judging.refusals import lawful_pairs
from conformance.judging.world import SessionChange, UnreadRefusal

Facts = TypeVar("Facts", contravariant=True)
Found = dict[StateKey, tuple[Any, Any]]
TOKEN_STATUSES = (401, 403)


class Cause(Enum):
    """What a difference comes from; NOBODY: the facts do not say."""

    REFUSED_REQUEST = "a refused request"
    ACCEPTED_CHANGE = "an accepted change"
    ANOTHER_SESSION = "a request to another session"
    THE_READ = "the read itself"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a row decides. requirement: None where the rule that asks speaks for itself, or nothing is said.

    refusal: the refused request. exact: whether the difference is just what that request asked for.
    """

    cause: Cause = Cause.NOBODY
    requirement: str | None = None
    refusal: UnreadRefusal | None = None
    exact: bool = True


@dataclass(frozen=True)
class DecisionRow(Generic[Facts]):
    """One line of a table: what was seen, whose breach that is, and the decision (None: the row does not apply)."""

    when: str
    owner: str
    decide: Callable[[Facts], Attribution | None]


def first_match(table: Sequence[DecisionRow[Facts]], facts: Facts) -> Attribution:
    """What the first row that applies says."""
    return next((blame for row in table if (blame := row.decide(facts))), Attribution())


def _refused(refusal: UnreadRefusal | None, *, exact: bool) -> Attribution | None:
    return Attribution(Cause.REFUSED_REQUEST, refusal.requirement, refusal, exact) if refusal else None


# ---------------------------------------------------------------- a request that has to be refused


def owners_of_refusal(context: RuleContext, reasons: list[RefusalReason]) -> list[RefusalReason]:
    """The reasons whose breach it is that a request was accepted, or refused in another way: one for each requirement."""
    certain = [reason for reason in reasons if reason.certain]
    named = [reason for reason in certain if _names(context, reason)]
    crashed = [reason for reason in certain if context.exchange.crashed and _is_of_the_request(reason)]
    likely = named or crashed or certain
    own = [reason for reason in likely if reason.requirement == context.sent_for]
    owners: dict[str, RefusalReason] = {}
    for reason in own or likely or reasons[:1]:
        owners.setdefault(reason.requirement, reason)
    return list(owners.values())


def _names(context: RuleContext, reason: RefusalReason) -> bool:
    """Whether an answer that is no lawful one names this reason all the same: by its id, or by the status of tokens."""
    exchange = context.exchange
    if exchange.accepted or reason.any_of:
        return False
    pairs = lawful_pairs(reason, context.operation)
    of_token = exchange.status in TOKEN_STATUSES and any(status == exchange.status for status, _ in pairs)
    return of_token or any(identifier in exchange.error_ids for _, identifier in pairs)


def _is_of_the_request(reason: RefusalReason) -> bool:
    """Whether the reason stands in the request by itself, where a server stumbles first."""
    return contract.requirements()[reason.requirement].depends_on is None


# ---------------------------------------------------------------- a valid request that is refused


@dataclass(frozen=True)
class RefusedRequest:
    """A request without any reason for refusal, which was refused all the same."""

    context: RuleContext

    @property
    def unread_refusal(self) -> UnreadRefusal | None:
        """The last refused request whose session was not read since, if it can have had an effect."""
        session = self.context.session
        if session is None or not session.unread_refusals or session.tainted or self.context.exchange.crashed:
            return None
        return session.unread_refusals[-1]


def owner_of_answer(context: RuleContext) -> str:
    """The requirement that owns the answer to a valid request."""
    if context.sent_for and context.operation in contract.requirements()[context.sent_for].operations:
        return context.sent_for
    return contract.owner_of_answer_to(context.operation, context.body)


def owner_of_valid_request(facts: RefusedRequest) -> Attribution:
    """Whose breach it is that a valid request was refused."""
    return first_match(VALID_REQUEST, facts)


VALID_REQUEST: tuple[DecisionRow[RefusedRequest], ...] = (
    DecisionRow(
        "an answer has left in doubt what the session holds",
        "nobody, until the next read",
        lambda facts: Attribution() if facts.context.session and facts.context.session.in_doubt else None,
    ),
    DecisionRow(
        "a request was refused and the session was not read since",
        "the rule of that refusal: it has changed something",
        lambda facts: _refused(facts.unread_refusal, exact=False),
    ),
    DecisionRow(
        "the request was sent for a rule that names its operation, or a rule `owns_answers_to` it",
        "that rule",
        lambda facts: Attribution(requirement=owner_of_answer(facts.context)),
    ),
)


# ---------------------------------------------------------------- an answer that differs from the known state

# The parts of a session that a change sets.
EFFECTS = {
    contract.QUANTITY: (StatePart.QUANTITY, StatePart.LINES),
    contract.OPTION: (StatePart.OPTION,),
    contract.ADDRESS: (StatePart.ADDRESS,),
    contract.APPLY: (StatePart.COUPONS,),
    contract.REMOVE: (StatePart.COUPONS,),
}


@dataclass(frozen=True)
class Difference:
    """What an answer shows of a session or an order that was not known before.

    unread_refusals: the refused requests since the last read. unchanged: nothing was accepted since then, so that any of
    them may be the culprit. unconfirmed: an accepted change that no read has shown yet. others: changes of other sessions.
    """

    found: Found
    unread_refusals: Sequence[UnreadRefusal]
    unchanged: bool = False
    unconfirmed: str | None = None
    others: Sequence[SessionChange] = ()


def parts_carried_out(found: Found, refusal: UnreadRefusal) -> int:
    """How many parts of a difference are what the refused request asked for, whatever else differs beside them.

    A recording asks for more (conformance/recordings/gaps/carried_out.py): there, what differs beside it may be an unseen change's.
    """
    wanted = refusal.wanted if isinstance(refusal.wanted, dict) else {}
    changes = {key: after for key, (_, after) in found.items()}
    if refusal.operation == contract.QUANTITY:
        gone = wanted.get("quantity") == 0 and LINES in changes
        return gone + _values(changes, StatePart.QUANTITY).count(wanted.get("quantity"))
    if refusal.operation == contract.OPTION:
        return _values(changes, StatePart.OPTION).count(wanted.get("shippingOptionId"))
    if refusal.operation == contract.ADDRESS:
        sent = {name: folded(value) for name, value in flat_address(wanted).items()}
        return sum(part == StatePart.ADDRESS and sent.get(name) == after for (part, name), after in changes.items())
    code = folded(str(wanted.get("redemptionCode", "")))
    before, after = found.get(COUPONS, (frozenset(), frozenset()))
    return int(isinstance(before, frozenset) and isinstance(after, frozenset) and code in before ^ after)


def _most_carried_out(facts: Difference) -> UnreadRefusal | None:
    """The refused request that asked for most of what differs, the last of several; None if none asked for any of it."""
    best = max(
        reversed(facts.unread_refusals), key=lambda refusal: parts_carried_out(facts.found, refusal), default=None
    )
    return best if best and parts_carried_out(facts.found, best) else None


def _values(changes: dict[StateKey, Any], wanted: StatePart) -> list[Any]:
    return [after for (part, _), after in changes.items() if part == wanted]


def _of_its_kind(facts: Difference) -> Attribution | None:
    parts = {part for part, _ in facts.found} - PRICES
    for refusal in reversed(facts.unread_refusals):
        coupon = refusal.operation in (contract.APPLY, contract.REMOVE)
        if parts & set(EFFECTS.get(refusal.operation, ())):
            return _refused(refusal, exact=False)
        if coupon and (StatePart.SUMMARY, "additionalSavings") in facts.found:
            return _refused(refusal, exact=False)  # an order does not list its coupon
    return None


AFTER_A_REFUSAL: tuple[DecisionRow[Difference], ...] = (
    DecisionRow(
        "it is what a refused request asked for",
        "the rule of that refusal; of several, the one that asked for most of it",
        lambda facts: _refused(_most_carried_out(facts), exact=True),
    ),
    DecisionRow(
        "it is of the kind that a refused request would have changed", "the rule of that refusal", _of_its_kind
    ),
    DecisionRow(
        "requests were refused since the last read, and none was accepted",
        "the rule of the last refusal",
        lambda facts: (
            _refused(facts.unread_refusals[-1], exact=False) if facts.unread_refusals and facts.unchanged else None
        ),
    ),
)
IN_A_READ: tuple[DecisionRow[Difference], ...] = (
    *AFTER_A_REFUSAL,
    DecisionRow(
        "a change was accepted since the last read",
        "the rule that `owns_answers_to` reads",
        lambda facts: Attribution(Cause.ACCEPTED_CHANGE) if facts.unconfirmed else None,
    ),
    DecisionRow(
        "another session was changed since the last read",
        "the rule that `explains: [other_sessions]`",
        lambda facts: Attribution(Cause.ANOTHER_SESSION) if facts.others else None,
    ),
    DecisionRow("none of these", "the rule that reads change nothing", lambda facts: Attribution(Cause.THE_READ)),
)
