"""Variants about amounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import AMPLE, Fee, Item, Option, Promotion, Tax
from mock_server.domain.errors import JSON
from mock_server.domain.pricing import Bill, Row, portion
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart, Line
from mock_server.injection import Effect, Variant, after, combine, items, marketplaces, rebill, skip, variant, wrap
from mock_server.variants.ways import SHOWN, both_shown, shown_cart


def _once(proceed: object, call: Call, line: Line) -> list[Fee]:
    return list(line.item.fees)


def _by_time(call: Call, costs: tuple[int, int], line: Line, option: Option) -> tuple[int, int]:
    """Delivery costs move every three seconds; a session keeps the cost that it was made at."""
    session = call.find_session()
    cart = session.cart if session is not None else call.cart
    return costs[0] + (int(cart.created) // 3 % 2 if cart is not None and costs[0] else 0), costs[1]


def _fees_listed_by_piece(bill: Bill) -> None:
    bill.fee = sum(fee.amount * row.line.quantity for row in bill.rows for fee in row.fees)


def _before_coupon(proceed: Callable[..., Any], call: Call, cart: Cart, row: Row) -> Any:
    share, row.share = row.share, 0
    tax = proceed()
    row.share = share
    return tax


def _on_delivery(call: Call, tax: int, cart: Cart, row: Row) -> int:
    rate = cart.market.tax.rate if cart.market.tax is not None else 0
    return tax + (portion(row.delivery - row.delivery_discount, rate) if tax else 0)


def _by_state(call: Call, tax: int, cart: Cart, row: Row) -> int:
    """Each state, or each first letter of a city, has its own rate."""
    place = cart.address.get("stateOrProvince", "") or cart.address["city"][:1]
    return tax + (portion(row.net, sum(map(ord, place)) % 9 * 25) if tax else 0)


def _of_order(call: Call, taken: list[tuple[Promotion, int]], row: Row) -> list[tuple[Promotion, int]]:
    """Five percent more off each line of three lines and more."""
    if len(shown_cart(call).lines) < 3:
        return taken
    left = row.gross - sum(amount for _, amount in taken)
    return [*taken, (Promotion("5 % off with three lines", percent=500), portion(left, 500))]


def _included(tax: Tax | None) -> Tax | None:
    return replace(tax, included=True, on_imports=False) if tax is not None else None


def _in_net(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    """The tax that is added stands in the net price of its line too."""
    shown["netPrice"] = call.run("amount", row.net + row.tax, cart.market)


def _on_all(call: Call, tax: int, cart: Cart, row: Row) -> int:
    """One rate on every good and its delivery."""
    rate = cart.market.tax.rate if cart.market.tax is not None and not cart.market.tax.included else 0
    return portion(row.net, rate) + portion(row.delivery - row.delivery_discount, rate)


def _goods_in_net(call: Call, shown: JSON, cart: Cart, row: Row) -> None:
    """Only what is laid on the goods stands in the net price, rounded by itself."""
    if row.tax and cart.market.tax is not None:
        shown["netPrice"] = call.run("amount", row.net + portion(row.net, cart.market.tax.rate), cart.market)


def _shortest(call: Call, amount: JSON, *_: Any) -> None:
    if "." in amount["value"]:
        amount["value"] = amount["value"].rstrip("0").rstrip(".")


def _nameless(call: Call, amount: JSON, *_: Any) -> None:
    del amount["currency"]


def _bare(body: JSON) -> None:
    """Amounts of the parts of a line go without their currency."""
    for line in body["lineItems"]:
        for reduction in (*line.get("promotions", ()), *line.get("fees", ())):
            reduction.get("discount", reduction.get("amount")).pop("currency")
        for option in line.get("shippingOptions", ()):
            option["deliveryDiscount"].pop("currency")
    body["pricingSummary"]["adjustment"]["amount"].pop("currency")


def _credit(body: JSON) -> None:
    """What the seller takes off is a positive amount whose label says that it is a credit."""
    adjustment = body["pricingSummary"]["adjustment"]
    value = adjustment["amount"]["value"]
    if value.startswith("-"):
        adjustment["amount"]["value"] = value[1:]
        adjustment["label"] = "Credit"


def _adjusted(name: str, sees: str, change: Callable[[Line], int]) -> Variant:
    effect = wrap("adjustment", lambda proceed, call, line: change(line))
    return variant(name, "PRICE-TOTAL", sees, effect, on=SHOWN, about="adjustment")


def _scaled(replacement: Callable[[int], int]) -> Effect:
    """Every price, cost and fee of the goods by this function."""
    def option(option: Option) -> Option:
        return replace(option, cost=replacement(option.cost), discount=replacement(option.discount), imports=replacement(option.imports))

    def change(item: Item) -> Item:
        return replace(
            item,
            price=replacement(item.price),
            options=tuple(map(option, item.options)),
            promotions=tuple(replace(promotion, each=replacement(promotion.each)) for promotion in item.promotions),
            fees=tuple(replace(fee, amount=replacement(fee.amount)) for fee in item.fees),
            adjustment=replacement(item.adjustment) if item.adjustment > 0 else -replacement(-item.adjustment),
        )

    return items(change)


def _plain(item: Item) -> Item:
    """No promotion, fee, adjustment, discount or import charge."""
    options = tuple(replace(option, discount=0, imports=0) for option in item.options)
    return replace(item, options=options, promotions=(), fees=(), adjustment=0, abroad=False, authentic=False)


def _rich(item: Item) -> Item:
    """Something of everything on each."""
    costs = [(option.cost + 300, 111 + index, 222 + 10 * index) for index, option in enumerate(item.options)]
    options = tuple(
        replace(option, cost=cost, discount=discount, imports=imports)
        for option, (cost, discount, imports) in zip(item.options, costs, strict=True)
    )
    return replace(
        item,
        options=options,
        promotions=(*item.promotions, Promotion("3 % off", percent=300), Promotion("Reduced", each=7)),
        fees=(*item.fees, Fee("TIRE_RECYCLING_FEE", 101), Fee("A_FEE_OF_TOMORROW", 3)),
        adjustment=item.adjustment or -33,
        abroad=True,
        stock=item.stock or AMPLE * (item.role == "plain"),
    )


def _goods(name: str, sees: str, effect: Effect) -> Variant:
    return variant(name, "PRICE-TOTAL", sees, effect, on=SHOWN, about="goods")


def _tax(name: str, requirement: str, sees: str, *effects: Effect) -> Variant:
    return variant(name, requirement, sees, *effects, on=SHOWN, about="tax")


VARIANTS: list[Variant] = [
    variant("delivery-costs-move", "PRICE-STABLE", "delivery costs move every three seconds, and a session keeps its own",
            after("delivery", _by_time), on=SHOWN, about="prices in time"),
    variant("fee-by-line", "PRICE-FEE", "fees count once for each line", wrap("fees", _once), on=SHOWN, about="fees"),
    variant("fee-listed-by-piece", "PRICE-FEE", "lines list the fee of one piece, the summary has it for all",
            wrap("fees", _once), rebill(_fees_listed_by_piece), on=SHOWN, about="fees"),
    _tax("no-tax", "PRICE-TOTAL", "no tax is added", skip("tax", returning=0)),
    _tax("tax-included", "PRICE-TOTAL", "prices hold the tax already, in every marketplace",
         marketplaces(lambda market: replace(market, tax=_included(market.tax)))),
    _tax("tax-before-coupon", "COUPON-APPLY", "tax stays as it was when a coupon comes", wrap("tax", _before_coupon)),
    _tax("tax-on-delivery", "PRICE-TOTAL", "delivery is taxed too", after("tax", _on_delivery)),
    _tax("tax-by-state", "PRICE-TOTAL", "tax hangs on the state or the city", after("tax", _by_state)),
    _tax("tax-in-net-price", "PRICE-NET", "the net price of a line holds the tax that is added",
         combine(after("line_view", _in_net), after("order_line_view", _in_net))),
    _tax("goods-tax-in-net-price", "PRICE-NET", "delivery is taxed too, and the net price holds the tax of the goods",
         combine(after("tax", _on_all), after("line_view", _goods_in_net), after("order_line_view", _goods_in_net))),
    variant("promotion-of-the-order", "PRICE-DISCOUNT", "three lines and more have a promotion on each line",
            after("promotions", _of_order), on=SHOWN, about="promotions"),
    variant("amounts-shortest", "PRICE-FORM", "amounts have no more decimals than they need: 12.5, 12, 0",
            after("amount", _shortest), on=SHOWN, about="form of amounts"),
    variant("amounts-without-currency", "MARKET-CURRENCY", "amounts of the parts of a line go without their currency",
            both_shown(_bare), on=SHOWN, about="currency of amounts"),
    variant("amounts-nameless", "MARKET-CURRENCY", "no amount names its currency",
            after("amount", _nameless), on=SHOWN, about="currency of amounts"),
    _adjusted("no-adjustment", "the adjustment is zero", lambda line: 0),
    _adjusted("adjustment-off", "every line has a negative adjustment", lambda line: -101 - line.quantity),
    _adjusted("adjustment-on", "every line has a positive adjustment", lambda line: 77 * line.quantity),
    _adjusted("adjustment-below-zero", "the adjustment takes the total below zero",
              lambda line: -2 * line.item.price * line.quantity - 10_000),
    variant("adjustment-as-credit", "PRICE-TOTAL", "a credit is a positive adjustment that lowers the total",
            both_shown(_credit), on=SHOWN, about="sign of the adjustment"),
    _goods("dear-goods", "everything costs a hundred times as much", _scaled(lambda minor: minor * 100)),
    _goods("cheap-goods", "everything costs a tenth", _scaled(lambda minor: minor // 10)),
    _goods("round-goods", "everything costs whole units", _scaled(lambda minor: (minor + 99) // 100 * 100)),
    _goods("plain-goods", "nothing has a promotion, a fee, an adjustment or import charges", items(_plain)),
    _goods("rich-goods", "everything has promotions, fees, an adjustment, discounts and import charges", items(_rich)),
]
