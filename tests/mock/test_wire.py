"""The socket layer before the mock: every form shows on the wire, says the same as before, and our client reads it."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.transport import Transport
from mock_server.wire.http_forms import FORMS, chosen
from mock_server.wire.proxy import _accepts_gzip, serve
from tests.hostile.server import Connection, Request, Server, each_request, head, json_answer

LINES: list[dict[str, object]] = [{"a": None, "b": True, "c": []}, {}]
BODY = {"id": "v1|é|漢|😀/x", "quantity": 12, "price": "12.50", "lines": LINES, "z": {"y": "{"}}
SIGNATURE = "sig=="
SHOWN = {
    "json-shuffled": rb'"quantity": 12, "(?!price)',
    "json-compact": rb'"quantity":12,"price"',
    "json-pretty": rb'\n    "quantity": 12,\n',
    "json-blanks": rb'\r\n\t \{"id"\r\n: ',
    "json-utf8": "漢".encode(),
    "json-ascii": rb"\\u6f22",
    "json-escaped": rb'"\\u0069\\u0064":"\\u0076',
    "json-slashes": rb"\\/x",
    "gzip": rb"\r\nContent-Encoding: gzip\r\n",
    "gzip-members": rb"(?s)\x1f\x8b\x08.*\x1f\x8b\x08",
    "chunked": rb"\r\nTransfer-Encoding: chunked\r\n\r\n[0-9a-f]{2}\r\n",
    "chunked-tiny": rb"\r\n7\r\n.{7}\r\n7\r\n",
    "close-delimited": rb"^HTTP/1.1 200 OK\r\n(?!(?s:.*)Content-Length)(?s:.*)Connection: close\r\n",
    "http10": rb"^HTTP/1.0 200 OK\r\n(?!(?s:.*)Content-Length)",
    "http10-keep-alive": rb"^HTTP/1.0 200 OK\r\n(?s:.*)Connection: keep-alive\r\n",
    "chunk-extensions": rb'\r\n[0-9a-f]+;name=value;quoted="a;b"\r\n',
    "trailers": rb"\r\n0\r\nX-Sum: 1\r\nX-After: 2\r\n\r\n$",
    "close": rb"\r\nConnection: close\r\n",
    "keep-alive": rb"\r\nKeep-Alive: timeout=5, max=1000\r\n",
    "lower": rb"\r\nx-ebay-security-signature: sig==\r\n(?s:.*)content-length: ",
    "upper": rb"\r\nCONTENT-LENGTH: ",
    "odd-case": rb"\r\ncOnTeNt-lEnGtH: ",
    "blanks": rb"\r\nContent-Length:\t  \t\d+ \t \r\n",
    "tight": rb"\r\nContent-Length:\d",
    "charset-upper": rb"\r\nContent-Type: application/json; charset=UTF-8\r\n",
    "charset-lower": rb"\r\nContent-Type: application/json;charset=utf-8\r\n",
    "charset-quoted": rb'\r\nContent-Type: application/json; charset="utf-8"\r\n',
    "type-case": rb"\r\nContent-Type: Application/JSON\r\n",
    "no-reason": rb"^HTTP/1.1 200 \r\n",
    "odd-reason": rb"^HTTP/1.1 200 D\xe9j\xe0 vu",
    "interim-100": rb"^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200",
    "interim-103": rb"^HTTP/1.1 103 Early Hints\r\nLink: (?s:.*)\r\n\r\nHTTP/1.1 200",
    "interim-many": rb"^HTTP/1.1 100 (?s:.*)HTTP/1.1 103 (?s:.*)HTTP/1.1 103 (?s:.*)HTTP/1.1 200",
    "trailing-crlf": rb"\}\r\n$",
    "extra-headers": rb"\r\nX-Empty: \r\nX-Latin: caf\xe9\r\n",
    "cookies": rb"\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\n",
    "long-header": rb"\r\nX-Long: (long ){1399}long",
    "no-date": rb"^(?!(?s:.*)\r\nDate:)",
    "fields-shuffled": rb"\r\nDate: (?s:.*)\r\nContent-Type: ",
}
INTERIM = {"interim-100": (100,), "interim-103": (103,), "interim-many": (100, 103, 103)}
PACED = {"slow", "bytes", "pieces"}  # shows in time, not in bytes


def answer(request: Request) -> bytes:
    if request.target.endswith("/gone"):
        return head("HTTP/1.1 204 No Content")
    if request.target.endswith("/echo"):
        return json_answer({"target": request.target, "body": request.body.decode(), "headers": request.headers})
    status = 409 if request.target.endswith("/refused") else 200
    data = json_answer(BODY, status, Date="now", X_EBAY_SECURITY_SIGNATURE=SIGNATURE)
    return data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if request.method == "HEAD" else data


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    with Server(each_request(answer)) as server:
        yield server


def raw(url: str, target: str = "/x", method: str = "GET", version: str = "1.1") -> bytes:
    """What comes over the wire for one request on a connection that it ends."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), 5) as sock:
        sock.sendall(head(f"{method} {target} HTTP/{version}", "Host: x", "Accept-Encoding: br, gzip;q=0.5"))
        data = sock.recv(65_536)
        sock.settimeout(0.1)
        try:
            while more := sock.recv(65_536):
                data += more
        except TimeoutError:
            pass
        return data


