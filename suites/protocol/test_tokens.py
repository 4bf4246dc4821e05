"""Tokens: nothing opens without a good token, everything with it; the token endpoint refuses a wrong grant."""

from __future__ import annotations

import pytest

from conformance.core import contract
from conformance.core.exchange import Request
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.marks import in_marketplaces, provokes


@provokes("AUTH-TOKEN", cost=60)
@in_marketplaces(1)
def test_no_method_opens_without_a_good_token(driver: CheckoutDriver, market: str) -> None:
    for credential in driver.some(driver.profile.bad_tokens, few=1, turn=market):
        body = driver.initiate_body(market, [(driver.plain(market)[0], 1)])
        driver.send(Request(contract.INITIATE, None, body, market, credential), "AUTH-TOKEN", credential)
        session = driver.create_session(market)
        for operation, sent in driver.some(session.calls()):
            session.expect_refusal(operation, sent, "AUTH-TOKEN", credential, credential=credential)
        session.assert_still_open()


@provokes("AUTH-TOKEN", cost=12)
@in_marketplaces(1, having="payment")
def test_no_order_opens_without_a_good_token(driver: CheckoutDriver, market: str) -> None:
    session = driver.paid(market)
    for credential in driver.some(driver.profile.bad_tokens, few=1, turn=market):
        session.read_order("AUTH-TOKEN", credential, credential=credential)
    session.confirm()


@provokes("AUTH-TOKEN", cost=20)
@in_marketplaces(1, having="place_order")
def test_no_paid_session_opens_without_a_good_token(driver: CheckoutDriver, market: str) -> None:
    """It is neither read nor paid again, and its order stays as it was."""
    session = driver.paid(market)
    for credential in driver.some(driver.profile.bad_tokens, few=1, turn=market):
        session.read("AUTH-TOKEN", f"{credential}, a paid session", credential=credential)
        session.place_order("AUTH-TOKEN", f"{credential}, a paid session", credential=credential)
    session.read_back()


@provokes("AUTH-GRANT", "AUTH-SCOPE", cost=4)
@pytest.mark.parametrize("credential", ["wrong-secret", "unknown-client", "unknown-scope"])
def test_the_token_endpoint_refuses(driver: CheckoutDriver, credential: str) -> None:
    app, scope = driver.profile.auth.apps[0], driver.profile.auth.scope
    client, secret = app.client_id, app.client_secret
    if credential == "wrong-secret":
        secret = secret[:-1] + ("x" if secret[-1:] != "x" else "y")
    elif credential == "unknown-client":
        client = f"{client}-unknown"
    else:
        scope = f"{scope}.no.such.scope"
    driver.judge_exchange(driver.target.grant(client, secret, scope, credential=credential, requirement="AUTH-GRANT"))
