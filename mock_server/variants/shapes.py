"""Variants of form: the order of lists, optional fields absent, present or empty, other fields, texts, dates."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Item
from mock_server.domain.errors import JSON
from mock_server.domain.shop import Call, Response
from mock_server.injection import INITIATE, ORDER, READ, Effect, Variant, after, items, variant
from mock_server.variants.ways import SESSIONS, SHOWN, both_shown, objects, sessions, where

_OPTIONAL_LISTS = ("promotions", "fees", "taxDetails")
_chance = random.Random(1)


def _zero(body: JSON) -> JSON:
    return {"value": "0.00", "currency": body["pricingSummary"]["total"]["currency"]}


def is_zero(amount: JSON) -> bool:
    return not any(digit in amount["value"] for digit in "123456789")


def _empty_lists(body: JSON) -> None:
    body.setdefault("warnings", [])
    if "checkoutSessionId" in body:
        body.setdefault("appliedCoupons", [])
    for line in body["lineItems"]:
        for name in _OPTIONAL_LISTS:
            line.setdefault(name, [])


def absent(body: JSON) -> None:
    """Nothing that may be left out, of lines and summary."""
    for line in body["lineItems"]:
        line["promotions"] = [
            {"discount": promotion["discount"]} for promotion in line.get("promotions", ()) if promotion["promotionType"] != "COUPON"
        ]
        line["fees"] = [{"amount": fee["amount"]} for fee in line.get("fees", ())]
        for name in ("authenticityVerification", "taxDetails", *(n for n in ("promotions", "fees") if not line[n])):
            line.pop(name, None)
        for option in line.get("shippingOptions", ()):
            for name in ("minEstimatedDeliveryDate", "maxEstimatedDeliveryDate"):
                option.pop(name, None)
            if "importCharges" in option and is_zero(option["importCharges"]):
                del option["importCharges"]
    summary = body["pricingSummary"]
    summary.pop("importTax", None)
    charges = summary.get("importCharges", {})
    charges.pop("applicableChargeType", None)
    if charges and is_zero(charges.get("amount", charges)):
        del summary["importCharges"]
    if "additionalSavings" in summary and is_zero(summary["additionalSavings"]):
        del summary["additionalSavings"]


def _present(body: JSON) -> None:
    """Whatever may be left out, with nothing in it."""
    _empty_lists(body)
    summary = body["pricingSummary"]
    summary.setdefault("additionalSavings", _zero(body))
    summary.setdefault("importTax", {"amount": _zero(body), "importTaxType": "GST"})
    summary.setdefault("importCharges", {"amount": _zero(body), "applicableChargeType": "CUSTOMS"})
    for name in ("addressLine2", "county", "stateOrProvince", "postalCode"):
        body["shippingAddress"].setdefault(name, "")
    for line in body["lineItems"]:
        promotion = {"promotionType": "Nothing", "message": "", "discount": _zero(body)}
        line["promotions"] = line["promotions"] or [promotion]
        line["fees"] = line["fees"] or [{"feeType": "ADDITIONAL_FEE", "amount": _zero(body)}]
        line["taxDetails"] = line["taxDetails"] or [{"taxType": "REGION", "includedInPrice": False}]
        verified = line.setdefault("authenticityVerification", {})
        verified.update(status="INELIGIBLE", outcomeReason="")
        for option in line["shippingOptions"]:
            option.setdefault("importCharges", _zero(body))


def _hollow(body: JSON) -> None:
    """Optional objects that are there and hold no field."""
    summary = body["pricingSummary"]
    summary.setdefault("importTax", {})
    for line in body["lineItems"]:
        line.setdefault("authenticityVerification", {}).clear()
        line["taxDetails"] = [{"taxJurisdiction": {"region": {}}}]


def _more(call: Call, response: Response, *_: Any) -> None:
    if isinstance(response.body, dict):
        for node in list(objects(response.body)):
            node["xNote"] = {"since": "2.9.0", "list": [1, None, True, "ü"], "nothing": None, "href": "/x"}
            node["_links"] = []


def _texts(body: JSON) -> None:
    for line in body["lineItems"]:
        line["title"] = f"„{line['title']}“ <i>\"100 %\"</i> &amp; \U0001f381\n\tнова\u202e \\ 'x'"
        line["seller"]["username"] = "продавец_*-.~ 1"
        line["image"]["imageUrl"] = "https://i.ebayimg.com/images/g/a%20b/s-l1600.webp?set_id=1&x=%C3%BC"
        for option in line.get("shippingOptions", [line.get("shippingDetail", {})]):
            option["shippingCarrierCode"] = "Other / Übrige"
            option["shippingServiceCode"] += " – 3 to 5 days, “tracked”"
    body["pricingSummary"]["adjustment"]["label"] = ""


def _dates(change: Callable[[str], str]) -> Effect:
    def action(body: JSON) -> None:
        for node in objects(body):
            for name in node:
                if name.endswith("Date"):
                    node[name] = change(node[name])

    return both_shown(action)


def _shuffled(body: JSON) -> None:
    _chance.shuffle(body["lineItems"])


def _selected_first(body: JSON) -> None:
    for line in body["lineItems"]:
        line["shippingOptions"].sort(key=lambda option: not option["selected"])


def _options_shuffled(call: Call, body: JSON) -> None:
    for line in body["lineItems"]:
        _chance.shuffle(line["shippingOptions"])


def _lists_reversed(body: JSON) -> None:
    for line in body["lineItems"]:
        for name in _OPTIONAL_LISTS:
            line.get(name, []).reverse()
    body.get("warnings", []).reverse()


def _options_reversed(item: Item) -> Item:
    return replace(item, options=item.options[::-1])


def _optional(name: str, sees: str, change: Callable[[JSON], Any]) -> Variant:
    return variant(name, "SESSION-FIELDS", sees, sessions(change), on=SESSIONS, about="optional fields of a session")


VARIANTS: list[Variant] = [
    variant("lines-reversed", "SESSION-CREATE", "the lines come in the opposite order",
            both_shown(lambda body: body["lineItems"].reverse()), on=SHOWN, about="order of lines"),
    variant("lines-shuffled", "SESSION-CREATE", "the lines come in another order in each answer",
            both_shown(_shuffled), on=SHOWN, about="order of lines"),
    variant("selected-option-first", "SHIP-ONE", "the selected option of a line is always the first of the list",
            sessions(_selected_first), on=SESSIONS, about="order of options"),
    variant("options-shuffled", "SHIP-ONE", "after the start the options come in another order in each answer",
            after("session_view", _options_shuffled, when=where(lambda call: call.operation != INITIATE)),
            on=(READ,), about="order of options"),
    variant("options-reversed", "SHIP-ONE", "the dearest option is the first, and selected at the start",
            items(_options_reversed), on=SESSIONS, about="options"),
    variant("lists-reversed", "SESSION-FIELDS", "promotions, fees, taxes and warnings come in the opposite order",
            both_shown(_lists_reversed), on=SHOWN, about="order of lists"),
    variant("empty-lists", "SESSION-FIELDS", "lists that have nothing in them are there and empty",
            both_shown(_empty_lists), on=SHOWN, about="optional fields of a session"),
    _optional("optional-fields-absent", "whatever a session may leave out is left out", absent),
    _optional("optional-fields-present", "whatever a session may leave out is there, zero or empty", _present),
    _optional("optional-fields-hollow", "optional objects are there and hold no field", _hollow),
    variant("more-fields", "SESSION-FIELDS", "every object of every answer has fields that no document knows",
            after("response", _more), on=SHOWN, about="further fields"),
    variant("odd-texts", "SESSION-FIELDS", "titles, sellers, services and labels have quotes, markup, line breaks",
            both_shown(_texts), on=SHOWN, about="texts"),
    variant("dates-without-fractions", "SESSION-FIELDS", "dates have no fraction of a second",
            _dates(lambda text: re.sub(r"\.\d+", "", text)), on=SHOWN, about="form of dates"),
    variant("dates-with-offset", "SESSION-FIELDS", "dates end with +00:00 in place of Z",
            _dates(lambda text: text.replace("Z", "+00:00")), on=SHOWN, about="form of dates"),
    variant("dates-with-nanoseconds", "ORDER-FIELDS", "dates have nine digits of a fraction",
            _dates(lambda text: text.replace("Z", "000001Z")), on=(*SESSIONS, ORDER), about="form of dates"),
]
