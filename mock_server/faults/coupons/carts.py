"""Faults about a coupon and the cart that changes around it: other codes, other quantities, items that leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.goods import COUPONS
from mock_server.domain.errors import Refusal
from mock_server.domain.pricing import Row, spendable
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.injection import (
    APPLY,
    QUANTITY,
    REMOVE,
    Condition,
    Fault,
    after,
    fault,
    lines,
    refused_yet_applied,
    since,
    wrap,
)

_YET = replace(COUPONS["EXPIRED"], refused=0, percent=1000)  # an expired coupon that saves a tenth all the same


def _without_its_item(proceed: Callable[..., Any], call: Call, cart: Cart, rows: list[Row]) -> Any:
    """A coupon that fits no line any more counts for all of them."""
    bound = cart.coupon
    if bound is None or not bound.category or any(row.line.item.category == bound.category for row in rows):
        return proceed()
    return proceed(replace(cart, coupon=replace(bound, category="")), rows)


def _frozen(call: Call, value: Any) -> None:
    """The percentage becomes the amount that it gave when the coupon was applied."""
    cart = call.require_cart()
    if cart.coupon is not None and cart.coupon.percent:
        worth, _ = spendable(call, cart, cart.coupon)
        cart.coupon = replace(cart.coupon, percent=0, value=(worth * cart.coupon.percent + 5000) // 10000)


def _as_the_first(call: Call, value: Any) -> None:
    """The second coupon of a session saves what the first one saved."""
    session, cart = call.require_session(), call.require_cart()
    first = session.notes.setdefault("first coupon", cart.coupon)
    if first is not None and cart.coupon is not None:
        cart.coupon = replace(first, code=cart.coupon.code)


def _throws_out(refused: Callable[[Call], bool]) -> Callable[..., Any]:
    """A code that no cart may have is refused for its own reason, and the coupon that is applied is gone."""

    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        if call.require_cart().coupon is None or not refused(call):
            return proceed()
        call.require_cart().coupon = None
        raise Refusal(call.shop.coupons[call.code].refused if call.code in call.shop.coupons else 16002)

    return replacement


def _resets_options(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    try:
        return proceed()
    except Refusal:
        for line in call.require_cart().lines:
            line.option = line.item.options[0].id
        raise


def _by_first_letters(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    """A code that begins like that of a coupon stands for the coupon."""
    known = next((known for known in call.shop.coupons if code.startswith(known)), code)
    return proceed(known)


def _applied_by_first_letters(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    applied = call.require_cart().coupon
    return None if applied is not None and len(code) > 1 and applied.code.startswith(code) else proceed()


FAULTS: list[Fault] = [
    fault("bound-coupon-saves-without-its-item", "COUPON-ELIGIBLE",
          "once its item was taken out a coupon for the item saves on the other lines",
          wrap("shares", _without_its_item), on=QUANTITY, kind="after", also=("COUPON-CONDITION", "PRICE-SAVINGS")),
    fault("percentage-frozen-when-applied", "COUPON-APPLY", "five pieces save what one piece saved when the coupon came",
          after("apply_apply", _frozen, on=APPLY), kind="quantity", also=("PRICE-STABLE", "PRICE-SAVINGS")),
    fault("later-coupon-saves-as-the-first", "COUPON-APPLY", "a coupon saves what the coupon before it saved",
          after("apply_apply", _as_the_first, on=APPLY), kind="after", also="PRICE-STABLE"),
    fault("refused-coupon-throws-out-the-applied", "COUPON-REFUSED",
          "an expired coupon is refused with 16003, and the coupon that was applied is gone",
          wrap("single_coupon", _throws_out(lambda call: call.code == "EXPIRED"), on=APPLY),
          kind="applied-though-refused", also=("COUPON-ONE", "SESSION-ONLY")),
    fault("unknown-code-throws-out-the-applied", "COUPON-UNKNOWN",
          "with two lines an unknown code is refused with 16002, and the coupon that was applied is gone",
          wrap("single_coupon", _throws_out(lambda call: call.code not in call.shop.coupons), on=APPLY, when=lines(2, 2)),
          kind="applied-though-refused", also=("COUPON-ONE", "SESSION-ONLY")),
    fault("refused-removal-resets-options", "COUPON-NOT-APPLIED",
          "16025 for another code, and yet every line is back at its first option",
          wrap("coupon_applied", _resets_options, on=REMOVE), kind="applied-though-refused", also="SESSION-ONLY"),
    fault("expired-coupon-is-ordered", "COUPON-REFUSED", "16003, and yet the order placed later has the coupon",
          refused_yet_applied("coupon", to="next_order", returning=_YET, on=APPLY,
                              when=Condition(lambda call, code: code == "EXPIRED")), also="ORDER-READ"),
    fault("second-coupon-is-ordered", "COUPON-ONE", "16001, and yet the order placed later has the second coupon",
          refused_yet_applied("single_coupon", to="next_order", on=APPLY), also="ORDER-READ"),
    fault("second-coupon-reaches-the-buyers-other", "COUPON-ONE",
          "16001, and yet the second coupon is on another session of the same buyer",
          refused_yet_applied("single_coupon", to="same_buyer", on=APPLY), also="SESSION-ISOLATED"),
    fault("code-with-more-behind", "COUPON-UNKNOWN", "a code with more characters behind is taken for the coupon",
          wrap("coupon", _by_first_letters, on=APPLY), kind="boundary"),
    fault("code-cut-short-removes", "COUPON-NOT-APPLIED", "the first letters of its code remove a coupon",
          wrap("coupon_applied", _applied_by_first_letters, on=REMOVE), kind="boundary"),
    fault("second-coupon-goes-with-a-quantity", "SESSION-ONLY",
          "from the second coupon of a session on a new quantity takes the coupon out",
          after("apply_quantity", lambda call, value: setattr(call.require_cart(), "coupon", None), on=QUANTITY,
                when=since(APPLY, least=2)), kind="after"),
]
