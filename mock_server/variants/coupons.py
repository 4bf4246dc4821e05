"""Variants about coupons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Coupon
from mock_server.domain.errors import JSON, Refusal
from mock_server.domain.pricing import Bill, Row, portion, spendable, total
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.http.validation import unfit
from mock_server.injection import (
    APPLY,
    PLACE,
    QUANTITY,
    REMOVE,
    Effect,
    Variant,
    after,
    change_error_id,
    coupons,
    error,
    field,
    variant,
    wrap,
)
from mock_server.variants.ways import SESSIONS, SHOWN, both_shown, named, otherwise, sessions, where

_TWINS = {16005: 16009, 16009: 16005, 16006: 16022, 16022: 16006, 16023: 16001}


def _leave(call: Call, value: Any) -> None:
    cart = call.require_cart()
    if cart.coupon is not None and unfit(call, cart.coupon):
        cart.coupon = None


def _same(call: Call, *_: Any) -> bool:
    applied = call.require_cart().coupon
    return applied is not None and applied.code == call.code


def _again(proceed: Callable[..., Any], call: Call) -> None:
    """The same coupon again changes nothing."""


def _twin(coupon: Coupon) -> Coupon:
    return replace(
        coupon, refused=_TWINS.get(coupon.refused, coupon.refused), error=_TWINS.get(coupon.error, coupon.error)
    )


def _for_delivery(cart: Cart, rows: list[Row]) -> bool:
    """Whether the coupon saves the delivery: where that is free, it is one of the goods."""
    fits = cart.coupon is not None and cart.coupon.code == "FIVEOFF"
    return fits and any(row.delivery > row.delivery_discount for row in rows)


def _nothing_of_the_goods(proceed: Callable[..., Any], call: Call, cart: Cart, rows: list[Row]) -> Any:
    return None if _for_delivery(cart, rows) else proceed()


def _delivery_is_saved(call: Call, made: Bill, cart: Cart) -> None:
    if _for_delivery(cart, made.rows):
        made.savings = made.delivery
        made.total = total(made)


def _own_reason(proceed: Callable[..., Any], call: Call) -> Any:
    """With a coupon applied, a code that is refused anyway is refused for its own reason."""
    other = call.shop.coupons.get(call.code)
    if call.require_cart().coupon is not None and (other is None or other.refused):
        raise Refusal(other.refused if other is not None else 16002, fieldName="redemptionCode")
    return proceed()


def _fits_other_options(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    """EXPRESSONLY is good while a line has another option than its first."""
    if code == "EXPRESSONLY" and any(line.option != line.item.options[0].id for line in call.require_cart().lines):
        return replace(call.shop.coupons[code], refused=0, percent=1000)
    return proceed()


def _unknown(id: int, sees: str) -> Variant:
    effect = otherwise("coupon", lambda call, refusal, code: id if refusal.error == 16002 else None, on=APPLY)
    return variant(f"unknown-coupon-{id}", "COUPON-UNKNOWN", f"a code that no coupon has is {sees}", effect,
                   about="unknown coupons")


def _any_case(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    return proceed(code.upper())


def _lower(body: JSON) -> None:
    for coupon in body.get("appliedCoupons", ()):
        coupon["redemptionCode"] = coupon["redemptionCode"].lower()


def _unrepeated(body: JSON) -> None:
    """The coupon's share shows in the net price alone."""
    for line in body["lineItems"]:
        kept = [promotion for promotion in line.get("promotions", ()) if promotion.get("promotionType") != "COUPON"]
        line["promotions"] = kept
        if not kept:
            del line["promotions"]


def _shares(share: Callable[[Coupon, list[Row]], None]) -> Effect:
    """Another way to share a coupon among the rows that it fits, once its condition holds."""
    def replacement(proceed: Callable[..., Any], call: Call, cart: Cart, rows: list[Row]) -> None:
        proceed()
        if cart.coupon is not None and any(row.share for row in rows):
            for row in rows:
                row.share = 0
            category = cart.coupon.category
            fits = [row for row in rows if category in ("", row.line.item.category)]
            share(cart.coupon, sorted(fits, key=lambda row: row.line.item.id))

    return wrap("shares", replacement)


def _whole(coupon: Coupon, rows: list[Row]) -> int:
    worth = sum(row.gross - row.discount for row in rows)
    return portion(worth, coupon.percent) if coupon.percent else min(coupon.value, worth)


def _on_the_dearest(coupon: Coupon, rows: list[Row]) -> None:
    """All of it on the dearest row, what is left on the next one."""
    left = _whole(coupon, rows)
    for row in sorted(rows, key=lambda row: -(row.gross - row.discount)):
        row.share = min(left, row.gross - row.discount)
        left -= row.share


def _of_gross(coupon: Coupon, rows: list[Row]) -> None:
    """A percentage of the price before promotions, of each row by itself; never more than there is."""
    if not coupon.percent:
        _on_the_dearest(coupon, rows)
        return
    for row in rows:
        row.share = min(portion(row.gross, coupon.percent), row.gross - row.discount)


def _without_minimum(holds: Callable[[Coupon, list[Row]], bool]) -> Effect:
    def replacement(proceed: Callable[..., Any], call: Call, cart: Cart, rows: list[Row]) -> None:
        coupon = cart.coupon
        if coupon is not None and holds(coupon, rows):
            cart.coupon = replace(coupon, minimum=0)
        proceed()
        cart.coupon = coupon

    return wrap("shares", replacement)


