"""The contract's example values, and the live values that take their place.

Schemathesis builds its cases from the contract's examples. Where a case still has an example's value, a live one is sent:
the session, a line, an option, the order, an item, a coupon, an address of the marketplace. What a case has broken is no
example's value any more, so it is sent as it is.

No hook of Schemathesis does this. map_case runs while a case is made, before the session of its turn is known, so that
what a target answers would move the draws; before_call belongs to Case.call, which sends past the suite's client.
The meta data of a case say which component is broken, and the other fields of a broken body need live values too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.core import contract
from conformance.core.exchange import MARKETPLACE_HEADER
from conformance.driver.checkout import CheckoutDriver, CheckoutSession
from conformance.judging.model import Line
from suites.generated.openapi_document import DOCUMENTS

Values = dict[tuple[str, Any], Any]  # (field or parameter, the contract's example): the live value
ABSENT = object()  # for a field that the marketplace's addresses do not have


def live_values(driver: CheckoutDriver, market: str, session: CheckoutSession | None, turn: int) -> Values:
    """The live value of each example. turn: which item and which line is meant; it grows from case to case."""
    offered = driver.market(market)
    coupons = [coupon.code for coupon in offered.coupons_of("good", "oversized")]
    items = driver.plain(market, 8)
    start = turn % len(items) if items else 0
    values: Values = {
        (MARKETPLACE_HEADER, EXAMPLES[MARKETPLACE_HEADER]): market,
        ("contactEmail", EXAMPLES["contactEmail"]): driver.buyer(),
        **address_values(ADDRESS, offered.address),
        **address_values(OTHER_ADDRESS, offered.other_address or offered.address),
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
        "purchaseOrderId": session.state.order or "0",
        "lineItemId": line.id if line else "0",
        "shippingOptionId": option.id if option else "0",
    }
    if applied := session.state.view.coupons:
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
        is_example = isinstance(child, str) or type(child) is int
        value = values.get((name, child), child) if is_example else substituted(child, values)
        if value is not ABSENT:
            found[name] = value
    return found


def address_values(example: dict[str, Any], offered: dict[str, Any]) -> Values:
    """The live value of each part of an example address."""
    known = dict(_leaves(offered))
    return {(name, value): known.get(name, ABSENT) for name, value in _leaves(example)}


def _leaves(address: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in address.items():
        yield from _leaves(value) if isinstance(value, dict) else ((name, value),)


# ---------------------------------------------------------------- the contract's examples


def _examples() -> dict[str, Any]:
    """The example of each parameter and of each field. A name has one example, wherever it stands."""
    found: dict[str, Any] = {}
    for name in DOCUMENTS.values():
        components = contract.document(name)["components"]
        pairs = [(parameter["name"], parameter["example"]) for parameter in components["parameters"].values()]
        for schema in components["schemas"].values():
            fields = schema.get("properties", {}).items()
            pairs += [(field, node["example"]) for field, node in fields if "example" in node]
        for field, example in pairs:
            assert found.setdefault(field, example) == example, field
    return found


def _named(example: str) -> Any:
    return contract.document("order-v2")["components"]["examples"][example]["value"]


EXAMPLES = _examples()
ITEMS = [line["itemId"] for line in _named("FourItems")["lineItemInputs"]]
ADDRESS, OTHER_ADDRESS = _named("FourItems")["shippingAddress"], _named("OtherAddress")
