"""Every further live value that a target has for an example of the contract: roles of the profile, other ids of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.core import contract, made_up
from conformance.core.exchange import MARKETPLACE_HEADER, OTHER_APP
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from strategies.addresses import MARKUP, of_length, real_people, with_fields
from suites.generated.live_values import ADDRESS, EXAMPLES, Values, address_values


def alternatives(
    driver: CheckoutDriver, market: str, session: CheckoutSession | None, operation: str
) -> Iterator[Values]:
    """What takes the place of the usual live values, one thing at a time."""
    offered = driver.market(market)
    for other in driver.profile.markets:
        if other != market:
            yield _single(MARKETPLACE_HEADER, other)
    if operation == contract.INITIATE:
        yield from _items(driver, market)
        yield from (_single("contactEmail", email) for email in driver.profile.buyers.declined)
    if operation in (contract.INITIATE, contract.ADDRESS):
        yield from (address_values(ADDRESS, address) for address in _addresses(driver, market))
    if operation in (contract.APPLY, contract.REMOVE):
        yield from (_single("redemptionCode", coupon) for coupon in offered.coupons)
    if session is None:
        return
    if operation == contract.READ_ORDER:
        ids = (made_up.nearly(session.order.id), session.id) if session.order else ()
        yield from (_single("purchaseOrderId", text) for text in ids)
    else:
        yield from (_single("checkoutSessionId", text) for text in _nearly(driver, session))
    if operation in (contract.QUANTITY, contract.OPTION):
        yield from (_single("lineItemId", text) for text in _lines(driver, session))
    if operation == contract.OPTION:
        yield from (_single("shippingOptionId", text) for text in _options(driver, session))


def credentials(driver: CheckoutDriver) -> Iterator[str]:
    """The credentials that open nothing of the own app's, as far as the profile has them."""
    if driver.profile.offers("second_app"):
        yield OTHER_APP
    yield from driver.profile.bad_tokens


def _single(name: str, value: str) -> Values:
    return {(name, EXAMPLES[name]): value}


def _items(driver: CheckoutDriver, market: str) -> Iterator[Values]:
    """Items with a role; those with a limit, a stock or a lot with as many and with one more."""
    for item, role in driver.market(market).roles.items():
        for quantity in (role.amount, role.amount + 1) if role.amount else (None,):
            more = {} if quantity is None else {("quantity", EXAMPLES["quantity"]): quantity}
            yield {**_single("itemId", item), **more}


def _addresses(driver: CheckoutDriver, market: str) -> Iterator[dict[str, Any]]:
    """Addresses with a role, of people, at the limit of a line, abroad, with what an address must not have."""
    offered, most = driver.market(market), contract.address_line_limit(market)
    home = offered.address
    yield from (address for address in (offered.other_address, offered.unverifiable_address) if address)
    yield from real_people(market, home)
    for length in (most, most + 1):
        yield with_fields(home, addressLine1=of_length(home["addressLine1"], length))
    for country in (*offered.foreign_countries, *offered.sanctioned_countries[:1]):
        yield {**home, "country": country}
    yield with_fields(home, lastName=MARKUP[0])
    yield with_fields(home, addressLine1="Wal\x07nut Street")


def _nearly(driver: CheckoutDriver, session: CheckoutSession) -> Iterator[str]:
    """Ids that are nearly the session's, and that of its order."""
    yield from (made_up.nearly(session.id), f"{session.id}0", f"{session.id}abc", session.id[:-1])
    if session.order:
        yield session.order.id


def _lines(driver: CheckoutDriver, session: CheckoutSession) -> Iterator[str]:
    """Each line, a line of another session, and a line of no session."""
    yield from (line.id for line in session.lines)
    others = [known for known in driver.trace.world.sessions.values() if known.id != session.id]
    yield from (line.id for known in others[-1:] for line in known.view.lines.values())
    if session.lines:
        yield made_up.nearly(session.lines[0].id)


def _options(driver: CheckoutDriver, session: CheckoutSession) -> Iterator[str]:
    """Each option of each line, and an option of no line."""
    ids = [option.id for line in session.lines for option in line.options if option.id]
    yield from ids
    yield from (made_up.nearly(text) for text in ids[:1])
