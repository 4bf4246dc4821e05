"""Faults between two marketplaces: one method open for one pair, near misses of a name, orders under another header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.injection import (
    ADDRESS,
    APPLY,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    Condition,
    Effect,
    Fault,
    after,
    before,
    coupon,
    emptied,
    fault,
    from_nth,
    in_market,
    lines,
    refused_yet_applied,
    skip,
    wrap,
)

HEADER = "x-ebay-c-marketplace-id"


def _sent(call: Call) -> str:
    return call.request.headers.get(HEADER, "")


def _from(marketplace: str) -> Condition:
    return Condition(lambda call, *_: _sent(call) == marketplace, "marketplace")


def _pair(session: str, header: str) -> Condition:
    return in_market(session) & _from(header)


def _taken_for(alike: Callable[[str, str], bool], **scope: Any) -> Effect:
    """A name like the session's marketplace stands for it."""

    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        session = call.shop.sessions.get(call.id)
        if session is not None and alike(_sent(call), session.cart.market.id):
            call.market = session.cart.market
            return None
        return proceed()

    return wrap("marketplace", replacement, **scope)


def _in_header_currency(call: Call, response: Response, *_: Any) -> None:
    """Every amount under the currency of the header's marketplace; the values stay."""
    market = call.shop.marketplaces.get(_sent(call))
    if market is not None and response.status == 200:
        _rename_currency(response.body, market.currency)


def _rename_currency(node: Any, currency: str) -> None:
    if isinstance(node, dict):
        if "currency" in node:
            node["currency"] = currency
        for value in node.values():
            _rename_currency(value, currency)
    elif isinstance(node, list):
        for value in node:
            _rename_currency(value, currency)


def _own_app_alone(proceed: Callable[..., Any], call: Call) -> Any:
    """With a marketplace header nobody asks whose order it is."""
    return None if _sent(call) in call.shop.marketplaces else proceed()


def _crash(call: Call) -> None:
    raise Refusal(15000)


FAULTS: list[Fault] = [
    # -- one method, one pair of marketplaces --
    fault("de-read-from-ca", "MARKET-SAME", "a session of EBAY_DE can be read from EBAY_CA",
          skip("session_marketplace", on=READ, when=_pair("EBAY_DE", "EBAY_CA"))),
    fault("gb-option-from-au-with-two-lines", "MARKET-SAME", "with two lines a session of EBAY_GB takes an option from EBAY_AU",
          skip("session_marketplace", on=OPTION, when=_pair("EBAY_GB", "EBAY_AU") & lines(2))),
    fault("hk-paid-from-us", "MARKET-SAME", "a session of EBAY_HK is paid from EBAY_US",
          skip("session_marketplace", on=PLACE, when=_pair("EBAY_HK", "EBAY_US"))),
    fault("ca-coupon-removed-from-gb", "MARKET-SAME", "a coupon of EBAY_CA is removed from EBAY_GB",
          skip("session_marketplace", on=REMOVE, when=_pair("EBAY_CA", "EBAY_GB") & coupon)),
    fault("us-coupon-from-hk", "MARKET-SAME", "a session of EBAY_US takes a coupon from EBAY_HK",
          skip("session_marketplace", on=APPLY, when=_pair("EBAY_US", "EBAY_HK"))),
    fault("au-address-from-de-yet-applied", "MARKET-SAME", "in EBAY_AU an address from EBAY_DE is 15029, and yet applied",
          refused_yet_applied("session_marketplace", on=ADDRESS, when=_pair("EBAY_AU", "EBAY_DE"))),
    fault("elsewhere-quantity-is-ordered", "MARKET-SAME", "15029, and yet the order placed later has the quantity",
          refused_yet_applied("session_marketplace", to="next_order", on=QUANTITY), also="ORDER-READ"),
    fault("elsewhere-option-reaches-the-buyers-other", "MARKET-SAME", "15029, and yet the same buyer's other session has it",
          refused_yet_applied("session_marketplace", to="same_buyer", on=OPTION), also="SESSION-ISOLATED"),
    fault("emptied-read-from-elsewhere", "MARKET-SAME", "an emptied session can be read from another marketplace",
          skip("session_marketplace", on=READ, when=emptied), kind="after"),
    # -- names that are nearly right --
    fault("marketplace-with-more-behind", "MARKET-SUPPORTED", "EBAY_USX stands for EBAY_US in a read",
          _taken_for(lambda sent, own: sent.startswith(own), on=READ), kind="boundary"),
    fault("marketplace-cut-short-with-three", "MARKET-SUPPORTED", "with three lines EBAY_U stands for EBAY_US on a quantity",
          _taken_for(lambda sent, own: sent == own[:-1], on=QUANTITY, when=Condition(
              lambda call: call.id in call.shop.sessions) & lines(3)), kind="boundary"),
    fault("first-of-two-marketplaces", "MARKET-SUPPORTED", "of a list of marketplaces the first counts for an address",
          _taken_for(lambda sent, own: sent.split(",")[0] == own, on=ADDRESS), kind="boundary"),
    # -- orders under a marketplace header --
    fault("order-in-the-headers-currency", "ORDER-READ", "an order of EBAY_US read under EBAY_GB shows GBP",
          after("response", _in_header_currency, on=ORDER), kind="marketplace", also="MARKET-CURRENCY"),
    fault("order-of-another-app-with-header", "ORDER-APP", "another application that sends a marketplace reads an order",
          wrap("order_app", _own_app_alone, on=ORDER), kind="marketplace"),
    fault("order-read-elsewhere-crashes-second-time", "ORDER-READ",
          "the second reading of an order under another marketplace is 500",
          before("order", _crash, on=ORDER, when=Condition(
              lambda call: call.id in call.shop.orders
              and _sent(call) not in ("", call.shop.orders[call.id].cart.market.id)) & from_nth(2)),
          kind="repeat", also=("SESSION-DOCUMENTED", "MARKET-ORDER-SAME")),
]
