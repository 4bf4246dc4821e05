"""The guard for what a recording does not show: a rule that reads such a part of an exchange proves nothing.

A recording may leave parts of an exchange open (`Exchange.unseen`). Rules read exchanges as if every part were there. The
judge gives them guarded ones: whatever reads an open part ends in NotRecorded, and the judge concludes nothing from that
rule. A refusal may rest on what is not shown: `Doubts` says which refusals may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, cast

from conformance.core import contract
from conformance.core.exchange import SIGNATURE, Exchange, RecordedPart, Request
from conformance.judging.context import NO_DOUBTS, Doubts, RefusalReason, RuleContext, is_about_token
from conformance.judging.model import View
from conformance.judging.refusals import GATEWAY
from conformance.judging.world import Order, SessionState, World

OF_REQUEST = "request"  # who provokes an id by what the request says: contracts/errors.yaml
# What an id rests on beside a request that can provoke it: contracts/errors.yaml.
ON_SESSION, ON_ADDRESS, ON_BUYER = "session", "address", "buyer"
DECLINED, LIMITED = "buyer.declined", "limit"  # a role, and a kind of items
NAMES_A_PART = (contract.OPTION, contract.QUANTITY)  # by the id of a line or of an option
HIDDEN_BY = {
    "body": RecordedPart.REQUEST_BODY,
    "raw": RecordedPart.REQUEST_BODY,
    "object": RecordedPart.REQUEST_BODY,
    "payload": RecordedPart.REQUEST_BODY,
    "marketplace": RecordedPart.MARKETPLACE,
    "content_type": RecordedPart.MEDIA_TYPE,
    "credential": RecordedPart.APP,
}
HEADERS = {SIGNATURE: RecordedPart.SIGNATURE, "content-type": RecordedPart.ANSWER_TYPE}


class NotRecorded(Exception):
    """A rule read what the recording does not show."""

    def __init__(self, part: RecordedPart) -> None:
        super().__init__(part.value)
        self.part = part


class _Headers(dict[str, str]):
    """The headers of an answer. Looking for a header that may have been taken out raises NotRecorded."""

    def __init__(self, shown: Mapping[str, str], unseen: frozenset[RecordedPart]) -> None:
        super().__init__(shown)
        self._unseen = unseen

    def get(self, name: str, default: Any = None) -> Any:
        part = HEADERS.get(name)
        if part is not None and part in self._unseen:
            raise NotRecorded(part)
        return super().get(name, default)


class _Guarded:
    """A proxy for an exchange or a part of the state: an open part raises NotRecorded when it is read.

    A copy with a mark in the place of the part would do only if every rule asked for the mark.
    """

    def __init__(self, of: object, hidden: Mapping[str, RecordedPart], replaced: Mapping[str, object]) -> None:
        self._of, self._hidden, self._replaced = of, hidden, replaced

    def __getattr__(self, name: str) -> Any:
        if name in self._hidden:
            raise NotRecorded(self._hidden[name])
        return self._replaced[name] if name in self._replaced else getattr(self._of, name)


def guarded(context: RuleContext) -> RuleContext:
    """The place where a rule looks, with what the recording does not show out of reach."""
    unseen = context.exchange.unseen
    if not unseen:
        return context
    of_token = RecordedPart.TOKEN in unseen and is_about_token(context.exchange)
    views = [shown for shown in (context.answer, context.before, context.order and context.order.paid.view) if shown]
    made = context.session or (context.order.paid if context.order else None)
    open_before = (made is not None and made.market_unseen) or not all(shown.address_known for shown in views)
    if not unseen - {RecordedPart.TOKEN, RecordedPart.ROLES} and not of_token and not open_before:
        return context
    hidden = {name: part for name, part in HIDDEN_BY.items() if part in unseen}
    if of_token:
        hidden["credential"] = RecordedPart.TOKEN
    request = _Guarded(context.request, hidden, {})
    replaced = {"request": cast(Request, request), "headers": _Headers(context.exchange.headers, unseen)}
    return replace(
        context,
        exchange=cast(Exchange, _Guarded(context.exchange, {}, replaced)),
        session=context.session and _session(context.session),
        order=context.order and _order(context.order),
        answer=context.answer and _view(context.answer),
    )


def _view(seen: View) -> View:
    return seen if seen.address_known else cast(View, _Guarded(seen, {"address": RecordedPart.PERSON}, {}))


def _session(of: SessionState) -> SessionState:
    hidden = {"marketplace": RecordedPart.MARKETPLACE} if of.market_unseen else {}
    shown = of.view.address_known and not hidden
    return of if shown else cast(SessionState, _Guarded(of, hidden, {"view": _view(of.view)}))


def _order(of: Order) -> Order:
    paid = _session(of.paid)
    hidden = {"marketplace": RecordedPart.MARKETPLACE} if of.paid.market_unseen else {}
    return of if paid is of.paid else cast(Order, _Guarded(of, hidden, {"paid": paid}))


def lawful_reading(context: RuleContext, reason: RefusalReason) -> str | None:
    """The reading by which an accepted request with this reason is lawful; '' where nobody can say."""
    try:
        kind = reason.lawful(guarded(context)) if reason.lawful else None
    except NotRecorded:
        return ""
    return None if kind is None else contract.requirements()[reason.requirement].reading_of_success(kind)


def is_usable(exchange: Exchange) -> bool:
    """Whether the answer is shown, so that anything can be concluded from it."""
    return RecordedPart.ANSWER not in exchange.unseen


def doubts(context: RuleContext, blind: Iterable[str]) -> Doubts:
    """The doubts about an exchange; blind: the requirements whose refusal reasons could not be looked for."""
    unseen, found = context.exchange.unseen, set[int]()
    if not unseen and context.world.complete and not context.may_have_changed:
        return NO_DOUBTS
    for requirement in blind:
        answers = contract.requirements()[requirement].lawful_refusals
        if not answers:  # any refusal keeps it
            return Doubts(all=True)
        found |= {answer.id for answer in answers if answer.id is not None}
        if any(answer.id_of_role for answer in answers):
            found |= _hanging(context.operation)
    if (
        context.may_have_changed
        or RecordedPart.ROLES in unseen
        or (not context.world.complete and not (_session_known(context) and _roles_known(context)))
    ):
        found |= _hanging(context.operation)
    if context.may_have_changed and context.operation in NAMES_A_PART:
        found.add(contract.INVALID_VALUE)  # an unseen change may have taken it away
    if (
        not context.world.complete
        and context.operation in (contract.INITIATE, contract.ADDRESS)
        and not _address_known(context)
    ):
        found |= _on_address()
    of_buyer = _on_buyer().intersection(context.exchange.error_ids)
    if of_buyer and not context.world.complete and not _buyer_known(context):
        found |= of_buyer
    return Doubts(frozenset(found), token=RecordedPart.TOKEN in unseen)


@cache
def _hanging(operation: str) -> frozenset[int]:
    """The ids of refusals that hang on the session's state or on what is special about an item, a coupon or a buyer."""
    found = set[int]()
    for error_id in contract.operations()[operation].ids:
        documented = contract.error(error_id, operation)
        if (
            documented
            and not set(documented.domains) <= GATEWAY
            and (documented.provoked_by != OF_REQUEST or documented.rests_on == ON_SESSION)
        ):
            found.add(error_id)
    return frozenset(found)


