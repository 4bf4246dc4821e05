"""Addresses: replaced as sent, complete, no longer than allowed, at home in the marketplace."""

from __future__ import annotations

from typing import Any

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.driver.marks import in_marketplaces, in_situations, provokes
from strategies.addresses import CONTROL, MARKUP, TEXT_FIELDS, of_length, real_people, with_fields, with_path
from strategies.broken import US_STATES, fields, named, without
from strategies.situations import body_in_turn, cart_in


def _initiate(shop: CheckoutDriver, market: str, address: dict[str, Any], why: str, case: str) -> None:
    shop.initiate(market, [(shop.plain(market)[0], 1)], why, case, address=address)


@provokes("ADDR-REPLACE", "ADDR-REPLACE-EXACT", cost=12)
@in_situations(calm=1, rich=1, having="address.other")
def test_an_address_is_replaced_and_replaced_again(shop: CheckoutDriver, market: str, situation: str) -> None:
    home, other = shop.market(market).address, shop.market(market).other_address or shop.market(market).address
    cart = cart_in(shop, market, situation)
    renamed = with_fields(other, lastName="Vega-Ruiz")  # one field at a time: who compares the street alone is found
    several = (
        other,
        renamed,
        with_fields(renamed, phoneNumber=home["phoneNumber"]),
        {name: value for name, value in other.items() if name not in ("addressLine2", "county")},
        with_fields(home, addressLine2="Floor 9"),
        home,
    )
    for address in shop.some(several, few=2, turn=market):
        cart.move(address, "ADDR-REPLACE", situation)
        cart.read()


@provokes("ADDR-REQUIRED", cost=40)
@in_marketplaces(1)
def test_an_address_without_a_required_field(shop: CheckoutDriver, market: str) -> None:
    address = shop.market(market).address
    body = body_in_turn(shop, market)
    needed = [
        path
        for path in fields(address)
        if path[-1] not in ("addressLine2", "county") and not (path[-1] == "stateOrProvince" and market != "EBAY_US")
    ]
    postal = [entry for entry in needed if entry[-1] == "postalCode"]  # which hangs on the marketplace
    needed = [entry for entry in needed if entry not in postal]
    chosen = [*postal, *shop.some(needed, few=3, turn=market)]
    for path in shop.some([*postal, *needed]):
        sent = {**body, "shippingAddress": without(address, path)}
        shop.initiate(market, why="ADDR-REQUIRED", case=named(path), body=sent)
    cart = shop.cart(market)
    for path in shop.some(chosen):
        cart.expect_refusal(contract.ADDRESS, without(address, path), "ADDR-REQUIRED", named(path))
    if market == "EBAY_HK":
        _initiate(
            shop,
            market,
            {name: value for name, value in address.items() if name != "postalCode"},
            "ADDR-REQUIRED",
            "no postal code in Hong Kong passes",
        )


@provokes("SESSION-INVALID", cost=6)
@in_marketplaces()
def test_a_state_of_the_us_has_two_characters(shop: CheckoutDriver, market: str) -> None:
    if market != "EBAY_US":
        return
    cart = shop.cart(market)
    for state in shop.some(US_STATES):
        changed = with_fields(shop.market(market).address, stateOrProvince=state)
        cart.expect_refusal(contract.ADDRESS, changed, "SESSION-INVALID", "stateOrProvince")


@provokes("ADDR-LENGTH", cost=16)
@in_marketplaces()
def test_an_address_line_at_its_limit_and_one_more(shop: CheckoutDriver, market: str) -> None:
    address, most = shop.market(market).address, contract.address_line_limit(market)
    cart = shop.cart(market)
    if shop.brief:
        lines = [
            with_fields(address, addressLine1=of_length(address["addressLine1"], most + index)) for index in (0, 1)
        ]
        cart.move(lines[0], "ADDR-LENGTH", f"addressLine1 of {most} passes")
        cart.read()
        cart.expect_refusal(contract.ADDRESS, lines[1], "ADDR-LENGTH", f"addressLine1 of {most + 1} is refused")
        return
    for name in ("addressLine1", "addressLine2"):
        for length, verdict in shop.some(((most, "passes"), (most + 1, "is refused"), (most + 15, "is refused"))):
            changed = with_fields(address, **{name: of_length(address.get(name, "Unit 7"), length)})
            case = f"{name} of {length} {verdict}"
            _initiate(shop, market, changed, "ADDR-LENGTH", case)
            if verdict == "passes":
                cart.move(changed, "ADDR-LENGTH", case)
                cart.read()
            else:
                cart.expect_refusal(contract.ADDRESS, changed, "ADDR-LENGTH", case)


