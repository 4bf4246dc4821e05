"""The transport and servers that cannot be reached."""

from __future__ import annotations

import socket

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.transport import Transport
from tests.hostile.server import json_answer

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
