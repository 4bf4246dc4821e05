"""What the transport takes for an answer: every lawful form of HTTP/1.1, and what it says of the others."""

from __future__ import annotations

import gzip
import pickle
import re
import zlib

import pytest

from conformance.client.http1 import Kind, WireProblem
from conformance.client.transport import Transport
from tests.hostile.ask import ask
from tests.hostile.server import Connection, Server, always, each_request, head, json_answer

BODY = b'{"checkoutSessionId":"v1|1"}'
OK = json_answer(BODY)
CHUNKED = head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")
ZIPPED = gzip.compress(BODY)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK, id="plain"),
        pytest.param(head("HTTP/1.1 200 ", f"content-length:{len(BODY)}") + BODY, id="no reason, lower case, no blank"),
        pytest.param(head("HTTP/1.1 200", f"CONTENT-LENGTH: \t {len(BODY)} \t") + BODY, id="blanks around a value"),
        pytest.param(head("HTTP/1.1 200 OK", f"Content-Length: {len(BODY)}, {len(BODY)}") + BODY, id="length twice"),
        pytest.param(head("HTTP/1.1 200 OK", "Connection: close") + BODY, id="ends with the connection"),
        pytest.param(head("HTTP/1.0 200 OK") + BODY, id="HTTP/1.0"),
        pytest.param(head("HTTP/1.1 200 OK", "X-Folded: a", "  b", f"Content-Length: {len(BODY)}") + BODY, id="folded"),
        pytest.param(head("HTTP/1.1 200 D\xe9j\xe0 vu", f"Content-Length: {len(BODY)}") + BODY, id="Latin-1 reason"),
        pytest.param(CHUNKED + b"1c\r\n" + BODY + b"\r\n0\r\n\r\n", id="chunked"),
        pytest.param(
            CHUNKED + b'5;a="b"\r\n' + BODY[:5] + b"\r\n0017 ; c\r\n" + BODY[5:] + b"\r\n000\r\nX-After: 1\r\n\r\n",
            id="chunk extensions and trailers",
        ),
        pytest.param(json_answer(ZIPPED, Content_Encoding="gzip"), id="gzip"),
        pytest.param(
            json_answer(gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), Content_Encoding="X-Gzip"), id="gzip members"
        ),
        pytest.param(json_answer(zlib.compress(BODY), Content_Encoding="deflate"), id="deflate"),
        pytest.param(json_answer(BODY, Content_Encoding="identity"), id="identity"),
        pytest.param(head("HTTP/1.1 100 Continue") + OK, id="100"),
        pytest.param(head("HTTP/1.1 103 Early Hints", "Link: </x>") * 3 + OK, id="103 thrice"),
        pytest.param(b"\r\n" + OK, id="blank line before"),
        pytest.param(OK + b"\r\n", id="blank line after"),
        pytest.param(json_answer(BODY, Keep_Alive="timeout=5, max=100", X_Unknown="?"), id="further headers"),
    ],
)
@pytest.mark.parametrize("piece", [None, 1, 7])
def test_reads_every_lawful_form(answer: bytes, piece: int | None) -> None:
    def behave(connection: Connection) -> None:
        while connection.read():
            connection.send(answer, piece=piece)
            if not re.search(rb"content-length|chunked", answer, re.IGNORECASE):
                return

    with Server(behave) as server:
        transport = Transport(timeout_s=5)
        for _ in range(2):
            assert ask(server, transport=transport).raw == BODY
        transport.close()


def test_an_answer_says_all_that_came() -> None:
    interim = head("HTTP/1.1 100 Continue") + head("HTTP/1.1 103 Early Hints")
    data = interim + head("HTTP/1.1 409 No Way", "X-A: 1", "x-a:2", "Content-Length: 2") + b"{}"
    with Server(always(data)) as server:
        answer = ask(server)
    assert (answer.status, answer.reason, answer.raw, answer.interim) == (409, "No Way", b"{}", (100, 103))
    assert answer.headers["X-a"] == answer.headers["x-A"] == "1, 2"
    assert "content-LENGTH" in answer.headers and "nothing" not in answer.headers
    assert 0 < answer.ms < 2000


