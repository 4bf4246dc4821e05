"""Faults about the purchase order: what it says, whose it is, whether it stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.domain.errors import JSON, ORDER_PROBLEMS, Refusal
from mock_server.domain.pricing import Row
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import Cart
from mock_server.http.views import moment
from mock_server.injection import (
    ORDER,
    Condition,
    Fault,
    add,
    after,
    change_status,
    coupon,
    drop,
    edit,
    error,
    fault,
    from_nth,
    in_market,
    lines,
    nth,
    plus,
    put,
    rebill,
    skip,
    wrap,
)

SUMMARY = "pricingSummary"
found = Condition(lambda call, response: response.status == 200)
unknown = Condition(lambda call: call.id not in call.shop.orders)


def _no(id: int, status: int | None = None) -> Callable[..., Any]:
    """A refusal of the purchase order, where ids mean other things than elsewhere."""
    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        raise Refusal(id, status=status, problems=ORDER_PROBLEMS)

    return replacement


def _other_id(id: int) -> Callable[..., Any]:
    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        raise Refusal(id)

    return replacement


def _without_coupon(proceed: Callable[..., Any], call: Call) -> Any:
    order = call.order
    assert order is not None
    kept = order.cart
    order.cart = replace(kept, coupon=None)
    try:
        return proceed()
    finally:
        order.cart = kept


def _three_at_most(call: Call, shown: JSON, *_: Any) -> None:
    shown["quantity"] = min(shown["quantity"], 3)


def _first_option(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    option = row.line.item.options[0]
    shown["shippingDetail"].update(shippingCarrierCode=option.carrier, shippingServiceCode=option.service)


def _service_of_first(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    shown["shippingDetail"]["shippingServiceCode"] = row.line.item.options[0].service


def _net_before_promotions(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    shown["netPrice"] = call.run("amount", row.net + row.discount, cart.market)


def _unit_of_the_line(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    shown["baseUnitPrice"] = call.run("amount", row.gross, cart.market)


def _lines_swapped(call: Call, body: JSON) -> None:
    """The items of the first two lines change places, their ids and prices do not."""
    first, second = body["lineItems"][:2]
    first["itemId"], second["itemId"] = second["itemId"], first["itemId"]


def _drop_fourth(entries: list[JSON]) -> list[JSON]:
    return entries[:3]


def _now(call: Call, body: JSON) -> None:
    body["purchaseOrderCreationDate"] = moment(time.time())


def _read_id(call: Call, body: JSON) -> None:
    """Each reading numbers the lines anew."""
    for index, line in enumerate(body["lineItems"]):
        line["lineItemId"] = f"{time.time_ns()}{index}"


def _leak(call: Call, response: Response, *_: Any) -> None:
    """The refusal tells what it refuses to tell."""
    assert call.order is not None
    entries = [{"itemId": line.item.id, "lineItemId": line.id} for line in call.order.cart.lines]
    response.body["purchaseOrder"] = {"purchaseOrderId": call.order.id, "lineItems": entries}


foreign_app = Condition(lambda call, response: call.order is not None and call.order.app != call.app)
moved = Condition(lambda call, *_: call.order is not None and any(
    line.option != line.item.options[0].id for line in call.order.cart.lines
), "after")

FAULTS: list[Fault] = [
    # what it says
    fault(
        "order-costs-more", "ORDER-READ", "the purchase order's fee is a cent higher than the session's",
        rebill(plus(fee=1), on=ORDER, kind="cent"),
    ),
    fault(
        "order-tax-cent-with-three-lines", "ORDER-READ", "with three lines the order's tax is a cent higher",
        rebill(plus(tax=1), on=ORDER, when=lines(3)),
    ),
    fault(
        "order-total-cent-after-option", "ORDER-READ", "with another option the order's total is a cent higher",
        add(f"{SUMMARY}.total", 1, on=ORDER, when=found & moved, kind="after"),
    ),
    fault(
        "order-delivery-before-discounts", "ORDER-READ", "the order's deliveryCost leaves out the delivery discounts",
        rebill(lambda bill: setattr(bill, "delivery", bill.delivery + bill.delivery_discount), on=ORDER, kind="field"),
    ),
    fault(
        "order-without-import-charges", "ORDER-READ", "the order's summary has no import charges",
        drop(f"{SUMMARY}.importCharges", on=ORDER),
    ),
    fault(
        "order-without-coupon", "ORDER-READ", "the order is priced as if there had been no coupon",
        wrap("order_view", _without_coupon, on=ORDER, when=coupon),
    ),
    fault(
        "order-quantity-stops-at-three", "ORDER-READ", "the order shows no quantity above three",
        after("order_line_view", _three_at_most, on=ORDER, kind="quantity"),
    ),
    fault(
        "order-loses-fourth-line", "ORDER-READ", "the order shows three lines at most",
        edit("lineItems", _drop_fourth, on=ORDER, kind="lines"),
    ),
    fault(
        "order-line-ids-differ-in-hk", "ORDER-READ", "in EBAY_HK the order's lines have other ids than the session's",
        edit("lineItems[].lineItemId", lambda id: f"9{id}", on=ORDER, when=in_market("EBAY_HK")),
    ),
    fault(
        "order-items-swapped", "ORDER-READ", "the items of the order's first two lines change places",
        after("order_view", _lines_swapped, on=ORDER, when=lines(2)),
    ),
    fault(
        "order-total-in-dollars", "ORDER-READ", "the order's total is in USD everywhere",
        edit(f"{SUMMARY}.total.currency", lambda _: "USD", on=ORDER, kind="field"),
    ),
    fault(
        "order-ships-with-first-option", "ORDER-READ", "the order is shipped with the first option, whichever was paid",
        after("order_line_view", _first_option, on=ORDER, kind="after"),
    ),
    fault(
        "order-service-of-first-option", "ORDER-READ", "the order's service is the first option's",
        after("order_line_view", _service_of_first, on=ORDER, kind="field"),
    ),
    fault(
        "order-net-before-promotions", "ORDER-READ", "the order's net prices leave out promotions",
        after("order_line_view", _net_before_promotions, on=ORDER, kind="field"),
    ),
    fault(
        "order-unit-of-the-line", "ORDER-READ", "the order's unit prices are of the whole line",
        after("order_line_view", _unit_of_the_line, on=ORDER, kind="field"),
    ),
    fault(
        "order-by-another-name", "ORDER-READ", "the order has another purchaseOrderId than was asked for",
        edit("purchaseOrderId", lambda id: f"PO-{id}", on=ORDER, kind="field"),
    ),
    fault(
        "order-gone-second-time", "ORDER-READ", "an order is found once, then 16002",
        wrap("order_app", _no(16002), on=ORDER, when=from_nth(2), kind="repeat"), also="ORDER-STABLE",
    ),
    # paid in time
    fault(
        "never-paid", "ORDER-READ-PAID", "an order stays PENDING",
        skip("payment_status", returning="PENDING", on=ORDER),
    ),
    fault(
        "lines-never-paid", "ORDER-READ-PAID", "the lines of a PAID order stay PENDING",
        edit("lineItems[].lineItemPaymentStatus", lambda _: "PENDING", on=ORDER, kind="field"),
    ),
    fault(
        "last-of-four-not-paid", "ORDER-READ-PAID", "with four lines the last one of a PAID order is NOT_PAID",
        edit("lineItems[3].lineItemPaymentStatus", lambda _: "NOT_PAID", on=ORDER, kind="lines"),
    ),
    # fields
    fault(
        "order-status-completed", "ORDER-FIELDS", "purchaseOrderStatus is COMPLETED",
        edit("purchaseOrderStatus", lambda _: "COMPLETED", on=ORDER, kind="field"),
    ),
    fault(
        "line-status-shipped-in-de", "ORDER-FIELDS", "in EBAY_DE lineItemStatus is SHIPPED",
        edit("lineItems[].lineItemStatus", lambda _: "SHIPPED", on=ORDER, when=in_market("EBAY_DE")),
    ),
    fault(
        "creation-date-without-zone", "ORDER-FIELDS", "purchaseOrderCreationDate has no time zone",
        edit("purchaseOrderCreationDate", lambda text: text.rstrip("Z"), on=ORDER, kind="field"),
    ),
    fault(
        "order-id-too-long", "ORDER-FIELDS", "the orderId of the fourth line has more than 40 characters",
        edit("lineItems[3].orderId", lambda id: id.ljust(41, "0"), on=ORDER, kind="boundary"),
    ),
    fault(
        "order-quantity-as-text", "ORDER-FIELDS", "quantities are texts",
        edit("lineItems[].quantity", str, on=ORDER, kind="field"), also="ORDER-READ",
    ),
    fault(
        "legacy-reference-null", "ORDER-FIELDS", "legacyReference is null",
        put("lineItems[].legacyReference", None, on=ORDER, kind="field"),
    ),
    fault(
        "order-without-total", "ORDER-FIELDS", "with a coupon the order's summary has no total",
        drop(f"{SUMMARY}.total", on=ORDER, when=coupon, kind="coupon"), also="ORDER-READ",
    ),
    # unknown ones, and other apps
    fault(
        "unknown-order-15003", "ORDER-UNKNOWN", "an unknown order is 15003",
        wrap("order", _other_id(15003), on=ORDER, when=unknown, kind="id"), also="SESSION-DOCUMENTED",
    ),
    fault(
        "unknown-order-409", "ORDER-UNKNOWN", "an unknown order is 16002 with status 409",
        change_status(409, on=ORDER, when=error(16002)),
    ),
    fault(
        "unknown-order-200", "ORDER-UNKNOWN", "an unknown order is 16002 with status 200",
        change_status(200, on=ORDER, when=error(16002)), also="ORDER-FIELDS",
    ),
    fault(
        "unknown-order-crashes", "ORDER-UNKNOWN", "an unknown order is 500 16001",
        wrap("order", _no(16001), on=ORDER, when=unknown, kind="status"),
    ),
    fault(
        "order-of-another-app", "ORDER-APP", "another application can read an order",
        skip("order_app", on=ORDER),
    ),
    fault(
        "order-of-another-app-second-time", "ORDER-APP", "another application can read an order the second time",
        skip("order_app", on=ORDER, when=Condition(
            lambda call: call.order is not None and call.order.app != call.app) & nth(2), kind="repeat"),
    ),
    fault(
        "order-of-another-app-16002", "ORDER-APP", "for another application an order is 16002",
        wrap("order_app", _no(16002), on=ORDER, kind="id", when=Condition(
            lambda call: call.order is not None and call.order.app != call.app)),
    ),
    fault(
        "order-of-another-app-409", "ORDER-APP", "for another application an order is 16003 with status 409",
        change_status(409, on=ORDER, when=error(16003)),
    ),
    fault(
        "order-leaks-to-another-app", "ORDER-APP", "the refusal shows another application the order's lines",
        after("response", _leak, on=ORDER, when=foreign_app & error(16003), kind="always"),
    ),
    # staying as it is
    fault(
        "order-grows-when-read", "ORDER-STABLE", "from the second reading on the order's tax has a cent more",
        rebill(plus(tax=1), on=ORDER, when=from_nth(2)),
    ),
    fault(
        "order-back-to-pending", "ORDER-STABLE", "at the third reading a PAID order is PENDING again",
        skip("payment_status", returning="PENDING", on=ORDER, when=from_nth(3)), also="ORDER-READ-PAID",
    ),
    fault(
        "order-lines-renumbered", "ORDER-STABLE", "from the second reading on the lines have other ids each time",
        after("order_view", _read_id, on=ORDER, when=from_nth(2)), also="ORDER-READ",
    ),
    fault(
        "order-made-just-now", "ORDER-STABLE", "each reading has another creation date",
        after("order_view", _now, on=ORDER, kind="field"),
    ),
]
