"""Sentences for a target that lets nobody in: a page before the API, a token that cannot be had, credentials that are wrong."""

from __future__ import annotations

from urllib.parse import urlsplit

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import Profile

REFUSED_BY_GATEWAY = (401, 403, 407)  # statuses with which something before the API turns a request away


def page_of(exchange: Exchange) -> str:
    """What an answer without an error envelope is, in words; empty for an answer of the API."""
    if exchange.status is None or exchange.member("errors") is not None or exchange.accepted:
        return ""
    media = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = (exchange.text or "").lstrip().lower()
    if media == "text/html" or text.startswith(("<!doctype html", "<html")):
        return "a page of HTML"
    if exchange.body is not None:
        return "JSON without an error id"
    return "text without an error id" if text else "an empty body"


def is_turned_away(exchange: Exchange) -> bool:
    """Whether something before the API answered: it speaks of no error id, and lets nobody in."""
    return exchange.status in REFUSED_BY_GATEWAY and bool(page_of(exchange))


def turned_away(exchange: Exchange) -> str:
    """The sentence for an answer that turns the run away."""
    host, page = urlsplit(exchange.url).netloc, page_of(exchange)
    if exchange.status == 407:
        why = f"a proxy before {host} answers 407 with {page}: check its name and password"
    elif exchange.headers.get("www-authenticate", "").lower().startswith("basic"):
        why = f"{host} asks for a password of its own (401, HTTP Basic), as a staging site does"
    else:
        why = (
            f"{host} answers {exchange.status} with {page}, as an edge server, firewall or gateway does before the API"
        )
    return f"Access was denied before the API: {why}."


def wants_a_token(exchange: Exchange) -> bool:
    """Whether an answer asks for a token, or rejects the token that was sent."""
    return exchange.status == 401 or bool(contract.TOKEN_IDS & set(exchange.error_ids))


def no_token(exchange: Exchange, profile: Profile, app: int) -> str:
    """Why the token endpoint gave an app none."""
    head = f"No token could be had from {exchange.url} for apps[{app}] of the profile"
    if is_turned_away(exchange) and page_of(exchange) == "a page of HTML":
        return f"{turned_away(exchange)[:-1]}; apps[{app}] asked for a token."
    said = exchange.member("error")
    if exchange.status in (None, 200):
        words = (exchange.problem or exchange.answer()).rstrip(".")
    else:
        words = ", ".join(filter(None, [str(exchange.status), "" if said else page_of(exchange)]))
    words += f" ({str(said)[:60]})" if said else ""
    return f"{head}: {words}{_advice(exchange, profile, str(said or ''))}."


def _advice(exchange: Exchange, profile: Profile, said: str) -> str:
    if exchange.silent or exchange.status == 200:
        return ""
    key = "endpoints.token_url" if "token_url" in profile.endpoints else "base_url or endpoints.token_url"
    if exchange.status in (404, 405, 410):
        return f"; nothing is there: check {key}"
    if said == "invalid_scope":
        return "; check auth.scope"
    if said == "invalid_client" or exchange.status == 401:  # servers that look for them in the form answer so too
        return "; check client_id and client_secret, which are sent by HTTP Basic, base64 of client_id:client_secret"
    if exchange.status and exchange.status >= 500:
        return "; the token endpoint fails"
    return "; check client_id, client_secret and auth.scope"


def why_not_let_in(exchange: Exchange, profile: Profile) -> str | None:
    """Why nobody is let in, as an answer to the first request of a session says it; None if that is not the cause."""
    said = exchange.answer()
    if profile.auth.kind == "none" and wants_a_token(exchange):
        return (
            f"The target asks for a token ({said}), and auth.kind in the profile is none: write client_credentials or token, "
            "and [[apps]]."
        )
    if is_turned_away(exchange):
        return turned_away(exchange)
    if contract.NO_ACCESS in exchange.error_ids:
        return (
            f"The app has no access to guest checkout ({said}): ask eBay for approval of this app, or check its scope."
        )
    if wants_a_token(exchange):
        return f"The target refuses the run's token ({said}): check the credentials in the profile."
    return None


def is_locked_out(exchange: Exchange, profile: Profile) -> bool:
    """Whether an answer tells of the app, or of something before the server, and not of the server."""
    if is_turned_away(exchange) or contract.NO_ACCESS in exchange.error_ids or exchange.operation == contract.TOKEN:
        return True
    return wants_a_token(exchange) and profile.auth.kind in ("token", "none")
