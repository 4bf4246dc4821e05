"""The transport against a server of raw bytes: what goes out, that it always ends, and that no secret leaks."""

from __future__ import annotations

import gc
import gzip
import socket
import time
import traceback
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.transport import Transport
from tests.hostile.ask import ask
from tests.hostile.server import Connection, Request, Server, always, each_request, head, json_answer

BODY = b'{"checkoutSessionId":"v1|1"}'
OK = json_answer(BODY)


@pytest.mark.parametrize(
    "target",
    ["/a%7eb/%7C1|2/x%2Fy", "//double///slash/../.", "/a?b=c%20d&e=;f", "/v1%257C", "/-._~!$&'()*+,;=:@\"<>^`{}"],
)
def test_the_path_goes_out_exactly_as_given(target: str) -> None:
    seen: list[Request] = []

    def answer(request: Request) -> bytes:
        seen.append(request)
        return OK

    with Server(each_request(answer)) as server:
        ask(server, target)
        ask(server, target, "POST")
    assert [request.target for request in seen] == [target, target]
    assert seen[1].headers["host"] == server.url.removeprefix("http://")
    assert seen[1].body == b"{}" and "content-length" not in seen[0].headers


def test_given_headers_replace_the_usual_ones() -> None:
    seen: list[Request] = []

    def answer(request: Request) -> bytes:
        seen.append(request)
        return OK

    with Server(each_request(answer)) as server:
        transport = Transport(extra_headers={"X-Gateway": "k"}, user_agent="suite/1")
        headers = {"accept-encoding": "identity", "X-A": "é"}
        transport.send("GET", server.url, headers, None, secret_headers={"X-S": "s"})
        transport.close()
    text = seen[0].head.decode()
    assert seen[0].target == "/"
    assert "accept-encoding: identity" in text and "gzip" not in text and "X-A: é" in text
    assert "X-Gateway: k" in text and "User-Agent: suite/1" in text and "X-S: s" in text


def test_a_body_without_an_end_is_cut_off() -> None:
    def endless(connection: Connection) -> None:
        connection.read()
        connection.send(head("HTTP/1.0 200 OK"))
        while True:
            connection.send(b"x" * 65_536)

    with Server(endless) as server, pytest.raises(WireProblem) as caught:
        ask(server)
    assert caught.value.kind == "too_large"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"", "No answer began within 0.8 s"),
        (b"HTTP/1.1 200 OK\r\n", "No answer ended after"),
        (head("HTTP/1.1 200 OK", "Content-Length: 50") + b"{", "No answer ended after"),
        (OK.replace(b"28", b"280"), "No answer ended after"),
    ],
    ids=["nothing", "head", "body", "length"],
)
@pytest.mark.parametrize("drip", [False, True], ids=["silent", "dripping"])
def test_the_whole_exchange_has_a_deadline(answer: bytes, words: str, drip: bool) -> None:
    def behave(connection: Connection) -> None:
        connection.read()
        if drip and answer:
            connection.send(answer + b"x" * 500, piece=1, pause_s=0.05)
        else:
            connection.send(answer)
        connection.wait()

    started = time.monotonic()
    with Server(behave) as server, pytest.raises(WireProblem) as caught:
        ask(server, transport=Transport(timeout_s=0.8))
    assert caught.value.kind == "timeout"
    assert words in caught.value.detail
    assert time.monotonic() - started < 8  # the drip alone would take 25


def test_a_reset_is_a_reset() -> None:
    def behave(connection: Connection) -> None:
        connection.read()
        connection.send(b"HTTP/1.1 200 OK\r\n")
        connection.wait(0.05)
        connection.reset()

    with Server(behave) as server, pytest.raises(WireProblem, match=r"reset the connection after 17 bytes") as caught:
        ask(server)
    assert caught.value.kind == "reset"


def test_an_early_answer_to_a_long_request_is_read() -> None:
    def behave(connection: Connection) -> None:
        connection.sock.recv(100)
        connection.send(json_answer({}, 413, "Too Large", Connection="close"))
        connection.sock.shutdown(socket.SHUT_WR)
        while connection.sock.recv(65_536):
            pass

    with Server(behave) as server:
        assert Transport().send("POST", server.url, {}, b" " * 5_000_000).status == 413


