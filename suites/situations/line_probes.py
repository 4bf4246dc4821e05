"""Probes of lines, options and coupons that a session does not have, or may not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.core import contract, made_up
from conformance.core.profile import Profile
from conformance.driver.checkout import CheckoutSession
from conformance.driver.session_methods import Method
from conformance.judging.conditions import BOUNDED
from suites.situations.moment import Moment
from suites.situations.near_ids import NEAR_TEXTS, SHORT_LINE_ID, cut, longer
from suites.situations.probe import BESIDE, DOUBLE, Probe, Sent, valid
from suites.situations.refusals import RULE_OF_BOUND


def of_lines(profile: Profile, market: str) -> Iterator[Probe]:
    """Lines, options and coupons that the session does not have, or may not have."""
    for quantity in (2, 0, 5):
        yield Probe("QTY-UNKNOWN-LINE", f"quantity {quantity}", Method.QUANTITY, Moment.OPEN, _unknown_line(quantity))
        yield Probe(
            "QTY-UNKNOWN-LINE",
            f"quantity {quantity}, of another session",
            Method.QUANTITY,
            Moment.OPEN,
            _foreign_line(quantity),
        )
    for kind in BOUNDED:
        if profile.markets[market].items(kind):
            yield Probe(
                RULE_OF_BOUND[kind],
                f"{kind}, one more",
                Method.QUANTITY,
                Moment.OPEN,
                _too_many(kind),
                alone=BESIDE,
                goods=kind,
            )
    yield Probe("SHIP-UNKNOWN", "an unknown option", Method.OPTION, Moment.OPEN, _unknown_option)
    yield Probe("SHIP-UNKNOWN", "a text", Method.OPTION, Moment.OPEN, selecting("no-such-option"))
    yield Probe("SHIP-UNKNOWN", "an option of another line", Method.OPTION, Moment.OPEN, _foreign_option)
    yield Probe("SHIP-UNKNOWN", "an unknown line", Method.OPTION, Moment.OPEN, _option_of_unknown_line)
    offered = profile.markets[market]
    for coupon in offered.coupons_of("refused", "minimum"):
        case = f"{coupon.error} {coupon.code}"
        yield Probe(
            "COUPON-REFUSED", case, Method.APPLY, Moment.OPEN, _applying(coupon.code), coupon=False, twice=DOUBLE
        )
        refused, group = _second(coupon.code), "a code that is refused anyway"
        yield Probe("COUPON-ONE", case, Method.APPLY, Moment.OPEN, refused, group=group, coupon=True)
    for coupon in offered.coupons_of("good", "oversized"):
        yield Probe(
            "COUPON-ONE", f"{coupon.kind} {coupon.code}", Method.APPLY, Moment.OPEN, _second(coupon.code), coupon=True
        )
        yield Probe(
            "COUPON-NOT-APPLIED", f"{coupon.kind} {coupon.code}", Method.REMOVE, Moment.OPEN, _not_applied(coupon.code)
        )
    yield Probe("COUPON-UNKNOWN", "", Method.APPLY, Moment.OPEN, _applying(made_up.CODE), coupon=False)
    yield Probe("COUPON-NOT-APPLIED", "never heard of", Method.REMOVE, Moment.OPEN, _not_applied(made_up.CODE))
    for words, near in (("a character more", longer), ("a character less", cut)):
        yield Probe("COUPON-UNKNOWN", words, Method.APPLY, Moment.OPEN, _near_code(contract.APPLY, near), coupon=False)
        yield Probe("COUPON-NOT-APPLIED", words, Method.REMOVE, Moment.OPEN, _near_code(contract.REMOVE, near))
    for words, alike in NEAR_TEXTS.items():
        yield Probe("QTY-UNKNOWN-LINE", words, Method.QUANTITY, Moment.OPEN, _near_line(Method.QUANTITY, alike))
        yield Probe("SHIP-UNKNOWN", words, Method.OPTION, Moment.OPEN, _near_line(Method.OPTION, alike))
        yield Probe("SHIP-UNKNOWN", f"an option {words}", Method.OPTION, Moment.OPEN, _near_option(alike))


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


def selecting(identifier: str) -> Callable[[CheckoutSession], Sent | None]:
    def make(session: CheckoutSession) -> Sent | None:
        body = {"lineItemId": session.lines[-1].id, "shippingOptionId": identifier} if session.lines else None
        return {"operation": contract.OPTION, "body": body} if body else None

    return make


def _unknown_option(session: CheckoutSession) -> Sent | None:
    known = next((option.id for line in session.lines for option in line.options if option.id), None)
    return selecting(made_up.unknown(known))(session) if known else None


def _foreign_option(session: CheckoutSession) -> Sent | None:
    own = {option.id for option in session.lines[-1].options} if session.lines else set()
    other = next(
        (option.id for line in session.lines[:-1] for option in line.options if option.id and option.id not in own),
        None,
    )
    return selecting(other)(session) if other else None


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
    """A change of quantity or option whose line is nearly the one that it would name."""

    def make(session: CheckoutSession) -> Sent | None:
        sent = valid(session, method)
        named = sent["body"]["lineItemId"]
        other = near(named) if session.lines and len(named) >= SHORT_LINE_ID else None
        if other is None or other in session.state.view.lines:
            return None
        return {**sent, "body": {**sent["body"], "lineItemId": other}}

    return make


def _near_option(near: Callable[[str], str | None]) -> Callable[[CheckoutSession], Sent | None]:
    """A change that names nearly an option of the last line."""

    def make(session: CheckoutSession) -> Sent | None:
        known = [option.id for option in session.lines[-1].options if option.id] if session.lines else []
        other = near(known[-1]) if known and len(known[-1]) >= SHORT_LINE_ID else None
        return selecting(other)(session) if other and other not in known else None

    return make
