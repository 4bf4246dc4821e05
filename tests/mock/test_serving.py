"""The mock as a process: its ready line, its catalogue, its lists, many clients at once, its end."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from devtools.conversation.client import ONE, TERMS, V2, cart, plain
from mock_server.catalogue.goods import SCOPE
from mock_server.catalogue.profile import profile

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "mock_server", "--quiet"]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    process = subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        assert ready["ready"] is True and ready["base_url"] == f"http://127.0.0.1:{ready['port']}"
        assert ready["catalogue"] == ready["base_url"] + "/catalogue"
        yield ready["base_url"]
    finally:
        process.terminate()
        assert process.wait(5) == 0


def client(base: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    form = {"grant_type": "client_credentials", "scope": SCOPE}
    response = session.post(f"{base}/identity/v1/oauth2/token", auth=(ONE, "mock-secret-one"), data=form, timeout=5)
    session.headers["Authorization"] = "Bearer " + response.json()["access_token"]
    session.headers["X-EBAY-C-MARKETPLACE-ID"] = "EBAY_US"
    return session


def test_it_starts_fast_and_ends_on_a_signal() -> None:
    started = time.monotonic()
    process = subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    assert time.monotonic() - started < 2  # 0.15 s on an idle machine
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0


def test_a_port_that_is_taken_is_said(base: str) -> None:
    port = base.rpartition(":")[2]
    ended = subprocess.run([*COMMAND, "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 4 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and port in ended.stderr


@pytest.mark.parametrize(
    "wrong", [("--port", "70000"), ("--port", "-1"), ("--port", "²"), ("--max-line-items", "0"), ("--keep", "0")]
)
def test_odd_options_are_refused(wrong: tuple[str, str]) -> None:
    ended = subprocess.run([*COMMAND, *wrong], cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 4 and ended.stdout == ""
    assert ended.stderr.count("\n") == 1 and wrong[0] in ended.stderr and wrong[1] in ended.stderr


PARENT = """
import subprocess, sys, time
server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(server.stdout.readline(), end="", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
def test_it_ends_with_its_parent(number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, *COMMAND, "--until-stdin-closes"]
    parent = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    port = json.loads(parent.stdout.readline())["port"]
    parent.send_signal(number)
    parent.wait(5)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    pytest.fail("the server still listens")


def test_the_catalogue_is_json_or_a_page(base: str) -> None:
    body = requests.get(f"{base}/catalogue", timeout=5).json()
    assert {"EBAY_US", "EBAY_HK"} <= set(body["marketplaces"]) and len(body["apps"]) == 2
    page = requests.get(f"{base}/catalogue", headers={"Accept": "text/html,*/*"}, timeout=5)
    assert page.headers["Content-Type"].startswith("text/html") and "mock-shop-one" in page.text


def test_a_base_path_selects_a_shop_with_a_fault(base: str) -> None:
    session = client(f"{base}/x/two-orders")
    data = cart("EBAY_US", [(plain("EBAY_US", 1)[0], 1)])
    start = session.post(f"{base}/x/two-orders{V2}/initiate", json=data, timeout=5)
    path = f"{base}/x/two-orders/buy/order/v1/guest_checkout_session/{start.json()['checkoutSessionId']}/place_order"
    placed = [session.post(path, json=TERMS, timeout=5).json() for _ in range(2)]
    assert placed[0]["purchaseOrderId"] != placed[1]["purchaseOrderId"]
    assert session.get(placed[0]["purchaseOrderHref"], timeout=5).status_code == 200


def raw(base: str, request: bytes) -> bytes:
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_raw_pipe_in_the_path(base: str) -> None:
    token = str(client(base).headers["Authorization"])
    head = f"Host: x\r\nConnection: close\r\nAuthorization: {token}\r\nX-EBAY-C-MARKETPLACE-ID: EBAY_US\r\n\r\n"
    response = raw(base, f"GET {V2}/testError|15000 HTTP/1.1\r\n{head}".encode())
    assert response.startswith(b"HTTP/1.1 500") and b"15000" in response


def test_what_is_no_http_is_answered_in_json(base: str) -> None:
    response = raw(base, b"NONSENSE\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400") and b"application/json" in response and b'"errorId": 2004' in response


def test_many_clients_at_once(base: str) -> None:
    """Twenty clients, each with a session of its own and one that all share; nobody sees anybody else's."""
    items = plain("EBAY_US", 3)
    wrong: list[Any] = []
    shared = client(base).post(f"{base}{V2}/initiate", json=cart("EBAY_US", [(items[0], 1)]), timeout=5).json()

    def one(number: int) -> None:
        session = client(base)
        data = cart("EBAY_US", [(item, 1) for item in items])
        own = session.post(f"{base}{V2}/initiate", json=data, timeout=5).json()
        for turn in range(1, 12):
            quantity = number * 20 + turn
            for body in (own, shared):
                data = {"lineItemId": body["lineItems"][0]["lineItemId"], "quantity": quantity}
                path = f"{base}{V2}/{body['checkoutSessionId']}/update_quantity"
                after = session.post(path, json=data, timeout=5).json()
                if after["lineItems"][0]["quantity"] != quantity:
                    wrong.append((quantity, after))
            read = session.get(f"{base}{V2}/{own['checkoutSessionId']}", timeout=5).json()
            if read["lineItems"][0]["quantity"] != quantity or len(read["lineItems"]) != 3:
                wrong.append((quantity, read))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("what", ["faults", "variants"])
def test_the_lists_have_a_row_for_each_fault_and_variant(what: str) -> None:
    printed = subprocess.run([*COMMAND, f"--list-{what}"], cwd=ROOT, capture_output=True, text=True, timeout=10)
    rows = json.loads(printed.stdout)
    assert rows and all({"name", "requirement", "chapter", "operations", "kind", "sees"} <= set(row) for row in rows)


def test_the_committed_profile_is_the_catalogue() -> None:
    committed = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    assert committed == profile(), "write it again: python -m mock_server --profile > targets/mock.toml"
    parsed = tomllib.loads(committed)
    assert set(parsed["marketplaces"]["EBAY_GB"]["items"]) == {
        "plain",
        "limit",
        "stock",
        "lot",
        "refused",
        "removed",
        "warned",
        "at_payment",
    }
