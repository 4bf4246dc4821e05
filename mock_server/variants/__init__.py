'''Lawful variants: servers that differ and still keep the documents, to prove that the suite raises no false alarm.

`VARIANTS` maps names to `mock_server.injection.Variant`. They are made of the same effects as faults and selected by the
same base paths (`mock_server.faults` explains both): `/x/empty-lists+ten-lines/buy/order/…`. `requirement` is the
requirement whose reading a variant takes; `about` names its subject, and two variants of one subject exclude each other.

    variant(
        "unknown-session-404", "SESSION-UNKNOWN", "15003 comes with status 404",
        change_status(404, when=error(15003)), on=SESSION_METHODS, about="unknown session",
    ),

What a variant needs beside its effects stands here as data: PROFILES, EXCLUDES, SHOULDS.
`python -m devtools.false_positives` judges each variant.
'''

from typing import Any

from mock_server.catalogue.goods import UNKNOWN_COUPON
from mock_server.catalogue.profile import coupons as coupons_by_role  # a module here has its name
from mock_server.injection.core import collect
from mock_server.variants import (
    address_shipping,
    coupons,
    line_items,
    marketplace,
    money,
    payment,
    protocol,
    sessions,
)
from mock_server.variants.protocol import STATIC_TOKENS

VARIANTS = collect({
    "sessions": sessions.VARIANTS,
    "marketplace": marketplace.VARIANTS,
    "line_items": line_items.VARIANTS,
    "address_shipping": address_shipping.VARIANTS,
    "coupons": coupons.VARIANTS,
    "money": money.VARIANTS,
    "payment": payment.VARIANTS,
    "protocol": protocol.VARIANTS,
})

# Changes of the target profile without which a variant would not keep its word: values by dotted path, None: not there.
# {other} stands for the shop's base URL at another host.
_KNOWN = [coupon for coupon in coupons_by_role()["refused"] if coupon["code"] != UNKNOWN_COUPON]
PROFILES: dict[str, dict[str, Any]] = {
    "ten-lines": {"max_line_items": 10},
    "ten-lines-unsaid": {"max_line_items": None},
    "four-lines-unsaid": {"max_line_items": None},
    "pending-then-paid": {"payment.paid_within_s": 2},
    "pending-for-good": {"payment.paid_within_s": None},
    "no-place-order": {"payment.kind": "none"},
    "no-tokens": {"auth": {"kind": "none"}, "apps": None},
    "tokens-from-elsewhere": {"auth": {"kind": "token"}, "apps": [{"token": token} for token in STATIC_TOKENS]},
    "order-host-apart": {"endpoints.order_url": "{other}"},
    "coupon-bound-to-an-option": {
        "coupons.refused": [coupon for coupon in coupons_by_role()["refused"] if coupon["code"] != "EXPRESSONLY"]
    },
    **{name: {"coupons.refused": _KNOWN} for name in VARIANTS if name.startswith("unknown-coupon-")},
}

# Pairs about two things that contradict each other all the same.
EXCLUDES: tuple[frozenset[str], ...] = (
    frozenset({"declined-200-failed", "place-answers-the-id-alone"}),  # 200 has to say FAILED
    frozenset({"line-ids-are-item-ids", "same-item-two-lines"}),  # a line id comes once in a session
    frozenset({"minimum-before-promotions", "unfit-coupon-leaves"}),  # that counts after promotions
)

# Requirements of level SHOULD that a variant does without, though it keeps every MUST.
SHOULDS: dict[str, tuple[str, ...]] = {
    "address-in-capitals": ("ADDR-REPLACE-EXACT",),
    "address-with-other-blanks": ("ADDR-REPLACE-EXACT",),
    "phone-with-dashes": ("ADDR-REPLACE-EXACT",),
    "postal-code-completed": ("ADDR-REPLACE-EXACT",),
    "markup-taken": ("ADDR-CHARS-MARKUP",),
    "all-items-15018": ("ITEM-OWN-ID",),
    "all-items-15053": ("ITEM-OWN-ID",),
    "unavailable-item-15013": ("ITEM-OWN-ID",),
    "sold-out-item-15053": ("ITEM-OWN-ID",),
    "not-shippable-swapped": ("ITEM-OWN-ID",),
    "delivery-costs-move": ("PRICE-STABLE",),
    "warnings-everywhere": ("WARNING-SHAPE-OPERATION",),
}
