"""Requests that a session of the covering array is asked beside its own changes: to be refused, or lawful in two ways.

A probe is data: which rule owns it, which operation, what is sent. Which session meets it, `strategies/assignment.py` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from conformance.core import contract, made_up
from conformance.core.exchange import OTHER_APP
from conformance.core.profile import Profile
from conformance.driver.checkout import CheckoutSession
from conformance.driver.session_methods import CHANGE_METHODS, METHOD_OF, Method
from conformance.judging.conditions import BOUNDED
from strategies.assignment import ProbeKey
from suites.situations.moment import Moment
from suites.situations.near_ids import NEAR_ORDERS, NEAR_SESSIONS, NEAR_TEXTS, SHORT_LINE_ID, cut, longer
from suites.situations.refusals import RULE_OF_BOUND, Broken, of_address, of_changes, of_terms

UNSUPPORTED = "EBAY_ATLANTIS"
LINES, BESIDE = frozenset({"lines"}), frozenset({"beside"})
Sent = dict[str, Any]


@dataclass(frozen=True)
class Probe:
    """make: the fields of the `Request` that is sent (`operation`, `body`, `subject`, …); None where the session has none for it.

    group: probes that split the levels among them: each level needs one probe of the group, not all of them; "" for a group
    of its own. repeated: sent a second time in sessions whose change is made twice.
    alone: factors of which the probe meets each level by itself. goods: the level of that factor that it is for.
    coupon: whether the session must have a coupon, or must have none, for the request to be wrong in this one thing.
    coupon_beside: the same of the session beside, for a request that is carried out there to show.
    """

    requirement: str
    case: str
    moment: Moment
    make: Callable[[CheckoutSession], Sent | None]
    group: str = ""
    coupon: bool | None = None
    coupon_beside: bool | None = None
    alone: frozenset[str] = frozenset()
    goods: str = ""
    repeated: bool = False

    @property
    def key(self) -> ProbeKey:
        """What assigns it to rows."""
        return ProbeKey(self.requirement, self.moment, self.group or self.case, self.case)


NEEDS_COUPON = {Method.APPLY: False, Method.REMOVE: True}  # a second coupon, or none to remove, is wrong by itself


def valid(session: CheckoutSession, method: Method) -> Sent:
    """A request of a method as the session stands, as if it were to be accepted."""
    operation, body = session.call(method)
    return {"operation": operation, "body": body}


def _with(method: Method, **more: Any) -> Callable[[CheckoutSession], Sent]:
    return lambda session: {**valid(session, method), **more}


def _broken(broken: Broken) -> Callable[[CheckoutSession], Sent]:
    def make(session: CheckoutSession) -> Sent:
        sent = valid(session, METHOD_OF[broken.operation])
        return {**sent, "body": broken.edit(sent["body"])}

    return make


def _methods(profile: Profile) -> tuple[Method, ...]:
    return (Method.READ, *CHANGE_METHODS, Method.PLACE) if profile.pays_by_call else (Method.READ, *CHANGE_METHODS)


def _marketplaces(profile: Profile, market: str, method: Method) -> Iterator[Probe]:
    """A method under another header, or under none."""
    coupon = NEEDS_COUPON.get(method)
    for other in profile.markets:
        if other == market:
            continue
        case = f"{market} as {other}, {method}"
        yield Probe("MARKET-SAME", case, Moment.OPEN, _with(method, marketplace=other), group=method, coupon=coupon)
        if method is Method.ADDRESS:  # the address that a server would take there
            there = _with(method, marketplace=other, body=deepcopy(profile.markets[other].address))
            yield Probe("MARKET-SAME", f"{case} of there", Moment.OPEN, there, group=f"{method} of there")
    headers = {
        UNSUPPORTED: "unsupported",
        market[:-1]: "a character less",
        f"{market}X": "a character more",
        f"{market},{UNSUPPORTED}": "a list",
    }
    for header, kind in headers.items():
        if header not in profile.markets:
            sent = _with(method, marketplace=header)
            case = f"{kind}, {method}"
            yield Probe("MARKET-SUPPORTED", case, Moment.OPEN, sent, group=method, coupon=coupon, alone=LINES)
    if method is not Method.PLACE:
        yield Probe(
            "MARKET-REQUIRED", f"no header, {method}", Moment.OPEN, _with(method, marketplace=None), coupon=coupon
        )


def _access(profile: Profile, market: str) -> Iterator[Probe]:
    """Every method under another header, for another app, without a good token, with an id that is not the session's."""
    for method in _methods(profile):
        coupon = NEEDS_COUPON.get(method)
        yield from _marketplaces(profile, market, method)
        if profile.offers("second_app"):
            stranger = _with(method, credential=OTHER_APP)
            yield Probe(
                "SESSION-APP", method, Moment.OPEN, stranger, coupon=coupon, alone=LINES | {"end"}, repeated=True
            )
        for credential in profile.bad_tokens:
            case = f"{credential}, {method}"
            refused, often = _with(method, credential=credential), credential == "made-up"
            yield Probe("AUTH-TOKEN", case, Moment.OPEN, refused, coupon=coupon, repeated=often)
        for credential in profile.near_tokens:
            case, group = f"{credential}, {method}", f"near token, {method}"
            refused = _with(method, credential=credential)
            yield Probe("AUTH-TOKEN", case, Moment.OPEN, refused, group=group, coupon=coupon)
        for kind, subject in NEAR_SESSIONS.items():
            case = f"{kind}, {method}"
            sent = _near(method, subject)
            yield Probe("SESSION-UNKNOWN", case, Moment.OPEN, sent, group=method, coupon=coupon, alone=LINES)


