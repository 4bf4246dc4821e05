"""What was paid beforehand and is named in the profile: orders are read, sessions are asked for changes that must fail."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, provokes, reads_only
from conformance.driver.prerequisite import PrerequisiteFailed


@provokes("ORDER-FIELDS", "ORDER-STABLE", "ORDER-UNKNOWN", "ORDER-APP", cost=6)
@reads_only()
@in_marketplaces(1, having="prepaid")
def test_orders_that_were_paid_beforehand(shop: CheckoutDriver, market: str) -> None:
    for item in shop.some(entry for entry in shop.profile.prepaid if entry.order):
        for _ in range(2):
            shop.order(item.order, "ORDER-STABLE", "paid beforehand", marketplace=item.marketplace or None)
        shop.order(shop.unknown(item.order), "ORDER-UNKNOWN")
        if shop.profile.offers("second_app"):
            shop.order(item.order, "ORDER-APP", credential=OTHER_APP)


@provokes("PAY-LOCK", "PAY-READ-AFTER", "MARKET-SAME", "SESSION-APP", cost=20)
@in_marketplaces(1, having="prepaid.session")
def test_sessions_that_were_paid_beforehand(shop: CheckoutDriver, market: str) -> None:
    """Changes that must be refused; none pays, so that a server at fault does no more than spoil a session that is over."""
    for item in shop.some(entry for entry in shop.profile.prepaid if entry.session):
        read = shop.send(
            Request(contract.READ, item.session, None, item.marketplace), "PAY-READ-AFTER", "paid beforehand"
        )
        if 15003 in read.error_ids:
            raise PrerequisiteFailed(detail=f"a prepaid session that the target does not know: {item.session}")
        cart = CheckoutSession(shop, shop.trace.world.sessions[item.session])
        if item.order:
            cart.read_order()
        for operation, body in cart.changes():
            cart.expect_refusal(operation, body, "PAY-LOCK", "paid beforehand")
        cart.read_back()
        for other in [name for name in shop.profile.markets if name != item.marketplace][:1]:
            cart.read("MARKET-SAME", f"{item.marketplace} as {other}, paid beforehand", marketplace=other)
        if shop.profile.offers("second_app"):
            cart.read("SESSION-APP", "paid beforehand", credential=OTHER_APP)