@provokes("ADDR-CHARS", cost=30)
@in_marketplaces(1)
def test_control_characters_are_refused(shop: CheckoutDriver, market: str) -> None:
    address = shop.market(market).address
    cart = shop.cart(market)
    for index, name in enumerate(shop.some(TEXT_FIELDS, few=2, turn=market)):
        for char in shop.some((CONTROL[index % len(CONTROL)], CONTROL[(index + 2) % len(CONTROL)]), few=1):
            changed = with_path(address, name, f"Wal{char}nut Street"[:30])
            _initiate(shop, market, changed, "ADDR-CHARS", f"{name} with {char!r}")
            cart.expect_refusal(contract.ADDRESS, changed, "ADDR-CHARS", f"{name} with {char!r}")


@provokes("ADDR-CHARS-MARKUP", cost=12)
@in_marketplaces(1)
def test_markup_is_refused(shop: CheckoutDriver, market: str) -> None:
    address = shop.market(market).address
    cart = shop.cart(market)
    for text in shop.some(MARKUP, few=1, turn=market):
        changed = with_fields(address, addressLine1=text[: contract.address_line_limit(market)])
        if not shop.brief:
            _initiate(shop, market, changed, "ADDR-CHARS-MARKUP", text)
        cart.expect_refusal(contract.ADDRESS, changed, "ADDR-CHARS-MARKUP", text)


@provokes("ADDR-CHARS", "ADDR-REPLACE", cost=16)
@in_marketplaces()
def test_names_and_streets_of_real_people_pass(shop: CheckoutDriver, market: str) -> None:
    cart = shop.cart(market)
    for address in shop.some(real_people(market, shop.market(market).address)):
        case = f"{address['recipient']['firstName']} {address['recipient']['lastName']} passes"
        shop.cart(market, address=address, why="ADDR-CHARS", case=case).read()
        cart.move(address, "ADDR-CHARS", case)
        cart.read()


@provokes("ADDR-DOMESTIC", cost=12)
@in_situations(calm=1, having="address.foreign")
def test_a_marketplace_ships_at_home_only(shop: CheckoutDriver, market: str, situation: str) -> None:
    _abroad(shop, market, situation, "ADDR-DOMESTIC", shop.market(market).foreign_countries)


@provokes("ADDR-SANCTION", cost=12)
@in_situations(calm=1, having="address.sanctioned")
def test_a_sanctioned_country_is_refused(shop: CheckoutDriver, market: str, situation: str) -> None:
    _abroad(shop, market, situation, "ADDR-SANCTION", shop.market(market).sanctioned_countries)


def _abroad(shop: CheckoutDriver, market: str, situation: str, why: str, countries: tuple[str, ...]) -> None:
    cart: CheckoutSession = cart_in(shop, market, situation)
    for country in shop.some(countries):
        changed = with_fields(shop.market(market).address, country=country)
        if not shop.brief:
            _initiate(shop, market, changed, why, country)
        cart.expect_refusal(contract.ADDRESS, changed, why, country)


@provokes("ADDR-WARN", "ITEM-WARNED", "ITEM-REMOVED", cost=6)
@in_marketplaces(1, having="address.unverifiable item.warned|item.removed")
def test_each_reason_for_a_warning_is_named_beside_the_others(shop: CheckoutDriver, market: str) -> None:
    offered, plain = shop.market(market), shop.plain(market)[0]
    also = offered.items("warned") + offered.items("removed")
    together = also[: shop.maximum() - 1]
    for items in (together, *([item] for item in shop.some(also, few=1) if [item] != together)):
        lines = [(plain, 1), *((item, 1) for item in items)]
        shop.initiate(market, lines, "ADDR-WARN", "beside an item with a warning", address=offered.unverifiable_address)


@provokes("ADDR-WARN", "WARNING-SHAPE", "WARNING-SHAPE-OPERATION", cost=8)
@in_marketplaces(2, having="address.unverifiable")
def test_a_doubtful_address_is_taken_with_a_warning(shop: CheckoutDriver, market: str) -> None:
    doubtful = shop.market(market).unverifiable_address or {}
    if shop.brief:
        cart = shop.cart(market)
        cart.move(doubtful, "ADDR-WARN", "update")
        cart.read()
        return
    shop.cart(market, address=doubtful, why="ADDR-WARN", case="initiate").read()
    cart = shop.cart(market)
    for _ in shop.some(range(2), few=1):
        cart.move(doubtful, "ADDR-WARN", "update")
        cart.read()
        if shop.thorough:
            cart.move(shop.market(market).address)
