"""Connections that are kept: which requests take one, and what a closed one costs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.transport import Transport
from tests.hostile.ask import ask
from tests.hostile.server import Connection, Request, Server, always, each_request, head, json_answer

OK = json_answer(b'{"checkoutSessionId":"v1|1"}')


class TestConnections:
    def test_a_connection_is_kept_for_the_next_request(self) -> None:
        with Server(always(OK)) as server:
            transport = Transport()
            for _ in range(5):
                ask(server, transport=transport)
            assert (server.accepted, transport.requests_sent) == (1, 5)
            transport.close()

    @pytest.mark.parametrize(
        "answer",
        [json_answer({}, Connection="Close"), head("HTTP/1.0 200 OK", "Content-Length: 0")],
        ids=["1.1", "1.0"],
    )
    def test_a_connection_is_closed_when_the_server_says_so(self, answer: bytes) -> None:
        with Server(always(answer)) as server:
            transport = Transport()
            for _ in range(3):
                ask(server, transport=transport)
            assert (server.accepted, transport.requests_sent) == (3, 3)

    def test_an_idle_one_that_was_closed_costs_no_request(self) -> None:
        with Server(always(OK, close=True)) as server:
            transport = Transport()
            for _ in range(3):
                assert ask(server, transport=transport).status == 200
                time.sleep(0.05)
            assert transport.requests_sent == 3

    def test_a_server_that_closes_unannounced_is_no_trouble(self) -> None:
        with Server(always(OK, close=True)) as server:
            transport = Transport()
            assert [ask(server, transport=transport).status for _ in range(300)] == [200] * 300
            assert transport.requests_sent <= 301

    def test_an_idle_one_that_resets_on_use_is_replaced(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def behave(connection: Connection) -> None:
            connection.read()
            connection.send(OK)
            connection.read()
            connection.reset()

        monkeypatch.setattr("conformance.client.adapter.KEPT_S", 0.25)
        with Server(behave) as server:
            transport = Transport()
            for _ in range(3):
                assert ask(server, transport=transport).status == 200
                time.sleep(0.3)
            assert server.accepted == 3
            assert transport.requests_sent in (4, 5)  # on a busy machine a reset may show before the connection is used

    def test_resets_now_and_then_are_seen(self) -> None:
        def behave(connection: Connection) -> None:
            while request := connection.read():
                if request.number % 7 == 0:
                    return connection.reset()
                connection.send(OK)

        problems = 0
        with Server(behave) as server:
            transport = Transport()
            for _ in range(70):
                try:
                    ask(server, transport=transport)
                except WireProblem as problem:
                    assert problem.kind == "reset"
                    problems += 1
        assert problems == 9  # of ten: the first could be a connection closed while idle
        assert transport.requests_sent == 71

    def test_a_reset_that_comes_late_is_not_an_idle_connection(self) -> None:
        def behave(connection: Connection) -> None:
            connection.read()
            connection.send(OK)
            connection.read()
            connection.wait(0.6)
            connection.reset()

        with Server(behave) as server:
            transport = Transport()
            ask(server, transport=transport)
            with pytest.raises(WireProblem, match="reset the connection without an answer"):
                ask(server, transport=transport)
            assert transport.requests_sent == 2

    def test_a_new_one_is_not_tried_again(self) -> None:
        def behave(connection: Connection) -> None:
            connection.read()
            connection.reset()

        with Server(behave) as server:
            transport = Transport()
            with pytest.raises(WireProblem):
                ask(server, transport=transport)
            assert (server.accepted, transport.requests_sent) == (1, 1)

    def test_what_changes_something_is_never_sent_twice(self) -> None:
        """A server that crashes once it has read an order has perhaps taken the payment."""

        def behave(connection: Connection) -> None:
            while request := connection.read():
                if request.method == "POST":
                    return connection.reset()
                connection.send(OK)

        with Server(behave) as server:
            transport = Transport()
            ask(server, transport=transport)
            ask(server, transport=transport)
            with pytest.raises(WireProblem, match="reset the connection without an answer"):
                ask(server, method="POST", transport=transport)
            assert (server.accepted, server.requests, transport.requests_sent) == (1, 3, 3)

    def test_what_changes_something_takes_no_connection_that_may_be_closed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("conformance.client.adapter.KEPT_S", 0.25)

        def behave(connection: Connection) -> None:
            """Resets a connection on its next request after it was idle for a while."""
            while connection.read():
                connection.send(OK)
                if connection.server.requests == 3:
                    connection.read()
                    connection.reset()
                    return

        with Server(behave) as server:
            transport = Transport()
            for method in ("GET", "GET", "POST"):
                ask(server, method=method, transport=transport)
            assert server.accepted == 1, "a server that keeps connections serves all on one"
            time.sleep(0.3)
            assert ask(server, method="POST", transport=transport).status == 200
            assert (server.accepted, transport.requests_sent) == (2, 4)

    def test_a_server_that_closes_unannounced_loses_no_order(self) -> None:
        with Server(always(OK, close=True)) as server:
            transport = Transport()
            assert [ask(server, method="POST", transport=transport).status for _ in range(300)] == [200] * 300
            assert transport.requests_sent == server.requests == 300

    def test_a_request_that_got_a_byte_is_not_sent_again(self) -> None:
        def behave(connection: Connection) -> None:
            connection.read()
            connection.send(OK)
            connection.read()
            connection.send(b"H")

        with Server(behave) as server:
            transport = Transport()
            ask(server, transport=transport)
            with pytest.raises(WireProblem, match="middle of the head"):
                ask(server, transport=transport)
            assert transport.requests_sent == 2

    def test_bytes_that_nobody_asked_for_are_a_breach(self) -> None:
        def behave(connection: Connection) -> None:
            connection.read()
            connection.send(OK)
            connection.wait(0.05)
            connection.send(b"more")
            connection.wait()

        with Server(behave) as server:
            transport = Transport()
            ask(server, transport=transport)
            time.sleep(0.15)
            with pytest.raises(WireProblem, match="answer before was followed by 4 bytes"):
                ask(server, transport=transport)

    def test_a_request_timeout_answer_to_an_idle_one_is_no_breach(self) -> None:
        def behave(connection: Connection) -> None:
            connection.read()
            connection.send(OK)
            connection.wait(0.05)
            connection.send(json_answer({}, 408, "Request Timeout"))

        with Server(behave) as server:
            transport = Transport()
            ask(server, transport=transport)
            time.sleep(0.15)
            assert ask(server, transport=transport).status == 200

    def test_connections_are_shared_by_threads(self) -> None:
        def answer(request: Request) -> bytes:
            return json_answer({"target": request.target})

        with Server(each_request(answer)) as server, ThreadPoolExecutor(8) as pool:
            transport = Transport()
            answers = list(pool.map(lambda n: ask(server, f"/{n}", transport=transport).raw, range(400)))
            assert answers == [b'{"target": "/%d"}' % n for n in range(400)]
            assert transport.requests_sent == 400 and server.accepted <= 8
            transport.close()
