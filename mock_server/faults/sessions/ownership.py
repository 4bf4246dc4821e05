"""Faults about whose session it is: ids that never existed, and the tokens of other apps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import Refusal
from mock_server.domain.shop import Call, Response
from mock_server.domain.state import PAID
from mock_server.injection import (
    ADDRESS,
    APPLY,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    SESSION_METHODS,
    Fault,
    after,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    in_market,
    lines,
    nth,
    phase,
    refused_yet_applied,
    respond,
    skip,
    wrap,
)


def _latest(proceed: Callable[..., Any], call: Call) -> Any:
    """An id that is not known stands for the session that was made last."""
    if call.id not in call.shop.sessions and call.shop.sessions:
        call.id = next(reversed(call.shop.sessions))
    return proceed()


def _short_ids(proceed: Callable[..., Any], call: Call) -> Any:
    """Ids are compared by their first eight characters."""
    if call.id not in call.shop.sessions:
        call.id = next((id for id in call.shop.sessions if id[:8] == call.id[:8] and len(call.id) > 7), call.id)
    return proceed()


def _tell_address(call: Call, response: Response, refusal: Refusal) -> None:
    street = call.require_cart().address["addressLine1"]
    response.body["errors"][0].setdefault("parameters", []).append({"name": "addressLine1", "value": street})


def _let_in(proceed: Callable[..., Any], call: Call) -> Any:
    """Another app under another marketplace's header passes both guards; with one of them wrong alone nobody does."""
    own = call.require_session()
    if own.app == call.app or own.cart.market is call.market:
        return proceed()
    call.market = own.cart.market
    return None


FAULTS: list[Fault] = [
    # -- SESSION-UNKNOWN --
    fault(
        "unknown-read-is-2002",
        "SESSION-UNKNOWN",
        "reading an unknown session is 404 with 2002",
        change_error_id(2002, status=404, on=READ, when=error(15003)),
    ),
    fault(
        "unknown-quantity-is-409",
        "SESSION-UNKNOWN",
        "a quantity in an unknown session is 409 with 15003",
        change_status(409, on=QUANTITY, when=error(15003)),
    ),
    fault(
        "unknown-option-is-15002",
        "SESSION-UNKNOWN",
        "an option in an unknown session is 400 with 15002",
        change_error_id(15002, on=OPTION, when=error(15003)),
    ),
    fault(
        "unknown-address-crashes",
        "SESSION-UNKNOWN",
        "an address for an unknown session is 500 with 15000",
        change_error_id(15000, status=500, on=ADDRESS, when=error(15003)),
        kind="status",
    ),
    fault(
        "unknown-apply-is-15025",
        "SESSION-UNKNOWN",
        "a coupon for an unknown session is 400 with 15025",
        change_error_id(15025, on=APPLY, when=error(15003)),
    ),
    fault(
        "unknown-remove-is-taken",
        "SESSION-UNKNOWN",
        "removing a coupon from an unknown session is 200 with nothing in it",
        respond(200, {}, on=REMOVE, when=error(15003)),
        kind="ignored",
    ),
    fault(
        "unknown-place-is-empty",
        "SESSION-UNKNOWN",
        "paying an unknown session is 409 with 15019",
        change_error_id(15019, status=409, on=PLACE, when=error(15003)),
    ),
    fault(
        "unknown-read-is-latest",
        "SESSION-UNKNOWN",
        "reading an unknown session shows the one that was made last",
        wrap("session", _latest, on=READ),
    ),
    fault(
        "unknown-place-pays-latest",
        "SESSION-UNKNOWN",
        "paying an unknown session pays the one that was made last",
        wrap("session", _latest, on=PLACE),
    ),
    fault(
        "unknown-by-first-characters",
        "SESSION-UNKNOWN",
        "ids of sessions are told apart by eight characters",
        wrap("session", _short_ids, on=SESSION_METHODS),
        kind="boundary",
    ),
    # -- SESSION-APP --
    fault("strangers-read", "SESSION-APP", "another app can read a session", skip("app", on=READ)),
    fault(
        "strangers-set-quantities",
        "SESSION-APP",
        "another app can set a quantity in EBAY_GB",
        skip("app", on=QUANTITY, when=in_market("EBAY_GB")),
    ),
    fault(
        "strangers-select-options",
        "SESSION-APP",
        "another app can select an option with three lines or more",
        skip("app", on=OPTION, when=lines(3)),
    ),
    fault(
        "strangers-read-elsewhere",
        "SESSION-APP",
        "another app reads a session under another marketplace's header",
        wrap("app", _let_in, on=READ),
        also=("MARKET-SAME",),
    ),
    fault("strangers-move", "SESSION-APP", "another app can set an address", skip("app", on=ADDRESS)),
    fault("strangers-apply", "SESSION-APP", "another app can apply a coupon", skip("app", on=APPLY)),
    fault(
        "strangers-remove",
        "SESSION-APP",
        "another app can remove a coupon",
        skip("app", on=REMOVE, when=coupon),
    ),
    fault(
        "strangers-pay-second-time",
        "SESSION-APP",
        "another app pays a session at its second attempt",
        skip("app", on=PLACE, when=nth(2)),
    ),
    fault(
        "strangers-read-when-paid",
        "SESSION-APP",
        "another app can read a session once it is paid",
        skip("app", on=READ, when=phase(PAID)),
        kind="after",
    ),
    fault(
        "strangers-are-401",
        "SESSION-APP",
        "a quantity set by another app is 401 with 15025",
        change_status(401, on=QUANTITY, when=error(15025)),
    ),
    fault(
        "strangers-hear-15003",
        "SESSION-APP",
        "a read by another app is 400 with 15003, as if nothing were there",
        change_error_id(15003, on=READ, when=error(15025)),
    ),
    fault(
        "strangers-hear-the-street",
        "SESSION-APP",
        "the refusal of another app's address tells the buyer's street",
        after("refusal", _tell_address, on=ADDRESS, when=error(15025)),
        kind="field",
    ),
    fault(
        "strangers-quantity-is-kept",
        "SESSION-APP",
        "15025, and yet the quantity is set",
        refused_yet_applied("app", on=QUANTITY),
    ),
    fault(
        "strangers-payment-is-kept",
        "SESSION-APP",
        "15025, and yet the order is placed",
        refused_yet_applied("app", on=PLACE),
    ),
    fault(
        "strangers-option-reaches-another",
        "SESSION-APP",
        "15025, and yet another session has the option",
        refused_yet_applied("app", to="other", on=OPTION),
        also="SESSION-ISOLATED",
    ),
]
