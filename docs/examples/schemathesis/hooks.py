"""Hooks for Schemathesis' own command line: live values in place of the contract's examples (docs/generated.md).

Reads TOKEN (an application token), ITEM (an item id that the shop sells), COUPON (a code that fits it) and, if it is not
EBAY_US, MARKETPLACE and ADDRESS (a JSON object) from the environment.
"""

from __future__ import annotations

import json
import os
from typing import Any

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation

ADDRESS = {
    "recipient": {"firstName": "Rosa", "lastName": "Whitfield"},
    "phoneNumber": "+15035550142",
    "addressLine1": "1820 Alder Street",
    "city": "Portland",
    "stateOrProvince": "OR",
    "postalCode": "97205",
    "country": "US",
}
TERMS = {"marketingChannels": ["EMAIL"], "marketingTypes": ["OFFER", "PROMOTION", "SURVEY"]}  # every mandatory value
MARKETPLACE = os.environ.get("MARKETPLACE", "EBAY_US")
HEADERS = {"Authorization": f"Bearer {os.environ.get('TOKEN', '')}", "X-EBAY-C-MARKETPLACE-ID": MARKETPLACE}


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Each part of a case that Schemathesis did not break gets live values, from a session of its own."""
    broken = {place for place in ParameterLocation if case.meta and case.meta.is_negative_at(place)}
    values = {"itemId": os.environ["ITEM"], "contactEmail": "guest@example.com", "redemptionCode": os.environ["COUPON"]}
    if case.path_parameters and ParameterLocation.PATH not in broken:
        base_url = str(case.operation.base_url)
        session = _session(base_url)
        order = _order(base_url, session) if "purchaseOrderId" in case.path_parameters else session["checkoutSessionId"]
        case.path_parameters = dict.fromkeys(case.path_parameters, order)
        if case.path.endswith("/remove_coupon"):
            coupon = {"redemptionCode": os.environ["COUPON"]}
            session = _post(base_url, f"v2/guest_checkout_session/{session['checkoutSessionId']}/apply_coupon", coupon)
        line = session["lineItems"][0]
        values |= {
            "lineItemId": line["lineItemId"],
            "shippingOptionId": line["shippingOptions"][-1]["shippingOptionId"],
        }
    if ParameterLocation.HEADER not in broken and "X-EBAY-C-MARKETPLACE-ID" in case.headers:
        case.headers["X-EBAY-C-MARKETPLACE-ID"] = MARKETPLACE
    if ParameterLocation.BODY not in broken and isinstance(case.body, dict):
        case.body = _live(case.body, values)


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """What no document forbids: null in an optional field, and a marketing channel or type beside the mandatory ones."""
    return not (isinstance(failure, AcceptedNegativeData) and isinstance(case.body, dict) and _is_left_open(case.body))


def _is_left_open(body: dict[str, Any]) -> bool:
    terms = body.get("marketingTerms")
    return None in body.values() or (isinstance(terms, list) and any(map(_names_more_than_the_mandatory, terms)))


def _names_more_than_the_mandatory(term: Any) -> bool:
    lists = [(term.get(name), mandatory) for name, mandatory in TERMS.items()] if isinstance(term, dict) else []
    return any(_is_texts(given) and set(given) > set(mandatory) for given, mandatory in lists)


def _is_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(value, str) for value in given)


def _session(base_url: str) -> dict[str, Any]:
    """A checkout session of one item."""
    lines = [{"itemId": os.environ["ITEM"], "quantity": 1}]
    body = {"contactEmail": "guest@example.com", "lineItemInputs": lines, "shippingAddress": _address()}
    return _post(base_url, "v2/guest_checkout_session/initiate", body)


def _order(base_url: str, session: dict[str, Any]) -> str:
    """The id of the purchase order that a session's payment makes."""
    method = f"v1/guest_checkout_session/{session['checkoutSessionId']}/place_order"
    placed = _post(base_url, method, {"marketingTerms": [{**TERMS, "marketingTermsAccepted": True}]})
    return str(placed["purchaseOrderId"])


def _post(base_url: str, method: str, body: dict[str, Any]) -> dict[str, Any]:
    root = base_url.partition("/buy/order/")[0]
    answer = requests.post(f"{root}/buy/order/{method}", json=body, headers=HEADERS, timeout=30)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _address() -> dict[str, Any]:
    given: dict[str, Any] = json.loads(os.environ.get("ADDRESS", "null")) or ADDRESS
    return given


def _live(node: Any, values: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_live(child, values) for child in node]
    if not isinstance(node, dict):
        return node
    if "addressLine1" in node:
        return _address()
    return {name: values.get(name) or _live(child, values) for name, child in node.items()}
