"""Faults about the fields of a session's answer: absent, null, of another type or form.

Each stands in the answers of one method only, as where one method has a serializer of its own.
"""

from __future__ import annotations

from typing import Any

from mock_server.injection import (
    ADDRESS,
    APPLY,
    CHANGES,
    INITIATE,
    OPTION,
    QUANTITY,
    READ,
    REMOVE,
    SESSION_METHODS,
    Condition,
    Effect,
    Fault,
    accepted,
    after_op,
    coupon,
    drop,
    edit,
    fault,
    from_nth,
    in_market,
    lines,
    put,
    quantity_above,
)

# Fields whose Occurrence is Always, by the words of a name; where the field is not in the answer, and when.
ALWAYS: dict[str, tuple[str, str, Condition | None]] = {
    "session-id": ("checkoutSessionId", READ, None),
    "lines": ("lineItems", REMOVE, None),
    "summary": ("pricingSummary", APPLY, None),
    "address": ("shippingAddress", QUANTITY, None),
    "coupon-code": ("appliedCoupons[].redemptionCode", OPTION, None),
    "line-id": ("lineItems[].lineItemId", ADDRESS, None),
    "item-id": ("lineItems[].itemId", REMOVE, None),
    "title": ("lineItems[].title", READ, None),
    "quantity": ("lineItems[].quantity", OPTION, None),
    "image": ("lineItems[].image", QUANTITY, None),
    "image-url": ("lineItems[].image.imageUrl", READ, in_market("EBAY_AU")),
    "seller": ("lineItems[].seller", INITIATE, lines(3)),
    "seller-name": ("lineItems[].seller.username", READ, None),
    "unit-price": ("lineItems[].baseUnitPrice", ADDRESS, None),
    "net-price": ("lineItems[].netPrice", READ, coupon),
    "options": ("lineItems[].shippingOptions", APPLY, None),
    "option-id": ("lineItems[].shippingOptions[].shippingOptionId", QUANTITY, None),
    "carrier": ("lineItems[].shippingOptions[].shippingCarrierCode", INITIATE, in_market("EBAY_DE")),
    "service": ("lineItems[].shippingOptions[].shippingServiceCode", OPTION, None),
    "selected": ("lineItems[].shippingOptions[-1].selected", READ, None),
    "delivery-cost": ("lineItems[].shippingOptions[].baseDeliveryCost", ADDRESS, None),
    "delivery-discount": ("lineItems[].shippingOptions[].deliveryDiscount", INITIATE, None),
    "subtotal": ("pricingSummary.priceSubtotal", QUANTITY, quantity_above(3)),
    "discount": ("pricingSummary.priceDiscount", REMOVE, None),
    "delivery": ("pricingSummary.deliveryCost", OPTION, from_nth(2)),
    "tax": ("pricingSummary.tax", READ, in_market("EBAY_HK")),
    "fee": ("pricingSummary.fee", INITIATE, None),
    "adjustment": ("pricingSummary.adjustment", ADDRESS, None),
    "adjustment-amount": ("pricingSummary.adjustment.amount", READ, None),
    "adjustment-label": ("pricingSummary.adjustment.label", APPLY, None),
    "total": ("pricingSummary.total", READ, after_op(OPTION)),
    "street": ("shippingAddress.addressLine1", READ, None),
    "city": ("shippingAddress.city", OPTION, None),
    "country": ("shippingAddress.country", INITIATE, None),
    "phone": ("shippingAddress.phoneNumber", REMOVE, None),
    "recipient": ("shippingAddress.recipient", QUANTITY, None),
}


def _absent(path: str, operation: str, when: Condition | None) -> Effect:
    if when is None:
        return drop(path, on=operation, when=accepted)
    return drop(path, on=operation, when=accepted & when, kind=when.kind)


def _without_zone(date: str) -> str:
    return date.replace("T", " ").removesuffix("Z")


def _lower(code: str) -> str:
    return code.lower()


def _number(amount: dict[str, Any]) -> dict[str, Any]:
    return {**amount, "value": float(amount["value"])}


EVERYWHERE = (INITIATE, *SESSION_METHODS[:-1])
OPTIONS = "lineItems[].shippingOptions[]"

