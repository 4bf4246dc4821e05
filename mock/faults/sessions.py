"""Faults about sessions: created, read, isolated, refused for what they lack."""

from __future__ import annotations

from mock.seams import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPERATIONS,
    QUANTITY,
    READ,
    Fault,
    drop,
    fault,
    field,
    kept_not_shown,
    shown_not_kept,
    skip,
    store,
    tolerate,
)
from mock.shop import Call
from mock.state import Cart

# Fields of a session's answer whose Occurrence is Always, by the words of a name.
ALWAYS = {
    "title": "lineItems[].title",
    "net-price": "lineItems[].netPrice",
    "delivery-discount": "lineItems[].shippingOptions[].deliveryDiscount",
    "adjustment": "pricingSummary.adjustment",
    "address-city": "shippingAddress.city",
}



def _first_options(cart: Cart, call: Call) -> None:
    for line in cart.lines:
        line.option = line.item.options[0].id


FAULTS: list[Fault] = [
    *(
        fault(f"always-no-{words}", "SESSION-FIELDS", f"{path} is not in the answers", drop(path), on=OPERATIONS[:-2])
        for words, path in ALWAYS.items()
    ),
    fault(
        "address-shown-not-kept", "SESSION-READ", "the new address stands in the answer, the next read has the old one",
        shown_not_kept(on=ADDRESS),
    ),
    fault(
        "coupon-kept-not-shown", "SESSION-READ", "the answer has no coupon, the next read does",
        kept_not_shown(on=APPLY),
    ),
    fault(
        "quantity-resets-options", "SESSION-ONLY", "a new quantity puts every line back to its first option",
        store(_first_options, on=QUANTITY),
    ),
    fault(
        "initiate-without-city", "SESSION-REQUIRED", "an address without a city is taken",
        tolerate("field", on=INITIATE, when=field("city"), returning="-"),
    ),
    fault(
        "read-of-strangers", "SESSION-APP", "another app can read the session",
        skip("app", on=READ),
    ),
]
