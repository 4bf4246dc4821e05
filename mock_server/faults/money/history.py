"""Faults about amounts that hang on how a cart came about: on earlier quantities, options, coupons, on other sessions."""

from __future__ import annotations

from typing import Any

from mock_server.domain.operations import CHANGES
from mock_server.domain.pricing import Bill
from mock_server.domain.shop import Call
from mock_server.domain.state import PAID
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPTION,
    ORDER,
    QUANTITY,
    READ,
    REMOVE,
    SESSION_METHODS,
    Condition,
    Fault,
    after,
    after_op,
    cart_contains,
    coupon,
    fault,
    lines,
    other_option,
    plus,
    rebill,
    since,
    stale,
)

SHOWN = (INITIATE, *SESSION_METHODS, ORDER)


def _note_hundred(call: Call, value: Any) -> None:
    if call.quantity > 100:
        call.require_session().notes["hundred"] = True


def _paid_before(call: Call, *_: Any) -> bool:
    """The buyer has paid for another session of the marketplace."""
    own = call.find_session()
    return own is not None and own.phase != PAID and any(
        other.email == own.email and other.phase == PAID and other.cart.market is own.cart.market
        for other in call.shop.sessions.values()
    )


def _with_delivery_discount(bill: Bill) -> None:
    bill.delivery += bill.delivery_discount


decreases = Condition(
    lambda call, *_: 0 < call.quantity < call.require_cart().lines[call.line_index].quantity, "quantity"
)
back_to_first = Condition(
    lambda call, *_: call.option == call.require_cart().lines[call.line_index].item.options[0].id, "after"
)
had_hundred = Condition(
    lambda call, *_: (session := call.find_session()) is not None and "hundred" in session.notes, "quantity"
)
paid_before = Condition(_paid_before, "after")

FAULTS: list[Fault] = [
    fault("tax-of-the-larger-quantity-stays", "PRICE-STABLE", "set from three pieces back to one, the tax stays that of three",
          stale("tax", on=QUANTITY, when=decreases)),
    fault("discount-of-the-larger-quantity-stays", "PRICE-DISCOUNT",
          "with a coupon a smaller quantity leaves the discount of the larger",
          stale("discount", on=QUANTITY, when=coupon & decreases), also="PRICE-STABLE"),
    fault("delivery-stays-after-option-and-back", "PRICE-DELIVERY", "back at the first option delivery costs what the other did",
          stale("delivery", on=OPTION, when=back_to_first & after_op(OPTION)), also="PRICE-STABLE"),
    fault("imports-stay-with-other-option-and-quantity", "PRICE-IMPORT",
          "with another option a new quantity adds a cent of import charges",
          rebill(plus(imports=1), on=SHOWN, when=other_option & since(QUANTITY) & cart_contains(lambda item: item.abroad)),
          kind="after"),
    fault("tax-cent-after-two-coupons", "PRICE-STABLE", "after two coupons, both removed, there is a cent more tax",
          rebill(plus(tax=1), on=SHOWN, when=since(REMOVE, least=2) & ~coupon), kind="coupon"),
    fault("tax-cent-after-the-same-address", "PRICE-STABLE", "from the second update of the address on with a coupon: a cent",
          rebill(plus(tax=1), on=SHOWN, when=since(ADDRESS, least=2) & coupon), kind="after"),
    fault("fee-cent-with-another-address", "PRICE-FEE", "after a new address the fee has a cent more than the lines",
          rebill(plus(fee=1), on=SHOWN, when=since(ADDRESS) & cart_contains(lambda item: item.fees)), kind="after"),
    fault("unit-cent-after-a-hundred", "PRICE-UNIT", "after a quantity above a hundred each piece costs a cent less",
          after("apply_quantity", _note_hundred, on=QUANTITY),
          after("unit", lambda call, price, line: price - 1, on=SHOWN, when=had_hundred), kind="quantity",
          also="PRICE-STABLE"),
    fault("delivery-undiscounted-with-coupon-and-option", "PRICE-DELIVERY",
          "with a coupon and another option the delivery discount is not taken off",
          rebill(_with_delivery_discount, on=SHOWN, when=coupon & other_option), kind="coupon"),
    fault("subtotal-cent-with-coupon-of-two-lines", "PRICE-SUBTOTAL", "with a coupon on two lines the subtotal has a cent more",
          rebill(plus(subtotal=1), on=SHOWN, when=coupon & lines(2, 2)), kind="coupon"),
    fault("next-session-of-the-buyer-costs-more", "PRICE-STABLE", "who has paid once pays a cent more tax in the next session",
          rebill(plus(tax=1), on=(INITIATE, READ, *CHANGES), when=paid_before)),
    fault("savings-cent-after-coupon-again", "PRICE-SAVINGS", "a coupon that is applied again saves a cent more than the lines",
          rebill(plus(savings=1), on=SHOWN, when=coupon & since(APPLY, least=2)), kind="coupon", also="PRICE-STABLE"),
]
