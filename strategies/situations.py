"""Named states of a checkout session worth being in. A fault hides behind a condition: one of these meets it.

`calm` is a session as it was made. `rich` meets nearly every condition at once: several lines, a quantity above three,
another option, another address, a changed quantity, a coupon, a refused change behind it. What only shows with a single
line or without a coupon shows in `calm`, so the two find what the product of all conditions would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.core import contract
from conformance.core.requirement import Owned
from conformance.driver.checkout import CheckoutDriver, CheckoutSession


@dataclass(frozen=True)
class Situation:
    """How a session came to be as it is. quantity: of the first line; the others have 1, 2, 1 …"""

    lines: int = 1
    quantity: int = 1
    option: bool = False
    moved: bool = False
    changed: bool = False
    coupon: bool = False
    refused: bool = False


SITUATIONS = {
    "calm": Situation(),
    "two lines": Situation(lines=2),
    "three lines": Situation(lines=3, quantity=2),
    "four lines": Situation(lines=4, quantity=4),
    "coupon": Situation(lines=2, quantity=2, coupon=True),
    "option": Situation(lines=2, option=True),
    "changed": Situation(lines=2, changed=True),
    "moved": Situation(moved=True),
    "after a refusal": Situation(lines=2, refused=True),
    "rich": Situation(lines=4, quantity=5, option=True, moved=True, changed=True, coupon=True, refused=True),
}


def cart_in(
    shop: CheckoutDriver, market: str, name: str, *, email: str | None = None, items: Iterable[str] = ()
) -> CheckoutSession:
    """A fresh session in a named situation, read back. items: put these first. Raises PrerequisiteFailed."""
    wanted = SITUATIONS[name]
    count = min(wanted.lines, shop.maximum())
    chosen = [*items, *(entry for entry in shop.plain(market, count + 4) if entry not in set(items))][
        : max(count, len(list(items)))
    ]
    quantities = [wanted.quantity, 1, 2, 1, *[1] * len(chosen)]
    cart = shop.cart(market, zip(chosen, quantities, strict=False), email=email)
    if wanted.changed:
        line = cart.lines[-1]
        cart.set_quantity(line, (line.quantity or 1) + 1)
    if wanted.option:
        select_another(cart)
    if wanted.moved and (address := shop.market(market).other_address):
        cart.move(address)
    if wanted.refused:
        unknown = {"lineItemId": shop.unknown(cart.lines[0].id), "quantity": 2}
        cart.send(contract.QUANTITY, unknown, contract.owner_of(Owned.UNKNOWN_LINES))
    if wanted.coupon and (coupons := shop.market(market).coupons_of("good")):
        cart.apply(coupons[0].code)
    if name != "calm":
        cart.read()
    return cart


def body_in_turn(shop: CheckoutDriver, market: str) -> dict[str, Any]:
    """A valid body of initiate: one line, in every other marketplace four."""
    many = shop.place(market) % 2 and not shop.brief
    return shop.initiate_body(market, [(entry, 1) for entry in shop.plain(market, 4 if many else 1)])


def select_another(cart: CheckoutSession) -> bool:
    """Selects an option that is not selected, on the last line that has one: the first is the one that tests remove."""
    for line in reversed(cart.lines):
        option = cart.other_option(line)
        if option:
            cart.select(line, option.id)
            return True
    return False
