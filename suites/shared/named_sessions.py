"""Sessions in named situations, in which faults show that a new session with one line hides.

`calm` is a session as it was made. `rich` meets nearly every level at once: several lines, a quantity above three,
another option, another address, a changed quantity, a coupon, a refused change behind it. What only shows with a single
line or without a coupon shows in `calm`, so the two find what the product of all levels would.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.core import contract, made_up
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


def session_in(
    driver: CheckoutDriver, market: str, name: str, *, email: str | None = None, items: Iterable[str] = ()
) -> CheckoutSession:
    """A fresh session in a named situation, read back. items: put these first. Raises PrerequisiteFailed."""
    wanted = SITUATIONS[name]
    count = min(wanted.lines, driver.maximum())
    chosen = [*items, *(item for item in driver.plain(market, count + 4) if item not in set(items))][
        : max(count, len(list(items)))
    ]
    quantities = [wanted.quantity, 1, 2, 1, *[1] * len(chosen)]
    session = driver.create_session(market, zip(chosen, quantities, strict=False), email=email)
    if wanted.changed:
        line = session.lines[-1]
        session.set_quantity(line, (line.quantity or 1) + 1)
    if wanted.option:
        select_another(session)
    if wanted.moved and (address := driver.market(market).other_address):
        session.set_address(address)
    if wanted.refused:
        unknown = {"lineItemId": made_up.unknown(session.lines[0].id), "quantity": 2}
        session.send(contract.QUANTITY, unknown, "QTY-UNKNOWN-LINE")
    if wanted.coupon and (coupons := driver.market(market).coupons_of("good")):
        session.apply_coupon(coupons[0].code)
    if name != "calm":
        session.read()
    return session


def body_in_turn(driver: CheckoutDriver, market: str) -> dict[str, Any]:
    """A valid body of initiate: one line, in every other marketplace four."""
    many = driver.marketplace_index(market) % 2
    return driver.initiate_body(market, [(item, 1) for item in driver.plain(market, 4 if many else 1)])


def select_another(session: CheckoutSession) -> bool:
    """Selects an option that is not selected, on the last line that has one: tests remove the first line."""
    for line in reversed(session.lines):
        option = session.other_option(line)
        if option:
            session.select_option(line, option.id)
            return True
    return False