def _access_once_paid(profile: Profile, market: str) -> Iterator[Probe]:
    """The same of a session that was paid, as far as its end may matter."""
    bad = profile.bad_tokens
    others = [name for name in profile.markets if name != market]
    for index, method in enumerate(_methods(profile)):
        for other in others[index % len(others) :][:1] if others else ():
            case = f"{market} as {other}, {method}, once it is paid"
            yield Probe("MARKET-SAME", case, Moment.PAID, _with(method, marketplace=other), group=method)
        if profile.offers("second_app"):
            yield Probe("SESSION-APP", f"{method}, once it is paid", Moment.PAID, _with(method, credential=OTHER_APP))
        for credential in bad[index % len(bad) :][:1] if bad else ():
            case = f"{credential}, {method}, once it is paid"
            yield Probe("AUTH-TOKEN", case, Moment.PAID, _with(method, credential=credential), group=Moment.PAID)
        its_order = _near(method, lambda session: session.state.order)
        yield Probe("SESSION-UNKNOWN", f"its order, {method}", Moment.PAID, its_order, group=Moment.PAID)


def _near(method: Method, subject: Callable[[CheckoutSession], str | None]) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        other = subject(session)
        known = {*session.driver.trace.world.sessions, *session.driver.trace.world.orders}
        may_be_known = session.state.order is not None and other == session.state.order
        if not other or (other in known and not may_be_known) or other == session.id:
            return None
        return {**valid(session, method), "subject": other}

    return make


def _of_lines(profile: Profile, market: str) -> Iterator[Probe]:
    """Lines, options and coupons that the session does not have, or may not have."""
    for quantity in (2, 0, 5):
        yield Probe("QTY-UNKNOWN-LINE", f"quantity {quantity}", Moment.OPEN, _unknown_line(quantity))
        yield Probe(
            "QTY-UNKNOWN-LINE", f"quantity {quantity}, of another session", Moment.OPEN, _foreign_line(quantity)
        )
    for kind in BOUNDED:
        if profile.markets[market].items(kind):
            yield Probe(
                RULE_OF_BOUND[kind], f"{kind}, one more", Moment.OPEN, _too_many(kind), alone=BESIDE, goods=kind
            )
    yield Probe("SHIP-UNKNOWN", "an unknown option", Moment.OPEN, _unknown_option)
    yield Probe("SHIP-UNKNOWN", "a text", Moment.OPEN, _option("no-such-option"))
    yield Probe("SHIP-UNKNOWN", "an option of another line", Moment.OPEN, _foreign_option)
    yield Probe("SHIP-UNKNOWN", "an unknown line", Moment.OPEN, _option_of_unknown_line)
    offered = profile.markets[market]
    for coupon in offered.coupons_of("refused", "minimum"):
        case = f"{coupon.error} {coupon.code}"
        yield Probe("COUPON-REFUSED", case, Moment.OPEN, _applying(coupon.code), coupon=False, repeated=True)
    for coupon in offered.coupons_of("good", "oversized"):
        yield Probe("COUPON-ONE", f"{coupon.kind} {coupon.code}", Moment.OPEN, _second(coupon.code), coupon=True)
        yield Probe("COUPON-NOT-APPLIED", f"{coupon.kind} {coupon.code}", Moment.OPEN, _not_applied(coupon.code))
    yield Probe("COUPON-UNKNOWN", "", Moment.OPEN, _applying(made_up.CODE), coupon=False)
    yield Probe("COUPON-NOT-APPLIED", "never heard of", Moment.OPEN, _not_applied(made_up.CODE))
    for words, near in (("a character more", longer), ("a character less", cut)):
        yield Probe("COUPON-UNKNOWN", words, Moment.OPEN, _near_code(contract.APPLY, near), coupon=False)
        yield Probe("COUPON-NOT-APPLIED", words, Moment.OPEN, _near_code(contract.REMOVE, near))
    for words, alike in NEAR_TEXTS.items():
        yield Probe("QTY-UNKNOWN-LINE", words, Moment.OPEN, _near_line(Method.QUANTITY, alike))
        yield Probe("SHIP-UNKNOWN", words, Moment.OPEN, _near_line(Method.OPTION, alike))
        yield Probe("SHIP-UNKNOWN", f"an option {words}", Moment.OPEN, _near_option(alike))


