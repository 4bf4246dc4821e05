"""A server that writes head and body of an answer apart costs no delay for each answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

from conformance.client.transport import Transport

REQUESTS = 25


class SplitAnswers(BaseHTTPRequestHandler):
    """Python's own server, as many local mocks use it: the body is a second write, which Nagle's algorithm holds back."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: object) -> None:
        """Nothing is logged."""


class WholeAnswers(SplitAnswers):
    """The same in one write."""

    wbufsize = -1

    def do_GET(self) -> None:
        super().do_GET()
        self.wfile.flush()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def seconds(handler: type[BaseHTTPRequestHandler]) -> float:
    with serving(handler) as url:
        transport = Transport()
        began = monotonic()
        for _ in range(REQUESTS):
            answer = transport.send("GET", url, {}, None)
            assert getattr(answer, "raw", None) == b"{}"
        took = monotonic() - began
        transport.close()
    return took


def test_an_answer_in_two_writes_is_as_fast_as_one_in_one_write() -> None:
    """A delayed acknowledgement would cost 40 ms for each answer, a hundred times the rest."""
    assert seconds(SplitAnswers) < 20 * seconds(WholeAnswers)
