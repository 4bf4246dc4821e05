"""Walks that move every amount: the rules of this chapter judge each step (rules.py), so nothing is computed here."""

from __future__ import annotations

import pytest

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.features import Features
from conformance.driver.marks import in_marketplaces, provokes
from strategies.situations import cart_in

SUMS = (
    "PRICE-TOTAL",
    "PRICE-SUBTOTAL",
    "PRICE-UNIT",
    "PRICE-DISCOUNT",
    "PRICE-DELIVERY",
    "PRICE-NET",
    "PRICE-SAVINGS",
    "PRICE-FORM",
)


@provokes(*SUMS, "PRICE-FEE", "PRICE-IMPORT", cost=40)
@in_marketplaces(2)
def test_every_item_at_several_quantities(shop: CheckoutDriver, market: str) -> None:
    """Promotions, fees and break prices show at other quantities than one, each item on its own."""
    for item in shop.some(shop.plain(market, 12), few=3):
        cart = shop.cart(market, [(item, 3)])
        for quantity in shop.some((4, 1), few=1):
            cart.set_quantity(cart.lines[0], quantity)


@provokes(*SUMS, cost=20)
@in_marketplaces(2)
def test_items_together(shop: CheckoutDriver, market: str) -> None:
    items = shop.plain(market, 12)
    size = min(4, shop.maximum())
    for index in shop.some(range(0, len(items), size)):
        part = items[index : index + size]
        cart = shop.cart(market, [(item, 1 + (index + place) % 5) for place, item in enumerate(part)])
        cart.set_quantity(cart.lines[-1], 6)
        if coupons := shop.market(market).coupons_of("good"):
            cart.apply(coupons[-1].code)
            cart.set_quantity(cart.lines[0], 5)
        cart.read()


@provokes("PRICE-STABLE", cost=24)
@in_marketplaces(1)
def test_the_same_cart_has_the_same_price(shop: CheckoutDriver, market: str) -> None:
    """In another order of lines, in another session, after a change and its inverse, reached by another way."""
    items = sorted(shop.plain(market, 3))  # so that one order is theirs and the other is not
    wanted = [(item, 2 + index) for index, item in enumerate(items)]
    first = shop.cart(market, wanted)
    shop.cart(market, list(reversed(wanted)))
    line = first.lines[0]
    first.set_quantity(line, 5)
    first.set_quantity(line, line.quantity or 1)
    if option := first.other_option(line):
        first.select(line, option.id)
        first.select(line, line.options[0].id)
    if address := shop.market(market).other_address:
        first.move(address)
        first.move(shop.market(market).address)
    first.read()
    third = shop.cart(market, [(item, 1) for item in items])
    for item, quantity in shop.some(wanted):
        if found := third.session.view.line_of(item):
            third.set_quantity(found, quantity)
    extra = shop.plain(market, 4)[3:]
    if extra and shop.maximum() > 3:
        fourth = shop.cart(market, [*wanted, (extra[0], 2)])
        if found := fourth.session.view.line_of(extra[0]):
            fourth.set_quantity(found, 0)
            fourth.read()


@provokes("PRICE-FEE", "PRICE-DISCOUNT", "PRICE-IMPORT", "PRICE-DELIVERY", cost=12)
@in_marketplaces(1)
@pytest.mark.parametrize("feature", ["fee", "promotion", "imports", "discount"])
def test_items_that_show_one_thing(shop: CheckoutDriver, market: str, feature: str) -> None:
    def shows(features: Features) -> bool:
        return bool(getattr(features, feature))

    places = [market, *(name for name in shop.profile.markets if name != market)]
    market = next((name for name in places if shop.plain(name, want=shows)), market)
    items = shop.plain(market, 2, want=shows)
    if not items:
        return
    cart = shop.cart(market, [(item, 2) for item in items])
    for quantity in shop.some((5, 1), few=1):
        cart.set_quantity(cart.lines[0], quantity)
    if option := cart.other_option(cart.lines[0]):
        cart.select(cart.lines[0], option.id)
    cart.read()
    if len(cart.lines) > 1:
        cart.set_quantity(cart.lines[0], 0)
        cart.read()


@provokes(*SUMS, cost=14)
@in_marketplaces(1)
def test_a_full_cart_with_a_coupon_larger_than_it(shop: CheckoutDriver, market: str) -> None:
    cart = cart_in(shop, market, "four lines")
    for coupon in shop.some(shop.market(market).coupons_of("oversized", "good")):
        cart.apply(coupon.code)
        cart.set_quantity(cart.lines[0], 7)
        cart.read()
        cart.remove(coupon.code)
