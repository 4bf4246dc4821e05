"""Variants about errors, tokens and the gateway."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from typing import Any

from mock_server.catalogue.goods import APPS, SCOPES
from mock_server.domain.errors import JSON, PROBLEMS, GrantRefusal, Refusal, detail
from mock_server.domain.shop import Call, Response, Shop
from mock_server.domain.state import Grant
from mock_server.injection import (
    CHANGES,
    INITIATE,
    OPERATIONS,
    ORDER,
    PLACE,
    QUANTITY,
    SESSION_METHODS,
    TOKEN,
    Effect,
    Variant,
    after,
    concurrent,
    drop,
    every,
    refuse,
    refused,
    settings,
    variant,
    wrap,
)
from mock_server.injection.core import combine
from mock_server.variants.ways import otherwise

STATIC_TOKENS = {f"token-of-{app}": app for app in APPS}
POSTS = (INITIATE, *CHANGES, PLACE)


def entries(change: Callable[[JSON], Any]) -> Effect:
    """`change(entry)` on each error and warning."""
    def action(call: Call, response: Response, *_: Any) -> None:
        if isinstance(response.body, dict):
            for error in (*response.body.get("errors", ()), *response.body.get("warnings", ())):
                if isinstance(error, dict):
                    change(error)

    return after("response", action)


def _subdomain(*names: str) -> Effect:
    return entries(lambda entry: entry.update(dict.fromkeys(names, "CHECKOUT")))


def _generic(error: JSON) -> None:
    """The text says nothing of the value or field: the parameters do."""
    error["message"] = "请求无效"
    error["longMessage"] = "请检查参数，然后再试。"


def _referring(error: JSON) -> None:
    """Where a path in the request says which field it is, nothing else does."""
    if error.get("inputRefIds"):
        error.pop("parameters", None)
        error["message"] = error["longMessage"] = "Bad request"


def _full(error: JSON) -> None:
    for name in ("inputRefIds", "outputRefIds", "parameters"):
        error.setdefault(name, [])
    error.setdefault("subdomain", "")
    error["longMessage"] = error["longMessage"] * 20


def _twice(call: Call, response: Response, *_: Any) -> None:
    """A bad field is told once as such and once as what else it is; every other refusal comes twice."""
    errors = response.body.get("errors") if isinstance(response.body, dict) else None
    if errors and errors[0]["domain"] == "API_ORDER":
        first = dict(errors[0])
        if first["errorId"] in (15001, 15002) and call.operation in (INITIATE, *CHANGES):
            other = PROBLEMS[15001 if first["errorId"] == 15002 else 15002]
            first = {**detail(other, parameters={"fieldName": "another field"}), "inputRefIds": ["$"]}
        errors.insert(0, first)


def _broken(name: str, sees: str, id: int, status: int) -> Variant:
    def other_refusal(call: Call, refusal: Refusal) -> Refusal:
        return Refusal(id, status=status, fieldName="body")

    return variant(name, "ROBUST", sees, otherwise("json", other_refusal, on=POSTS), about="broken JSON")


def _stranger(name: str, sees: str, *effects: Effect) -> Variant:
    about = "no token" if name.startswith("no-token") else name
    return variant(name, "AUTH-TOKEN", sees, *effects, on=OPERATIONS, about=about)


def _oauth(error: JSON) -> None:
    if error["errorId"] == 1100:
        error.update(domain="OAuth", message="Insufficient permissions", longMessage="Insufficient permissions.")


def _needs_type(call: Call) -> None:
    if not call.request.headers.get("content-type"):
        raise Refusal(2004, status=415, text="Unsupported media type")


def _unknown_fields(known: tuple[str, ...]) -> Callable[[Call, JSON], None]:
    def check(call: Call, data: JSON) -> None:
        extra = [name for name in data if name not in known]
        if extra:
            raise Refusal(15002, extra[0][:40], fieldName=extra[0][:40])

    return check


def _before(step: str, check: Callable[..., None], on: str | tuple[str, ...] = ()) -> Effect:
    def replacement(proceed: Callable[..., Any], call: Call, *args: Any) -> Any:
        check(call, *args)
        return proceed()

    return wrap(step, replacement, on=on)


_ADDRESS = (
    "recipient", "phoneNumber", "addressLine1", "addressLine2", "city", "county", "stateOrProvince", "postalCode",
    "country",
)
_FIELDS = {
    "body_initiate": ("contactEmail", "lineItemInputs", "shippingAddress"),
    "body_quantity": ("lineItemId", "quantity"),
    "body_option": ("lineItemId", "shippingOptionId"),
    "body_address": _ADDRESS,
    "body_apply": ("redemptionCode",),
    "body_remove": ("redemptionCode",),
    "body_place": ("marketingTerms",),
}


def _long_path(status: int) -> Callable[[Call], None]:
    def check(call: Call) -> None:
        if len(call.id) > 1_000:
            raise Refusal(2004, status=status, text="The request is too long")

    return check


def _without_body(call: Call, response: Response, *_: Any) -> Response | None:
    return Response(414, b"", {"Content-Type": "text/plain"}) if response.status == 414 else None


def _renamed(form: Callable[[str], str]) -> Effect:
    """Tokens in another form."""
    def replacement(proceed: Callable[..., Any], call: Call) -> Any:
        shown = dict(proceed())
        given = form(shown["access_token"])
        grant: Grant = call.shop.tokens.pop(shown["access_token"])
        call.shop.keep_token(given, grant)
        return {**shown, "access_token": given}

    return wrap("token_view", replacement, on=TOKEN)


def _jwt(token: str) -> str:
    parts = (b'{"alg":"RS256"}', token.encode(), secrets.token_bytes(256))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _base64(token: str) -> str:
    return base64.b64encode(b"\xfb\xff" + secrets.token_bytes(2_000)).decode() + "=="


def _same_token(proceed: Callable[..., Any], call: Call) -> Any:
    """The app's living token of these scopes, if there is one; its time runs on."""
    shown = dict(proceed())
    fresh = call.shop.tokens[shown["access_token"]]
    for token, grant in call.shop.tokens.items():
        alike = (grant.app, grant.scopes) == (fresh.app, fresh.scopes)
        if alike and grant is not fresh and grant.until > fresh.until - 3600:
            shown["access_token"] = token
    return shown


