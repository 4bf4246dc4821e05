"""The JSON of a session, of a purchase order, of a placed order and of a token (OpenAPI document, schemas)."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

from mock_server.catalogue.model import Marketplace, Option, decimal
from mock_server.domain.errors import JSON, warning
from mock_server.domain.operations import INITIATE, ORDER, PLACE, READ, TOKEN
from mock_server.domain.pricing import Bill, Row
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart

_DAY = 86_400


def amount(call: Call, minor: int, market: Marketplace) -> JSON:
    return {"value": decimal(minor, market.decimals), "currency": market.currency}


def view(call: Call) -> JSON:
    """The body of a 200 answer, of whichever operation."""
    shown = {TOKEN: "token_view", PLACE: "placed_view", ORDER: "order_view"}.get(call.operation, "session_view")
    body: JSON = call.run(shown)
    return body


def moment(seconds: float) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    whole = int(seconds)
    return time.strftime(f"%Y-%m-%dT%H:%M:%S.{int((seconds - whole) * 1000):03d}Z", time.gmtime(whole))


@lru_cache(1024)
def _morning(day: int) -> str:
    """Eight o'clock, UTC, on this day since the epoch."""
    return time.strftime("%Y-%m-%dT08:00:00.000Z", time.gmtime(day * _DAY))


def _estimates(cart: Cart, option: Option) -> JSON:
    today = int(cart.created) // _DAY
    return {
        "minEstimatedDeliveryDate": _morning(today + option.days[0]),
        "maxEstimatedDeliveryDate": _morning(today + option.days[1]),
    }


def session_view(call: Call) -> JSON:
    session, cart = call.require_session(), call.require_cart()
    bill: Bill = call.run("bill", cart)
    body: JSON = {
        "checkoutSessionId": session.id,
        "lineItems": [call.run("line_view", cart, row) for row in bill.rows],
        "pricingSummary": call.run("summary_view", cart, bill),
        "shippingAddress": {**cart.address, "recipient": {**cart.address["recipient"]}},
    }
    if cart.coupon is not None:
        body["appliedCoupons"] = [{"redemptionCode": cart.coupon.code}]
    warnings = call.warnings + (_cautions(cart) if call.operation in (INITIATE, READ) else [])
    if warnings:
        body["warnings"] = warnings
    return body


def _cautions(cart: Cart) -> list[JSON]:
    """Warnings that go with an item as long as it is in the cart."""
    return [warning(line.item.warned, itemId=line.item.id) for line in cart.lines if line.item.warned]


def _common(call: Call, cart: Cart, row: Row) -> JSON:
    """What a line shows in a session and in an order alike."""
    line, item, market = row.line, row.line.item, cart.market
    shown: JSON = {
        "lineItemId": line.id,
        "itemId": item.id,
        "title": item.title,
        "quantity": line.quantity,
        "image": {"imageUrl": item.image},
        "seller": {"username": item.seller},
        "baseUnitPrice": call.run("amount", row.unit, market),
        "netPrice": call.run("amount", row.net, market),
    }
    promotions = [
        {
            "promotionType": "SellerDiscountedPromotionalOffer",
            "message": promotion.message,
            "discount": call.run("amount", discount, market),
        }
        for promotion, discount in row.promotions
    ]
    if row.share and cart.coupon is not None:
        discount = call.run("amount", row.share, market)
        promotions.append({"promotionType": "COUPON", "message": f"Coupon {cart.coupon.code}", "discount": discount})
    if promotions:
        shown["promotions"] = promotions
    if row.fees:
        shown["fees"] = [{"feeType": fee.kind, "amount": call.run("amount", fee.amount, market)} for fee in row.fees]
    tax = market.tax
    if tax is not None and item.taxed:
        included = tax.included and not (item.abroad and tax.on_imports)
        region = {"regionName": tax.region, "regionType": tax.region_type}
        jurisdiction = {"taxJurisdictionId": f"{market.country}-001", "region": region}
        shown["taxDetails"] = [{"taxType": tax.kind, "includedInPrice": included, "taxJurisdiction": jurisdiction}]
    if item.authentic:
        shown["authenticityVerification"] = {
            "description": "An authenticator checks the item on its way",
            "termsWebUrl": "https://pages.ebay.com/authenticity-guarantee/",
        }
    return shown


def line_view(call: Call, cart: Cart, row: Row) -> JSON:
    shown = _common(call, cart, row)
    shown["shippingOptions"] = [call.run("option_view", cart, row, option) for option in row.line.item.options]
    return shown


