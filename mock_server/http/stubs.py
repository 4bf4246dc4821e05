"""The sandbox's negative-testing stubs: `testError|NAME` as session id, or as itemId in initiate.

The vendor's table names calls of member checkout; guests take the same strings. Its 15015, 15016 and 15022 belong to
calls or ids that the guest methods do not have, so they are left out. Beyond the vendor's names, `testError|<id>`
brings any id that the documents list for the operation, so that a shop's developer can see each one on each method.
"""

from __future__ import annotations

from typing import Any

from mock_server.domain.errors import ORDER_PROBLEMS, PROBLEMS, Refusal
from mock_server.domain.operations import ADDRESS, APPLY, INITIATE, OPTION, ORDER, PLACE, QUANTITY, READ, REMOVE
from mock_server.domain.shop import Call

PREFIX = "testError|"

STUBS: dict[str, tuple[int, tuple[str, ...]]] = {
    "MaxNumberOfItemsExceeded": (15011, (INITIATE,)),
    "QuantityExceedsAvailability": (15012, (INITIATE, QUANTITY)),
    "MustBuyLess": (15013, (INITIATE, QUANTITY)),
    "MustBuySpecificQuantity": (15014, (QUANTITY,)),
    "ItemNotAvailable": (15017, (INITIATE,)),
    "ItemNotPurchasable": (15018, (INITIATE,)),
    "SessionWithoutLineItems": (15019, (QUANTITY, ADDRESS, OPTION, PLACE)),
    "ItemRevised": (15020, (PLACE,)),
    "SessionLocked": (15021, (QUANTITY, ADDRESS, OPTION)),
    "CreditCardDeclined": (15023, (PLACE,)),
    "PaypalAuthenticationIssue": (15024, (PLACE,)),
}

# The errors that the documents list for each operation (OpenAPI document; placeGuestOrder page).
_READ = {15000, 15003, 15025, 15027, 15029}
_CHANGE = _READ | {15001, 15002, 15019, 15021, 15032}
DOCUMENTED: dict[str, set[int]] = {
    INITIATE: {
        15000,
        15001,
        15002,
        15011,
        15012,
        15013,
        15014,
        15015,
        15017,
        15018,
        15019,
        15026,
        15027,
        15028,
        15029,
        15031,
        15044,
        15045,
        15047,
        15048,
        15053,
        17002,
        20002,
    },
    READ: _READ,
    APPLY: _CHANGE | {*range(16000, 16025)} - {16011, 16021},
    REMOVE: _CHANGE | {15033, 16025},
    QUANTITY: _CHANGE | {15012, 15013, 15014, 15053},
    ADDRESS: _CHANGE | {15026, 15047, 15048, 17002},
    OPTION: _CHANGE,
    PLACE: _READ | {15004, 15012, 15019, 15020, 15023, 15024, 15030, 15033, 15045, 15046, 15049, 17000},
    ORDER: {16001, 16002, 16003},
}


def stub(call: Call) -> None:
    """The sandbox's negative testing: a session or order id that asks for an error."""
    stubbed(call, call.id)


def stubbed(call: Call, text: object) -> None:
    """Raises what `text` asks for, if it asks for anything that belongs to the operation."""
    if not (isinstance(text, str) and text.startswith(PREFIX)):
        return
    name = text[len(PREFIX) :]
    error, operations = STUBS.get(name, (0, ()))
    if name.isascii() and name.isdigit() and len(name) == 5:
        error, operations = int(name), (call.operation,)
    if call.operation in operations and error in DOCUMENTED[call.operation]:
        problems = ORDER_PROBLEMS if call.operation == ORDER else PROBLEMS
        raise Refusal(error, problems=problems, **parameters(call, error))


def parameters(call: Call, error: int, field: str = "field") -> dict[str, Any]:
    """What the texts of these ids speak of, for a refusal that no check made."""
    market = call.market.id if call.market else ""
    own = call.cart.market.id if call.cart else ", ".join(call.shop.marketplaces)
    item = call.cart.lines[0].item.id if call.cart and call.cart.lines else next(iter(call.requested), "")
    most = call.shop.settings.max_line_items
    named: dict[int, dict[str, Any]] = {
        15001: {"fieldName": field},
        15002: {"fieldName": field},
        15011: {"maxLineItems": most},
        15019: {"maxLineItems": most},
        15027: {"fieldName": "X-EBAY-C-MARKETPLACE-ID", "fieldValue": market, "supportedValues": own},
        15028: {"itemId": item, "country": call.address.get("country", "")},
        15029: {"fieldValue": market, "supportedValues": own},
        15048: {"fieldName": field},
        16012: {"fieldName": "X-EBAY-C-MARKETPLACE-ID"},
        20002: {"itemId": item},
    }
    return named.get(error, {})


STEPS = {"stub": stub}
