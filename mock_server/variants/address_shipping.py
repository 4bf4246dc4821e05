"""Variants about the address and shipping."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Item, Marketplace, Option
from mock_server.domain.errors import Refusal
from mock_server.domain.pricing import Bill
from mock_server.domain.shop import Call
from mock_server.domain.state import Line
from mock_server.http.validation import Field
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    Effect,
    Variant,
    after,
    field,
    items,
    marketplaces,
    rebill,
    skip,
    variant,
    wrap,
)
from mock_server.variants.ways import SESSIONS, SHOWN, otherwise, sessions, shown_cart

TAKES = (INITIATE, ADDRESS)  # the methods that take an address
TAG = re.compile(r"<[A-Za-z/!]")


def _by_piece(call: Call, costs: tuple[int, int], line: Line, option: Option) -> tuple[int, int]:
    return costs[0] * line.quantity, costs[1] * line.quantity


def _listed_by_piece(bill: Bill) -> None:
    """Options show what one piece costs to send; the summary has it for all of them."""
    bill.delivery = sum((row.delivery - row.delivery_discount) * row.line.quantity for row in bill.rows)
    bill.delivery_discount = sum(row.delivery_discount * row.line.quantity for row in bill.rows)


def _imports_listed_by_piece(bill: Bill) -> None:
    bill.imports = sum(row.imports * row.line.quantity for row in bill.rows)


def _merge(proceed: Any, call: Call) -> Any:
    kept = {name: text for name, text in call.require_cart().address.items() if name in ("addressLine2", "county")}
    call.address = {**kept, **call.address}
    return proceed()


def _keep_all(proceed: Callable[..., Any], call: Call, data: dict[str, Any]) -> Any:
    """Whatever field an update does not send stays as it was."""
    old = call.require_cart().address
    recipient = data.get("recipient", {})
    if isinstance(recipient, dict):
        recipient = {**old["recipient"], **recipient}
    return proceed({**old, **data, "recipient": recipient})


def _states(change: Callable[[Marketplace], tuple[str, ...]]) -> Effect:
    return marketplaces(lambda market: replace(market, required=change(market)))


def _upper(body: dict[str, Any]) -> None:
    address = body["shippingAddress"]
    for holder in (address, address["recipient"]):
        for name, text in holder.items():
            if isinstance(text, str):
                holder[name] = text.upper()


def _zip_plus_4(body: dict[str, Any]) -> None:
    address = body["shippingAddress"]
    if address["country"] == "US" and len(address["postalCode"]) == 5:
        address["postalCode"] += "-1234"


def _spaced(body: dict[str, Any]) -> None:
    address = body["shippingAddress"]
    phone = address["phoneNumber"]
    address["phoneNumber"] = f"{phone[:3]} {phone[3:6]} {phone[6:]}"
    if "postalCode" in address:
        address["postalCode"] = address["postalCode"].replace(" ", "")


def _dashed(body: dict[str, Any]) -> None:
    phone = body["shippingAddress"]["phoneNumber"]
    body["shippingAddress"]["phoneNumber"] = f"{phone[:2]} ({phone[2:5]}) {phone[5:8]}-{phone[8:]}"


def _characters(refuses: Callable[[Call, str, str], object]) -> Callable[..., None]:
    """Control characters are refused everywhere; what else is, differs."""
    def replacement(proceed: Callable[..., Any], call: Call, path: str, text: str) -> None:
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text) or refuses(call, path, text):
            raise Refusal(17002, path)

    return replacement


def _only_the_first_32(proceed: Any, call: Call, path: str, text: str) -> None:
    proceed(path, "".join(sign for sign in text if not "\x7f" <= sign <= "\x9f"))


def _alternate(call: Call, path: str, text: str) -> bool:
    """Signs that no name or street has: programmers' brackets, pictures, invisible marks."""
    return any(sign in '<>{}[]|\\^~`"$=*_' or unicodedata.category(sign) in ("So", "Cf", "Co", "Cn") for sign in text)


def _chinese_abroad(call: Call, path: str, text: str) -> bool:
    at_home = call.require_market().country == "HK"
    return bool(TAG.search(text)) or (not at_home and any("\u2e80" <= sign <= "\u9fff" for sign in text))


def _chars(name: str, sees: str, refuses: Callable[[Call, str, str], object]) -> Variant:
    return variant(name, "ADDR-CHARS", sees, wrap("characters", _characters(refuses), on=TAKES),
                   about="characters of an address")


def _foreign(call: Call, refusal: Refusal, country: str) -> int:
    return 15026 if call.operation == INITIATE else 15028


def _any_country(proceed: Callable[..., Any], call: Call, _: Field, value: Any) -> Any:
    return value if isinstance(value, str) and value.strip() else proceed()


def _country_unsupported(call: Call, refusal: Refusal, country: str) -> Refusal:
    return Refusal(15027, fieldName="country", fieldValue=country, supportedValues=call.require_market().country)


def _place(call: Call) -> int:
    """A number from 0 to 6 for where a cart goes to."""
    address = shown_cart(call).address
    return sum(map(ord, address.get("postalCode", "") + address["city"])) % 7


def _by_place(call: Call, costs: tuple[int, int], line: Line, option: Option) -> tuple[int, int]:
    return costs[0] + 35 * _place(call), costs[1]