def _gross_reaches(coupon: Coupon, rows: list[Row]) -> bool:
    return sum(row.gross for row in rows) >= coupon.minimum


def _by_gross(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    found = call.shop.coupons.get(code)
    if found is not None and found.minimum and not found.refused and _gross_reaches(
        found, spendable(call, call.require_cart(), found)[1]
    ):
        return found
    return proceed()


def _burn(call: Call, value: Any) -> None:
    cart = call.require_cart()
    if cart.coupon is not None:
        call.shop.notes["used", call.require_session().email.casefold(), cart.coupon.code] = 1
    for line in cart.lines:
        if line.item.limit:
            key = ("bought", call.require_session().email.casefold(), line.item.id)
            call.shop.notes[key] = call.shop.notes.get(key, 0) + line.quantity


def _burnt(proceed: Callable[..., Any], call: Call, code: str) -> Any:
    if ("used", call.require_session().email.casefold(), code) in call.shop.notes:
        raise Refusal(16007)
    return proceed()


def _bought(proceed: Callable[..., Any], call: Call, item: Any, quantity: int) -> Any:
    email = call.session.email if call.session else call.email
    return proceed(item, quantity + call.shop.notes.get(("bought", email.casefold(), item.id), 0))


def _same_coupon(name: str, sees: str, effect: Effect) -> Variant:
    return variant(name, "COUPON-ONE", sees, effect, about="the same coupon again")


VARIANTS: list[Variant] = [
    variant("coupon-for-delivery", "PRICE-NET", "FIVEOFF takes off the delivery, if there is any: no net price holds it",
            wrap("shares", _nothing_of_the_goods), after("bill", _delivery_is_saved), on=SHOWN, about="what FIVEOFF saves"),
    variant("second-coupon-16023", "COUPON-ONE", "a second coupon is refused with 16023",
            change_error_id(16023, on=APPLY, when=error(16001)), about="second coupon"),
    variant("second-coupon-own-reason", "COUPON-ONE", "a second code that no cart may have is refused for its own reason",
            wrap("single_coupon", _own_reason, on=APPLY), about="second coupon"),
    variant("coupon-bound-to-an-option", "COUPON-REFUSED", "a coupon that is 16015 is good with another shipping option",
            wrap("coupon", _fits_other_options, on=APPLY), about="coupon of an option"),
    _same_coupon("same-coupon-200", "the same coupon again is accepted, and nothing changes",
                 wrap("single_coupon", _again, on=APPLY, when=where(_same))),
    _same_coupon("same-coupon-16007", "the same coupon again was used before: 16007",
                 otherwise("single_coupon", 16007, on=APPLY, when=where(_same))),
    _same_coupon("same-coupon-16023", "the same coupon again is 16023, another one 16001",
                 otherwise("single_coupon", 16023, on=APPLY, when=where(_same))),
    variant("unfit-coupon-leaves", "COUPON-CONDITION", "a coupon leaves when its condition does not hold any more",
            after("apply", _leave, on=QUANTITY), about="coupon condition"),
    variant("unfit-coupon-saves-on", "COUPON-CONDITION", "the minimum of a coupon counts only when it is applied",
            _without_minimum(lambda coupon, rows: True), on=SHOWN, about="coupon condition"),
    variant("minimum-before-promotions", "COUPON-REFUSED", "the minimum of a coupon counts before promotions",
            _without_minimum(_gross_reaches), wrap("coupon", _by_gross, on=APPLY), on=APPLY, about="coupon minimum"),
    variant("coupon-twins", "COUPON-REFUSED", "of two ids for one reason the other comes, as 16022 for 16006",
            coupons(_twin), on=APPLY, about="twin ids of coupons"),
    _unknown(16006, "an invalid one: 16006"),
    _unknown(16008, "valid no more: 16008"),
    _unknown(16022, "malformed: 16022"),
    _unknown(16024, "one that could not be used: 16024"),
    _unknown(16000, "fits no item: 16000"),
    _unknown(15002, "an invalid field: 15002"),
    variant("coupon-codes-in-any-case", "COUPON-APPLY", "codes count in any letter case and are shown in lower case",
            wrap("coupon", _any_case, on=APPLY), wrap("coupon_applied", _any_case, on=REMOVE), sessions(_lower),
            on=SESSIONS, about="case of codes"),
    variant("empty-code-15002", "COUPON-REQUIRED", "an empty code is an invalid one: 15002",
            otherwise("field", lambda call, refusal, entry, value: named(15002, entry) if value == "" else None,
                      on=(APPLY, REMOVE), when=field("redemptionCode")),
            about="empty fields"),
    variant("coupon-not-a-promotion", "PRICE-DISCOUNT", "a coupon's share is not repeated among the promotions",
            both_shown(_unrepeated), on=SHOWN, about="coupon among the promotions"),
    variant("coupon-on-the-dearest", "PRICE-NET", "the dearest line takes the whole coupon", _shares(_on_the_dearest),
            on=SHOWN, about="shares of a coupon"),
    variant("coupon-before-promotions", "PRICE-NET", "a percentage is taken of the price before promotions",
            _shares(_of_gross), on=SHOWN, about="shares of a coupon"),
    variant("paying-consumes", "COUPON-REFUSED", "a buyer who paid has used the coupon and a part of the limit",
            after("apply_place", _burn, on=PLACE), wrap("coupon", _burnt, on=APPLY), wrap("limit", _bought),
            on=APPLY, about="what payment uses up"),
]
