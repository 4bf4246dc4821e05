"""Marketplaces, items, coupons, buyers and apps of the mock.

A marketplace more is one row in MARKETPLACES and one in ADDRESSES. A product more is one row in PLAIN.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Coupon, Fee, Item, Marketplace, Option, Promotion, Tax

_US = Tax("STATE_SALES_TAX", 875, False, "California", "STATE_OR_PROVINCE")
_GB = Tax("VAT", 2000, True, "United Kingdom", "COUNTRY")
_DE = Tax("VAT", 1900, True, "Deutschland", "COUNTRY")
_AU = Tax("GST", 1000, True, "Australia", "COUNTRY", on_imports=True)
_CA = Tax("PROVINCE_SALES_TAX", 1300, False, "Ontario", "STATE_OR_PROVINCE")

MARKETPLACES = {
    market.id: market
    for market in (
        Marketplace("EBAY_US", "US", "USD", 40, _US, ("stateOrProvince", "postalCode")),
        Marketplace("EBAY_GB", "GB", "GBP", 35, _GB, ("postalCode",)),
        Marketplace("EBAY_DE", "DE", "EUR", 35, _DE, ("postalCode",)),
        Marketplace("EBAY_AU", "AU", "AUD", 40, _AU, ("postalCode",)),
        Marketplace("EBAY_CA", "CA", "CAD", 40, _CA, ("postalCode",)),
        Marketplace("EBAY_HK", "HK", "HKD", 50, None, ()),
    )
}

# Percent of the price in US dollars, and the carriers of the first, second and third option.
_SCALE = {"USD": 100, "GBP": 79, "EUR": 91, "AUD": 151, "CAD": 136, "HKD": 783}
_CARRIERS = {
    "US": ("USPS", "UPS", "FedEx"),
    "GB": ("Royal Mail", "Evri", "DPD"),
    "DE": ("DHL", "Hermes", "GLS"),
    "AU": ("AusPost", "Sendle", "StarTrack"),
    "CA": ("Canada Post", "UPS", "Purolator"),
    "HK": ("Hongkong Post", "SF Express", "DHL"),
}
_SERVICES = (("Economy", (5, 9)), ("Priority", (2, 4)), ("Next Day", (1, 1)))

# title, category, price, delivery cost of each option, peculiarities: `discount` is off the first option's delivery
# cost, `imports` one amount for each option; all in US cents, `percent` in basis points.
PLAIN: list[tuple[str, str, int, list[int], dict[str, Any]]] = [
    ("Oak book stand", "home", 2399, [549, 1195], {}),
    ("Canvas tool roll", "garden", 1847, [425, 985], {"promotions": [{"percent": 1500}]}),
    ("Fountain pen, fine nib", "office", 3161, [350, 1125, 2240], {}),
    ("Wool hiking socks", "fashion", 1273, [0, 875], {"promotions": [{"bogo": True}]}),
    ("Desk lamp with a “soft” dimmer", "home", 5689, [915, 1835], {"promotions": [{"each": 375}]}),
    ("Rain jacket", "fashion", 8837, [640, 1410], {"promotions": [{"percent": 700}, {"each": 211}]}),
    ("Pocket radio", "electronics", 4111, [515, 1315], {"fees": [("BATTERY_RECYCLING_FEE", 45)]}),
    (
        "Portable display",
        "electronics",
        17903,
        [0, 2395],
        {"fees": [("ELECTRONIC_RECYCLING_FEE", 500), ("ADDITIONAL_FEE", 37)]},
    ),
    ("Stoneware teapot", "home", 3743, [785, 1565], {"discount": 265}),
    ("Garden secateurs", "garden", 2957, [610, 1290], {"discount": 610}),
    ("Carbon steel knife", "home", 6229, [655, 1495], {"imports": [690, 835], "abroad": True}),
    (
        "Studio headphones",
        "electronics",
        9341,
        [565, 1345, 2890],
        {
            "promotions": [{"percent": 1200}],
            "fees": [("ADDITIONAL_FEE", 31)],
            "discount": 145,
            "imports": [415, 530, 0],
            "abroad": True,
        },
    ),
    ("Second-hand atlas", "books", 2689, [395, 765], {"promotions": [{"percent": 333}], "adjustment": -115}),
    ("Hand bell", "office", 959, [370, 815], {"adjustment": 55}),
    ("Automatic watch", "fashion", 23117, [1185, 2365], {"authentic": True}),
    (
        "Pottery kiln",
        "garden",
        119873,
        [0, 4985],
        {"promotions": [{"each": 9999}], "imports": [2190, 2675], "abroad": True},
    ),
    ("Poetry anthology, blue cover", "books", 683, [305, 595], {"taxed": False, "variation": True}),
    ("Poetry anthology, red cover", "books", 683, [305, 595], {"taxed": False, "variation": True}),
]

# role, what buying it brings
SPECIAL: list[tuple[str, dict[str, int | bool]]] = [
    ("limit", {"limit": 2}),
    ("limit-above-three", {"limit": 5}),
    ("stock", {"stock": 3}),
    ("lot", {"lot": 5}),
    ("refused", {"refused": 15013, "stock": 0}),
    ("refused", {"refused": 15017}),
    ("refused", {"refused": 15018}),
    ("refused", {"refused": 15026}),
    ("refused", {"refused": 15028}),
    ("refused", {"refused": 15031}),
    ("refused", {"refused": 15044}),
    ("refused", {"refused": 15045}),
    ("refused", {"refused": 15053}),
    ("refused", {"refused": 20002}),
    ("removed", {"removed": 15043, "alone": 15044}),
    ("removed", {"removed": 15055, "alone": 15053}),
    ("warned", {"warned": 20000}),
    ("warned", {"warned": 20001}),
    ("at-payment", {"at_payment": 15012}),
    ("at-payment", {"at_payment": 15020}),
    ("at-payment", {"at_payment": 15045}),
    ("unpaid", {"unpaid": True}),
]

COUPONS = {
    coupon.code: coupon
    for coupon in (
        Coupon("FIVEOFF", value=500),
        Coupon("TENTH", percent=1000),
        Coupon("HOME20", percent=2000, category="home", error=16013),
        Coupon("GIANT", value=9_999_999_999),
        Coupon("SPEND100", value=1500, minimum=10000, error=16005),
        Coupon("SPEND200", percent=1500, minimum=20000, error=16009),
        Coupon("NOITEMS", refused=16000),
        Coupon("EXPIRED", refused=16003),
        Coupon("NOTYET", refused=16004),
        Coupon("VOID", refused=16006),
        Coupon("USED", refused=16007),
        Coupon("WITHDRAWN", refused=16008),
        Coupon("LASTYEAR", refused=16009),
        Coupon("OTHERMONEY", refused=16010),
        Coupon("OTHERSITE", refused=16012),
        Coupon("OTHERCATEGORY", refused=16013),
        Coupon("CARDONLY", refused=16014),
        Coupon("EXPRESSONLY", refused=16015),
        Coupon("DOMESTIC", refused=16016),
        Coupon("ABROAD", refused=16017),
        Coupon("STRANGER", refused=16018),
        Coupon("MEMBERS", refused=16019),
        Coupon("PARTNERS", refused=16020),
        Coupon("BAD CODE!", refused=16022),
        Coupon("ONEONLY", refused=16023),
        Coupon("NOTNOW", refused=16024),
    )
}
UNKNOWN_COUPON = "NOSUCHCODE"  # any code that is not in COUPONS: 16002

# Buyers whose payment fails, by contactEmail.
BUYERS = {
    "nocard@example.com": 15004,
    "declined@example.com": 15023,
    "method@example.com": 15024,
    "terms@example.com": 15030,
    "details@example.com": 15033,
    "issue@example.com": 15049,
    "processor@example.com": 17000,
}

SCOPE = "https://api.ebay.com/oauth/api_scope/buy.guest.order"
OTHER_SCOPE = "https://api.ebay.com/oauth/api_scope"
SCOPES = (SCOPE, OTHER_SCOPE)
APPS = {"mock-shop-one": "mock-secret-one", "mock-shop-two": "mock-secret-two"}
EXPIRED_TOKENS = {"v^1.1#i^1#p^1#mock-expired-one": "mock-shop-one", "v^1.1#i^1#p^1#mock-expired-two": "mock-shop-two"}

SANCTIONED = ("CU", "IR", "KP", "SY")
DOUBTFUL = "Nowhere"  # in addressLine1: taken with warning 15007


def _scaled(cents: int, market: Marketplace) -> int:
    return (cents * _SCALE[market.currency] + 50) // 100


def _promotion(market: Marketplace, percent: int = 0, each: int = 0, bogo: bool = False) -> Promotion:
    message = "Buy one, get one" if bogo else f"{percent / 100:g} % off" if percent else "Reduced"
    return Promotion(message, percent, _scaled(each, market), bogo)


def _item(
    market: Marketplace, number: int, title: str, category: str, price: int, costs: list[int], more: dict[str, Any]
) -> Item:
    place = list(MARKETPLACES).index(market.id) + 1
    imports = more.get("imports", [0] * len(costs))
    legacy = f"19{place}{410000 + number * 173}{number:02d}"
    return Item(
        id=f"v1|{legacy}|{'5' + legacy if more.get('variation') else '0'}",
        role=more.get("role", "plain"),
        title=title,
        category=category,
        seller=f"{market.country.lower()}_seller_{number % 3 + 1}",
        image=f"https://i.ebayimg.com/images/g/mock{place}{number:02d}/s-l500.jpg",
        price=_scaled(price, market),
        promotions=tuple(_promotion(market, **promotion) for promotion in more.get("promotions", ())),
        fees=tuple(Fee(kind, _scaled(amount, market)) for kind, amount in more.get("fees", ())),
        adjustment=-_scaled(-more["adjustment"], market)
        if more.get("adjustment", 0) < 0
        else _scaled(more.get("adjustment", 0), market),
        abroad=more.get("abroad", False),
        taxed=more.get("taxed", True),
        authentic=more.get("authentic", False),
        options=tuple(
            Option(
                id=f"{place}{number:02d}{index + 1}0",
                carrier=_CARRIERS[market.country][index],
                service=f"{_CARRIERS[market.country][index]} {_SERVICES[index][0]}",
                cost=_scaled(cost, market),
                discount=_scaled(more.get("discount", 0), market) if index == 0 else 0,
                imports=_scaled(imports[index], market),
                days=_SERVICES[index][1],
            )
            for index, cost in enumerate(costs)
        ),
    )


def _goods(market: Marketplace) -> dict[str, Item]:
    items = [_item(market, number, *row) for number, row in enumerate(PLAIN, 1)]
    for number, (role, traits) in enumerate(SPECIAL, 40):
        name = ", ".join(f"{trait} {value}" for trait, value in traits.items())
        item = _item(market, number, f"Sample item ({name})", "sample", 1500 + 13 * number, [495, 1090], {"role": role})
        items.append(replace(item, **traits))  # type: ignore[arg-type]  # traits are fields of Item
    return {item.id: item for item in items}


ITEMS: dict[str, dict[str, Item]] = {market.id: _goods(market) for market in MARKETPLACES.values()}