@pytest.mark.parametrize("name", FORMS)
def test_a_form_shows_and_says_the_same(shop: Server, name: str) -> None:
    with serve(shop.url + "/base/", [name]) as url:
        assert urlsplit(url).path == "/base"
        if name not in PACED:
            assert re.search(SHOWN[name], raw(url)), raw(url)[:800]
        transport = Transport(timeout_s=5)
        for path, status in ("/x", 200), ("/refused", 409), ("/x", 200):
            got = transport.send("GET", url + path, {}, None)
            assert (got.status, json.loads(got.raw)) == (status, BODY)
            assert got.headers["X-EBAY-SECURITY-SIGNATURE"] == SIGNATURE
            assert got.headers["content-type"].lower().startswith("application/json")
            assert got.interim == INTERIM.get(name, ())
        assert transport.send("HEAD", url + "/x", {}, None).raw == b""
        assert transport.send("DELETE", url + "/gone", {}, None).status == 204
        assert transport.send("GET", url + "/x", {"Accept-Encoding": "gzip;q=0"}, None).headers.get("Vary") is None
        transport.close()


@pytest.mark.parametrize("name", FORMS)
def test_a_strict_reader_takes_it_too(shop: Server, name: str) -> None:
    h11 = pytest.importorskip("h11")
    with serve(shop.url, [name]) as url:
        data = raw(url)
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="GET", target="/x", headers=[("Host", "x")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(data)
    if name in ("close-delimited", "http10"):
        reader.receive_data(b"")
    events = [reader.next_event()]
    while isinstance(events[-1], h11.InformationalResponse | h11.Response | h11.Data):
        events.append(reader.next_event())
    assert isinstance(events[-1], h11.EndOfMessage), events


def test_a_client_of_http_1_0_gets_no_chunks_and_no_interim_answer(shop: Server) -> None:
    with serve(shop.url, ["chunked", "interim-103", "trailers", "chunk-extensions"]) as url:
        data = raw(url, version="1.0")
    assert data.startswith(b"HTTP/1.1 200 OK\r\n") and b"chunked" not in data and b"X-Sum" not in data


def test_requests_go_on_as_they_came(shop: Server) -> None:
    with serve(shop.url + "/fault/x", []) as url:
        transport = Transport()
        sent = {"X-EBAY-C-MARKETPLACE-ID": "EBAY_US", "X-Empty": ""}
        got = json.loads(transport.send("POST", url + "/a%7e|%2F/echo", sent, "{é".encode()).raw)
        assert got["target"] == "/fault/x/a%7e|%2F/echo"
        assert got["body"] == "{é"
        assert got["headers"].items() >= {"x-ebay-c-marketplace-id": "EBAY_US", "x-empty": ""}.items()
        assert got["headers"]["host"] == urlsplit(url).netloc
        transport.close()
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        pieces = iter([b"in", b"pieces"])
        connection.request("POST", "/echo", body=pieces, headers={"Expect": "100-continue"}, encode_chunked=True)
        assert json.loads(connection.getresponse().read())["body"] == "inpieces"
        connection.close()


def test_random_threes_combine(shop: Server) -> None:
    threes = [three for three in itertools.combinations(FORMS, 3) if len({FORMS[name].slot for name in three}) == 3]
    for three in threes[:: len(threes) // 60]:
        with serve(shop.url, three) as url:
            transport = Transport(timeout_s=5)
            for _ in range(2):
                assert json.loads(transport.send("GET", url + "/x", {}, None).raw) == BODY, three
            transport.close()


def test_forms_that_exclude_each_other_and_unknown_ones_are_refused() -> None:
    with pytest.raises(ValueError, match="chunked and http10 exclude each other"):
        chosen(["chunked", "gzip", "http10"])
    with pytest.raises(ValueError, match="no such form: nonsense"):
        chosen(["nonsense"])


@pytest.mark.parametrize(
    ("value", "accepts"),
    [
        ("gzip", True),
        ("br;q=1, GZIP ;q=0.1", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("*;q=0.0", False),
        ("gzip;q=0.000, *", False),
    ],
)
def test_gzip_only_where_it_is_accepted(value: str, accepts: bool) -> None:
    assert _accepts_gzip(value) is accepts


def test_a_server_that_went_away_ends_the_connection_in_front() -> None:
    with Server(Connection.reset) as broken, serve(broken.url, []) as url, pytest.raises(WireProblem) as caught:
        Transport().send("GET", url, {}, None)
    assert caught.value.kind == "reset"


def test_a_connection_closed_behind_is_opened_again() -> None:
    def once(connection: Connection) -> None:
        if request := connection.read():
            connection.send(answer(request))

    with Server(once) as server, serve(server.url, ["keep-alive"]) as url:
        transport = Transport()
        assert [transport.send("POST", url, {}, b"{}").status for _ in range(3)] == [200, 200, 200]
        transport.close()


def test_the_command_line(shop: Server) -> None:
    command = [sys.executable, "-m", "mock_server.wire", "--upstream", shop.url + "/p", "--form", "lower+chunked"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    ready = json.loads(process.stdout.readline())
    assert (ready["ready"], ready["forms"]) == (True, ["lower", "chunked"])
    assert ready["base_url"] == f"http://127.0.0.1:{ready['port']}/p"
    assert b"\r\ntransfer-encoding: chunked" in raw(ready["base_url"])
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=5) == ("", "")
    assert process.returncode == 0
    wrong = subprocess.run([*command[:-1], "chunked+http10"], capture_output=True, text=True, timeout=10, check=False)
    assert wrong.returncode == 4 and "exclude each other" in wrong.stderr
    listed = subprocess.run([*command[:3], "--list"], capture_output=True, text=True, timeout=10, check=False)
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(FORMS)