def _anyone(proceed: Callable[..., Any], call: Call) -> None:
    call.app = "anyone"


def _keep_tokens(shop: Shop) -> None:
    for token, app in STATIC_TOKENS.items():
        shop.tokens[token] = Grant(app, SCOPES, time.time() + 86_400)


def _token_answer(name: str, sees: str, change: Callable[[JSON], JSON]) -> Variant:
    return variant(name, "AUTH-SCOPE", sees, wrap("token_view", lambda proceed, call: change(proceed()), on=TOKEN),
                   about="token answer")


def _token_form(name: str, sees: str, effect: Effect) -> Variant:
    return variant(name, "AUTH-SCOPE", sees, effect, on=TOKEN, about="tokens")


def _grant_error(call: Call, refusal: Refusal, *_: Any) -> Refusal:
    error = refusal.body["error"]
    other = GrantRefusal(error, "", status=refusal.status)
    other.body = {"error": error, "error_uri": "https://developer.ebay.com/errors"}
    return other


def _busy(proceed: Callable[..., Any], call: Call) -> None:
    refusal = Refusal(2004, status=429, text="Too many requests", headers={"Retry-After": "1"})
    refusal.body["errors"][0]["errorId"] = 2001
    raise refusal


VARIANTS: list[Variant] = [
    variant("no-long-messages", "ERROR-SHAPE", "errors and warnings have no longMessage",
            drop("errors[].longMessage"), drop("warnings[].longMessage"), on=OPERATIONS, about="longMessage"),
    variant("subdomain", "ERROR-SHAPE", "errors and warnings have a subdomain", _subdomain("subdomain"), on=OPERATIONS,
            about="subdomain"),
    variant("sub-domain", "ERROR-SHAPE", "errors and warnings have a subDomain", _subdomain("subDomain"), on=OPERATIONS,
            about="subdomain"),
    variant("no-parameters", "ERROR-PARAMS", "errors have no parameters and no references: the message tells it all",
            *(drop(f"{kind}[].{name}") for kind in ("errors", "warnings") for name in ("parameters", "inputRefIds")),
            on=OPERATIONS, about="parameters"),
    variant("texts-in-chinese", "ERROR-PARAMS", "texts are in Chinese and general: parameters tell what it is about",
            entries(_generic), on=OPERATIONS, about="parameters"),
    variant("texts-refer", "ERROR-PARAMS", "inputRefIds alone tell which field an error is about",
            entries(_referring), on=OPERATIONS, about="parameters"),
    variant("full-errors", "ERROR-SHAPE", "errors have empty lists, an empty subdomain and a very long longMessage",
            entries(_full), on=OPERATIONS, about="longMessage"),
    variant("two-errors", "ERROR-SHAPE", "every refusal has two entries", after("response", _twice, when=refused),
            on=(INITIATE, *SESSION_METHODS, ORDER), about="number of errors"),
    _stranger("no-token-1001", "a missing token is 401 with 1001",
              otherwise("token", lambda call, refusal: 1001 if refusal.error == 1002 else None)),
    _stranger("no-token-1003", "a missing token is 400 with 1003",
              otherwise("token", lambda call, refusal: 1003 if refusal.error == 1002 else None)),
    _stranger("no-token-1100", "a missing token is 403 with 1100",
              otherwise("token", lambda call, refusal: 1100 if refusal.error == 1002 else None)),
    _stranger("other-scheme-1001", "a token of another scheme is 401 with 1001",
              otherwise("token", lambda call, refusal: 1001 if refusal.error == 1003 else None)),
    _stranger("expired-token-1100", "an expired token is 403 with 1100", otherwise("token_age", 1100)),
    _stranger("other-scope-1001", "a token of another scope is 401 with 1001", otherwise("token_scope", 1001)),
    _stranger("access-denied-by-oauth", "1100 is of the domain OAuth", entries(_oauth)),
    variant("missing-media-type-415", "ROBUST", "a body without a media type is 415",
            _before("media_type", _needs_type, POSTS), about="missing media type"),
    variant("other-media-type-400", "ROBUST", "another media type is 400",
            otherwise("media_type", lambda call, refusal: Refusal(2004, status=400), on=POSTS),
            about="other media types"),
    _broken("broken-json-15002", "broken JSON is an invalid field: 400 with 15002", 15002, 400),
    _broken("broken-json-15001", "broken JSON is a missing field: 400 with 15001", 15001, 400),
    _broken("broken-json-422", "broken JSON is 422", 2004, 422),
    _broken("broken-json-413", "broken JSON is 413", 2004, 413),
    variant("unknown-fields-refused", "ROBUST", "fields that no document knows are refused with 15002",
            *(_before(step, _unknown_fields(known)) for step, known in _FIELDS.items()), on=POSTS,
            about="unknown fields"),
    variant("long-ids-431", "ROBUST", "ids of more than 1,000 characters are 431", _before("stub", _long_path(431)),
            on=SESSION_METHODS, about="long ids"),
    variant("long-ids-414", "ROBUST", "ids of more than 1,000 characters are 414, without a body",
            _before("stub", _long_path(414)), after("response", _without_body), on=SESSION_METHODS, about="long ids"),
    _token_answer("token-type-bearer", "the token endpoint calls its tokens Bearer",
                  lambda shown: {**shown, "token_type": "Bearer"}),
    _token_answer("token-answer-bare", "the token endpoint answers access_token and token_type",
                  lambda shown: {name: shown[name] for name in ("access_token", "token_type")}),
    _token_answer("token-answer-full", "the token endpoint answers fields that no document knows",
                  lambda shown: {**shown, "refresh_token": "N/A", "scope": "", "x": [None]}),
    _token_form("tokens-like-jwt", "tokens have three parts of 400 characters", _renamed(_jwt)),
    _token_form("tokens-long", "tokens have 2,700 characters, with + / and =", _renamed(_base64)),
    _token_form("tokens-short-lived", "tokens live for four seconds", settings(token_ttl=4)),
    _token_form("one-token", "the same token comes again while it lives", wrap("token_view", _same_token, on=TOKEN)),
    variant("no-tokens", "AUTH-TOKEN", "nothing asks for a token", wrap("token", _anyone), on=OPERATIONS, about="tokens"),
    variant("tokens-from-elsewhere", "AUTH-TOKEN", "there is no token endpoint; tokens come from elsewhere",
            Effect(_keep_tokens), refuse("grant", 2002, on=TOKEN), on=TOKEN, about="tokens"),
    variant("grant-errors-bare", "AUTH-GRANT", "refusals of the token endpoint have no description",
            combine(otherwise("client", _grant_error, on=TOKEN), otherwise("scopes", _grant_error, on=TOKEN)),
            about="token errors"),
    variant("two-at-once-429", "RACE", "of two requests at once to one session the second is 429",
            wrap("token", _busy, when=concurrent, on=(QUANTITY, PLACE)), about="requests at once"),
    variant("busy-now-and-then", "SESSION-DOCUMENTED", "each 197th request is 429 with 2001 and a Retry-After",
            wrap("token", _busy, when=every(197)), on=OPERATIONS, about="busy"),
]
