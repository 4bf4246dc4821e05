"""What a body has to hold: fields, forms, addresses, goods, coupons, marketing terms.

Required and optional fields: the Occurrence marks of the initiate page; update_shipping_address, whose marks are not
at hand, asks for the same address. Absent, null or blank where required is 15001; another type or form is 15002.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mock_server.catalogue.goods import DOUBTFUL, SANCTIONED
from mock_server.catalogue.model import Address, Coupon, Item
from mock_server.domain.errors import Refusal, invalid, missing, warning
from mock_server.domain.operations import ADDRESS, APPLY, INITIATE, OPTION, PLACE, QUANTITY, REMOVE
from mock_server.domain.pricing import spendable
from mock_server.domain.shop import Call
from mock_server.http.stubs import stubbed

INT_MAX = 2**31 - 1
LONGEST = 256  # code points of a text that no document limits

_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")
_ITEM_ID = re.compile(r"v1\|[0-9]{1,20}\|[0-9]{1,20}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Field:
    """`path` from the top of the body; `form`: what a value of the right type has to keep."""

    path: str
    kind: type = str
    required: bool = True
    form: Callable[[Any], object] | None = None

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


def _is_email(text: str) -> bool:
    return len(text) <= LONGEST and _EMAIL.fullmatch(text) is not None


def field(call: Call, field: Field, value: Any) -> Any:
    """The value, or None for an optional one that is absent or null."""
    if value is None:
        if field.required:
            raise missing(field.path)
        return None
    if type(value) is not field.kind:  # exactly: a boolean is no integer
        raise invalid(field.path)
    if isinstance(value, str) and field.required and not value.strip():
        raise missing(field.path)
    if field.form is not None and not field.form(value):
        raise invalid(field.path)
    return value


def _read(call: Call, holder: dict[str, Any], field: Field) -> Any:
    return call.run("field", field, holder.get(field.name))


def body(call: Call) -> None:
    if type(call.data) is not dict:
        raise invalid("body")
    call.run(f"body_{_BODIES[call.operation]}", call.data)


def body_initiate(call: Call, data: dict[str, Any]) -> None:
    call.email = _read(call, data, Field("contactEmail", form=_is_email))
    inputs = _read(call, data, Field("lineItemInputs", list))
    if not inputs:
        raise missing("lineItemInputs")
    requested = call.requested  # the same item twice is one line with the sum
    for index, line_input in enumerate(inputs):
        path = f"lineItemInputs[{index}]"
        if type(line_input) is not dict:
            raise invalid(path)
        stubbed(call, line_input.get("itemId"))
        item_id = _read(call, line_input, Field(f"{path}.itemId", form=_ITEM_ID.fullmatch))
        quantity = _read(call, line_input, Field(f"{path}.quantity", int, form=lambda number: 1 <= number <= INT_MAX))
        requested[item_id] = requested.get(item_id, 0) + quantity
    call.run("address", _read(call, data, Field("shippingAddress", dict)), "shippingAddress.")
    call.run("max_lines", len(requested))
    for item_id, quantity in requested.items():
        item = call.shop.items[call.require_market().id].get(item_id)
        if item is None:
            raise Refusal(15018)
        call.inputs.append((item, quantity))
    call.run("supply")


def max_lines(call: Call, count: int) -> None:
    most = call.shop.settings.max_line_items
    if count > most:
        raise Refusal(15011, maxLineItems=most)


def supply(call: Call) -> None:
    """Takes out what is removed with a warning and refuses what cannot be sold."""
    kept = [entry for entry in call.inputs if not entry[0].removed]
    for item, _ in call.inputs:
        if item.removed:
            call.run("remove", item, bool(kept))
    for item, quantity in kept:
        call.run("item", item)
        call.run("quantity", item, quantity)
    call.inputs = kept


def remove(call: Call, item: Item, others: bool) -> None:
    if not others:
        raise Refusal(item.alone)
    call.warnings.append(warning(item.removed, itemId=item.id))


def item(call: Call, item: Item) -> None:
    if item.refused:
        named: dict[int, dict[str, Any]] = {
            15028: {"itemId": item.id, "country": call.address.get("country", "")},
            20002: {"itemId": item.id},
        }
        raise Refusal(item.refused, **named.get(item.refused, {}))


def quantity(call: Call, item: Item, quantity: int) -> None:
    call.run("limit", item, quantity)
    call.run("stock", item, quantity)
    call.run("lot", item, quantity)


def limit(call: Call, item: Item, quantity: int) -> None:
    if item.limit and quantity > item.limit:
        raise Refusal(15012)


def stock(call: Call, item: Item, quantity: int) -> None:
    if quantity > item.stock:
        raise Refusal(15013)


def lot(call: Call, item: Item, quantity: int) -> None:
    if item.lot and quantity % item.lot:
        raise Refusal(15014)


_NAMES = ("firstName", "lastName")


def address(call: Call, data: dict[str, Any], prefix: str = "") -> None:
    """Reads the address whose fields begin with `prefix`; one that cannot be found is taken, with a warning.

    Odd characters come before the forms, so that they are 17002 in each field.
    """
    required = call.require_market().required
    in_us = call.require_market().country == "US"
    fields = (
        Field(f"{prefix}phoneNumber", form=lambda text: sum(map(str.isdigit, text)) >= 3),
        Field(f"{prefix}addressLine1"),
        Field(f"{prefix}addressLine2", required=False),
        Field(f"{prefix}city"),
        Field(f"{prefix}county", required=False),
        Field(
            f"{prefix}stateOrProvince",
            required="stateOrProvince" in required,
            form=(lambda text: len(text) == 2) if in_us else None,
        ),
        Field(f"{prefix}postalCode", required="postalCode" in required),
        Field(f"{prefix}country", form=_COUNTRY.fullmatch),
    )
    recipient = _read(call, data, Field(f"{prefix}recipient", dict))
    person = {name: _text(call, recipient, Field(f"{prefix}recipient.{name}")) for name in _NAMES}
    read: Address = {"recipient": person}
    for spec in fields:
        value = _text(call, data, spec)
        if value is not None:
            read[spec.name] = value
    call.address = read
    call.run("sanction", read.get("country"))
    call.run("domestic", read.get("country"))
    call.run("doubt", read)


def _text(call: Call, holder: dict[str, Any], field: Field) -> Any:
    """A field of the address."""
    value = holder.get(field.name)
    if isinstance(value, str):
        in_line = field.name in ("addressLine1", "addressLine2")
        call.run("characters", field.path, value)
        call.run("length", field.path, value, call.require_market().line_length if in_line else LONGEST)
    return call.run("field", field, value)


def length(call: Call, path: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Refusal(15048, path, fieldName=path)


def characters(call: Call, path: str, text: str) -> None:
    """Control characters, halves of surrogate pairs, and markup."""
    if any(mark in "<>" or unicodedata.category(mark) in ("Cc", "Cs") for mark in text):
        raise Refusal(17002, path)


def sanction(call: Call, country: str) -> None:
    if country in SANCTIONED:
        raise Refusal(15047)


def domestic(call: Call, country: str) -> None:
    """15028, which initiate has, names the item; the address method only has 15026."""
    if country == call.require_market().country:
        return
    if call.operation == INITIATE:
        raise Refusal(15028, itemId=next(iter(call.requested), ""), country=country)
    raise Refusal(15026)


def doubt(call: Call, address: Address) -> None:
    if DOUBTFUL in (address.get("addressLine1") or ""):
        call.warnings.append(warning(15007))


def body_quantity(call: Call, data: dict[str, Any]) -> None:
    line_id = _read(call, data, Field("lineItemId"))
    call.quantity = _read(call, data, Field("quantity", int, form=lambda number: 0 <= number <= INT_MAX))
    call.line_index = call.run("line", line_id)
    if call.quantity:
        call.run("quantity", call.require_cart().lines[call.line_index].item, call.quantity)


def body_address(call: Call, data: dict[str, Any]) -> None:
    call.run("address", data, "")


def body_option(call: Call, data: dict[str, Any]) -> None:
    line_id = _read(call, data, Field("lineItemId"))
    option = _read(call, data, Field("shippingOptionId"))
    call.line_index = call.run("line", line_id)
    call.option = call.run("option", option)


def option(call: Call, option: str) -> str:
    if all(option != known.id for known in call.require_cart().lines[call.line_index].item.options):
        raise invalid("shippingOptionId")
    return option


def body_apply(call: Call, data: dict[str, Any]) -> None:
    call.code = _read(call, data, Field("redemptionCode"))
    call.run("single_coupon")
    call.coupon = call.run("coupon", call.code)


def single_coupon(call: Call) -> None:
    if call.require_cart().coupon is not None:
        raise Refusal(16001)


def coupon(call: Call, code: str) -> Coupon:
    """The coupon, if it fits the cart now."""
    found = call.shop.coupons.get(code)
    if found is None:
        raise Refusal(16002)
    error = found.refused or unfit(call, found)
    if error == 16012:
        raise Refusal(error, fieldName="X-EBAY-C-MARKETPLACE-ID")
    if error:
        raise Refusal(error)
    return found


def unfit(call: Call, coupon: Coupon) -> int:
    """The id that says why a coupon gives nothing on this cart, or 0."""
    worth, fits = spendable(call, call.require_cart(), coupon)
    return coupon.error if (coupon.category and not fits) or worth < coupon.minimum else 0


def body_remove(call: Call, data: dict[str, Any]) -> None:
    call.code = _read(call, data, Field("redemptionCode"))
    call.run("coupon_applied", call.code)


def coupon_applied(call: Call, code: str) -> None:
    applied = call.require_cart().coupon
    if applied is None or applied.code != code:
        raise Refusal(16025)


CHANNELS, TYPES = ("EMAIL",), ("OFFER", "PROMOTION", "SURVEY")


def body_place(call: Call, data: dict[str, Any]) -> None:
    terms = data.get("marketingTerms")
    if not isinstance(terms, list) or not terms:
        raise Refusal(15046, "marketingTerms")
    for term in terms:
        call.run("terms", term)


def terms(call: Call, term: Any) -> None:
    """Every channel and type, whether the buyer agrees or not; what is absent or of another type is missing too."""
    if not isinstance(term, dict) or type(term.get("marketingTermsAccepted")) is not bool:
        raise Refusal(15046, "marketingTerms")
    for name, mandatory in (("marketingChannels", CHANNELS), ("marketingTypes", TYPES)):
        given = term.get(name)
        texts = given if isinstance(given, list) and all(isinstance(value, str) for value in given) else []
        if any(value not in texts for value in mandatory):
            raise Refusal(15046, f"marketingTerms.{name}")


_BODIES = {
    INITIATE: "initiate",
    QUANTITY: "quantity",
    ADDRESS: "address",
    OPTION: "option",
    APPLY: "apply",
    REMOVE: "remove",
    PLACE: "place",
}

STEPS = {
    step.__name__: step
    for step in (
        field,
        body,
        body_initiate,
        max_lines,
        supply,
        remove,
        item,
        quantity,
        limit,
        stock,
        lot,
        address,
        length,
        characters,
        sanction,
        domestic,
        doubt,
        body_quantity,
        body_address,
        body_option,
        option,
        body_apply,
        single_coupon,
        coupon,
        body_remove,
        coupon_applied,
        body_place,
        terms,
    )
}
