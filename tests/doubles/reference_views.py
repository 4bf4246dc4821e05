"""The honest shop's answers: money in integer cents, and the documents' fields."""

from __future__ import annotations

from tests.doubles.reference_goods import COUPONS, CURRENCY, ITEMS, OPTIONS, Json, Session, coupon_refusal


def bill(session: Session) -> tuple[dict[str, int], list[int]]:
    """The summary's amounts and each line's net price, in cents."""
    rows = [(ITEMS[item], count, OPTIONS[option]) for _, item, count, option in session.lines]
    goods = [(item.unit - item.promotion) * count for item, count, _ in rows]
    fitting = coupon_refusal(session.coupon or "", [(item, count) for item, count, _ in rows]) != 16013
    saved = min(COUPONS.get(session.coupon or "", 0), sum(goods)) if fitting else 0
    shares = [saved * good // (sum(goods) or 1) for good in goods]
    if shares:
        shares[-1] += saved - sum(shares)
    nets = [entry - share for entry, share in zip(goods, shares, strict=True)]
    found = {
        "priceSubtotal": sum(item.unit * count for item, count, _ in rows),
        "priceDiscount": sum(item.promotion * count for item, count, _ in rows),
        "deliveryCost": sum(option[2] - option[3] for _, _, option in rows),
        "tax": sum(nets) * 8 // 100 if session.market == "EBAY_US" else 0,
        "fee": sum(item.fee for item, _, _ in rows),
        "importCharges": sum(item.imports for item, _, _ in rows),
        "additionalSavings": saved,
    }
    less = ("priceDiscount", "additionalSavings")
    found["total"] = sum(-value if name in less else value for name, value in found.items())
    return found, nets


def money(cents: int, market: str) -> Json:
    """An Amount."""
    sign = "-" if cents < 0 else ""
    return {"value": f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}", "currency": CURRENCY[market]}


def summary(session: Session, *, order: bool) -> Json:
    """SessionPricing, or OrderPricing."""
    found: Json = {name: money(value, session.market) for name, value in bill(session)[0].items()}
    if not order:
        found["importCharges"] = {"amount": found["importCharges"], "applicableChargeType": "CUSTOMS"}
    return {**found, "adjustment": {"amount": money(0, session.market), "label": "none"}}


def lines(session: Session) -> list[Json]:
    """What a session's and an order's lines share."""
    found = []
    for (line, item, count, _), net in zip(session.lines, bill(session)[1], strict=True):
        known, market = ITEMS[item], session.market
        entry: Json = {
            "lineItemId": line,
            "itemId": item,
            "quantity": count,
            "title": "A thing",
            "seller": {"username": "ann"},
        }
        entry |= {"image": {"imageUrl": "https://img.example/1.jpg"}, "baseUnitPrice": money(known.unit, market)}
        entry |= {"netPrice": money(net, market)}
        if known.promotion:
            entry["promotions"] = [{"promotionType": "Offer", "discount": money(known.promotion * count, market)}]
        if known.fee:
            entry["fees"] = [{"feeType": "TIRE_RECYCLING_FEE", "amount": money(known.fee, market)}]
        found.append(entry)
    return found


def session_view(session: Session) -> Json:
    """The answer of the seven session methods."""
    listed = lines(session)
    for entry, (line, item, _, chosen) in zip(listed, session.lines, strict=True):
        entry["shippingOptions"] = [
            {
                "shippingOptionId": f"{line}-{index}",
                "shippingCarrierCode": carrier,
                "shippingServiceCode": service,
                "selected": index == chosen,
                "baseDeliveryCost": money(cost, session.market),
                "deliveryDiscount": money(discount, session.market),
                "importCharges": money(ITEMS[item].imports, session.market),
                "minEstimatedDeliveryDate": "2026-01-05T08:00:00.000Z",
                "maxEstimatedDeliveryDate": "2026-01-09T08:00:00.000Z",
            }
            for index, (carrier, service, cost, discount) in enumerate(OPTIONS)
        ]
    coupons = [{"redemptionCode": session.coupon}] if session.coupon else []
    shown = {"checkoutSessionId": session.id, "lineItems": listed, "pricingSummary": summary(session, order=False)}
    return {**shown, "shippingAddress": session.address, "appliedCoupons": coupons}


def order_view(session: Session) -> Json:
    """The answer of getGuestPurchaseOrder."""
    listed = lines(session)
    for entry, (_, _, _, chosen) in zip(listed, session.lines, strict=True):
        carrier, service, *_ = OPTIONS[chosen]
        entry |= {"lineItemPaymentStatus": "PAID", "lineItemStatus": "PENDING", "orderId": f"{session.order}-1"}
        entry["shippingDetail"] = {"shippingCarrierCode": carrier, "shippingServiceCode": service}
    return {
        "purchaseOrderId": session.order,
        "purchaseOrderCreationDate": "2026-01-01T00:00:00.000Z",
        "purchaseOrderStatus": "PENDING",
        "purchaseOrderPaymentStatus": "PAID",
        "lineItems": listed,
        "pricingSummary": summary(session, order=True),
    }
