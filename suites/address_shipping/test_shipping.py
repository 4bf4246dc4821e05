"""Shipping options: one selected on each line, and the selection moves only where it is told to."""

from __future__ import annotations

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import cart_in


@provokes("SHIP-ONE", cost=6)
@in_marketplaces(1)
def test_each_line_starts_with_its_first_option(shop: CheckoutDriver, market: str) -> None:
    for count in shop.some((1, 4)):
        shop.cart(market, count, why="SHIP-ONE").read()


@provokes("SHIP-SET", "PRICE-DELIVERY", "PRICE-IMPORT", cost=24)
@in_marketplaces(2)
def test_every_option_of_every_line_can_be_selected(shop: CheckoutDriver, market: str) -> None:
    """The same item beside others of its kind: option ids may be shared between lines."""
    items = shop.plain(market, 4, want=lambda features: features.options > 1)
    if not items:
        return
    cart = shop.cart(market, [(item, 1 + index) for index, item in enumerate(items)])
    for line in shop.some(cart.lines):
        for option in shop.some([option for option in line.options if not option.selected]):
            cart.select(line, option.id, "SHIP-SET", "another option")
            cart.read()
        cart.select(line, line.options[0].id, "SHIP-SET", "back to the first")
    cart.read()


@provokes("SHIP-UNKNOWN", cost=16)
@in_situations(calm=1, rich=1)
def test_an_unknown_option_or_line_is_refused(shop: CheckoutDriver, market: str, situation: str) -> None:
    cart = cart_in(shop, market, situation, items=shop.plain(market, 1, want=lambda features: features.options > 1))
    line = cart.lines[0]
    if not shop.brief and (free := cart.other_option(line)):  # what falls back to the first option shows
        cart.select(line, free.id)
        line = cart.lines[0]
    chosen = (
        next((option.id for option in line.options if option.id and not option.selected), None)
        or line.options[0].id
        or "1"
    )
    for bad_line, option, case in shop.some(
        (
            (line.id, shop.unknown(chosen), "an unknown option"),
            (shop.unknown(line.id), chosen, "an unknown line"),
            (line.id, "no-such-option", "an unknown option"),
        )
    ):
        cart.expect_refusal(contract.OPTION, {"lineItemId": bad_line, "shippingOptionId": option}, "SHIP-UNKNOWN", case)
    if not shop.brief:
        cart.expect_refusal(contract.OPTION, {"shippingOptionId": chosen}, "SHIP-UNKNOWN", "no lineItemId")
    if shop.thorough and (free := cart.other_option(cart.lines[0])):  # a refusal leaves the next one free
        cart.select(cart.lines[0], free.id, "SHIP-SET", "after a refusal")
    for other in cart.lines[1:]:
        foreign = [entry.id for entry in other.options if line.option(entry.id) is None]
        if foreign:
            cart.expect_refusal(
                contract.OPTION,
                {"lineItemId": line.id, "shippingOptionId": foreign[0]},
                "SHIP-UNKNOWN",
                "an option of another line",
            )
            break


@provokes("SHIP-DATES", cost=3)
@in_marketplaces(1)
def test_delivery_ranges(shop: CheckoutDriver, market: str) -> None:
    shop.cart(market, 4).read()
