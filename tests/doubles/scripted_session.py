"""A long visit of a shop, by hand: every operation, every kind of reason for a refusal, reads in between.

It sends with intents, as the suites do, and judges nothing. Tests make it at the healthy shop and at each faulty server.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from conformance.core import contract, made_up
from conformance.core.exchange import OTHER_APP, OWN_APP, Request
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from suites.line_items.rules import ITEM_RULES
from tests.doubles.reference_goods import DECLINED, DOUBTFUL, GB, REFUSED, US

UNIT = "v1|1001|0"


def visit(target: Any, *parts: Callable[[CheckoutDriver], object]) -> Trace:
    """The trace of a visit, judged. parts: those of the visit; all of them if none is given."""
    load_rules()
    trace = Trace("honest")
    driver = CheckoutDriver(target, trace)
    for part in parts or PARTS:
        with suppress(PrerequisiteFailed):  # a shop that makes no session
            part(driver)
    return trace


def session_of(
    driver: CheckoutDriver, *lines: tuple[str, int], market: str = "EBAY_US", email: str | None = None
) -> CheckoutSession:
    """A fresh session, read once."""
    session = driver.create_session(market, lines or [(UNIT, 1), ("v1|1002|0", 2), ("v1|1003|0", 1)], email=email)
    session.read()
    return session


def changes(driver: CheckoutDriver) -> None:
    """Each change, read back, twice."""
    session, other = session_of(driver), session_of(driver, (UNIT, 2), ("v1|1005|7", 1), market="EBAY_GB")
    session.set_quantity(session.lines[1], 5)
    session.read()
    session.set_quantity(session.lines[0], 3)
    session.read()
    for line in session.lines[:2]:
        option = session.other_option(line)
        session.select_option(line, option.id if option else None)
        session.read()
    session.set_address(driver.market("EBAY_US").other_address or US)
    session.read()
    session.set_address(DOUBTFUL, "ADDR-WARN")
    session.read()
    session.set_address(US)
    session.read()
    session.read()
    session.set_quantity(session.lines[1], 0)
    session.read()
    other.read()
    other.set_quantity(other.lines[0], 0)
    other.read()


def coupons(driver: CheckoutDriver) -> None:
    """Applied, applied again, refused, removed; a condition that holds and one that does not."""
    session = session_of(driver)
    session.expect_refusal(contract.REMOVE, {"redemptionCode": "FIVEOFF"}, "COUPON-NOT-APPLIED")
    for code in ("EXPIRED", "SPEND100", "ONLY1004"):
        session.expect_refusal(contract.APPLY, {"redemptionCode": code}, "COUPON-REFUSED", code)
    session.expect_refusal(contract.APPLY, {"redemptionCode": made_up.CODE}, "COUPON-UNKNOWN")
    session.expect_refusal(contract.APPLY, {}, "COUPON-REQUIRED")
    session.apply_coupon("FIVEOFF")
    session.read()
    session.expect_refusal(contract.APPLY, {"redemptionCode": "TENOFF"}, "COUPON-ONE")
    session.expect_refusal(contract.APPLY, {"redemptionCode": "FIVEOFF"}, "COUPON-ONE", "the same again")
    session.set_quantity(session.lines[0], 2)
    session.read()
    session.set_quantity(session.lines[0], 1)
    session.read()
    session.remove_coupon("FIVEOFF")
    session.read()
    rich = session_of(driver, ("v1|1004|0", 2), (UNIT, 1))
    rich.apply_coupon("SPEND100", "COUPON-REFUSED", "SPEND100 reached")
    rich.read()
    rich.set_quantity(rich.lines[0], 1)
    rich.read()
    rich.remove_coupon("SPEND100")
    rich.apply_coupon("ONLY1004", "COUPON-REFUSED", "ONLY1004 fits")
    rich.read()
    rich.remove_coupon("ONLY1004")
    rich.apply_coupon("GIANT")
    rich.read()
    bound = session_of(driver, ("v1|1004|0", 2), (UNIT, 1))
    bound.apply_coupon("ONLY1004")
    bound.set_quantity(bound.lines[0], 0, "COUPON-ELIGIBLE")
    bound.read()


def refusals(driver: CheckoutDriver) -> None:
    """What each change must refuse, one at a time."""
    session = session_of(driver)
    line = session.lines[0].id
    for quantity in (-1, 1.5, "2", True, None, 10**12):
        session.expect_refusal(
            contract.QUANTITY, {"lineItemId": line, "quantity": quantity}, "QTY-INVALID", f"{quantity}"
        )
    session.expect_refusal(contract.QUANTITY, {"lineItemId": "999", "quantity": 2}, "QTY-UNKNOWN-LINE")
    session.expect_refusal(contract.QUANTITY, {"quantity": 2}, "SESSION-REQUIRED", "lineItemId")
    session.expect_refusal(contract.OPTION, {"lineItemId": line, "shippingOptionId": "none"}, "SHIP-UNKNOWN", "option")
    session.expect_refusal(
        contract.OPTION, {"lineItemId": "999", "shippingOptionId": f"{line}-0"}, "SHIP-UNKNOWN", "line"
    )
    for requirement, name, value in (
        ("ADDR-LENGTH", "addressLine1", "x" * 41),
        ("ADDR-CHARS", "city", "San\x07José"),
        ("ADDR-CHARS-MARKUP", "city", "<b>San José</b>"),
        ("ADDR-DOMESTIC", "country", "FR"),
        ("ADDR-SANCTION", "country", "KP"),
        ("SESSION-INVALID", "city", 7),
    ):
        session.expect_refusal(contract.ADDRESS, {**US, name: value}, requirement, name)
    for name in ("city", "postalCode", "recipient"):
        session.expect_refusal(
            contract.ADDRESS, {entry: value for entry, value in US.items() if entry != name}, "ADDR-REQUIRED", name
        )
    session.set_address({**US, "addressLine1": "x" * 40}, "ADDR-LENGTH", "40")
    session.read()
    session.expect_refusal(contract.QUANTITY, None, "ROBUST", "broken JSON", raw=b'{"a": ')
    for role, most in (("2001", 3), ("2002", 2), ("2003", 5)):
        special = session_of(driver, (f"v1|{role}|0", most))
        requirement = {"2001": "QTY-STOCK", "2002": "QTY-LIMIT", "2003": "QTY-LOT"}[role]
        body = {"lineItemId": special.lines[0].id, "quantity": most + 1}
        special.expect_refusal(contract.QUANTITY, body, requirement)
        driver.initiate("EBAY_US", [(f"v1|{role}|0", most + 1)], requirement)


def creation(driver: CheckoutDriver) -> None:
    """What initiate takes and what it refuses."""
    for place, number in enumerate(REFUSED):
        driver.initiate("EBAY_US", [(f"v1|40{place}|0", 1)], ITEM_RULES[number], f"{number}")
    for item, requirement in (
        ("v1|3001|0", "ITEM-ENDED"),
        (made_up.ITEM, "ITEM-UNKNOWN"),
        ("v1|3002|0", "ITEM-REMOVED"),
    ):
        driver.initiate("EBAY_US", [(item, 1)], requirement)
    driver.initiate("EBAY_US", [("v1|3002|0", 1), (UNIT, 1)], "ITEM-REMOVED")
    session_of(driver, ("v1|3003|0", 1))
    driver.initiate("EBAY_US", [(item, 1) for item in driver.plain("EBAY_US", 4)], "LINES-MAX", "4")
    driver.initiate("EBAY_US", [(item, 1) for item in driver.plain("EBAY_US", 5)], "LINES-MAX", "4 and one more")
    driver.initiate("EBAY_US", [(UNIT, 0)], "QTY-INVALID", "0")
    body = driver.initiate_body("EBAY_US", [(UNIT, 1)])
    for name in body:
        without = {node: value for node, value in body.items() if node != name}
        driver.initiate("EBAY_US", requirement="SESSION-REQUIRED", case=name, body=without)
    driver.initiate(
        "EBAY_US", requirement="SESSION-INVALID", case="contactEmail", body={**body, "contactEmail": "no address"}
    )
    driver.initiate("EBAY_US", requirement="SESSION-NO-LINES", body={**body, "lineItemInputs": []})
    driver.initiate("EBAY_US", requirement="ADDR-WARN", body={**body, "shippingAddress": DOUBTFUL})


def foreigners(driver: CheckoutDriver) -> None:
    """Other apps, other marketplaces, no token, unknown ids: each session method."""
    session = session_of(driver)
    session.apply_coupon("FIVEOFF")
    session.read()
    bodies: list[tuple[str, Any]] = [(contract.READ, None), *session.changes(), (contract.PLACE_ORDER, session.terms())]
    for operation, body in bodies:
        session.expect_refusal(operation, body, "SESSION-APP", credential=OTHER_APP)
        session.expect_refusal(operation, body, "MARKET-SAME", marketplace="EBAY_GB")
        session.expect_refusal(operation, body, "MARKET-SUPPORTED", marketplace="EBAY_ATLANTIS")
        session.expect_refusal(operation, body, "AUTH-TOKEN", "none", credential="none")
        driver.send(Request(operation, made_up.unknown(session.id), body, "EBAY_US"), "SESSION-UNKNOWN")
        if operation != contract.PLACE_ORDER:
            session.expect_refusal(operation, body, "MARKET-REQUIRED", marketplace=None)
    own = driver.create_session("EBAY_GB", [(UNIT, 1)], credential=OTHER_APP, address=GB)
    own.read(credential=OTHER_APP)


def empty(driver: CheckoutDriver) -> None:
    """The last line goes; nothing more can be done."""
    session = session_of(driver, (UNIT, 1))
    changes = [change for change in session.changes() if change[1].get("quantity") != 0]
    session.set_quantity(session.lines[0], 0)
    session.read()
    for operation, body in changes:
        session.expect_refusal(operation, body, "QTY-LAST")
    session.expect_refusal(contract.PLACE_ORDER, session.terms(), "PAY-EMPTY")


def payment(driver: CheckoutDriver) -> None:
    """Paid with a coupon, locked afterwards, placed again; terms that are not complete; a declined buyer."""
    session = session_of(driver)
    session.apply_coupon("FIVEOFF")
    session.read()
    for name in ("marketingChannels", "marketingTypes"):
        terms = session.terms()
        terms["marketingTerms"][0][name] = terms["marketingTerms"][0][name][1:]
        session.expect_refusal(contract.PLACE_ORDER, terms, "PAY-TERMS", name)
    session.place_order()
    session.read_order("ORDER-READ-PAID")
    session.read_order(marketplace=None)
    session.read_order("MARKET-ORDER-SAME", marketplace="EBAY_GB")
    for operation, body in session.changes():
        session.expect_refusal(operation, body, "PAY-LOCK")
        session.expect_refusal(operation, body, "PAY-LOCK", "again")
    session.place_order("PAY-TWICE")
    session.read_order()
    driver.read_order(made_up.ORDERS[0], "ORDER-UNKNOWN", marketplace="EBAY_US")
    session.read_order("ORDER-APP", credential=OTHER_APP)
    session.read_order("AUTH-TOKEN", credential="none")
    declined = session_of(driver, (UNIT, 1), email=DECLINED)
    bodies = list(declined.changes())
    declined.place_order("PAY-DECLINED")
    for operation, body in bodies:
        declined.expect_refusal(operation, body, "PAY-DECLINED-ENDS")
    declined.place_order("PAY-DECLINED-ENDS")
    revised = session_of(driver, ("v1|3004|0", 1))
    revised.place_order("PAY-ITEM-CHANGED", "15020")
    revised.read()
    partly = session_of(driver, ("v1|3005|0", 1), (UNIT, 1))
    partly.place_order("PAY-PARTIAL")
    second = session_of(driver, (UNIT, 1), ("v1|1004|0", 1))
    second.place_order(terms=second.terms(accepted=False))
    second.read_order(credential=OWN_APP)


PARTS = (changes, coupons, refusals, creation, foreigners, empty, payment)
