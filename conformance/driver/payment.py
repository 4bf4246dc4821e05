"""How a session gets paid, as the profile has it (payment.kind, docs/profile.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.core import contract
from conformance.core.exchange import SIGNATURE
from conformance.driver.hosted_checkout import Outcome, by_browser, by_person
from conformance.judging.apply_exchange import paid_elsewhere

if TYPE_CHECKING:
    from conformance.driver.checkout import CheckoutSession

BUTTON = "#checkout button, #checkout a, #checkout [role=button]"
WAITS_S = {"hosted": 20.0, "manual": 120.0}
PAYMENTS = 8  # that a person is asked for in one run


def pay(cart: CheckoutSession) -> str:
    """Pays a session and returns the purchase order's id. Raises Blocked where it was not paid."""
    from conformance.driver.checkout import PrerequisiteFailed

    profile = cart.shop.profile
    if profile.payment == "place_order":
        cart.place()
    elif profile.payment in WAITS_S:
        outcome = on_a_page(cart)
        if outcome.order is None:
            raise PrerequisiteFailed(detail=f"a payment that was not made: {outcome.data.get('message', outcome.kind)}")
        paid_elsewhere(cart.shop.trace.world, cart.session, outcome.order)
    else:
        raise PrerequisiteFailed(detail="a profile that names no way to pay")
    if cart.session.phase != "ordered" or not cart.session.order:
        raise PrerequisiteFailed(contract.accepting(contract.PLACE_ORDER))
    return cart.session.order


def on_a_page(cart: CheckoutSession) -> Outcome:
    """What the vendor's button tells after a browser's clicks, or a person's."""
    trace, told = cart.shop.trace, cart.shop.profile.paying
    made = next(exchange for exchange in trace.exchanges if exchange.id == cart.session.created_by)
    shown, script = made.headers.get(SIGNATURE, ""), str(told["script_url"])
    token = cart.shop.target.pay_tokens.get(shown, "")
    wait_s = float(told.get("wait_s", WAITS_S[cart.shop.profile.payment]))
    if cart.shop.profile.payment == "manual":
        return _by_person(cart, script, token, wait_s)
    return by_browser(script, token, cart.id, [BUTTON, *told.get("clicks", [])], wait_s)


def _by_person(cart: CheckoutSession, script: str, token: str, wait_s: float) -> Outcome:
    """Asks a person so often and no more, and not again once nobody came."""
    target = cart.shop.target
    most = int(cart.shop.profile.paying.get("payments", PAYMENTS))
    if target.nobody_paid:
        return Outcome("nothing", {"message": target.nobody_paid})
    if target.paid_by_person >= most:
        return Outcome("nothing", {"message": f"a person is asked {most} times in a run (payments under [payment])"})
    target.paid_by_person += 1
    outcome = by_person(script, token, cart.id, wait_s, target.tell)
    if outcome.kind == "nothing":
        target.nobody_paid = str(outcome.data["message"])
    return outcome