@cache
def _on_address() -> frozenset[int]:
    """The ids of what a target may find wrong with an address that no document rules out."""
    return frozenset(error.id for error in contract.errors() if error.rests_on == ON_ADDRESS)


@cache
def _on_buyer() -> frozenset[int]:
    """The ids of refusals that rest on who the buyer is, or on what the buyer bought before."""
    return frozenset(
        error.id for error in contract.errors() if error.rests_on == ON_BUYER or error.provoked_by == DECLINED
    )


def cause_in_buyer(context: RuleContext) -> int:
    """The id by which a payment was refused for what nobody knows of its buyer, 0 where there is none."""
    found = (error_id for error_id in context.exchange.error_ids if context.doubts.may_stand_on(error_id))
    known = ((error_id, contract.error(error_id, context.operation)) for error_id in found)
    return next((error_id for error_id, error in known if error and error.provoked_by == DECLINED), 0)


def _buyer_known(context: RuleContext) -> bool:
    """Whether the profile names the buyer of an exchange, and no earlier purchase can be the reason of a refusal."""
    email = context.session.email if context.session else str(context.body.get("contactEmail", ""))
    return context.profile.buyers.name(email) and not _may_have_bought(context, email)


def _may_have_bought(context: RuleContext, email: str) -> bool:
    """Whether another session of the buyer holds a coupon or a limited item of the exchange: it may have been paid."""
    items = {item for item in _items(context) if _is_limited(context, item)}
    codes = {code.casefold() for code in _codes(context)}
    return any(
        other is not context.session
        and other.email.casefold() == email.casefold()
        and (codes & {code.casefold() for code in other.view.coupons} or items & set(other.view.items))
        for other in context.world.sessions.values()
    )


def _is_limited(context: RuleContext, item: str) -> bool:
    role = context.profile.role(context.sold_in, item)
    return role is not None and role.kind == LIMITED


def _session_known(context: RuleContext) -> bool:
    return context.operation == contract.INITIATE or context.session is not None or context.order is not None


def _roles_known(context: RuleContext) -> bool:
    """Whether the profile says something of each item, coupon and buyer that the exchange is about."""
    if RecordedPart.REQUEST_BODY in context.exchange.unseen or RecordedPart.MARKETPLACE in context.exchange.unseen:
        return False
    market = context.sold_in
    known = context.profile.markets.get(market or "")
    if known is None:
        return False
    fold = {code.casefold() for code in known.coupons}
    return all(item in known.roles for item in _items(context)) and all(
        code.casefold() in fold for code in _codes(context)
    )


def _codes(context: RuleContext) -> Iterator[str]:
    yield from context.before.coupons if context.before else ()
    code = context.body.get("redemptionCode")
    if isinstance(code, str):
        yield code


def _items(context: RuleContext) -> Iterator[str]:
    yield from context.before.items if context.before else ()
    for each in context.line_inputs:
        if isinstance(each.get("itemId"), str):
            yield each["itemId"]


def _address_known(context: RuleContext) -> bool:
    """Whether the address is one of the profile's, which the target takes."""
    known = context.profile.markets.get(context.request.marketplace or "")
    if RecordedPart.REQUEST_BODY in context.exchange.unseen or known is None:
        return False
    return context.address in (known.address, known.other_address, known.unverifiable_address)


def incomplete() -> World:
    """The world of a recording: a session or an order that is not in it may still have been given out."""
    return World(complete=False)
