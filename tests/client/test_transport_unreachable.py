"""The transport and servers that cannot be reached."""

from __future__ import annotations

import socket
import time

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.transport import Transport
from tests.hostile.server import Server, always, json_answer

BODY = b'{"checkoutSessionId":"v1|1"}'
OK = json_answer(BODY)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(WireProblem, match=f"http://127.0.0.1:{port} cannot be reached: connection refused") as caught:
        Transport().send("GET", f"http://127.0.0.1:{port}/", {}, None)
    assert caught.value.kind == "unreachable"


def test_nobody_accepts() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        with pytest.raises(WireProblem, match=r"no answer in 0\.3 s") as caught:
            Transport(timeout_s=0.3).send("GET", f"http://127.0.0.1:{address[1]}/", {}, None)
        for sock in waiting:
            sock.close()
    assert caught.value.kind == "unreachable"


def test_several_addresses_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        host, port = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex((host, port))
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))] * 4
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        started = time.monotonic()
        with pytest.raises(WireProblem, match=r"no answer in 0\.8 s"):
            Transport(timeout_s=0.8).send("GET", f"http://127.0.0.1:{port}/", {}, None)
        assert time.monotonic() - started < 1.6
        for sock in waiting:
            sock.close()


def test_the_next_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(always(OK)) as server:
        family, kind = socket.AF_INET, socket.SOCK_STREAM
        found = [(family, kind, 6, "", ("127.0.0.1", 1)), (family, kind, 6, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert Transport().send("GET", server.url, {}, None).status == 200


def test_a_socket_that_cannot_be_set_up_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[socket.socket] = []

    class Broken(socket.socket):
        def setsockopt(self, *_: object) -> None:
            made.append(self)
            raise OSError(22, "Invalid argument")

    with Server(always(OK)) as server:
        monkeypatch.setattr(socket, "socket", Broken)
        with pytest.raises(WireProblem, match="cannot be reached: invalid argument"):
            Transport().send("GET", server.url, {}, None)
    assert made and all(sock.fileno() == -1 for sock in made)
