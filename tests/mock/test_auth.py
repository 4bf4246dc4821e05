"""Tokens, the grant, media types, JSON, paths: what happens before the API's own rules."""

from __future__ import annotations

import pytest

import mock_server.domain.mutations as mutations
import mock_server.domain.pricing as pricing
import mock_server.domain.sessions as sessions
import mock_server.http.auth as auth
import mock_server.http.stubs as stubs
import mock_server.http.validation as validation
import mock_server.http.views as views
from devtools.conversation.client import ONE, TWO, V2, Client, plain
from mock_server.catalogue.goods import EXPIRED_TOKENS, OTHER_SCOPE, SCOPE
from mock_server.domain.shop import Settings
from mock_server.http.pipeline import STEPS
from mock_server.http.routes import STEPS_OF
from mock_server.server import LARGEST_BODY, App


@pytest.fixture(scope="module")
def shop() -> Client:
    return Client(App())


def test_a_token_is_granted_to_known_credentials_alone(shop: Client) -> None:
    reply = shop.grant()
    assert reply.status == 200 and reply.headers["cache-control"] == "no-store"
    assert reply.json["access_token"].startswith("v^1.1#") and reply.json["expires_in"] == 7200
    for wrong, status, error in (
        (shop.grant(secret="wrong"), 401, "invalid_client"),
        (shop.grant("nobody", "x"), 401, "invalid_client"),
        (shop.grant("nobody", ""), 401, "invalid_client"),
        (shop.grant(scope="https://example.com/none"), 400, "invalid_scope"),
        (shop.grant(scope=f"{SCOPE} nonsense"), 400, "invalid_scope"),
        (shop.grant(grant_type="password"), 400, "unsupported_grant_type"),
        (shop.grant(grant_type=""), 400, "invalid_request"),
    ):
        assert (wrong.status, wrong.json["error"]) == (status, error) and wrong.json["error_description"]
    assert "www-authenticate" in shop.grant(secret="wrong").headers


def test_a_token_that_is_unknown_or_expired_is_refused(shop: Client) -> None:
    for token, status, error in (
        ("", 400, 1002),
        ("made-up", 401, 1001),
        (next(iter(EXPIRED_TOKENS)), 401, 1001),
        (shop.token(ONE, OTHER_SCOPE), 403, 1100),
    ):
        reply = shop.read("1", token=token)
        assert (reply.status, reply.ids) == (status, [error])
    reply = shop.raw("GET", f"{V2}/1", {"Authorization": "Basic abc"})
    assert (reply.status, reply.ids) == (400, [1003])
    assert shop.read("1", app=TWO).ids == [15003]
    assert shop.raw("GET", f"{V2}/1", {"Authorization": f"bearer {shop.token()}"}).ids == [15001]


def test_a_token_ends() -> None:
    shop = Client(App(Settings(token_ttl=0)))
    assert shop.read("1").ids == [1001]


def test_a_body_that_is_no_json_is_refused(shop: Client) -> None:
    headers = {"Authorization": f"Bearer {shop.token()}", "X-EBAY-C-MARKETPLACE-ID": "EBAY_US"}
    as_json = {**headers, "Content-Type": "application/json; charset=utf-8"}
    path = f"{V2}/1/update_quantity"
    for body in (b"{", b"\xff", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b'{"a":' * 100_000, b"1" * 5000):
        reply = shop.raw("POST", path, as_json, body)
        assert (reply.status, reply.ids) == (400, [2004])
    reply = shop.raw("POST", path, {**headers, "Content-Type": "text/xml"}, b"<a/>")
    assert (reply.status, reply.ids) == (415, [2004])
    assert shop.raw("POST", path, headers, b"{}").ids == [15003]
    reply = shop.raw("POST", path, as_json, b" " * (LARGEST_BODY + 1))
    assert (reply.status, reply.ids) == (413, [2004])
    reply = shop.raw("DELETE", path, as_json)
    assert (reply.status, reply.ids, reply.headers["allow"]) == (405, [2004], "POST")
    for nowhere in ("/nothing", V2, f"{V2}/1/nothing", f"{V2}//update_quantity", f"{V2}/initiate/"):
        assert (shop.call("GET", nowhere).status, shop.call("POST", nowhere, {}).ids) == (404, [2002])
    for odd in ("%00", "%FF%FE", "a" * 2000, "%", "..", "%2F", "ä".encode().decode("latin-1")):
        assert shop.call("GET", f"{V2}/{odd}").ids == [15003]


def test_a_fault_of_the_mock_itself_is_a_500(shop: Client, capsys: pytest.CaptureFixture[str]) -> None:
    app = App()

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    app.healthy.steps["session"] = broken
    reply = Client(app).read("1")
    assert (reply.status, reply.ids) == (500, [15000]) and "broken on purpose" in capsys.readouterr().err
    assert "broken" not in reply.raw.decode()


def test_no_two_steps_have_one_name() -> None:
    modules = (auth, validation, mutations, pricing, sessions, stubs, views)
    assert len(STEPS) == 4 + sum(len(module.STEPS) for module in modules)
    assert {step for steps in STEPS_OF.values() for step in steps} <= set(STEPS)


def test_sessions_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_server.domain.shop.MOST", 3)
    app = App()
    shop = Client(app)
    ids = [shop.initiate("EBAY_US", [(plain("EBAY_US", 1)[0], 1)]).json["checkoutSessionId"] for _ in range(5)]
    assert len(app.healthy.sessions) == 3
    assert shop.read(ids[0]).ids == [15003] and shop.read(ids[-1]).status == 200
