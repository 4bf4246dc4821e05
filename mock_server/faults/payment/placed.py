"""Faults about placing an order: its answer, no second order, nothing to order, items that changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call
from mock_server.injection import (
    OPEN,
    ORDER,
    PAID,
    PLACE,
    QUANTITY,
    Condition,
    Fault,
    accepted,
    after,
    before,
    body_matches,
    change_error_id,
    change_status,
    concurrent,
    coupon,
    drop,
    edit,
    emptied,
    error,
    every,
    fault,
    in_market,
    large_quantity,
    lines,
    lost_update,
    nth,
    phase,
    refuse,
    skip,
    wrap,
)

paid = phase(PAID)

def _disagrees(body: dict[str, Any]) -> bool:
    return any(term.get("marketingTermsAccepted") is False for term in body.get("marketingTerms", []))


disagreed = body_matches(_disagrees)
unpaid_line = Condition(lambda call, *_: call.cart is not None and any(line.item.unpaid for line in call.cart.lines))
of_order = Condition(lambda call, kind: kind == "order")


def _reopen(call: Call) -> None:
    call.require_session().phase = OPEN


def _stay_open(call: Call, value: Any) -> None:
    call.require_session().phase = OPEN


def _same_id(proceed: Callable[..., Any], call: Call, kind: str) -> str:
    """The id of the latest order, if there is one."""
    latest: str = next(reversed(call.shop.orders), "") or proceed()
    return latest


def _first_line_only(proceed: Callable[..., Any], call: Call) -> None:
    if call.require_session().phase != PAID and call.require_cart().lines[0].item.at_payment:
        raise Refusal(call.require_cart().lines[0].item.at_payment)


def _order_anyway(proceed: Callable[..., Any], call: Call) -> Any:
    try:
        return proceed()
    except Refusal:
        call.run("apply")
        raise


def _swapped(id: int) -> int:
    return {15006: 15005, 15005: 15006}.get(id, id)


def _without_15006(warnings: list[Any]) -> list[Any]:
    return [warning for warning in warnings if warning["errorId"] != 15006]


FAULTS: list[Fault] = [
    # the answer
    fault(
        "placed-without-id-in-hk", "PAY-PLACE", "in EBAY_HK the answer has no purchaseOrderId",
        drop("purchaseOrderId", on=PLACE, when=in_market("EBAY_HK"), kind="marketplace"),
    ),
    fault(
        "placed-with-odd-status", "PAY-PLACE", "the payment status of the answer is COMPLETED",
        edit("purchaseOrderPaymentStatus", lambda _: "COMPLETED", on=PLACE, kind="field"),
    ),
    fault(
        "placed-201", "SESSION-DOCUMENTED", "an order is placed with status 201",
        change_status(201, on=PLACE, when=accepted), also="PAY-PLACE",
    ),
    fault(
        "terms-have-to-be-accepted", "PAY-PLACE", "who does not accept the marketing terms gets 15030",
        refuse("terms", 15030, on=PLACE, when=Condition(lambda call, term: term.get("marketingTermsAccepted") is False),
               kind="field"),
    ),
    fault(
        "no-order-of-four-lines", "PAY-PLACE", "with four lines no order can be placed: 15020",
        refuse("goods", 15020, on=PLACE, when=lines(4)),
    ),
    fault(
        "no-order-with-coupon", "PAY-PLACE", "with a coupon no order can be placed: 15049",
        refuse("payment", 15049, on=PLACE, when=coupon),
    ),
    fault(
        "no-order-above-three", "PAY-PLACE", "with more than three of a line no order can be placed: 15012",
        refuse("goods", 15012, on=PLACE, when=large_quantity),
    ),
    fault(
        "orders-share-an-id", "PAY-PLACE", "every second order has the id of the one before",
        wrap("new_id", _same_id, on=PLACE, when=of_order & every(2), kind="repeat"), also="ORDER-READ",
    ),
    fault(
        "session-stays-open-in-au", "PAY-LOCK", "in EBAY_AU a session goes on as if nothing had been ordered",
        after("apply_place", _stay_open, on=PLACE, when=in_market("EBAY_AU")), also=("PAY-PLACE", "PAY-TWICE"),
    ),
    # no second one
    fault("two-orders", "PAY-TWICE", "placing again makes another order", before("apply", _reopen, on=PLACE)),
    fault(
        "two-orders-third-time", "PAY-TWICE", "placing for the third time makes another order",
        before("apply", _reopen, on=PLACE, when=paid & nth(2), kind="repeat"),
    ),
    fault(
        "two-orders-with-coupon", "PAY-TWICE", "with a coupon placing again makes another order",
        before("apply", _reopen, on=PLACE, when=coupon),
    ),
    fault(
        "two-orders-with-other-terms", "PAY-TWICE", "placing again with other terms makes another order",
        before("apply", _reopen, on=PLACE, when=paid & disagreed),
    ),
    fault(
        "again-without-warning", "PAY-TWICE", "placing again answers the same order without warning 15006",
        edit("warnings", _without_15006, on=PLACE, kind="field"),
    ),
    fault(
        "again-with-15005", "PAY-TWICE", "placing again answers the same order with warning 15005",
        edit("warnings[].errorId", _swapped, on=PLACE, when=paid & ~unpaid_line, kind="id"),
    ),
    fault(
        "again-15021-with-400", "PAY-TWICE", "placing again is 15021 with status 400",
        refuse("state", 15021, status=400, on=PLACE, when=paid, kind="status"),
    ),
    fault(
        "again-15020", "PAY-TWICE", "placing again is 15020, as if the item had changed",
        refuse("state", 15020, on=PLACE, when=paid, kind="id"),
    ),
    fault(
        "two-orders-at-once", "RACE", "two payments at once make two orders",
        before("apply", _reopen, on=PLACE, when=concurrent), also="PAY-TWICE",
    ),
    fault(
        "payment-loses-quantity-at-once", "RACE", "of a payment and a quantity at once the quantity is lost",
        lost_update(on=(PLACE, QUANTITY)),
    ),
    # nothing to order
    fault(
        "order-of-nothing", "PAY-EMPTY", "an order without lines is placed",
        skip("lines", on=PLACE, when=emptied),
    ),
    fault(
        "order-of-nothing-400", "PAY-EMPTY", "an order without lines is 15019 with status 400",
        change_status(400, on=PLACE, when=error(15019)),
    ),
    fault(
        "order-of-nothing-15020", "PAY-EMPTY", "an order without lines is 15020",
        change_error_id(15020, on=PLACE, when=error(15019)),
    ),
    # items that changed
    fault(
        "changed-items-are-sold", "PAY-ITEM-CHANGED", "an item that changed meanwhile is ordered all the same",
        skip("goods", on=PLACE),
    ),
    fault(
        "only-first-line-is-checked", "PAY-ITEM-CHANGED", "of the items that changed only the first line's is noticed",
        wrap("goods", _first_line_only, on=PLACE, when=lines(2)),
    ),
    fault(
        "changed-item-15017", "PAY-ITEM-CHANGED", "an item that changed is 15017, an id of initiate",
        change_error_id(15017, on=PLACE, when=error(15020)), also="SESSION-DOCUMENTED",
    ),
    fault(
        "changed-item-400", "PAY-ITEM-CHANGED", "a limit that was reached meanwhile is 15012 with status 400",
        change_status(400, on=PLACE, when=error(15012)),
    ),
    fault(
        "changed-item-yet-ordered", "PAY-ITEM-CHANGED", "15045 for a seller who is away, and yet there is an order",
        wrap("goods", _order_anyway, on=PLACE, when=Condition(
            lambda call: any(line.item.at_payment == 15045 for line in call.require_cart().lines)
        ), kind="applied-though-refused"),
    ),
    # lines that were not bought
    fault(
        "partly-bought-without-warning", "PAY-PARTIAL", "an order with a line that was not bought has no warning 15005",
        edit("warnings", lambda warnings: [warning for warning in warnings if warning["errorId"] != 15005], on=PLACE, kind="field"),
    ),
    fault(
        "unbought-line-reads-paid", "PAY-PARTIAL", "a line that was not bought reads as PAID",
        edit("lineItems[].lineItemPaymentStatus", lambda _: "PAID", on=ORDER, kind="field"),
    ),
]
