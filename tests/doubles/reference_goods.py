"""What the honest shop sells (tests/doubles/reference_server.py), and the target profile that tells it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conformance.core.profile import Profile
from conformance.core.profile_reader import parse

Json = dict[str, Any]
CURRENCY = {"EBAY_US": "USD", "EBAY_GB": "GBP"}
DECLINED = "declined@example.com"


@dataclass(frozen=True)
class Item:
    """What is sold; amounts in cents. refused, gone, warned, at_payment: the id that the item is known for."""

    unit: int
    promotion: int = 0
    fee: int = 0
    imports: int = 0
    stock: int = 99
    limit: int = 99
    lot: int = 1
    refused: int = 0
    gone: int = 0
    warned: int = 0
    at_payment: int = 0


ITEMS = {
    "v1|1001|0": Item(1000, fee=150), "v1|1002|0": Item(2599, promotion=300), "v1|1003|0": Item(455, imports=200),
    "v1|1004|0": Item(8000), "v1|1005|7": Item(199), "v1|2001|0": Item(700, stock=3), "v1|2002|0": Item(700, limit=2),
    "v1|2003|0": Item(700, lot=5), "v1|3001|0": Item(700, refused=15018), "v1|3002|0": Item(700, gone=15043),
    "v1|3003|0": Item(700, warned=20000), "v1|3004|0": Item(700, at_payment=15020), "v1|3005|0": Item(700, at_payment=15005),
}  # fmt: skip
REFUSED = (15013, 15017, 15026, 15031, 15044, 15045, 15053, 20002)
ITEMS |= {f"v1|40{place}|0": Item(700, refused=number) for place, number in enumerate(REFUSED)}
# kind in the profile: (its key there, our attribute, the attribute of an item that has nothing special)
ROLES: dict[str, tuple[str, str, int]] = {
    "stock": ("stock", "stock", 99), "limit": ("limit", "limit", 99), "lot": ("lot", "lot", 1),
    "refused": ("error", "refused", 0), "removed": ("warning", "gone", 0), "warned": ("warning", "warned", 0),
    "at_payment": ("error", "at_payment", 0),
}  # fmt: skip
PLAIN = ["v1|1001|0", "v1|1002|0", "v1|1003|0", "v1|1004|0", "v1|1005|7"]
OPTIONS = [("USPS", "Ground", 500, 0), ("UPS", "Air", 1500, 200)]
COUPONS = {"FIVEOFF": 500, "TENOFF": 1000, "GIANT": 10**6, "SPEND100": 1000, "ONLY1004": 300}
US: Json = {"recipient": {"firstName": "Ann", "lastName": "O'Neill"}, "phoneNumber": "+14085550100", "city": "San José",
      "addressLine1": "12 Main St.", "stateOrProvince": "CA", "postalCode": "95134", "country": "US"}  # fmt: skip
GB: Json = {"recipient": {"firstName": "Siân", "lastName": "Rees"}, "phoneNumber": "+442079460018", "city": "London",
      "addressLine1": "31 High Street", "postalCode": "WC1N 1AP", "country": "GB"}  # fmt: skip
DOUBTFUL: Json = {**US, "addressLine1": "404 Nowhere Road"}


def profile() -> Profile:
    """The shop's profile."""
    return parse(profile_data(), "honest.toml")


def profile_data() -> Json:
    """What stands in the profile's file."""
    items: Json = {"plain": PLAIN}
    for kind, (name, attribute, usual) in ROLES.items():
        values = {item: getattr(entry, attribute) for item, entry in ITEMS.items()}
        items[kind] = [{"item": item, name: value} for item, value in values.items() if value != usual]
    us = {"address": US, "other_address": {**US, "addressLine1": "9 Side St.", "addressLine2": "Flat 2"}, "items": items,
          "unverifiable_address": DOUBTFUL, "foreign_countries": ["FR"], "sanctioned_countries": ["KP"]}  # fmt: skip
    coupons = {"good": ["FIVEOFF", "TENOFF"], "oversized": ["GIANT"], "refused": [{"code": "EXPIRED", "error": 16003}],
               "minimum": [{"code": "SPEND100", "minimum": "100.00", "error": 16005}],
               "item_bound": [{"code": "ONLY1004", "error": 16013, "fits": ["v1|1004|0"]}]}  # fmt: skip
    return {
        "name": "honest", "base_url": "http://127.0.0.1:1", "max_line_items": 4, "coupons": coupons,
        "apps": [{"client_id": "one", "client_secret": "secret-one"}, {"client_id": "two", "client_secret": "secret-two"}],
        "payment": {"kind": "place_order", "paid_within_s": 0},
        "buyers": {"good": "guest{n}@example.com", "declined": [{"email": DECLINED, "error": 15023}]},
        "marketplaces": {"EBAY_US": us, "EBAY_GB": {"address": GB, "items": items}},
    }  # fmt: skip


@dataclass
class Session:
    """A checkout session; a line is [id, item, quantity, place of the selected option]."""

    id: str
    app: str
    market: str
    email: str
    address: Json
    lines: list[list[Any]]
    coupon: str | None = None
    order: str | None = None
    declined: bool = False
    warnings: list[int] = field(default_factory=list)


def coupon_refusal(code: str, items: list[tuple[Item, int]]) -> int:
    """The id with which this cart is refused the coupon; 0 where it may have it."""
    if code not in COUPONS:
        return 16003 if code == "EXPIRED" else 16002
    if code == "SPEND100" and sum((item.unit - item.promotion) * count for item, count in items) < 10000:
        return 16005
    return 16013 if code == "ONLY1004" and all(item is not ITEMS["v1|1004|0"] for item, _ in items) else 0
