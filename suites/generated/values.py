"""The contract's example values, and the live values that take their place.

Schemathesis builds its cases from the contract's examples. Where a case still has an example's value, a live one is sent:
the session, a line, an option, the order, an item, a coupon, an address of the marketplace. What a case has broken is no
example's value any more, so it is sent as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.model import Line

Values = dict[tuple[str, str], Any]  # (field or parameter, the contract's example): the live value
ABSENT = object()  # for a field that the marketplace's addresses do not have
MARKETPLACE = "X-EBAY-C-MARKETPLACE-ID"


def live_values(driver: CheckoutDriver, market: str, session: CheckoutSession | None, turn: int) -> Values:
    """The live value of each example. turn: which item and which line is meant; it grows from case to case."""
    offered = driver.market(market)
    coupons = [coupon.code for coupon in offered.coupons_of("good", "oversized")]
    items = driver.plain(market, 8)
    start = turn % len(items) if items else 0
    values: Values = {
        (MARKETPLACE, EXAMPLES[MARKETPLACE]): market,
        ("contactEmail", EXAMPLES["contactEmail"]): driver.buyer(),
        **_of_address(ADDRESS, offered.address),
        **_of_address(OTHER_ADDRESS, offered.other_address or offered.address),
        **{("itemId", example): item for example, item in zip(ITEMS, items[start:] + items[:start], strict=False)},
    }
    if coupons:
        values["redemptionCode", EXAMPLES["redemptionCode"]] = coupons[turn % len(coupons)]
    if session:
        values |= _of_session(session, turn)
    return values


def _of_session(session: CheckoutSession, turn: int) -> Values:
    line = _line(session, turn)
    option = (session.other_option(line, turn) or line.selected) if line else None
    live = {
        "checkoutSessionId": session.id,
        "purchaseOrderId": session.session.order or "0",
        "lineItemId": line.id if line else "0",
        "shippingOptionId": option.id if option else "0",
    }
    if applied := session.session.view.coupons:
        live["redemptionCode"] = applied[0]
    return {(name, EXAMPLES[name]): value for name, value in live.items()}


def _line(session: CheckoutSession, turn: int) -> Line | None:
    """The lines in turn, those with several options before the others."""
    lines = [line for line in session.lines if len(line.options) > 1] or session.lines
    return lines[turn % len(lines)] if lines else None


def substituted(node: Any, values: Values) -> Any:
    """A body with live values in place of the contract's examples."""
    if isinstance(node, list):
        return [substituted(child, values) for child in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for name, child in node.items():
        value = values.get((name, child), child) if isinstance(child, str) else substituted(child, values)
        if value is not ABSENT:
            found[name] = value
    return found


def _of_address(example: dict[str, Any], offered: dict[str, Any]) -> Values:
    known = dict(_leaves(offered))
    return {(name, value): known.get(name, ABSENT) for name, value in _leaves(example)}


def _leaves(address: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in address.items():
        yield from _leaves(value) if isinstance(value, dict) else ((name, value),)


# ---------------------------------------------------------------- every value that the target has for an example


def alternatives(
    driver: CheckoutDriver, market: str, session: CheckoutSession | None, operation: str
) -> Iterator[Values]:
    """Each further live value of the operation's examples, one at a time: roles of the profile, other ids of the run."""
    offered = driver.market(market)
    for other in driver.profile.markets:
        if other != market:
            yield _one("X-EBAY-C-MARKETPLACE-ID", other)
    if session and operation != contract.READ_ORDER:
        yield from (_one("checkoutSessionId", known) for known in _near(driver, session))
    if operation == contract.READ_ORDER and session and session.order:
        yield from (_one("purchaseOrderId", text) for text in (driver.nearly(session.order.id), session.id))
    if operation == contract.INITIATE:
        yield from (_one("itemId", item) for item in offered.roles)
        yield from (_one("contactEmail", email) for email in driver.profile.declined)
    if operation in (contract.APPLY, contract.REMOVE):
        yield from (_one("redemptionCode", coupon) for coupon in offered.coupons)
    if operation in (contract.INITIATE, contract.ADDRESS):
        yield from (_of_address(ADDRESS, address) for address in _other_addresses(driver, market))
    if session and operation in (contract.QUANTITY, contract.OPTION):
        yield from (_one("lineItemId", line) for line in _other_lines(driver, session))
    if session and operation == contract.OPTION:
        yield from (
            _one("shippingOptionId", option.id) for line in session.lines for option in line.options if option.id
        )


def _one(name: str, value: str) -> Values:
    return {(name, EXAMPLES[name]): value}


def _near(driver: CheckoutDriver, session: CheckoutSession) -> Iterator[str]:
    """Ids that are nearly the session's, and that of its order."""
    yield from (driver.nearly(session.id), f"{session.id}0", f"{session.id}abc", session.id[:-1])
    if session.order:
        yield session.order.id


def _other_lines(driver: CheckoutDriver, session: CheckoutSession) -> Iterator[str]:
    """Each line, a line of another session, and one that is nobody's."""
    yield from (line.id for line in session.lines)
    others = [known for known in driver.trace.world.sessions.values() if known.id != session.id]
    yield from (line.id for known in others[-1:] for line in known.view.lines.values())
    if session.lines:
        yield driver.nearly(session.lines[0].id)


def _other_addresses(driver: CheckoutDriver, market: str) -> Iterator[dict[str, Any]]:
    """Addresses with a role, and the home address in a country where the marketplace does not ship."""
    offered = driver.market(market)
    yield from (address for address in (offered.other_address, offered.unverifiable_address) if address)
    for country in (*offered.foreign_countries, *offered.sanctioned_countries[:1]):
        yield {**offered.address, "country": country}


# ---------------------------------------------------------------- the contract's examples


def _examples() -> dict[str, str]:
    """The example of each parameter and of each field of a request."""
    found: dict[str, str] = {}
    for name in ("order-v2", "order-v1"):
        components = contract.document(name)["components"]
        found |= {parameter["name"]: parameter["example"] for parameter in components["parameters"].values()}
        for schema in components["schemas"].values():
            fields = schema.get("properties", {}).items()
            found |= {field: node["example"] for field, node in fields if "example" in node}
    return found


def _named(example: str) -> Any:
    return contract.document("order-v2")["components"]["examples"][example]["value"]


EXAMPLES = _examples()
ITEMS = [line["itemId"] for line in _named("FourItems")["lineItemInputs"]]
ADDRESS, OTHER_ADDRESS = _named("FourItems")["shippingAddress"], _named("OtherAddress")
