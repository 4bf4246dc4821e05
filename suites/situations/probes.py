"""All probes of a session: requests to be refused, or lawful in two ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from conformance.core import contract
from conformance.core.exchange import OTHER_APP
from conformance.core.profile import Profile
from conformance.driver.checkout import CheckoutSession
from conformance.driver.session_methods import CHANGE_METHODS, METHOD_OF, Method
from suites.situations.line_probes import of_lines, selecting
from suites.situations.moment import Moment
from suites.situations.near_ids import NEAR_ORDERS, NEAR_SESSIONS
from suites.situations.probe import ALWAYS, BESIDE, DOUBLE, LINES, NEEDS_COUPON, NEVER, Probe, Sent, valid, with_values
from suites.situations.refusals import Broken, of_address, of_changes, of_terms

UNSUPPORTED = "EBAY_ATLANTIS"


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
        yield Probe(
            "MARKET-SAME",
            case,
            method,
            Moment.OPEN,
            with_values(method, marketplace=other),
            group=method,
            coupon=coupon,
        )
        if method is Method.ADDRESS:  # the address that a server would take there
            there = with_values(method, marketplace=other, body=deepcopy(profile.markets[other].address))
            yield Probe("MARKET-SAME", f"{case} of there", method, Moment.OPEN, there, group=f"{method} of there")
    headers = {
        UNSUPPORTED: "unsupported",
        market[:-1]: "a character less",
        f"{market}X": "a character more",
        f"{market},{UNSUPPORTED}": "a list",
    }
    for header, kind in headers.items():
        if header not in profile.markets:
            sent = with_values(method, marketplace=header)
            case = f"{kind}, {method}"
            yield Probe("MARKET-SUPPORTED", case, method, Moment.OPEN, sent, group=method, coupon=coupon, alone=LINES)
    if method is not Method.PLACE:
        yield Probe(
            "MARKET-REQUIRED",
            f"no header, {method}",
            method,
            Moment.OPEN,
            with_values(method, marketplace=None),
            coupon=coupon,
        )


def _access(profile: Profile, market: str) -> Iterator[Probe]:
    """Every method under another header, for another app, without a good token, with an id that is not the session's."""
    for method in _methods(profile):
        coupon = NEEDS_COUPON.get(method)
        yield from _marketplaces(profile, market, method)
        if profile.offers("second_app"):
            stranger = with_values(method, credential=OTHER_APP)
            yield Probe(
                "SESSION-APP",
                method,
                method,
                Moment.OPEN,
                stranger,
                coupon=coupon,
                alone=LINES | {"end"},
                twice=DOUBLE,
            )
        for credential in profile.bad_tokens:
            case = f"{credential}, {method}"
            refused, twice = with_values(method, credential=credential), DOUBLE if credential == "made-up" else NEVER
            yield Probe("AUTH-TOKEN", case, method, Moment.OPEN, refused, coupon=coupon, twice=twice)
        for credential in profile.near_tokens:
            case, group = f"{credential}, {method}", f"near token, {method}"
            refused = with_values(method, credential=credential)
            yield Probe("AUTH-TOKEN", case, method, Moment.OPEN, refused, group=group, coupon=coupon)
        for kind, subject in NEAR_SESSIONS.items():
            case = f"{kind}, {method}"
            sent = _near(method, subject)
            yield Probe("SESSION-UNKNOWN", case, method, Moment.OPEN, sent, group=method, coupon=coupon, alone=LINES)


def _two_reasons(profile: Profile, market: str) -> Iterator[Probe]:
    """A stranger under another marketplace's header: one wrong thing must not spare a request the check of the other."""
    others = [name for name in profile.markets if name != market]
    for index, method in enumerate(_methods(profile)):
        strangers = {"SESSION-APP": OTHER_APP} if profile.offers("second_app") else {}
        if profile.bad_tokens:
            strangers["AUTH-TOKEN"] = profile.bad_tokens[index % len(profile.bad_tokens)]
        for requirement, credential in strangers.items() if others else ():
            sent = with_values(method, credential=credential, marketplace=others[index % len(others)])
            case = f"{credential}, {method}, under another marketplace"
            yield Probe(requirement, case, method, Moment.OPEN, sent, "elsewhere", NEEDS_COUPON.get(method))


def _access_once_paid(profile: Profile, market: str) -> Iterator[Probe]:
    """The same of a session that was paid, as far as its end may matter."""
    bad = profile.bad_tokens
    others = [name for name in profile.markets if name != market]
    for index, method in enumerate(_methods(profile)):
        for other in others[index % len(others) :][:1] if others else ():
            case = f"{market} as {other}, {method}, once it is paid"
            yield Probe("MARKET-SAME", case, method, Moment.PAID, with_values(method, marketplace=other), group=method)
        if profile.offers("second_app"):
            yield Probe(
                "SESSION-APP",
                f"{method}, once it is paid",
                method,
                Moment.PAID,
                with_values(method, credential=OTHER_APP),
            )
        for credential in bad[index % len(bad) :][:1] if bad else ():
            case = f"{credential}, {method}, once it is paid"
            yield Probe(
                "AUTH-TOKEN", case, method, Moment.PAID, with_values(method, credential=credential), group=Moment.PAID
            )
        its_order = _near(method, lambda session: session.state.order)
        yield Probe("SESSION-UNKNOWN", f"its order, {method}", method, Moment.PAID, its_order, group=Moment.PAID)


