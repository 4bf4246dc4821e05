"""What was paid beforehand and is named in the profile: orders are read, sessions are asked for changes that must fail."""

from __future__ import annotations

from conformance.core import contract, made_up
from conformance.core.exchange import OTHER_APP, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, provokes, reads_only
from conformance.driver.prerequisite import PrerequisiteFailed


@provokes("ORDER-FIELDS", "ORDER-STABLE", "ORDER-UNKNOWN", "ORDER-APP", cost=6)
@reads_only()
@in_marketplaces(1, having="prepaid")
def test_orders_that_were_paid_beforehand(driver: CheckoutDriver, market: str) -> None:
    for item in driver.some(prepaid for prepaid in driver.profile.prepaid if prepaid.order):
        for _ in range(2):
            driver.read_order(item.order, "ORDER-STABLE", "paid beforehand", marketplace=item.marketplace or None)
        driver.read_order(made_up.unknown(item.order), "ORDER-UNKNOWN")
        if driver.profile.offers("second_app"):
            driver.read_order(item.order, "ORDER-APP", credential=OTHER_APP)


@provokes("PAY-LOCK", "PAY-READ-AFTER", "MARKET-SAME", "SESSION-APP", cost=20)
@in_marketplaces(1, having="prepaid.session")
def test_sessions_that_were_paid_beforehand(driver: CheckoutDriver, market: str) -> None:
    """Changes that must be refused; none pays, so that a server at fault does no more than spoil a session that is over."""
    for item in driver.some(prepaid for prepaid in driver.profile.prepaid if prepaid.session):
        read = driver.send(
            Request(contract.READ, item.session, None, item.marketplace), "PAY-READ-AFTER", "paid beforehand"
        )
        if contract.UNKNOWN_SESSION in read.error_ids:
            raise PrerequisiteFailed(detail=f"a prepaid session that the target does not know: {item.session}")
        session = CheckoutSession(driver, driver.trace.world.sessions[item.session])
        if item.order:
            session.read_order()
        for operation, body in session.changes():
            session.expect_refusal(operation, body, "PAY-LOCK", "paid beforehand")
        session.read_back()
        for other in [name for name in driver.profile.markets if name != item.marketplace][:1]:
            session.read("MARKET-SAME", f"{item.marketplace} as {other}, paid beforehand", marketplace=other)
        if driver.profile.offers("second_app"):
            session.read("SESSION-APP", "paid beforehand", credential=OTHER_APP)
