"""How a session gets paid, as the profile has it (payment.kind)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.shop import Cart


def pay(cart: Cart) -> str:
    """Pays a session and returns the purchase order's id. Raises Blocked where the order was refused."""
    from conformance.shop import Blocked

    cart.place()
    if cart.session.phase != "ordered" or not cart.session.order:
        raise Blocked("PAY-PLACE")
    return cart.session.order