def option_view(call: Call, cart: Cart, row: Row, option: Option) -> JSON:
    market = cart.market
    cost, discount = call.run("delivery", row.line, option)
    shown: JSON = {
        "shippingOptionId": option.id,
        "shippingCarrierCode": option.carrier,
        "shippingServiceCode": option.service,
        "baseDeliveryCost": call.run("amount", cost, market),
        "deliveryDiscount": call.run("amount", discount, market),
        **_estimates(cart, option),
        "selected": option.id == row.line.option,
    }
    if row.line.item.abroad:
        shown["importCharges"] = call.run("amount", call.run("imports", row.line, option), market)
    return shown


def summary_view(call: Call, cart: Cart, bill: Bill) -> JSON:
    """What both summaries hold; the one of an order has two fields in another form (`order_view`)."""

    def money(minor: int) -> Any:
        return call.run("amount", minor, cart.market)

    shown: JSON = {
        "priceSubtotal": money(bill.subtotal),
        "priceDiscount": money(bill.discount),
        "deliveryCost": money(bill.delivery),
        "tax": money(bill.tax),
        "fee": money(bill.fee),
        "adjustment": {"amount": money(bill.adjustment), "label": "Seller's adjustment" if bill.adjustment else "None"},
        "total": money(bill.total),
    }
    if cart.coupon is not None:
        shown["additionalSavings"] = money(bill.savings)
    if any(row.line.item.abroad for row in bill.rows):
        shown["importCharges"] = {"amount": money(bill.imports), "applicableChargeType": "CUSTOMS"}
        if cart.market.tax is not None and cart.market.tax.on_imports:
            shown["importTax"] = {"amount": money(bill.import_tax), "importTaxType": "GST"}
    return shown


def order_view(call: Call) -> JSON:
    order = call.order
    assert order is not None
    cart = order.cart
    bill: Bill = call.run("bill", cart)
    summary = call.run("summary_view", cart, bill)
    summary["deliveryDiscount"] = call.run("amount", bill.delivery_discount, cart.market)
    if "importCharges" in summary:
        summary["importCharges"] = summary["importCharges"]["amount"]
    return {
        "purchaseOrderId": order.id,
        "purchaseOrderCreationDate": moment(order.created),
        "purchaseOrderStatus": "PENDING",
        "purchaseOrderPaymentStatus": call.run("payment_status"),
        "lineItems": [call.run("order_line_view", cart, row) for row in bill.rows],
        "pricingSummary": summary,
    }


def payment_status(call: Call) -> str:
    """Paid at once, but for lines that were not bought."""
    assert call.order is not None
    unpaid = [line.item.unpaid for line in call.order.cart.lines]
    return "FAILED" if all(unpaid) else "PARTIALLY_PAID" if any(unpaid) else "PAID"


def order_line_view(call: Call, cart: Cart, row: Row) -> JSON:
    order, item = call.order, row.line.item
    assert order is not None
    legacy_item = item.id.split("|")[1]
    seller = item.seller.rpartition("_")[2]  # one order id for each seller
    shown = _common(call, cart, row)
    shown.update(
        {
            "orderId": f"{order.id[:2]}-{order.id[2:7]}-{order.id[7:]}{seller}",
            "lineItemPaymentStatus": "NOT_PAID" if item.unpaid else "PAID",
            "lineItemStatus": "PENDING",
            "legacyReference": {
                "legacyItemId": legacy_item,
                "legacyOrderId": f"{legacy_item}-{row.line.id}!{order.id}{seller}",
                "legacyTransactionId": row.line.id,
            },
            "shippingDetail": {
                "shippingCarrierCode": row.line.selected.carrier,
                "shippingServiceCode": row.line.selected.service,
                **_estimates(cart, row.line.selected),
            },
        }
    )
    if item.authentic:
        shown["authenticityVerification"]["status"] = "PENDING"
    return shown


def placed_view(call: Call) -> JSON:
    order = call.order
    assert order is not None
    body: JSON = {
        "purchaseOrderId": order.id,
        "purchaseOrderHref": f"{call.request.base_url}/buy/order/v2/guest_purchase_order/{order.id}",
        "purchaseOrderPaymentStatus": call.run("payment_status"),
    }
    if call.warnings:
        body["warnings"] = call.warnings
    return body


STEPS = {
    step.__name__: step
    for step in (
        amount,
        view,
        session_view,
        line_view,
        option_view,
        summary_view,
        order_view,
        payment_status,
        order_line_view,
        placed_view,
    )
}
