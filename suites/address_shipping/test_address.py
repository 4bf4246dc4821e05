"""Addresses: replaced as sent, complete, no longer than allowed, at home in the marketplace."""

from __future__ import annotations

from typing import Any

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.addresses import CONTROL, MARKUP, TEXT_FIELDS, of_length, real_people, with_fields, with_path
from strategies.broken import US_STATES, fields, named, without
from suites.shared.named_sessions import body_in_turn, session_in

LINES = ("addressLine1", "addressLine2")


def _initiate(driver: CheckoutDriver, market: str, address: dict[str, Any], requirement: str, case: str) -> None:
    driver.initiate(market, [(driver.plain(market)[0], 1)], requirement, case, address=address)


def _refuse(session: CheckoutSession, address: dict[str, Any], requirement: str, case: str) -> None:
    """An address that no session takes: not as a change, and not at its start."""
    for operation in session.driver.some((contract.ADDRESS, contract.INITIATE)):
        if operation == contract.ADDRESS:
            session.expect_refusal(operation, address, requirement, case)
        else:
            _initiate(session.driver, session.marketplace, address, requirement, case)


@provokes("ADDR-REPLACE", "ADDR-REPLACE-EXACT", cost=12)
@in_situations(calm=1, rich=1, having="address.other")
def test_an_address_is_replaced_and_replaced_again(driver: CheckoutDriver, market: str, situation: str) -> None:
    home, other = driver.market(market).address, driver.market(market).other_address or driver.market(market).address
    session = session_in(driver, market, situation)
    renamed = with_fields(other, lastName="Vega-Ruiz")  # one field at a time: who compares the street alone is found
    several = (
        other,
        renamed,
        with_fields(renamed, phoneNumber=home["phoneNumber"]),
        {name: value for name, value in other.items() if name not in ("addressLine2", "county")},
        with_fields(home, addressLine2="Floor 9"),
        home,
    )
    for address in driver.some(several, few=2, turn=market):
        session.set_address(address, "ADDR-REPLACE", situation)
        session.read()


@provokes("ADDR-REQUIRED", cost=40)
@in_marketplaces(1)
def test_an_address_without_a_required_field(driver: CheckoutDriver, market: str) -> None:
    address = driver.market(market).address
    body = body_in_turn(driver, market)
    needed = [
        path
        for path in fields(address)
        if path[-1] not in ("addressLine2", "county") and not (path[-1] == "stateOrProvince" and market != "EBAY_US")
    ]
    postal = [path for path in needed if path[-1] == "postalCode"]  # which hangs on the marketplace
    needed = [path for path in needed if path not in postal]
    chosen = [*postal, *driver.some(needed, few=3, turn=market)]
    for path in driver.some([*postal, *needed]):
        sent = {**body, "shippingAddress": without(address, path)}
        driver.initiate(market, requirement="ADDR-REQUIRED", case=named(path), body=sent)
    session = driver.create_session(market)
    for path in driver.some(chosen):
        session.expect_refusal(contract.ADDRESS, without(address, path), "ADDR-REQUIRED", named(path))


@provokes("ADDR-REQUIRED", cost=1)
@in_marketplaces(only="EBAY_HK")
def test_an_address_in_hong_kong_needs_no_postal_code(driver: CheckoutDriver, market: str) -> None:
    address = {name: value for name, value in driver.market(market).address.items() if name != "postalCode"}
    _initiate(driver, market, address, "ADDR-REQUIRED", "no postal code in Hong Kong passes")


@provokes("SESSION-INVALID", cost=6)
@in_marketplaces(only="EBAY_US")
def test_a_state_of_the_us_has_two_characters(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market)
    for state in driver.some(US_STATES):
        changed = with_fields(driver.market(market).address, stateOrProvince=state)
        session.expect_refusal(contract.ADDRESS, changed, "SESSION-INVALID", "stateOrProvince")


@provokes("ADDR-LENGTH", cost=16)
@in_marketplaces()
def test_an_address_line_at_its_limit_and_one_more(driver: CheckoutDriver, market: str) -> None:
    session, most = driver.create_session(market), contract.address_line_limit(market)
    for name in driver.some(LINES):
        session.set_address(_with_line(driver, market, name, most), "ADDR-LENGTH", f"{name} of {most} passes")
        session.read()
        for length in driver.some((most + 1, most + 15)):
            _refuse(session, _with_line(driver, market, name, length), "ADDR-LENGTH", f"{name} of {length} is refused")


@provokes("ADDR-LENGTH", cost=2)
@in_marketplaces()
def test_a_session_starts_with_an_address_line_at_its_limit(driver: CheckoutDriver, market: str) -> None:
    most = contract.address_line_limit(market)
    for name in driver.some(LINES):
        _initiate(driver, market, _with_line(driver, market, name, most), "ADDR-LENGTH", f"{name} of {most} passes")