FAULTS: list[Fault] = [
    *(
        fault(f"always-no-{words}", "SESSION-FIELDS", f"{path} is not there", _absent(path, operation, when))
        for words, (path, operation, when) in ALWAYS.items()
    ),
    fault(
        "quantity-as-text",
        "SESSION-FIELDS",
        "the quantity of a line is a text",
        edit("lineItems[].quantity", str, on=READ),
        kind="field",
    ),
    fault(
        "selected-as-text",
        "SESSION-FIELDS",
        "selected is the text true or false",
        edit(f"{OPTIONS}.selected", lambda value: str(value).lower(), on=CHANGES),
        kind="field",
    ),
    fault(
        "session-id-of-a-change",
        "SESSION-FIELDS",
        "the answer about an address has an id that is not the session's",
        edit("checkoutSessionId", lambda id: f"{id}-2", on=ADDRESS, when=accepted),
        kind="field",
    ),
    fault(
        "amounts-as-numbers",
        "SESSION-FIELDS",
        "amounts of the summary are numbers once a coupon was applied",
        edit("pricingSummary.total", _number, on=APPLY),
        kind="after",
    ),
    fault(
        "second-address-line-null",
        "SESSION-FIELDS",
        "an address without addressLine2 has null there",
        edit("shippingAddress", lambda address: {"addressLine2": None, **address}, on=EVERYWHERE),
        kind="field",
    ),
    fault(
        "coupons-null",
        "SESSION-FIELDS",
        "appliedCoupons is null once the coupon is gone",
        put("appliedCoupons", None, on=REMOVE, when=accepted),
        kind="after",
    ),
    fault(
        "single-fee-as-object",
        "SESSION-FIELDS",
        "a single fee is an object in place of a list",
        edit("lineItems[].fees", lambda fees: fees[0] if len(fees) == 1 else fees, on=EVERYWHERE),
        kind="lines",
    ),
    fault(
        "coupons-as-texts",
        "SESSION-FIELDS",
        "appliedCoupons is a list of texts",
        edit("appliedCoupons[]", lambda entry: entry["redemptionCode"], on=READ),
        kind="coupon",
    ),
    fault(
        "dates-without-zone",
        "SESSION-FIELDS",
        "delivery dates have no T and no Z",
        edit(f"{OPTIONS}.minEstimatedDeliveryDate", _without_zone, on=READ),
        kind="field",
    ),
    fault(
        "dates-of-local-time",
        "SESSION-FIELDS",
        "in EBAY_AU delivery dates are in local time",
        edit(
            f"{OPTIONS}.maxEstimatedDeliveryDate",
            lambda date: date.replace("Z", "+10:00"),
            on=OPTION,
            when=accepted & in_market("EBAY_AU"),
        ),
    ),
    fault(
        "currency-in-lower-case",
        "SESSION-FIELDS",
        "the currency of a delivery discount is in lower case",
        edit(f"{OPTIONS}.deliveryDiscount.currency", _lower, on=READ),
        also="MARKET-CURRENCY",
        kind="field",
    ),
    fault(
        "region-type-unlisted",
        "SESSION-FIELDS",
        "the region of a tax is of type PROVINCE in EBAY_CA",
        edit(
            "lineItems[].taxDetails[].taxJurisdiction.region.regionType",
            lambda _: "PROVINCE",
            on=EVERYWHERE,
            when=in_market("EBAY_CA"),
        ),
    ),
    fault(
        "import-charges-of-another-type",
        "SESSION-FIELDS",
        "import charges are of type DUTY",
        put("pricingSummary.importCharges.applicableChargeType", "DUTY", on=READ),
        kind="field",
    ),
    fault(
        "import-tax-of-another-type",
        "SESSION-FIELDS",
        "import tax is of type VAT",
        put("pricingSummary.importTax.importTaxType", "VAT", on=EVERYWHERE),
        kind="field",
    ),
    fault(
        "option-id-empty",
        "SESSION-FIELDS",
        "the last option of a line has an empty id with three lines or more",
        put(f"{OPTIONS[:-2]}[-1].shippingOptionId", "", on=ADDRESS, when=accepted & lines(3)),
        kind="lines",
    ),
]
