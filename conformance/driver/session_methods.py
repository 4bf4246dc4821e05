"""The methods of a checkout session, with a request of each as the session stands."""

from __future__ import annotations

from copy import deepcopy
from enum import StrEnum
from typing import Any

from conformance.core import contract
from conformance.core.addresses import shows
from conformance.core.profile import Market
from conformance.judging.model import Line, Option, View

MethodCall = tuple[str, Any]  # operationId and JSON body
NO_CODE = "SAVE10"  # where the profile has no coupon
TERMS: list[dict[str, Any]] = [
    {"marketingTermsAccepted": True, "marketingChannels": ["EMAIL"], "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"]}
]


class Method(StrEnum):
    """What is done to a session, in the order of the documents; quantity 0 is a method of its own."""

    READ = "read"
    QUANTITY = "quantity"
    OPTION = "option"
    ADDRESS = "address"
    APPLY = "apply"
    REMOVE = "remove"
    ZERO = "zero"
    PLACE = "place"


CHANGE_METHODS = (Method.QUANTITY, Method.OPTION, Method.ADDRESS, Method.APPLY, Method.REMOVE, Method.ZERO)
METHOD_OF = {
    contract.READ: Method.READ,
    contract.QUANTITY: Method.QUANTITY,
    contract.OPTION: Method.OPTION,
    contract.ADDRESS: Method.ADDRESS,
    contract.APPLY: Method.APPLY,
    contract.REMOVE: Method.REMOVE,
    contract.PLACE_ORDER: Method.PLACE,
}


def _another_address(market: Market, shown: View) -> dict[str, Any]:
    """An address that the session does not show, so that whoever takes it over shows it."""
    other = market.other_address or market.address
    same = [shows(name, other.get(name), shown.address.get(name)) for name in ("addressLine1", "city")]
    return market.address if all(same) else other


def calls(
    market: Market, shown: View, line: Line | None, option: Option | None, terms: Any
) -> dict[Method, MethodCall]:
    """A call of each method as if it were to be accepted. shown: the session; line and option: what changes name.

    A change that the session has nothing for (no second option, no coupon in the profile) still has a body: it is meant
    for requests that must be refused before the body counts.
    """
    line_id = line.id if line else "1"
    codes = [coupon.code for coupon in market.coupons_of("good", "oversized")] or [NO_CODE]
    applied = shown.coupons
    free = [code for code in codes if code.casefold() not in {used.casefold() for used in applied}]
    more = (line.quantity or 1) + 1 if line else 1
    return {
        Method.READ: (contract.READ, None),
        Method.QUANTITY: (contract.QUANTITY, {"lineItemId": line_id, "quantity": more}),
        Method.OPTION: (contract.OPTION, {"lineItemId": line_id, "shippingOptionId": option.id if option else "1"}),
        Method.ADDRESS: (contract.ADDRESS, deepcopy(_another_address(market, shown))),
        Method.APPLY: (contract.APPLY, {"redemptionCode": (free or codes)[0]}),
        Method.REMOVE: (contract.REMOVE, {"redemptionCode": (applied or codes)[0]}),
        Method.ZERO: (contract.QUANTITY, {"lineItemId": line_id, "quantity": 0}),
        Method.PLACE: (contract.PLACE_ORDER, terms),
    }
