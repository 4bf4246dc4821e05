"""Who asks, and how: the token endpoint, the token of a request, its media type, its JSON.

The grant and its refusals: RFC 6749 sections 4.4 and 5.2. The gateway's ids: the vendor's guide to its REST APIs.
Where no document says which id a gateway gives (405, 413, 415), it is 2004.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from mock_server.catalogue.goods import APPS, SCOPE, SCOPES
from mock_server.domain.errors import JSON, GrantRefusal, Refusal
from mock_server.domain.shop import Call
from mock_server.domain.state import Grant


def grant(call: Call) -> None:
    """The client-credentials grant; `view` shows the token."""
    form = _form(call)
    app = call.run("client")
    if form.get("grant_type") is None:
        raise GrantRefusal("invalid_request", "grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise GrantRefusal("unsupported_grant_type", "client_credentials is the only grant here")
    scopes = tuple(form.get("scope", SCOPES[1]).split())
    call.run("scopes", scopes)
    token = f"v^1.1#i^1#p^1#r^0#I^3#t^{secrets.token_urlsafe(24)}"
    lifetime = call.shop.settings.token_ttl
    call.shop.keep_token(token, Grant(app, scopes, time.time() + lifetime))
    call.notes["grant"] = {"access_token": token, "expires_in": lifetime, "token_type": "Application Access Token"}
    call.headers = {"Cache-Control": "no-store"}


def _form(call: Call) -> dict[str, str]:
    media_type = call.request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise GrantRefusal("invalid_request", "the body has to be a form")
    fields = parse_qs(call.request.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100)
    if any(len(values) > 1 for values in fields.values()):
        raise GrantRefusal("invalid_request", "a parameter stands there twice")
    return {name: values[0] for name, values in fields.items()}


def client(call: Call) -> str:
    """The app of the Basic credentials."""
    scheme, _, packed = call.request.headers.get("authorization", "").partition(" ")
    try:
        plain = base64.b64decode(packed.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        plain = ""
    app, _, secret = plain.partition(":")
    if scheme.lower() == "basic":
        for known_app, known_secret in ((app, secret), (unquote_plus(app), unquote_plus(secret))):
            if known_secret and APPS.get(known_app) == known_secret:
                return known_app
    raise GrantRefusal(
        "invalid_client", "client authentication failed", status=401, headers={"WWW-Authenticate": 'Basic realm="mock"'}
    )


def scopes(call: Call, requested: tuple[str, ...]) -> None:
    if not requested or any(scope not in SCOPES for scope in requested):
        raise GrantRefusal("invalid_scope", "a scope is unknown, malformed or beyond what the client may ask for")


def token(call: Call) -> None:
    """Finds the app of a token that lives and has the scope of guest orders."""
    given = call.request.headers.get("authorization", "").strip()
    if not given:
        raise Refusal(1002)
    scheme, _, value = given.partition(" ")
    if scheme.lower() != "bearer":
        raise Refusal(1003, scheme=scheme[:40])
    grant = call.shop.tokens.get(value.strip())
    if grant is None:
        raise Refusal(1001)
    call.run("token_age", grant)
    call.run("token_scope", grant)
    call.app = grant.app


def token_age(call: Call, grant: Grant) -> None:
    if grant.until <= time.time():
        raise Refusal(1001)


def token_scope(call: Call, grant: Grant) -> None:
    if SCOPE not in grant.scopes:
        raise Refusal(1100)


def media_type(call: Call) -> None:
    """A missing one is taken as JSON, as the vendor's REST guide has it."""
    given = call.request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given not in ("", "application/json"):
        raise Refusal(2004, status=415, text="Unsupported media type")


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _json(raw: bytes) -> Any:
    return json.loads(raw.decode("utf-8"), parse_constant=_no_number)


def parse(call: Call) -> None:
    """Strict JSON in UTF-8, of bounded depth. No body at all counts as an empty object, so that each field is
    missing."""
    try:
        call.data = _json(call.request.body) if call.request.body else {}
    except (ValueError, RecursionError):
        raise Refusal(2004) from None


def token_view(call: Call) -> JSON:
    shown: JSON = call.notes["grant"]
    return shown


STEPS = {
    "json": parse,
    **{step.__name__: step for step in (grant, client, scopes, token, token_age, token_scope, media_type, token_view)},
}
