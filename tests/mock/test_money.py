"""The sentences of the documents about amounts, on carts of every marketplace."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from devtools.conversation.client import Client, plain
from mock_server.catalogue.goods import ITEMS, MARKETPLACES
from mock_server.domain.shop import Settings
from mock_server.server import App

PARTS = ("priceSubtotal", "priceDiscount", "deliveryCost", "tax", "fee", "total")


def amount(value: dict[str, str] | None) -> Decimal:
    return Decimal(value["value"]) if value else Decimal(0)


def promotions(line: dict[str, Any]) -> Decimal:
    listed = line.get("promotions", [])
    return sum((amount(p["discount"]) for p in listed if p["promotionType"] != "COUPON"), Decimal(0))


def check(body: dict[str, Any], currency: str) -> None:
    summary = body["pricingSummary"]
    lines = body["lineItems"]
    selected = [next(option for option in line["shippingOptions"] if option["selected"]) for line in lines]
    gross = [amount(line["baseUnitPrice"]) * line["quantity"] for line in lines]
    part = {name: amount(summary[name]) for name in PARTS}
    savings, imports = amount(summary.get("additionalSavings")), amount(summary.get("importCharges", {}).get("amount"))
    adjustment = amount(summary["adjustment"]["amount"])
    assert part["total"] == (
        part["priceSubtotal"]
        - part["priceDiscount"]
        + part["deliveryCost"]
        + part["tax"]
        + adjustment
        + part["fee"]
        + imports
        - savings
    )
    assert part["priceSubtotal"] == sum(gross)
    assert part["priceDiscount"] == sum(map(promotions, lines))
    assert part["deliveryCost"] == sum(amount(o["baseDeliveryCost"]) - amount(o["deliveryDiscount"]) for o in selected)
    assert part["fee"] == sum(amount(fee["amount"]) for line in lines for fee in line.get("fees", []))
    assert imports == sum(amount(option.get("importCharges")) for option in selected)
    nets = [amount(line["netPrice"]) for line in lines]
    assert savings == sum(g - promotions(line) - net for g, line, net in zip(gross, lines, nets, strict=True))
    assert all(net >= 0 for net in nets) and part["total"] - min(adjustment, Decimal(0)) >= 0
    assert savings == sum(
        amount(p["discount"]) for line in lines for p in line.get("promotions", []) if p["promotionType"] == "COUPON"
    )
    text = str(body)
    assert text.count("'currency':") == text.count(f"'currency': '{currency}'")


@pytest.mark.parametrize("market", list(MARKETPLACES))
def test_every_cart_adds_up(market: str) -> None:
    chance, shop, currency = random.Random(7), Client(App(Settings(max_line_items=10))), MARKETPLACES[market].currency
    for code in ("FIVEOFF", "TENTH", "HOME20", "GIANT", "SPEND100") * 3:
        items = chance.sample(plain(market, 30), chance.randint(1, 10))
        body = shop.initiate(market, [(item, chance.choice((1, 1, 2, 3, 4, 9))) for item in items]).json
        id = body["checkoutSessionId"]
        check(body, currency)
        before = body
        body = shop.change(id, "apply_coupon", {"redemptionCode": code}, market).json
        if "errors" not in body:
            check(body, currency)
            assert amount(body["pricingSummary"]["total"]) <= amount(before["pricingSummary"]["total"])
        for _ in range(4):
            body = shop.read(id, market).json
            line = chance.choice(body["lineItems"])
            if chance.random() < 0.5:
                data = {"lineItemId": line["lineItemId"], "quantity": chance.randint(1, 12)}
                body = shop.change(id, "update_quantity", data, market).json
            else:
                option = chance.choice(line["shippingOptions"])["shippingOptionId"]
                data = {"lineItemId": line["lineItemId"], "shippingOptionId": option}
                body = shop.change(id, "update_shipping_option", data, market).json
            check(body, currency)


def test_the_order_of_lines_does_not_matter() -> None:
    shop = Client(App(Settings(max_line_items=10)))
    items = [(item, index % 3 + 1) for index, item in enumerate(plain("EBAY_US", 10))]
    totals = set()
    for order in (items, items[::-1], items[5:] + items[:5]):
        id = shop.initiate("EBAY_US", order).json["checkoutSessionId"]
        totals.add(shop.change(id, "apply_coupon", {"redemptionCode": "TENTH"}).money("total"))
    assert len(totals) == 1


def test_taxes_of_the_marketplaces() -> None:
    shop = Client(App())
    taxed = {}
    for market in MARKETPLACES:
        abroad = next(item.id for item in ITEMS[market].values() if item.abroad)
        home = plain(market, 1)[0]
        for name, item in (("home", home), ("abroad", abroad)):
            summary = shop.initiate(market, [(item, 1)]).json["pricingSummary"]
            taxed[market, name] = (amount(summary["tax"]) > 0, amount(summary.get("importTax", {}).get("amount")))
    assert taxed["EBAY_US", "home"][0] and taxed["EBAY_CA", "home"][0] and not taxed["EBAY_HK", "home"][0]
    assert not taxed["EBAY_GB", "home"][0] and not taxed["EBAY_DE", "home"][0]
    assert not taxed["EBAY_AU", "home"][0] and taxed["EBAY_AU", "abroad"][1] > 0
    assert all(tax == 0 for (market, _), (_, tax) in taxed.items() if market != "EBAY_AU")


def test_the_catalogue_has_what_the_chapters_need() -> None:
    for market, goods in ITEMS.items():
        items = [item for item in goods.values() if item.role == "plain"]
        assert len(items) >= 12
        for trait in (
            lambda i: any(p.percent for p in i.promotions),
            lambda i: any(p.bogo for p in i.promotions),
            lambda i: any(p.each for p in i.promotions),
            lambda i: len(i.promotions) > 1,
            lambda i: i.fees,
            lambda i: any(o.discount for o in i.options),
            lambda i: len({o.imports for o in i.options}) > 1,
            lambda i: len(i.options) == 3,
            lambda i: i.adjustment > 0,
            lambda i: i.adjustment < 0,
            lambda i: i.authentic,
        ):
            assert any(trait(item) for item in items), market
        assert len({item.seller for item in items}) < len(items)
