"""Variants about payment and the purchase order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import JSON, Refusal
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    APPLY,
    CHANGES,
    DECLINED,
    OPEN,
    OPTION,
    ORDER,
    PAID,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Effect,
    Variant,
    after,
    change_status,
    combine,
    drop,
    error,
    phase,
    refuse,
    skip,
    variant,
    wrap,
)
from mock_server.variants.ways import orders, otherwise, where

ENDS = (15023, 15033)  # after these the page asks for a new session
PENDING_S = 0.4  # seconds after which a payment that is under way is through


def _status(status: Callable[[Call], str], line: str) -> Effect:
    """Another payment status, of place order and of the order; its lines' while it is PENDING or FAILED."""
    def show(call: Call, shown: JSON, *_: Any) -> None:
        if status(call) != "PAID":
            shown["lineItemPaymentStatus"] = line

    return combine(
        after("payment_status", lambda call, usual: status(call) if usual == "PAID" else None),
        after("order_line_view", show),
    )


def _under_way(call: Call) -> str:
    assert call.order is not None
    return "PENDING" if time.time() < call.order.created + PENDING_S else "PAID"


def _failed_later(proceed: Callable[..., Any], call: Call) -> None:
    """A payment that fails makes an order that says so, and ends the session."""
    try:
        proceed()
    except Refusal:
        call.notes["failed"] = True


def _place_failed(proceed: Callable[..., Any], call: Call) -> None:
    proceed()
    if call.notes.get("failed"):
        assert call.order is not None
        call.require_session().phase = DECLINED
        call.shop.notes["failed", call.order.id] = 1


def _failed(call: Call) -> str:
    assert call.order is not None
    return "FAILED" if ("failed", call.order.id) in call.shop.notes else "PAID"


def _moves_on(call: Call, body: JSON) -> None:
    """Each read of an order finds it a step further on its way."""
    assert call.order is not None
    key = ("reads", call.order.id)
    call.shop.notes[key] = call.shop.notes.get(key, 0) + 1
    step = ("PENDING", "FULFILLMENT_IN_PROGRESS", "DELIVERED")[min(call.shop.notes[key], 3) - 1]
    body["purchaseOrderStatus"] = step
    for line in body["lineItems"]:
        line["lineItemStatus"] = step


_LEFT_OUT = (
    "orderId", "title", "image", "seller", "taxDetails", "authenticityVerification", "legacyReference",
    "lineItemPaymentStatus", "lineItemStatus", "shippingDetail",
)


def _bare(body: JSON) -> None:
    """Nothing that an order can do without."""
    del body["purchaseOrderStatus"]
    for line in body["lineItems"]:
        for name in _LEFT_OUT:
            line.pop(name, None)
        for promotion in line.get("promotions", ()):
            promotion.pop("message", None)
    for name in ("importTax", "deliveryDiscount"):
        body["pricingSummary"].pop(name, None)


def _full(body: JSON) -> None:
    """Everything that an order may hold, with nothing in it."""
    zero = {"value": "0.00", "currency": body["pricingSummary"]["total"]["currency"]}
    body.update(warnings=[], refundedAmount=dict(zero))
    summary = body["pricingSummary"]
    summary.setdefault("additionalSavings", dict(zero))
    summary.setdefault("importCharges", dict(zero))
    summary.setdefault("importTax", {"amount": dict(zero), "importTaxType": "GST"})
    for line in body["lineItems"]:
        line["itemOnHold"] = False
        for name in ("promotions", "fees", "taxDetails"):
            line.setdefault(name, [])
        line.setdefault("authenticityVerification", {})["status"] = "INELIGIBLE"


def _terms(id: int) -> Effect:
    """What is absent or of another type; a value that is missing in its list is 15046."""
    def refusal_of(name: str) -> Refusal:
        return Refusal(id, name, fieldName=name)

    def whole(call: Call, refusal: Refusal, data: JSON) -> Refusal | None:
        terms = data.get("marketingTerms")
        return None if isinstance(terms, list) and terms else refusal_of("marketingTerms")

    def entry(call: Call, refusal: Refusal, term: Any) -> Refusal | None:
        if not isinstance(term, dict):
            return refusal_of("marketingTerms")
        lists = ("marketingChannels", "marketingTypes")
        wrong = [name for name in lists if not isinstance(term.get(name), list)]
        wrong += ["marketingTermsAccepted"] * (not isinstance(term.get("marketingTermsAccepted"), bool))
        return refusal_of(f"marketingTerms.{wrong[0]}") if wrong else None

    return combine(otherwise("body_place", whole, on=PLACE), otherwise("terms", entry, on=PLACE))


_LOCKS = {
    QUANTITY: (15021, 409), OPTION: (15032, 400), ADDRESS: (15003, 400), APPLY: (15003, 404), REMOVE: (15032, 400),
}


def _lock(name: str, sees: str, refusal_of: Callable[[Call], tuple[int, int]]) -> Variant:
    def other(call: Call, refusal: Refusal) -> Refusal:
        id, status = refusal_of(call)
        return Refusal(id, status=status)

    return variant(name, "PAY-LOCK", sees, otherwise("state", other, on=CHANGES, when=phase(PAID)), about="lock")


def _again(name: str, sees: str, id: int, status: int) -> Variant:
    return variant(name, "PAY-TWICE", sees, refuse("state", id, status=status, on=PLACE, when=phase(PAID)),
                   about="pay again")


def _gone(name: str, requirement: str, sees: str, when: Condition, status: int, about: str) -> Variant:
    return variant(name, requirement, sees, refuse("app", 15003, status=status, on=READ, when=when), about=about)


