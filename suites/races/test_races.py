"""Two requests at once on one session, and many at once on many: changes, coupons, payments, new sessions.

Each pair is tried a few times, since what shows is a matter of luck: once both together, then the one or the other a
moment ahead, so that a check and the change that it allows lie on both sides of the other request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from conformance import contract
from conformance.exchange import Exchange, Request
from conformance.marks import in_marketplaces, provokes
from conformance.model import Line
from conformance.race import at_once, race
from conformance.shop import Cart, Shop
from suites.races.orders import explained

AHEAD_S = 0.001
TRIES = ((0.0, 0.0), (0.0, AHEAD_S))
STORM = 8


def quantity(cart: Cart, line: Line, wanted: int) -> Request:
    return Request(contract.QUANTITY, cart.id, {"lineItemId": line.id, "quantity": wanted}, cart.marketplace)


def option(cart: Cart, line: Line) -> Request:
    free = cart.other_option(line) or line.selected
    body = {"lineItemId": line.id, "shippingOptionId": free.id if free else "1"}
    return Request(contract.OPTION, cart.id, body, cart.marketplace)


def address(cart: Cart) -> Request:
    market = cart.shop.market(cart.marketplace)
    return Request(contract.ADDRESS, cart.id, dict(market.other_address or market.address), cart.marketplace)


def coupon(cart: Cart, place: int = 0, operation: str = contract.APPLY) -> Request:
    codes = [one.code for one in cart.shop.market(cart.marketplace).coupons_of("good", "oversized")]
    return Request(operation, cart.id, {"redemptionCode": codes[place % len(codes)]}, cart.marketplace)


def payment(cart: Cart) -> Request:
    return Request(contract.PLACE_ORDER, cart.id, cart.terms(), cart.marketplace)


Pair = Callable[[Cart], list[Request]]


def quantities(first: int, second: int, *, line: int) -> Pair:
    """Of the first line, and of the line at `line`."""
    return lambda cart: [quantity(cart, cart.lines[0], first), quantity(cart, cart.lines[line], second)]


CHANGES: dict[str, Pair] = {
    "quantities of two lines": quantities(3, 4, line=1),
    "quantities of one line": quantities(3, 5, line=0),
    "quantity and removal of one line": quantities(3, 0, line=0),
    "quantity and address": lambda cart: [quantity(cart, cart.lines[0], 3), address(cart)],
    "quantity and option": lambda cart: [quantity(cart, cart.lines[1], 3), option(cart, cart.lines[0])],
}
COUPONS: dict[str, Pair] = {
    "quantity and coupon": lambda cart: [quantity(cart, cart.lines[0], 3), coupon(cart)],
    "one coupon twice": lambda cart: [coupon(cart), coupon(cart)],
}
PAYMENTS: dict[str, Pair] = {
    "two payments": lambda cart: [payment(cart), payment(cart)],
    "quantity and payment": lambda cart: [quantity(cart, cart.lines[0], 3), payment(cart)],
    "address and payment": lambda cart: [address(cart), payment(cart)],
}


def nothing(cart: Cart) -> None:
    """What most carts need before the race."""


def tries(
    shop: Shop, market: str, case: str, pair: Pair, *, lines: int = 2, before: Callable[[Cart], object] = nothing
) -> None:
    """Each try has a fresh session of up to `lines` lines, those that can show most first."""
    for delays_s in shop.some(TRIES):
        cart = shop.cart(market, min(lines, len(shop.plain(market, lines))))
        before(cart)
        race(cart, case, pair(cart), explained, delays_s=delays_s)


@provokes("RACE", cost=20)
@in_marketplaces(2, having="items.2")
@pytest.mark.parametrize("case", CHANGES)
def test_two_changes_at_once(shop: Shop, market: str, case: str) -> None:
    tries(shop, market, case, CHANGES[case])


@provokes("RACE", cost=24)
@in_marketplaces(1, having="items.4")
def test_every_line_at_once(shop: Shop, market: str) -> None:
    def each(cart: Cart) -> list[Request]:
        return [quantity(cart, line, place) for place, line in enumerate(cart.lines, 2)]

    tries(shop, market, "quantities of every line", each, lines=min(4, shop.maximum()))


@provokes("RACE", cost=12)
@in_marketplaces(2, having="coupon items.2")
@pytest.mark.parametrize("case", COUPONS)
def test_coupons_at_once(shop: Shop, market: str, case: str) -> None:
    tries(shop, market, case, COUPONS[case])


@provokes("RACE", cost=12)
@in_marketplaces(2, having="second_coupon")
def test_two_coupons_at_once(shop: Shop, market: str) -> None:
    tries(shop, market, "two coupons", lambda cart: [coupon(cart), coupon(cart, 1)])


@provokes("RACE", cost=15)
@in_marketplaces(1, having="coupon")
def test_a_coupon_goes_while_a_quantity_changes(shop: Shop, market: str) -> None:
    def both(cart: Cart) -> list[Request]:
        return [coupon(cart, operation=contract.REMOVE), quantity(cart, cart.lines[0], 3)]

    tries(shop, market, "quantity and removal of a coupon", both, before=lambda cart: shop.send(coupon(cart)))


@provokes("RACE", cost=15)
@in_marketplaces(2, having="payment")
@pytest.mark.parametrize("case", PAYMENTS)
def test_payment_at_once(shop: Shop, market: str, case: str) -> None:
    if shop.profile.payment == "place_order":
        tries(shop, market, case, PAYMENTS[case])


@provokes("RACE", cost=15)
@in_marketplaces(1, having="payment coupon")
def test_a_coupon_and_payment_at_once(shop: Shop, market: str) -> None:
    if shop.profile.payment == "place_order":
        tries(shop, market, "coupon and payment", lambda cart: [coupon(cart), payment(cart)])


@provokes("RACE", cost=15)
@in_marketplaces(1, having="payment")
def test_the_last_line_goes_while_it_is_paid(shop: Shop, market: str) -> None:
    def both(cart: Cart) -> list[Request]:
        return [quantity(cart, cart.lines[0], 0), payment(cart)]

    if shop.profile.payment == "place_order":
        tries(shop, market, "removal and payment", both, lines=1)


# ---------------------------------------------------------------- many sessions at once: each is judged for itself


@provokes("SESSION-UNIQUE", "SESSION-CREATE", "SESSION-READ", cost=16)
@in_marketplaces(1)
def test_sessions_made_at_once_are_apart(shop: Shop, market: str) -> None:
    items = shop.plain(market, STORM)
    bodies = [shop.initiate_body(market, [(items[at % len(items)], 1 + at)]) for at in range(STORM)]
    requests = [Request(contract.INITIATE, None, body, market) for body in bodies]
    observed(shop, at_once(shop, requests, "SESSION-UNIQUE", "made at once"))
    for cart in carts(shop):
        cart.read()


@provokes("SESSION-ISOLATED", "SESSION-READ", cost=24)
@in_marketplaces(1)
def test_sessions_changed_at_once_are_apart(shop: Shop, market: str) -> None:
    for at in range(STORM):
        shop.cart(market, 1, quantity=1 + at % 2, email=shop.buyer())  # never a borrowed session
    requests = [quantity(cart, cart.lines[0], 3 + at) for at, cart in enumerate(carts(shop))]
    observed(shop, at_once(shop, requests, "QTY-SET", "in other sessions at once"))
    for cart in carts(shop):
        cart.read()


def observed(shop: Shop, exchanges: Iterable[Exchange]) -> None:
    for one in exchanges:
        shop.observe(one)


def carts(shop: Shop) -> list[Cart]:
    """The sessions of the test; one whose id was given out twice is no session to judge anything else by."""
    made = [str(one.body.get("checkoutSessionId")) for one in shop.trace.exchanges if one.accepted and _makes(one)]
    return [Cart(shop, session) for session in shop.trace.world.sessions.values() if made.count(session.id) == 1]


def _makes(one: Exchange) -> bool:
    return one.operation == contract.INITIATE
