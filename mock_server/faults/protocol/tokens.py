"""Faults about tokens: requests that get through without a good one, good ones that do not, and the token endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.goods import APPS, EXPIRED_TOKENS, OTHER_SCOPE
from mock_server.domain.errors import GrantRefusal, Refusal
from mock_server.domain.shop import Call, Response
from mock_server.injection import (
    ADDRESS,
    APPLY,
    INITIATE,
    OPERATIONS,
    OPTION,
    ORDER,
    PLACE,
    QUANTITY,
    READ,
    REMOVE,
    TOKEN,
    Condition,
    Effect,
    Fault,
    after,
    change_error_id,
    change_status,
    error,
    fault,
    from_nth,
    in_market,
    lines,
    nth,
    refuse,
    refused_yet_applied,
    skip,
    tolerate,
    wrap,
)


def _given(call: Call) -> str:
    return call.request.headers.get("authorization", "").strip()


def _token(call: Call) -> str:
    return _given(call).partition(" ")[2].strip()


no_token = Condition(lambda call, *_: not _given(call))
made_up = Condition(lambda call, *_: _given(call).startswith("Bearer ") and _token(call) not in call.shop.tokens)
altered = made_up & Condition(lambda call, *_: any(_token(call).startswith(known) for known in call.shop.tokens))
expired = Condition(lambda call, *_: _token(call) in EXPIRED_TOKENS)
other_scope = Condition(
    lambda call, *_: (grant := call.shop.tokens.get(_token(call))) is not None and grant.scopes == (OTHER_SCOPE,)
)
good = Condition(
    lambda call, *_: not (no_token.test(call) or made_up.test(call) or expired.test(call) or other_scope.test(call))
)


def _as_owner(proceed: Callable[..., Any], call: Call) -> None:
    """Whatever the token is, the request counts as one of the app that the session or order belongs to."""
    session, order = call.shop.sessions.get(call.id), call.shop.orders.get(call.id)
    call.app = session.app if session is not None else order.app if order is not None else next(iter(APPS))


def opened(on: str | tuple[str, ...], when: Condition, kind: str = "") -> Effect:
    return wrap("token", _as_owner, on=on, when=when, kind=kind)


def _tell_street(call: Call, response: Response, refusal: Refusal) -> None:
    session = call.shop.sessions.get(call.id)
    if session is not None:
        response.body["errors"][0]["longMessage"] = f"Sign in to send to {session.cart.address['addressLine1']}"


def _grant_without_secret(proceed: Callable[..., Any], call: Call) -> Any:
    try:
        return proceed()
    except GrantRefusal:
        return next(iter(APPS))


def _token_beside(call: Call, response: Response, refusal: Refusal) -> None:
    response.body["access_token"] = "v^1.1#none"


def says(code: str) -> Condition:
    """In the steps `response` and `refusal`: the token endpoint refuses with this code."""

    def test(call: Call, about: Response | Refusal) -> bool:
        return isinstance(about.body, dict) and about.body.get("error") == code

    return Condition(test)


# Each method asks for a scope more than the documented one; when.
# Before the marketplace is looked at.
to_hk = Condition(lambda call, *_: call.request.headers.get("x-ebay-c-marketplace-id") == "EBAY_HK", "marketplace")

SCOPE_OF: dict[str, tuple[str, Condition]] = {
    "initiate": (INITIATE, to_hk),
    "read": (READ, lines(3)),
    "quantity": (QUANTITY, from_nth(5)),
    "option": (OPTION, from_nth(3)),
    "address": (ADDRESS, in_market("EBAY_AU")),
    "apply": (APPLY, lines(4)),
    "remove": (REMOVE, good),
    "place": (PLACE, good),
    "order": (ORDER, from_nth(2)),
}

FAULTS: list[Fault] = [
    # -- AUTH-TOKEN, each method --
    fault("expired-token", "AUTH-TOKEN", "an expired token opens everything", skip("token_age", on=OPERATIONS)),
    fault("initiate-without-token", "AUTH-TOKEN", "a session is made without a token", opened(INITIATE, no_token)),
    fault("read-with-any-token", "AUTH-TOKEN", "a made-up token reads a session", opened(READ, made_up)),
    fault(
        "quantity-without-token",
        "AUTH-TOKEN",
        "a quantity is set without a token",
        opened(QUANTITY, no_token),
    ),
    fault(
        "option-without-token-in-us",
        "AUTH-TOKEN",
        "in EBAY_US an option is selected without a token",
        opened(OPTION, no_token & in_market("EBAY_US"), kind="marketplace"),
    ),
    fault("read-with-a-longer-token", "AUTH-TOKEN", "a session is read with a token that only begins like a good one",
          opened(READ, altered)),
    fault("address-with-any-token", "AUTH-TOKEN", "a made-up token sets an address", opened(ADDRESS, made_up)),
    fault(
        "apply-without-token-with-four",
        "AUTH-TOKEN",
        "with four lines a coupon is applied without a token",
        opened(APPLY, no_token & lines(4), kind="lines"),
    ),
    fault(
        "remove-with-any-token",
        "AUTH-TOKEN",
        "a made-up token removes a coupon",
        opened(REMOVE, made_up),
        kind="coupon",
    ),
    fault("pay-with-any-scope", "AUTH-TOKEN", "a token of another scope can pay", skip("token_scope", on=PLACE)),
    fault("order-without-token", "AUTH-TOKEN", "an order is read without a token", opened(ORDER, no_token)),
    fault("no-token-is-400-1001", "AUTH-TOKEN", "1001 comes with status 400", change_status(400, on=READ, when=error(1001))),
    fault(
        "other-scope-is-15025",
        "AUTH-TOKEN",
        "a token of another scope is 400 with 15025 on a quantity",
        change_error_id(15025, status=400, on=QUANTITY, when=error(1100)),
    ),
    fault(
        "no-token-hears-street",
        "AUTH-TOKEN",
        "the refusal of a read with a made-up token tells the buyer's street",
        after("refusal", _tell_street, on=READ, when=error(1001)),
        kind="field",
    ),
    fault(
        "no-token-yet-applied",
        "AUTH-TOKEN",
        "1002, and yet the quantity is set",
        refused_yet_applied("token", on=QUANTITY, when=no_token),
    ),
    fault(
        "no-token-yet-paid",
        "AUTH-TOKEN",
        "1001, and yet the order is placed",
        refused_yet_applied("token", on=PLACE, when=made_up),
    ),
    fault(
        "no-token-second-time",
        "AUTH-TOKEN",
        "the second read of a session with a made-up token is answered",
        opened(READ, made_up & nth(2), kind="repeat"),
    ),
    # -- AUTH-GRANT --
    fault(
        "grant-without-secret",
        "AUTH-GRANT",
        "a wrong secret or an unknown client gets a token",
        wrap("client", _grant_without_secret, on=TOKEN),
    ),
    fault(
        "grant-refuses-client-with-400",
        "AUTH-GRANT",
        "invalid_client comes with status 400",
        change_status(400, on=TOKEN, when=says("invalid_client")),
    ),
    fault("grant-of-any-scope", "AUTH-GRANT", "an unknown scope gets a token", tolerate("scopes", on=TOKEN)),
    fault(
        "grant-refusal-has-token",
        "AUTH-GRANT",
        "the refusal of an unknown scope has an access_token",
        after("refusal", _token_beside, on=TOKEN, when=says("invalid_scope")),
        kind="field",
    ),
    # -- AUTH-SCOPE, each method --
    *(
        fault(
            f"scope-short-for-{words}",
            "AUTH-SCOPE",
            f"a token of the documented scope does not open {operation}",
            refuse("token", 1100, on=operation, when=good & when, kind=when.kind or "always"),
        )
        for words, (operation, when) in SCOPE_OF.items()
    ),
]
