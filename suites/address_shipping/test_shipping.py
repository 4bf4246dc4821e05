"""Shipping options: one selected on each line, and a selection moves only the line that it names."""

from __future__ import annotations

from conformance.core import contract, made_up
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from suites.shared.named_sessions import session_in


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
            session.select_option(line, option.id, "SHIP-SET", "another option")
            session.read()
        session.select_option(line, line.options[0].id, "SHIP-SET", "back to the first")
    session.read()


@provokes("SHIP-UNKNOWN", cost=16)
@in_situations(calm=1, rich=1)
def test_an_unknown_option_or_line_is_refused(driver: CheckoutDriver, market: str, situation: str) -> None:
    session = session_in(
        driver, market, situation, items=driver.plain(market, 1, want=lambda features: features.options > 1)
    )
    line = session.lines[0]
    chosen = _free(session) or line.options[0].id or "1"
    asked = (
        ({"lineItemId": line.id, "shippingOptionId": made_up.unknown(chosen)}, "an unknown option"),
        ({"lineItemId": made_up.unknown(line.id), "shippingOptionId": chosen}, "an unknown line"),
        ({"lineItemId": line.id, "shippingOptionId": "no-such-option"}, "an unknown option"),
        ({"shippingOptionId": chosen}, "no lineItemId"),
        ({"lineItemId": line.id}, "no shippingOptionId"),
    )
    for body, case in driver.some(asked):
        session.expect_refusal(contract.OPTION, body, "SHIP-UNKNOWN", case)
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


@provokes("SHIP-UNKNOWN", "SHIP-SET", cost=5)
@in_marketplaces(1)
def test_a_refusal_leaves_the_selection_as_it_was(driver: CheckoutDriver, market: str) -> None:
    """The selected option is not the first, so that a fall back to the first one shows; the next one can be selected."""
    items = driver.plain(market, 1, want=lambda features: features.options > 1)
    session = session_in(driver, market, "calm", items=items)
    if free := _free(session):
        session.select_option(session.lines[0], free)
        session.select_option(session.lines[0], made_up.unknown(free), "SHIP-UNKNOWN", "an unknown option")
        session.read()
        session.select_option(session.lines[0], _free(session), "SHIP-SET", "after a refusal")
        session.read()


def _free(session: CheckoutSession) -> str | None:
    """The id of an option of the first line that is not selected."""
    option = session.other_option(session.lines[0])
    return option.id if option else None


@provokes("SHIP-DATES", cost=3)
@in_marketplaces(1)
def test_delivery_ranges(driver: CheckoutDriver, market: str) -> None:
    driver.create_session(market, 4).read()
