"""What lasts: conditions and combinators whose effect shows alike in the answer to a change and in every later read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mock_server.domain.operations import CHANGES
from mock_server.domain.pricing import Bill, total
from mock_server.domain.shop import Call
from mock_server.domain.state import remember
from mock_server.injection.core import Condition, Effect, combine, wrap
from mock_server.injection.effects import after


def since(*operations: str, least: int = 1) -> Condition:
    """From an accepted request of these on, its own answer (in the steps that show it) and orders included."""

    def test(call: Call, *_: Any) -> bool:
        session = call.find_session()
        if session is None:
            return False
        return sum(session.done[operation] for operation in operations) + (call.operation in operations) >= least

    return Condition(test, "after")


def _large_quantity(call: Call, *_: Any) -> bool:
    cart = call.order.cart if call.order is not None else call.cart
    return cart is not None and any(line.quantity > 3 for line in cart.lines)


def _alternate(call: Call, *_: Any) -> bool:
    session = call.find_session()
    return session is not None and sum(map(ord, session.id)) % 2 == 1


large_quantity = Condition(_large_quantity, "quantity")  # a line of the cart has more than three
alternate_sessions = Condition(_alternate, "repeat")  # about every second session, always the same ones


def stale(*amounts: str, on: str | Sequence[str], when: Condition | None = None, kind: str = "after") -> Effect:
    """A change on these operations leaves these amounts of the bill as they were, until the next change that does not;
    the total follows, unless it is one of them."""
    operations = (on,) if isinstance(on, str) else tuple(on)
    kept: dict[str, Bill] = {}

    def apply(proceed: Callable[..., Any], call: Call) -> Any:
        session = call.require_session()
        old = kept.pop(session.id, None)
        if call.operation in operations and (when is None or when.test(call)):
            remember(kept, session.id, old or call.run("bill", call.require_cart()), 1000)
        return proceed()

    def bill(call: Call, bill: Bill, *_: Any) -> None:
        session = call.find_session()
        old = kept.get(session.id) if session is not None else None
        if old is None:
            return
        for name in amounts:
            setattr(bill, name, getattr(old, name))
        if "total" not in amounts:
            bill.total = total(bill)

    effect = combine(wrap("apply", apply, on=CHANGES, kind=kind), after("bill", bill))
    return replace(effect, operations=operations)