def _near(method: Method, subject: Callable[[CheckoutSession], str | None]) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        other = subject(session)
        known = {*session.driver.trace.world.sessions, *session.driver.trace.world.orders}
        may_be_known = session.state.order is not None and other == session.state.order
        if not other or (other in known and not may_be_known) or other == session.id:
            return None
        return {**valid(session, method), "subject": other}

    return make


def _after_the_end(profile: Profile) -> Iterator[Probe]:
    """What is refused once a session is paid, emptied or declined."""
    ends = ((Moment.PAID, "PAY-LOCK"), (Moment.EMPTY, "QTY-LAST"), (Moment.DECLINED, "PAY-DECLINED-ENDS"))
    for moment, requirement in ends:
        for method in CHANGE_METHODS:
            coupon = NEEDS_COUPON.get(method)
            yield Probe(
                requirement, method, method, moment, with_values(method), "", coupon, coupon, alone=BESIDE, twice=ALWAYS
            )
    yield Probe("PAY-LOCK", "the option that is selected", Method.OPTION, Moment.PAID, _as_it_is)
    if profile.pays_by_call:
        yield Probe("PAY-TWICE", "", Method.PLACE, Moment.PAID, with_values(Method.PLACE), everywhere=True)
        yield Probe("PAY-TWICE", "with other terms", Method.PLACE, Moment.PAID, _other_terms)
        yield Probe("PAY-EMPTY", "", Method.PLACE, Moment.EMPTY, with_values(Method.PLACE))
        yield Probe("PAY-DECLINED-ENDS", "place", Method.PLACE, Moment.DECLINED, with_values(Method.PLACE))


def _other_terms(session: CheckoutSession) -> Sent:
    return {"operation": contract.PLACE_ORDER, "body": session.terms(accepted=False)}


def _as_it_is(session: CheckoutSession) -> Sent | None:
    chosen = session.lines[-1].selected if session.lines else None
    return selecting(chosen.id)(session) if chosen and chosen.id else None


def _of_orders(profile: Profile, market: str) -> Iterator[Probe]:
    """Reads of the purchase order that are refused, or lawful in two ways."""

    def order(**more: Any) -> Callable[[CheckoutSession], Sent]:
        return lambda session: {"operation": contract.READ_ORDER, "subject": session.state.order, **more}

    yield Probe("MARKET-ORDER-OPTIONAL", "no header", contract.READ_ORDER, Moment.ORDER, order(marketplace=None))
    for other in (*(name for name in profile.markets if name != market), UNSUPPORTED):
        sent, case = order(marketplace=other), f"{market} as {other}"
        yield Probe("MARKET-ORDER-SAME", case, contract.READ_ORDER, Moment.ORDER, sent, everywhere=True)
    if profile.offers("second_app"):
        for words, header in (("with the header", market), ("without a header", None)):
            sent = order(credential=OTHER_APP, marketplace=header)
            yield Probe("ORDER-APP", words, contract.READ_ORDER, Moment.ORDER, sent)
    for credential in (*profile.bad_tokens, *profile.near_tokens):
        yield Probe(
            "AUTH-TOKEN",
            f"{credential}, an order",
            contract.READ_ORDER,
            Moment.ORDER,
            order(credential=credential, marketplace=None),
        )
    for kind, subject in NEAR_ORDERS.items():
        yield Probe("ORDER-UNKNOWN", kind, contract.READ_ORDER, Moment.ORDER, _near_order(subject))


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
    yield from _two_reasons(profile, market)
    yield from _access_once_paid(profile, market)
    yield from of_lines(profile, market)
    bodies = [*of_address(profile.markets[market]), *of_changes(), *(of_terms() if profile.pays_by_call else ())]
    for broken in bodies:
        coupon = NEEDS_COUPON.get(METHOD_OF[broken.operation])
        case = f"{broken.case}, {broken.operation}"
        # An address with one thing wrong is refused in a cart of any size.
        alone = LINES if broken.operation == contract.ADDRESS and not broken.group else frozenset()
        sent, twice = _broken(broken), DOUBLE if alone else NEVER
        yield Probe(
            broken.requirement,
            case,
            METHOD_OF[broken.operation],
            Moment.OPEN,
            sent,
            broken.group,
            coupon,
            alone=alone,
            twice=twice,
        )
    yield from _after_the_end(profile)
    yield from _of_orders(profile, market)