def _combined(call: Call, costs: tuple[int, int], line: Line, option: Option) -> tuple[int, int]:
    """Of several lines of one seller only the first, by item, is sent at the full cost."""
    alike = [sold.item.id for sold in shown_cart(call).lines if sold.item.seller == line.item.seller]
    return costs if line.item.id == min(alike) else (costs[0], max(costs[1], costs[0] // 2))


def _free(item: Item) -> Item:
    return replace(item, options=tuple(replace(option, cost=0, discount=0) for option in item.options))


def _discounted(item: Item) -> Item:
    """Each option is free, by a discount of its whole cost."""
    return replace(item, options=tuple(replace(option, discount=option.cost) for option in item.options))


VARIANTS: list[Variant] = [
    variant("delivery-by-piece", "PRICE-DELIVERY", "delivery costs and discounts count per piece",
            after("delivery", _by_piece), on=SHOWN, about="delivery cost"),
    variant("delivery-listed-by-piece", "PRICE-DELIVERY", "options list what one piece costs, the summary has all",
            rebill(_listed_by_piece), on=SHOWN, about="delivery cost"),
    variant("free-delivery", "PRICE-DELIVERY", "every option costs nothing", items(_free), on=SHOWN,
            about="delivery cost"),
    variant("delivery-discounted", "PRICE-DELIVERY", "every option costs something and is free by its discount",
            items(_discounted), on=SHOWN, about="delivery cost"),
    variant("delivery-by-place", "PRICE-DELIVERY", "delivery costs hang on the city and the postal code",
            after("delivery", _by_place), on=SHOWN, about="delivery cost"),
    variant("combined-delivery", "PRICE-DELIVERY", "further lines of the same seller have a delivery discount",
            after("delivery", _combined), on=SHOWN, about="delivery cost"),
    variant("imports-by-piece", "PRICE-IMPORT", "import charges count per piece",
            after("imports", lambda call, cost, line, option: cost * line.quantity), on=SHOWN, about="import charges"),
    variant("imports-listed-by-piece", "PRICE-IMPORT", "options list the charges of one piece, the summary has all",
            rebill(_imports_listed_by_piece), on=SHOWN, about="import charges"),
    variant("one-option", "SHIP-SET", "every line has one shipping option",
            items(lambda item: replace(item, options=item.options[:1])), on=SESSIONS, about="options"),
    variant("address-merges", "ADDR-REPLACE", "optional fields of the address that are not sent again are kept",
            wrap("apply_address", _merge, on=ADDRESS), about="fields that an update leaves out"),
    variant("address-keeps-all", "ADDR-REQUIRED", "an update of the address keeps every field that it does not send",
            wrap("body_address", _keep_all, on=ADDRESS), about="fields that an update leaves out"),
    variant("state-not-demanded", "ADDR-REQUIRED", "an address in the US needs no state",
            _states(lambda market: ("postalCode",) if market.country != "HK" else ()), on=TAKES,
            about="demand of a state"),
    variant("state-demanded-in-more", "ADDR-REQUIRED", "addresses in Australia and Canada need a state too",
            _states(lambda market: market.required + ("stateOrProvince",) * (market.country in ("AU", "CA"))),
            on=TAKES, about="demand of a state"),
    variant("address-in-capitals", "ADDR-REPLACE", "addresses are shown in capitals", sessions(_upper), on=SESSIONS,
            about="spelling of an address"),
    variant("phone-with-dashes", "ADDR-REPLACE", "phone numbers are shown with brackets and dashes",
            sessions(_dashed), on=SESSIONS, about="spelling of an address"),
    variant("postal-code-completed", "ADDR-REPLACE", "US postal codes are shown with their four further digits",
            sessions(_zip_plus_4), on=SESSIONS, about="spelling of an address"),
    variant("address-with-other-blanks", "ADDR-REPLACE", "phone numbers are shown with blanks, postal codes without",
            sessions(_spaced), on=SESSIONS, about="spelling of an address"),
    _chars("markup-taken", "markup in an address is taken as text", lambda call, path, text: False),
    variant("delete-taken", "ADDR-CHARS", "U+007F and the signs up to U+009F are taken as text",
            wrap("characters", _only_the_first_32, on=TAKES), about="characters of an address"),
    _chars("tags-refused", "only what looks like a tag is refused, a lone < or > is taken",
           lambda call, path, text: TAG.search(text)),
    _chars("markup-refused-in-lines", "markup is refused in address lines and taken in names and cities",
           lambda call, path, text: "addressLine" in path and ("<" in text or ">" in text)),
    _chars("odd-signs-refused", "brackets, pictures and invisible marks are refused too", _alternate),
    _chars("chinese-at-home-only", "Chinese characters are refused but in Hong Kong", _chinese_abroad),
    variant("foreign-15027", "ADDR-DOMESTIC", "a foreign country is an unsupported value: 15027",
            otherwise("domestic", _country_unsupported, on=TAKES), about="foreign addresses"),
    variant("foreign-by-method", "ADDR-DOMESTIC", "a foreign address is 15026 in a new session, 15028 in an update",
            otherwise("domestic", _foreign, on=TAKES), about="foreign addresses"),
    variant("sanctioned-as-foreign", "ADDR-SANCTION", "a sanctioned country is refused as any foreign one",
            skip("sanction", on=TAKES), about="sanctioned countries"),
    variant("odd-country-is-foreign", "SESSION-INVALID", "a country that is none is refused as a foreign one",
            wrap("field", _any_country, on=TAKES, when=field("country")), about="form of countries"),
]
