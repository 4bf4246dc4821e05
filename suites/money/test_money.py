"""Walks that move every amount: the rules of this chapter judge each step (rules.py), so nothing is computed here."""

from __future__ import annotations

import pytest

from conformance.driver.checkout import CheckoutDriver
from conformance.driver.features import Features
from conformance.driver.marks import in_marketplaces, provokes
from suites.shared.named_sessions import session_in

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
def test_every_item_at_several_quantities(driver: CheckoutDriver, market: str) -> None:
    """Promotions, fees and break prices show at other quantities than one, each item on its own."""
    for item in driver.some(driver.plain(market, 12), few=3):
        session = driver.create_session(market, [(item, 3)])
        for quantity in driver.some((4, 1), few=1):
            session.set_quantity(session.lines[0], quantity)


@provokes(*SUMS, cost=20)
@in_marketplaces(2)
def test_items_together(driver: CheckoutDriver, market: str) -> None:
    items = driver.plain(market, 12)
    size = min(4, driver.maximum())
    for index in driver.some(range(0, len(items), size)):
        part = items[index : index + size]
        session = driver.create_session(market, [(item, 1 + (index + place) % 5) for place, item in enumerate(part)])
        session.set_quantity(session.lines[-1], 6)
        if coupons := driver.market(market).coupons_of("good"):
            session.apply_coupon(coupons[-1].code)
            session.set_quantity(session.lines[0], 5)
        session.read()


@provokes("PRICE-STABLE", cost=24)
@in_marketplaces(1)
def test_the_same_cart_has_the_same_price(driver: CheckoutDriver, market: str) -> None:
    """In another order of lines, in another session, after a change and its inverse, reached by another way."""
    items = sorted(driver.plain(market, 3))  # for a target that sorts its lines, one of the two orders below is its own
    wanted = [(item, 2 + index) for index, item in enumerate(items)]
    first = driver.create_session(market, wanted)
    driver.create_session(market, list(reversed(wanted)))
    line = first.lines[0]
    first.set_quantity(line, 5)
    first.set_quantity(line, line.quantity or 1)
    if option := first.other_option(line):
        first.select_option(line, option.id)
        first.select_option(line, line.options[0].id)
    if address := driver.market(market).other_address:
        first.set_address(address)
        first.set_address(driver.market(market).address)
    first.read()
    third = driver.create_session(market, [(item, 1) for item in items])
    for item, quantity in driver.some(wanted):
        if found := third.state.view.line_of(item):
            third.set_quantity(found, quantity)
    extra = driver.plain(market, 4)[3:]
    if extra and driver.maximum() > 3:
        fourth = driver.create_session(market, [*wanted, (extra[0], 2)])
        if found := fourth.state.view.line_of(extra[0]):
            fourth.set_quantity(found, 0)
            fourth.read()


@provokes("PRICE-FEE", "PRICE-DISCOUNT", "PRICE-IMPORT", "PRICE-DELIVERY", cost=12)
@in_marketplaces(1)
@pytest.mark.parametrize("feature", ["fee", "promotion", "imports", "discount"])
def test_items_that_show_one_thing(driver: CheckoutDriver, market: str, feature: str) -> None:
    def shows(features: Features) -> bool:
        return bool(getattr(features, feature))

    places = [market, *(name for name in driver.profile.markets if name != market)]
    market = next((name for name in places if driver.plain(name, want=shows)), market)
    items = driver.plain(market, 2, want=shows)
    if not items:
        return
    session = driver.create_session(market, [(item, 2) for item in items])
    for quantity in driver.some((5, 1), few=1):
        session.set_quantity(session.lines[0], quantity)
    if option := session.other_option(session.lines[0]):
        session.select_option(session.lines[0], option.id)
    session.read()
    if len(session.lines) > 1:
        session.set_quantity(session.lines[0], 0)
        session.read()


@provokes(*SUMS, cost=14)
@in_marketplaces(1)
def test_a_full_cart_with_a_coupon_larger_than_it(driver: CheckoutDriver, market: str) -> None:
    session = session_in(driver, market, "four lines")
    for coupon in driver.some(driver.market(market).coupons_of("oversized", "good")):
        session.apply_coupon(coupon.code)
        session.set_quantity(session.lines[0], 7)
        session.read()
        session.remove_coupon(coupon.code)