def _too_many(kind: str) -> Callable[[CheckoutSession], Sent | None]:
    """One piece more than the limit, the stock or the lot of an item allows."""

    def make(session: CheckoutSession) -> Sent | None:
        for line in session.lines:
            role = session.driver.profile.role(session.marketplace, line.item or "")
            if role and role.kind == kind:
                return {"operation": contract.QUANTITY, "body": {"lineItemId": line.id, "quantity": role.amount + 1}}
        return None

    return make


def _unknown_line(quantity: int) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        line = made_up.unknown(session.lines[0].id) if session.lines else None
        return {"operation": contract.QUANTITY, "body": {"lineItemId": line, "quantity": quantity}} if line else None

    return make


def _foreign_line(quantity: int) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        own = {line.id for line in session.lines}
        others = [state for state in session.driver.trace.world.sessions.values() if state is not session.state]
        line = next((name for state in others for name in state.view.lines if name not in own), None)
        return {"operation": contract.QUANTITY, "body": {"lineItemId": line, "quantity": quantity}} if line else None

    return make


def _option(option: str) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        body = {"lineItemId": session.lines[-1].id, "shippingOptionId": option} if session.lines else None
        return {"operation": contract.OPTION, "body": body} if body else None

    return make


def _unknown_option(session: CheckoutSession) -> Sent | None:
    known = next((option.id for line in session.lines for option in line.options if option.id), None)
    return _option(made_up.unknown(known))(session) if known else None


def _foreign_option(session: CheckoutSession) -> Sent | None:
    own = {option.id for option in session.lines[-1].options} if session.lines else set()
    other = next(
        (option.id for line in session.lines[:-1] for option in line.options if option.id and option.id not in own),
        None,
    )
    return _option(other)(session) if other else None


def _option_of_unknown_line(session: CheckoutSession) -> Sent | None:
    sent = valid(session, Method.OPTION)
    return {**sent, "body": {**sent["body"], "lineItemId": made_up.unknown(sent["body"]["lineItemId"])}}


def _applying(code: str) -> Callable[[CheckoutSession], Sent]:
    return lambda _: {"operation": contract.APPLY, "body": {"redemptionCode": code}}


def _second(code: str) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        return _applying(code)(session) if session.state.view.coupons else None

    return make


def _not_applied(code: str) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        sent = {"operation": contract.REMOVE, "body": {"redemptionCode": code}}
        return None if code.casefold() in {applied.casefold() for applied in session.state.view.coupons} else sent

    return make


def _near_code(operation: str, near: Callable[[str], str]) -> Callable[[CheckoutSession], Sent | None]:
    """A code that is nearly one of the profile's codes: nearly the applied code where a coupon is applied."""

    def make(session: CheckoutSession) -> Sent | None:
        offered = session.driver.market(session.marketplace)
        codes = [*session.state.view.coupons, *(coupon.code for coupon in offered.coupons_of("good", "oversized"))]
        code = near(codes[0]) if codes else None
        if code is None or session.driver.profile.coupon(session.marketplace, code):
            return None
        return {"operation": operation, "body": {"redemptionCode": code}}

    return make


def _near_line(method: Method, near: Callable[[str], str | None]) -> Callable[[CheckoutSession], Sent | None]:
    """A change of quantity or option that names nearly the first line."""

    def make(session: CheckoutSession) -> Sent | None:
        line = near(session.lines[0].id) if session.lines and len(session.lines[0].id) >= SHORT_LINE_ID else None
        if line is None or line in session.state.view.lines:
            return None
        sent = valid(session, method)
        return {**sent, "body": {**sent["body"], "lineItemId": line}}

    return make