def _with_line(driver: CheckoutDriver, market: str, name: str, length: int) -> dict[str, Any]:
    """The marketplace's address with an address line of that length."""
    address = driver.market(market).address
    return with_fields(address, **{name: of_length(address.get(name, "Unit 7"), length)})


@provokes("ADDR-CHARS", cost=30)
@in_marketplaces(1)
def test_control_characters_are_refused(driver: CheckoutDriver, market: str) -> None:
    address = driver.market(market).address
    session = driver.create_session(market)
    for index, name in enumerate(driver.some(TEXT_FIELDS, few=2, turn=market)):
        for char in driver.some((CONTROL[index % len(CONTROL)], CONTROL[(index + 2) % len(CONTROL)]), few=1):
            changed = with_path(address, name, f"Wal{char}nut Street"[:30])
            _refuse(session, changed, "ADDR-CHARS", f"{name} with {char!r}")


@provokes("ADDR-CHARS-MARKUP", cost=12)
@in_marketplaces(1)
def test_markup_is_refused(driver: CheckoutDriver, market: str) -> None:
    address = driver.market(market).address
    session = driver.create_session(market)
    for text in driver.some(MARKUP, few=1, turn=market):
        changed = with_fields(address, addressLine1=text[: contract.address_line_limit(market)])
        _refuse(session, changed, "ADDR-CHARS-MARKUP", text)


@provokes("ADDR-CHARS", "ADDR-REPLACE", cost=16)
@in_marketplaces()
def test_names_and_streets_of_real_people_pass(driver: CheckoutDriver, market: str) -> None:
    session = driver.create_session(market)
    for address in driver.some(real_people(market, driver.market(market).address)):
        case = f"{address['recipient']['firstName']} {address['recipient']['lastName']} passes"
        driver.create_session(market, address=address, requirement="ADDR-CHARS", case=case).read()
        session.set_address(address, "ADDR-CHARS", case)
        session.read()


@provokes("ADDR-DOMESTIC", cost=12)
@in_situations(calm=1, having="address.foreign")
def test_a_marketplace_ships_at_home_only(driver: CheckoutDriver, market: str, situation: str) -> None:
    _abroad(driver, market, situation, "ADDR-DOMESTIC", driver.market(market).foreign_countries)


@provokes("ADDR-SANCTION", cost=12)
@in_situations(calm=1, having="address.sanctioned")
def test_a_sanctioned_country_is_refused(driver: CheckoutDriver, market: str, situation: str) -> None:
    _abroad(driver, market, situation, "ADDR-SANCTION", driver.market(market).sanctioned_countries)


def _abroad(driver: CheckoutDriver, market: str, situation: str, requirement: str, countries: tuple[str, ...]) -> None:
    session = session_in(driver, market, situation)
    for country in driver.some(countries):
        _refuse(session, with_fields(driver.market(market).address, country=country), requirement, country)


@provokes("ADDR-WARN", "ITEM-WARNED", "ITEM-REMOVED", cost=6)
@in_marketplaces(1, having="address.unverifiable item.warned|item.removed")
def test_each_reason_for_a_warning_is_named_beside_the_others(driver: CheckoutDriver, market: str) -> None:
    offered, plain = driver.market(market), driver.plain(market)[0]
    also = offered.items("warned") + offered.items("removed")
    together = also[: driver.maximum() - 1]
    for items in (together, *([item] for item in driver.some(also, few=1) if [item] != together)):
        lines = [(plain, 1), *((item, 1) for item in items)]
        driver.initiate(
            market, lines, "ADDR-WARN", "beside an item with a warning", address=offered.unverifiable_address
        )


@provokes("ADDR-WARN", "WARNING-SHAPE", "WARNING-SHAPE-OPERATION", cost=8)
@in_marketplaces(2, having="address.unverifiable")
def test_a_doubtful_address_is_taken_with_a_warning(driver: CheckoutDriver, market: str) -> None:
    """And taken again after a good address."""
    offered, session = driver.market(market), driver.create_session(market)
    doubtful = offered.unverifiable_address or {}
    for address in driver.some((doubtful, offered.address, doubtful), few=1):
        session.set_address(address, "ADDR-WARN", "update")
        session.read()


@provokes("ADDR-WARN", cost=2)
@in_marketplaces(2, having="address.unverifiable")
def test_a_session_starts_at_a_doubtful_address_with_a_warning(driver: CheckoutDriver, market: str) -> None:
    doubtful = driver.market(market).unverifiable_address
    driver.create_session(market, address=doubtful, requirement="ADDR-WARN", case="initiate").read()