@pytest.mark.parametrize(
    "answer", [json_answer(BODY), head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")], ids=["length", "chunked"]
)
def test_an_answer_to_head_has_no_body(answer: bytes) -> None:
    with Server(each_request(lambda request: answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")) as server:
        assert ask(server, method="HEAD").raw == b""


def test_no_content_has_no_body() -> None:
    with Server(always(head("HTTP/1.1 204 No Content"))) as server:
        assert (ask(server).status, ask(server).raw) == (204, b"")


NEGATIVE: list[tuple[bytes, Kind, str]] = [
    (b"SSH-2.0-OpenSSH_9.2\r\n", "malformed_http", "SSH-2.0-OpenSSH_9.2"),
    (b"<html>\x1b[31m</html>", "malformed_http", "<html>.[31m"),
    (b"HTTP/2 200 OK\r\n\r\n", "malformed_http", "begins with 'HTTP/2 200"),
    (b"HTTP/1.1 20 OK\r\n\r\n", "malformed_http", "not HTTP/1.1"),
    (b"HTTP/1.1 2000 OK\r\n\r\n", "malformed_http", "not HTTP/1.1"),
    (b"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "malformed_http", "bare line feed"),
    (head("HTTP/1.1 200 OK", "Content-Length 0"), "malformed_http", "no header field"),
    (head("HTTP/1.1 200 OK", "Content-Length : 0"), "malformed_http", "no header field"),
    (head("HTTP/1.1 200 OK", "X-A: a\0b"), "malformed_http", "no header field"),
    (head("HTTP/1.1 200 OK", "Content-Length: -1"), "malformed_http", "Content-Length"),
    (head("HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2") + b"{}", "malformed_http", "differ"),
    (head("HTTP/1.1 200 OK", "Content-Length: 9") + b"{}", "malformed_http", "2 of the 9 bytes"),
    (head("HTTP/1.1 200 OK", "Content-Length: 1") + b"{}", "malformed_http", "did not announce"),
    (CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n"), "malformed_http", "both"),
    (head("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked"), "malformed_http", "other than chunked"),
    (CHUNKED + b"zz\r\n", "malformed_http", "valid size"),
    (CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", "malformed_http", "valid size"),
    (CHUNKED + b"2\r\n{}", "malformed_http", "middle of a chunk"),
    (CHUNKED + b"2\r\n{}\r\n", "malformed_http", "last chunk"),
    (CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", "malformed_http", "where its size says"),
    (CHUNKED + b"0\r\nno trailer\r\n\r\n", "malformed_http", "trailers"),
    (json_answer(b"{}", Content_Encoding="gzip"), "malformed_http", "cannot be unpacked"),
    (json_answer(ZIPPED[:-9], Content_Encoding="gzip"), "malformed_http", "ends too early"),
    (json_answer(b"{}", Content_Encoding="br"), "malformed_http", "not asked for"),
    (head("HTTP/1.1 101 Switching Protocols"), "malformed_http", "101"),
    (head("HTTP/1.1 102 Processing") * 40 + OK, "malformed_http", "32 interim"),
    (b"", "reset", "without an answer"),
    (b"HTTP/1.1 200 OK\r\nContent-", "reset", "middle of the head"),
    (head("HTTP/1.1 200 OK", *(f"X-{n}: {'a' * 90}" for n in range(1000))), "too_large", "head"),
    (head("HTTP/1.1 200 OK", "Content-Length: 8000001"), "too_large", "8000000"),
    (CHUNKED + b"7a1201\r\n", "too_large", "8000000"),
    (CHUNKED + b"0\r\n" + b"X-A: 1\r\n" * 12_000 + b"\r\n", "too_large", "trailers"),
    (json_answer(gzip.compress(b" " * 30_000_000), Content_Encoding="gzip"), "too_large", "unpacks"),
    (json_answer({}, 302, "Found", Location="/elsewhere"), "redirect", "another path of the same host"),
    (json_answer({}, 307, Location="//evil.example/?t"), "redirect", "another host (http://evil.example:80)"),
    (json_answer({}, 308, Location="https://evil.example:8443/?t"), "redirect", "https://evil.example:8443"),
]


@pytest.mark.parametrize(("answer", "kind", "words"), NEGATIVE, ids=[words for _, _, words in NEGATIVE])
def test_says_what_is_wrong(answer: bytes, kind: Kind, words: str) -> None:
    with Server(always(answer, close=True)) as server, pytest.raises(WireProblem) as caught:
        ask(server, transport=Transport(timeout_s=2))
    problem = caught.value
    assert (problem.kind, words in problem.detail) == (kind, True), problem.detail
    assert problem.detail == str(problem) and problem.detail.endswith(".") and problem.detail.isprintable()
    if kind not in ("redirect", "too_large"):
        assert problem.partial == answer[:4096]
    assert (problem.answer is not None) == (kind == "redirect")
    copy = pickle.loads(pickle.dumps(problem))
    assert (copy.kind, copy.detail, copy.partial) == (problem.kind, problem.detail, problem.partial)
