"""What was paid beforehand and is named in the profile: orders are read, sessions are asked for changes that must fail."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession, PrerequisiteFailed
from conformance.driver.marks import in_marketplaces, provokes, reads_only


@provokes("ORDER-FIELDS", "ORDER-STABLE", "ORDER-UNKNOWN", "ORDER-APP", cost=6)
@reads_only()
@in_marketplaces(1, having="prepaid")
def test_orders_that_were_paid_beforehand(shop: CheckoutDriver, market: str) -> None:
    for one in shop.some(one for one in shop.profile.prepaid if one.order):
        for _ in range(2):
            shop.order(one.order, "ORDER-STABLE", "paid beforehand", marketplace=one.marketplace or None)
        shop.order(shop.unknown(one.order), "ORDER-UNKNOWN")
        if shop.profile.offers("second_app"):
            shop.order(one.order, "ORDER-APP", credential=OTHER_APP)


@provokes("PAY-LOCK", "PAY-READ-AFTER", "MARKET-SAME", "SESSION-APP", cost=20)
@in_marketplaces(1, having="prepaid.session")
def test_sessions_that_were_paid_beforehand(shop: CheckoutDriver, market: str) -> None:
    """Changes that must be refused; none pays, so that a server at fault does no more than spoil a session that is over."""
    for one in shop.some(one for one in shop.profile.prepaid if one.session):
        read = shop.send(
            Request(contract.READ, one.session, None, one.marketplace), "PAY-READ-AFTER", "paid beforehand"
        )
        if 15003 in read.error_ids:
            raise PrerequisiteFailed(f"a prepaid session that the target does not know: {one.session}")
        cart = CheckoutSession(shop, shop.trace.world.sessions[one.session])
        if one.order:
            cart.read_order()
        for operation, body in cart.changes():
            cart.expect_refusal(operation, body, "PAY-LOCK", "paid beforehand")
        cart.read_back()
        for other in [name for name in shop.profile.markets if name != one.marketplace][:1]:
            cart.read("MARKET-SAME", f"{one.marketplace} as {other}, paid beforehand", marketplace=other)
        if shop.profile.offers("second_app"):
            cart.read("SESSION-APP", "paid beforehand", credential=OTHER_APP)
