"""What the client records of a request that was sent again, and how long it counts a failure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.exchange import Request
from tests.doubles.reference_goods import profile
from tests.hostile.server import Connection, Server, json_answer


def client_of(base_url: str, **transport: Any) -> ApiClient:
    known = profile()
    return ApiClient(
        replace(known, base_url=base_url, auth=replace(known.auth, kind="none"), transport=transport), key=b"key"
    )


def test_a_repeat_without_an_answer_keeps_nothing_of_the_first_answer() -> None:
    def behave(connection: Connection) -> None:
        connection.read()
        connection.send(json_answer({}, 503, "Busy"))
        connection.read()
        connection.wait()

    with Server(behave) as server:
        client = client_of(server.url, timeout_s=0.3)
        exchange = client.send(Request(contract.READ, "1", marketplace="EBAY_US"), "t", 0)
        client.close()
    assert (exchange.status, exchange.problem_kind) == (None, "timeout")
    assert (exchange.headers, exchange.ms, exchange.body) == ({}, 0.0, None)


def test_the_pause_of_a_rate_is_no_wait_for_an_answer() -> None:
    client = client_of("http://127.0.0.1:1", timeout_s=0.2, rate_per_s=5)
    for seq in range(3):
        exchange = client.send(Request(contract.READ, "1", marketplace="EBAY_US"), "t", seq)
        assert exchange.problem_kind == "unreachable"
    assert (client.circuit_breaker.row, client.circuit_breaker.lost_s) == (3, 0.0)
