"""From method and path to the operation and the id in the path, and the steps of each operation in their order."""

from __future__ import annotations

from mock_server.domain.errors import Refusal
from mock_server.domain.operations import (
    ADDRESS,
    APPLY,
    CHANGES,
    INITIATE,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    TOKEN,
)

_VERBS = {
    "apply_coupon": APPLY,
    "remove_coupon": REMOVE,
    "update_quantity": QUANTITY,
    "update_shipping_address": ADDRESS,
    "update_shipping_option": OPTION,
}

_GATE = ("token", "media_type", "json", "marketplace", "stub")
_FIND = (*_GATE, "session", "app", "session_marketplace")
_CHANGE = (*_FIND, "state", "lines", "body", "apply")
STEPS_OF: dict[str, tuple[str, ...]] = {
    INITIATE: (*_GATE, "body", "apply"),
    READ: ("token", "marketplace", "stub", "session", "app", "session_marketplace"),
    **dict.fromkeys(CHANGES, _CHANGE),
    PLACE: (*_FIND, "state", "lines", "body", "goods", "payment", "apply"),
    ORDER: ("token", "stub", "order", "order_app"),
    TOKEN: ("grant",),
}


def _match(path: tuple[str, ...]) -> tuple[str, str, str] | None:
    """Method, operation, and id in the path."""
    if not all(path):
        return None
    match path:
        case ("buy", "order", "v2", "guest_checkout_session", "initiate"):
            return "POST", INITIATE, ""
        case ("buy", "order", "v2", "guest_checkout_session", id):
            return "GET", READ, id
        case ("buy", "order", "v2", "guest_checkout_session", id, verb) if verb in _VERBS:
            return "POST", _VERBS[verb], id
        case ("buy", "order", "v2", "guest_purchase_order", id):
            return "GET", ORDER, id
        case ("buy", "order", "v1", "guest_checkout_session", id, "place_order"):
            return "POST", PLACE, id
        case ("identity", "v1", "oauth2", "token"):
            return "POST", TOKEN, ""
    return None


def find(method: str, path: tuple[str, ...]) -> tuple[str, str]:
    """Operation and id. No document says what 405 carries; the gateway's id of a bad request does."""
    found = _match(path)
    if found is None:
        raise Refusal(2002)
    if method != found[0]:
        raise Refusal(2004, status=405, text="Method not allowed", headers={"Allow": found[0]})
    return found[1], found[2]
