"""Shipping options: one selected on each line, and the selection moves only where it is told to."""

from __future__ import annotations

from conformance.core import contract, made_up
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.situations import session_in


@provokes("SHIP-ONE", cost=6)
@in_marketplaces(1)
def test_each_line_starts_with_its_first_option(driver: CheckoutDriver, market: str) -> None:
    for count in driver.some((1, 4)):
        driver.create_session(market, count, requirement="SHIP-ONE").read()


@provokes("SHIP-SET", "PRICE-DELIVERY", "PRICE-IMPORT", cost=24)
@in_marketplaces(2)
def test_every_option_of_every_line_can_be_selected(driver: CheckoutDriver, market: str) -> None:
    """The same item beside others of its kind: option ids may be shared between lines."""
    items = driver.plain(market, 4, want=lambda features: features.options > 1)
    if not items:
        return
    session = driver.create_session(market, [(item, 1 + index) for index, item in enumerate(items)])
    for line in driver.some(session.lines):
        for option in driver.some([option for option in line.options if not option.selected]):
            session.select(line, option.id, "SHIP-SET", "another option")
            session.read()
        session.select(line, line.options[0].id, "SHIP-SET", "back to the first")
    session.read()


@provokes("SHIP-UNKNOWN", cost=16)
@in_situations(calm=1, rich=1)
def test_an_unknown_option_or_line_is_refused(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(
        driver, market, situation, items=driver.plain(market, 1, want=lambda features: features.options > 1)
    )
    line = session.lines[0]
    if not driver.brief and (free := session.other_option(line)):  # what falls back to the first option shows
        session.select(line, free.id)
        line = session.lines[0]
    chosen = (
        next((option.id for option in line.options if option.id and not option.selected), None)
        or line.options[0].id
        or "1"
    )
    for bad_line, option, case in driver.some(
        (
            (line.id, made_up.unknown(chosen), "an unknown option"),
            (made_up.unknown(line.id), chosen, "an unknown line"),
            (line.id, "no-such-option", "an unknown option"),
        )
    ):
        session.expect_refusal(
            contract.OPTION, {"lineItemId": bad_line, "shippingOptionId": option}, "SHIP-UNKNOWN", case
        )
    if not driver.brief:
        session.expect_refusal(contract.OPTION, {"shippingOptionId": chosen}, "SHIP-UNKNOWN", "no lineItemId")
    if driver.thorough and (free := session.other_option(session.lines[0])):  # a refusal leaves the next one free
        session.select(session.lines[0], free.id, "SHIP-SET", "after a refusal")
    for other in session.lines[1:]:
        foreign = [option.id for option in other.options if line.option(option.id) is None]
        if foreign:
            session.expect_refusal(
                contract.OPTION,
                {"lineItemId": line.id, "shippingOptionId": foreign[0]},
                "SHIP-UNKNOWN",
                "an option of another line",
            )
            break


@provokes("SHIP-DATES", cost=3)
@in_marketplaces(1)
def test_delivery_ranges(driver: CheckoutDriver, market: str) -> None:
    driver.create_session(market, 4).read()
