"""The gallery's own servers: each does what it is there for, and ends when it is told to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.transport import Transport
from tests.hostile.acts import short_tokens
from tests.hostile.gallery import GALLERY, NO_JSON, SAMPLE, Hostile, serving
from tests.hostile.server import Request, Server, each_request, json_answer

HEALTHY = {"checkoutSessionId": "v1|1", "warnings": [{"message": "fine"}]}
TOKEN = {"access_token": "t-1", "expires_in": 7200, "token_type": "Application Access Token"}
API, TOKENS = "/buy/order/v2/guest_checkout_session/v1%7C1", "/identity/v1/oauth2/token"


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    def answer(request: Request) -> bytes:
        if "gone" in request.target:
            return json_answer({"errors": [{"errorId": 15003}]}, 400, "Bad Request")
        return json_answer(TOKEN if request.wants_token else HEALTHY)

    with Server(each_request(answer)) as server:
        yield server.url


def meets(url: str, target: str = API, timeout_s: float = 0.5) -> str:
    """What one request meets: the kind of its problem, or "answer"."""
    transport = Transport(timeout_s=timeout_s)
    try:
        transport.send("GET", url + target, {}, None, secret_headers={"Authorization": "Bearer t-1"})
    except WireProblem as problem:
        return problem.kind
    finally:
        transport.close()
    return "answer"


@pytest.mark.parametrize("entry", GALLERY, ids=[entry.name for entry in GALLERY])
def test_a_single_request_meets(entry: Hostile, upstream: str) -> None:
    started = time.monotonic()
    with serving(entry, upstream) as (url, server, _):
        if entry.name == "tls-plain":
            assert meets(url) in ("tls", "timeout")  # the server waits for the end of a head that never comes
        elif entry.name == "slow":
            assert meets(url) == "timeout"
        else:
            assert meets(url, timeout_s=0.8 if entry.shows == "timeout" else 10) == entry.shows
        assert server.misled == []
    assert time.monotonic() - started < 12


@pytest.mark.parametrize("entry", GALLERY, ids=[entry.name for entry in GALLERY])
def test_the_token_endpoint_is_honest_unless_the_name_says_so(entry: Hostile, upstream: str) -> None:
    if entry.shows in ("unreachable", "tls") or entry.name == "slow":
        pytest.skip("not a matter of the path")
    with serving(entry, upstream) as (url, _, _):
        transport = Transport(timeout_s=0.8 if entry.name == "token-silent" else 10)
        try:
            body = transport.send("POST", url + TOKENS, {}, b"grant_type=client_credentials").raw
        except WireProblem:
            body = b""
        transport.close()
    spoils = entry.name.startswith("token") and entry.name not in ("token-short", "token-ends")
    assert (b'"t-1"' in body) != spoils


@pytest.mark.parametrize("row", NO_JSON, ids=[name for name, *_ in NO_JSON])
def test_what_is_no_json(row: tuple[str, ...], upstream: str) -> None:
    def refuse(text: object) -> None:
        raise ValueError(text)

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    entry = next(entry for entry in GALLERY if entry.name == row[0])
    with serving(entry, upstream) as (url, _, _):
        raw = Transport(timeout_s=2).send("GET", url + API, {}, None).raw
    if entry.name == "forgets":
        return
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=refuse, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return
    assert not isinstance(value, dict)


def answers(name: str, upstream: str, count: int, target: str = API) -> Iterator[str]:
    """What each of so many requests meets."""
    entry = next(entry for entry in GALLERY if entry.name == name)
    with serving(entry, upstream) as (url, _, _):
        transport = Transport(timeout_s=1.0)
        for _ in range(count):
            try:
                sent = transport.send("GET", url + target, {"Authorization": "Bearer t-1"}, None)
                yield str(sent.status)
            except WireProblem as problem:
                yield problem.kind
        transport.close()


def test_now_and_then(upstream: str) -> None:
    assert list(answers("seventh-reset", upstream, 28)).count("reset") == 3
    assert list(answers("flaps", upstream, 6)) == ["200", "200", "503"] * 2
    falls = list(answers("falls-silent", upstream, 152))
    assert falls == ["200"] * 150 + ["timeout"] * 2
    dies = list(answers("dies", upstream, 153))
    assert dies[:150] == ["200"] * 150 and dies[-1] == "unreachable"
    ends = list(answers("token-ends", upstream, 152))
    assert ends == ["200"] * 150 + ["401"] * 2
    forgets = list(answers("forgets", upstream, 61))
    assert forgets == ["200"] * 59 + ["400"] * 2


def test_short_tokens_end(upstream: str) -> None:
    entry = next(entry for entry in GALLERY if entry.name == "token-short")
    with serving(entry._replace(act=short_tokens(0.2)), upstream) as (url, _, _):
        transport = Transport()
        transport.send("POST", url + TOKENS, {}, b"")
        headers = {"Authorization": "Bearer t-1"}
        assert transport.send("GET", url + API, headers, None).status == 200
        time.sleep(0.25)
        assert transport.send("GET", url + API, headers, None).status == 401
        transport.close()


def test_a_followed_redirect_is_noticed(upstream: str) -> None:
    entry = next(entry for entry in GALLERY if entry.name == "redirect-away")
    with serving(entry, upstream) as (url, server, _):
        meets(url, "/stolen")
        assert server.misled == ["/stolen"]


def test_echoes_and_paints(upstream: str) -> None:
    by_name = {entry.name: entry for entry in GALLERY}
    with serving(by_name["echoes"], upstream) as (url, _, _):
        sent = Transport().send("GET", url + API, {"Authorization": "Bearer t-1"}, None)
        assert sent.headers["X-Echo"] == "Bearer t-1" and b"Bearer t-1" in sent.raw
    with serving(by_name["paints"], upstream) as (url, _, _):
        text = json.loads(Transport().send("GET", url + API, {}, None).raw)["warnings"][0]["message"]
        assert "\x1b[31m" in text and "<script>" in text and "=cmd" in text


def test_there_are_enough() -> None:
    names = [entry.name for entry in GALLERY]
    assert len(set(names)) == len(names) >= 40
    assert len(SAMPLE & set(names)) == 6