def _order_form(name: str, sees: str, change: Callable[[JSON], Any]) -> Variant:
    return variant(name, "ORDER-FIELDS", sees, orders(change), on=ORDER, about="optional fields of an order")


def _here(call: Call) -> bool:
    """The request came to the host that its operation is not at."""
    host = call.request.headers.get("host", "")
    return host.startswith("localhost") != (call.operation == ORDER)


def _open_still(proceed: Callable[..., Any], call: Call) -> Any:
    session = call.require_session()
    try:
        return proceed()
    except Refusal:
        if session.declined not in ENDS:
            session.phase = OPEN
        raise


def _invalid_data(call: Call) -> bool:
    session = call.require_session()
    return session.phase == DECLINED and session.declined == 15033


VARIANTS: list[Variant] = [
    _gone("paid-session-gone", "PAY-READ-AFTER", "a paid session cannot be read: 400 with 15003", phase(PAID), 400,
          "read after payment"),
    _gone("paid-session-404", "PAY-READ-AFTER", "a paid session cannot be read: 404 with 15003", phase(PAID), 404,
          "read after payment"),
    _gone("declined-session-gone", "PAY-DECLINED-ENDS", "a session whose payment failed cannot be read: 400 with 15003",
          phase(DECLINED), 400, "read after a failed payment"),
    _lock("lock-15032", "changes after payment are 400 with 15032", lambda call: (15032, 400)),
    _lock("lock-15003", "changes after payment are 400 with 15003", lambda call: (15003, 400)),
    _lock("lock-404", "changes after payment are 404 with 15003", lambda call: (15003, 404)),
    _lock("lock-by-method", "changes after payment are 15021, 15032 or 15003, each method its own",
          lambda call: _LOCKS[call.operation]),
    _again("pay-again-15021", "placing again is 409 with 15021", 15021, 409),
    _again("pay-again-15003", "placing again is 400 with 15003", 15003, 400),
    _again("pay-again-404", "placing again is 404 with 15003", 15003, 404),
    variant("declined-200-failed", "PAY-DECLINED", "a payment that fails is 200 with an order whose status is FAILED",
            wrap("payment", _failed_later, on=PLACE), wrap("apply_place", _place_failed, on=PLACE),
            _status(_failed, "FAILED"), on=PLACE, about="failed payments"),
    variant("declined-locks-15021", "PAY-DECLINED-ENDS", "after a failed payment changes are 409 with 15021",
            otherwise("state", 15021, on=CHANGES, when=phase(DECLINED)), about="changes after a failed payment"),
    variant("declined-is-unknown", "PAY-DECLINED-ENDS", "after a failed payment changes and payment are 400 with 15003",
            refuse("state", 15003, on=(*CHANGES, PLACE), when=phase(DECLINED)), about="changes after a failed payment"),
    variant("declined-is-unknown-404", "PAY-DECLINED-ENDS", "after a failed payment changes and payment are 404 with 15003",
            refuse("state", 15003, status=404, on=(*CHANGES, PLACE), when=phase(DECLINED)),
            about="changes after a failed payment"),
    variant("failed-payment-tried-again", "PAY-DECLINED-ENDS", "a payment that fails for another reason than the card or "
            "its data leaves the session open", wrap("payment", _open_still, on=PLACE), on=PLACE,
            about="changes after a failed payment"),
    variant("changes-after-invalid-payment-data", "PAY-DECLINED-ENDS", "after 15033 a session takes changes, and no payment",
            skip("state", on=CHANGES, when=Condition(_invalid_data)), about="changes after a failed payment"),
    variant("pending-then-paid", "ORDER-READ-PAID", f"a payment is PENDING for {PENDING_S} s, then PAID",
            _status(_under_way, "PENDING"), on=(PLACE, ORDER), about="payment status"),
    variant("pending-for-good", "ORDER-READ-PAID", "a payment stays PENDING",
            _status(lambda call: "PENDING", "NOT_PAID"), on=(PLACE, ORDER), about="payment status"),
    variant("no-place-order", "PAY-PLACE", "there is no place order: 404, as in today's API",
            refuse("token", 2002, on=PLACE), about="place order"),
    variant("place-answers-the-id-alone", "PAY-PLACE", "place order answers purchaseOrderId and nothing more",
            drop("purchaseOrderHref", on=PLACE), drop("purchaseOrderPaymentStatus", on=PLACE),
            about="place order's answer"),
    variant("terms-15001", "PAY-TERMS", "terms that are absent or of another type are 15001", _terms(15001),
            about="shape of terms"),
    variant("terms-15002", "PAY-TERMS", "terms that are absent or of another type are 15002", _terms(15002),
            about="shape of terms"),
    _order_form("order-bare", "whatever an order may leave out is left out", _bare),
    _order_form("order-full", "whatever an order may hold is there, zero or empty", _full),
    variant("order-moves-on", "ORDER-STABLE", "the status of an order moves on from read to read",
            after("order_view", _moves_on), on=ORDER, about="order status"),
    variant("unknown-order-404", "ORDER-UNKNOWN", "16002 of an order comes with status 404",
            change_status(404, on=ORDER, when=error(16002)), about="unknown order"),
    variant("other-app-order-403", "ORDER-APP", "16003 of an order comes with status 403",
            change_status(403, on=ORDER, when=error(16003)), about="another app's order"),
    variant("order-host-apart", "ORDER-READ", "orders are read at another host than sessions",
            refuse("token", 2002, when=where(_here)), on=(READ, ORDER), about="hosts"),
]
