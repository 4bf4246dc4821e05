"""Quantities: set on one line, kept by the others, and refused where they cannot be."""

from __future__ import annotations

import pytest

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes
from strategies.quantities import INVALID
from strategies.situations import cart_in


@provokes("QTY-SET", cost=14)
@in_marketplaces(1)
def test_a_quantity_is_set_and_set_again(shop: CheckoutDriver, market: str) -> None:
    cart = shop.cart(market, 3)
    for position, quantity in shop.some(((0, 2), (1, 4), (0, 12), (0, 12), (-1, 5), (0, 1)), few=3, turn=market):
        cart.set_quantity(cart.lines[min(position, len(cart.lines) - 1)], quantity, "QTY-SET", f"{quantity}")
        cart.read()
    if shop.thorough:  # refused, or just that many
        cart.set_quantity(cart.lines[-1], 120, "QTY-SET", "120")
        cart.read()


@provokes("QTY-INVALID", cost=30)
@in_marketplaces(1)
def test_an_invalid_quantity_is_refused(shop: CheckoutDriver, market: str) -> None:
    items = shop.plain(market, 4)
    for index, value in enumerate(shop.some([0, *INVALID], few=4, turn=market)):
        body = shop.initiate_body(market, [(item, 1) for item in items[: 1 if index % 2 else 4]])
        body["lineItemInputs"][-1]["quantity"] = value
        shop.initiate(market, why="QTY-INVALID", body=body)
    body = shop.initiate_body(market, [(items[0], 1)])
    del body["lineItemInputs"][0]["quantity"]
    shop.initiate(market, why="QTY-INVALID", body=body)
    cart = shop.cart(market)
    for value in shop.some(INVALID, few=4, turn=market):
        cart.expect_refusal(contract.QUANTITY, {"lineItemId": cart.lines[0].id, "quantity": value}, "QTY-INVALID")
    cart.expect_refusal(contract.QUANTITY, {"lineItemId": cart.lines[0].id}, "QTY-INVALID")


@provokes("QTY-UNKNOWN-LINE", cost=8)
@in_marketplaces(1)
def test_an_unknown_line_is_refused(shop: CheckoutDriver, market: str) -> None:
    cart, other = shop.cart(market), shop.cart(market)
    for quantity in shop.some((2, 0, 5), few=1, turn=market):
        cart.expect_refusal(
            contract.QUANTITY, {"lineItemId": shop.unknown(cart.lines[0].id), "quantity": quantity}, "QTY-UNKNOWN-LINE"
        )
        if other.lines[0].id != cart.lines[0].id:  # line item ids are unique in a session only
            body = {"lineItemId": other.lines[0].id, "quantity": quantity}
            cart.expect_refusal(contract.QUANTITY, body, "QTY-UNKNOWN-LINE", "of another session")
    other.read()
    cart.expect_refusal(contract.QUANTITY, {"quantity": 2}, "QTY-UNKNOWN-LINE", "no line item id")


@provokes("QTY-UNKNOWN-LINE", cost=12)
@in_marketplaces(1, having="items.2")
def test_a_removed_line_is_an_unknown_one(shop: CheckoutDriver, market: str) -> None:
    cart = cart_in(shop, market, "rich")
    gone = cart.lines[0]
    cart.set_quantity(gone, 0)
    for quantity in (1, 0, 4):
        cart.expect_refusal(
            contract.QUANTITY, {"lineItemId": gone.id, "quantity": quantity}, "QTY-UNKNOWN-LINE", "a line that is gone"
        )


@provokes("QTY-STOCK", "QTY-LIMIT", "QTY-LOT", cost=20)
@in_marketplaces(1, having="item.stock|item.limit|item.lot")
@pytest.mark.parametrize("kind", ["stock", "limit", "lot"])
def test_a_quantity_on_each_side_of_its_bound(shop: CheckoutDriver, market: str, kind: str) -> None:
    why = f"QTY-{kind.upper()}"
    for item in shop.some(shop.market(market).items(kind)):
        most = shop.market(market).roles[item].amount
        good, bad = most, most + 1
        cart = shop.cart(market, [(item, good)], why=why, case=f"{good} passes")
        cart.expect_refusal(contract.QUANTITY, {"lineItemId": cart.lines[0].id, "quantity": bad}, why, f"{bad}")
        if shop.brief:
            return
        shop.initiate(market, [(item, bad)], why, f"{bad}")
        fine, worse = (2 * most, 2 * most + 1) if kind == "lot" else (max(1, most - 1), bad)
        cart.set_quantity(cart.lines[0], fine, why, f"{fine} passes")
        cart.expect_refusal(
            contract.QUANTITY, {"lineItemId": cart.lines[0].id, "quantity": worse}, why, f"{worse} again"
        )
        cart.set_quantity(cart.lines[0], good, why, f"{good} passes again")
        cart.read()
        # beside other lines, first and last
        plain = shop.plain(market)[0]
        shop.initiate(market, [(plain, 1), (item, bad)], why, f"{bad} beside another")
        if not shop.thorough:
            continue
        pair = shop.cart(market, [(plain, 5), (item, good)])
        if coupons := shop.market(market).coupons_of("good"):
            pair.apply(coupons[0].code)
        line = pair.session.view.line_of(item)
        if line:
            pair.expect_refusal(
                contract.QUANTITY, {"lineItemId": line.id, "quantity": bad}, why, f"{bad} beside another"
            )