def _near_option(near: Callable[[str], str | None]) -> Callable[[CheckoutSession], Sent | None]:
    """A change that names nearly an option of the last line."""

    def make(session: CheckoutSession) -> Sent | None:
        known = [option.id for option in session.lines[-1].options if option.id] if session.lines else []
        other = near(known[-1]) if known and len(known[-1]) >= SHORT_LINE_ID else None
        return _option(other)(session) if other and other not in known else None

    return make


def _after_the_end(profile: Profile) -> Iterator[Probe]:
    """What is refused once a session is paid, emptied or declined."""
    ends = ((Moment.PAID, "PAY-LOCK"), (Moment.EMPTY, "QTY-LAST"), (Moment.DECLINED, "PAY-DECLINED-ENDS"))
    for moment, requirement in ends:
        for method in CHANGE_METHODS:
            coupon = NEEDS_COUPON.get(method)
            for again in ("", ", again"):
                case = f"{method}{again}"
                yield Probe(requirement, case, moment, _with(method), method, coupon, coupon, alone=BESIDE)
    yield Probe("PAY-LOCK", "the option that is selected", Moment.PAID, _as_it_is)
    if profile.pays_by_call:
        yield Probe("PAY-TWICE", "", Moment.PAID, _with(Method.PLACE))
        yield Probe("PAY-TWICE", "with other terms", Moment.PAID, _other_terms)
        yield Probe("PAY-EMPTY", "", Moment.EMPTY, _with(Method.PLACE))
        yield Probe("PAY-DECLINED-ENDS", "place", Moment.DECLINED, _with(Method.PLACE))


def _other_terms(session: CheckoutSession) -> Sent:
    return {"operation": contract.PLACE_ORDER, "body": session.terms(accepted=False)}


def _as_it_is(session: CheckoutSession) -> Sent | None:
    chosen = session.lines[-1].selected if session.lines else None
    return _option(chosen.id)(session) if chosen and chosen.id else None


def _of_orders(profile: Profile, market: str) -> Iterator[Probe]:
    """Reads of the purchase order that are refused, or lawful in two ways."""

    def order(**more: Any) -> Callable[[CheckoutSession], Sent]:
        return lambda session: {"operation": contract.READ_ORDER, "subject": session.state.order, **more}

    yield Probe("MARKET-ORDER-OPTIONAL", "no header", Moment.ORDER, order(marketplace=None))
    for other in (*(name for name in profile.markets if name != market), UNSUPPORTED):
        sent = order(marketplace=other)
        yield Probe("MARKET-ORDER-SAME", f"{market} as {other}", Moment.ORDER, sent, group="other")
    if profile.offers("second_app"):
        for words, header in (("with the header", market), ("without a header", None)):
            sent = order(credential=OTHER_APP, marketplace=header)
            yield Probe("ORDER-APP", words, Moment.ORDER, sent)
    for credential in (*profile.bad_tokens, *profile.near_tokens):
        yield Probe(
            "AUTH-TOKEN", f"{credential}, an order", Moment.ORDER, order(credential=credential, marketplace=None)
        )
    for kind, subject in NEAR_ORDERS.items():
        yield Probe("ORDER-UNKNOWN", kind, Moment.ORDER, _near_order(subject))


def _near_order(subject: Callable[[CheckoutSession], str | None]) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        other = subject(session) if session.state.order else None
        if not other or other in session.driver.trace.world.orders:
            return None
        return {"operation": contract.READ_ORDER, "subject": other, "marketplace": None}

    return make


def of_sessions(profile: Profile, market: str) -> Iterator[Probe]:
    """Every probe of a session of this marketplace, or of its order."""
    yield from _access(profile, market)
    yield from _access_once_paid(profile, market)
    yield from _of_lines(profile, market)
    bodies = [*of_address(profile.markets[market]), *of_changes(), *(of_terms() if profile.pays_by_call else ())]
    for broken in bodies:
        coupon = NEEDS_COUPON.get(METHOD_OF[broken.operation])
        case = f"{broken.case}, {broken.operation}"
        # An address with one thing wrong is refused in a cart of any size.
        alone = LINES if broken.operation == contract.ADDRESS and not broken.group else frozenset()
        sent, often = _broken(broken), bool(alone)
        yield Probe(broken.requirement, case, Moment.OPEN, sent, broken.group, coupon, alone=alone, repeated=often)
    yield from _after_the_end(profile)
    yield from _of_orders(profile, market)