class TestLimits:
    @pytest.mark.parametrize(
        ("url", "headers"),
        [
            ("http://10.0.0.1/", {}),
            ("http://127.0.0.1.evil.example/", {}),
            ("http://user@127.0.0.1/", {}),
            ("ftp://127.0.0.1/", {}),
            ("http://127.0.0.1/a b", {}),
            ("http://127.0.0.1/ä", {}),
            ("http://127.0.0.1/", {"X-A": "a\r\nX-B: b"}),
            ("http://127.0.0.1/", {"X A": "a"}),
        ],
    )
    def test_refuses_to_send(self, url: str, headers: dict[str, str]) -> None:
        transport = Transport(allowed_hosts=frozenset({"127.0.0.1"}))
        with pytest.raises(ValueError):
            transport.send("GET", url, headers, None)
        assert transport.requests_sent == 0

    def test_a_host_may_be_allowed_on_one_port(self) -> None:
        with Server(always(OK)) as server:
            only = Transport(allowed_hosts=frozenset({f"127.0.0.1:{server.port}"}))
            assert only.send("GET", server.url, {}, None).status == 200
            with pytest.raises(ValueError, match=r"127\.0\.0\.1:1 is not one of"):
                only.send("GET", "http://127.0.0.1:1/", {}, None)

    def test_no_more_requests_are_sent_than_the_rate_allows(self) -> None:
        with Server(always(OK)) as server:
            transport = Transport(rate_per_s=5)
            started = time.monotonic()
            for _ in range(4):
                assert ask(server, transport=transport).ms < 150  # the wait is not part of the exchange
            assert 0.6 <= time.monotonic() - started < 3

    def test_a_budget_holds_among_threads(self) -> None:
        class Spent(BaseException):
            pass

        spent = 0

        def before() -> None:
            nonlocal spent
            seen = spent
            time.sleep(0.02)
            if seen >= 3:
                raise Spent
            spent = seen + 1

        with Server(always(OK)) as server, ThreadPoolExecutor(8) as pool:
            transport = Transport(before_request=before)
            futures = [pool.submit(ask, server, transport=transport) for _ in range(8)]
            assert sum(isinstance(future.exception(), Spent) for future in futures) == 5
            assert server.requests == transport.requests_sent == 3

    def test_each_attempt_is_asked_for_first(self) -> None:
        class Spent(BaseException):
            pass

        asked: list[int] = []

        def before() -> None:
            asked.append(len(asked))
            if len(asked) > 3:
                raise Spent

        def behave(connection: Connection) -> None:
            connection.read()
            connection.send(OK)
            connection.read()
            connection.reset()

        with Server(behave) as server:
            transport = Transport(before_request=before)
            ask(server, transport=transport)
            ask(server, transport=transport)
            with pytest.raises(Spent):
                ask(server, transport=transport)
            assert transport.requests_sent == 3


def test_a_hostile_answer_is_not_kept() -> None:
    packed = json_answer(gzip.compress(b" " * 12_000_000), Content_Encoding="gzip")
    with Server(always(packed)) as server:
        transport = Transport(timeout_s=5)
        gc.collect()
        gc.disable()
        tracemalloc.start()
        try:
            for _ in range(4):
                with pytest.raises(WireProblem, match="unpacks to more"):
                    ask(server, transport=transport)
            assert tracemalloc.get_traced_memory()[0] < 2_000_000
        finally:
            tracemalloc.stop()
            gc.enable()


class TestSecrets:
    SECRET = "v^1.1#i^1#planted-token"

    @pytest.mark.parametrize(
        "echo", [b"%s is not HTTP", b"HTTP/1.1 200 OK\r\nX-Echo %s\r\n\r\n", b""], ids=["line", "field", "nothing"]
    )
    def test_a_secret_is_in_no_problem_and_no_local_variable(self, echo: bytes) -> None:
        data = echo.replace(b"%s", self.SECRET.encode())
        with Server(always(data, close=True)) as server:
            try:
                Transport().send("GET", server.url, {}, None, secret_headers={"Authorization": f"Bearer {self.SECRET}"})
            except WireProblem as problem:
                shown = traceback.TracebackException.from_exception(problem, capture_locals=True)
        self.hidden(shown)

    def hidden(self, shown: traceback.TracebackException) -> None:
        """Neither the error nor a frame of ours shows the secret."""
        ours = [frame for frame in shown.stack if "conformance" in frame.filename]
        assert ours and self.SECRET not in str(shown)
        assert not any(self.SECRET in value for frame in ours for value in (frame.locals or {}).values())

    def test_a_secret_is_in_no_refusal(self) -> None:
        with pytest.raises(ValueError) as caught:
            Transport().send("GET", "http://127.0.0.1/", {}, None, secret_headers={"Authorization": f"{self.SECRET}\n"})
        self.hidden(traceback.TracebackException.from_exception(caught.value, capture_locals=True))

    def test_an_answer_shows_no_text_of_the_server(self) -> None:
        with Server(always(json_answer({"echo": self.SECRET}, X_Echo=self.SECRET))) as server:
            answer = ask(server)
        assert self.SECRET not in repr(answer) + repr(answer.headers)
