"""Where nobody is let in, the first sentence names what stood in the way, and the run is incomplete."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from conformance.client.transport import Transport
from conformance.client.turned_away import no_token, page_of
from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.profile_reader import load
from tests.hostile.acts import Shop, written
from tests.hostile.server import Connection, Server, json_answer
from tests.hostile.server import Request as Sent

ROOT = Path(__file__).resolve().parents[2]
PAGE = b"<!DOCTYPE html><html><body>Access Denied</body></html>"
HTML = {"Content_Type": "text/html"}
Answer = Callable[[Sent], bytes | None]


@contextmanager
def before(mock: str, answer: Answer) -> Iterator[str]:
    """Something before the mock that answers some requests itself."""
    shop = Shop(mock)

    def behave(connection: Connection) -> None:
        while request := connection.read():
            own = answer(request)
            connection.send(written(shop.answer(request)) if own is None else own)

    with Server(behave) as server:
        yield server.url
    shop.close()


def judged(base_url: str, folder: Path, *options: str, profile: str = "mock") -> tuple[int, dict[str, Any], str]:
    """(exit status, result, what was printed) of a run."""
    command = [sys.executable, "-m", "pytest", "suites", "--target", profile, "--base-url", base_url]
    ended = subprocess.run(
        [*command, "--report", str(folder / "report"), "-n", "0", *(options or ("--quick",))],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    result = json.loads((folder / "report" / "result.json").read_text(encoding="utf-8"))
    assert "Traceback" not in ended.stdout + ended.stderr
    return ended.returncode, result, ended.stdout


def not_token(answer: bytes) -> Answer:
    return lambda request: None if request.wants_token else answer


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (not_token(json_answer(PAGE, 403, **HTML)), "answers 403 with a page of HTML, as an edge server"),
        (lambda request: json_answer(PAGE, 403, **HTML), "Access was denied before the API"),
        (lambda request: json_answer(PAGE, 401, WWW_Authenticate='Basic realm="staging"', **HTML), "asks for a password of its own"),
        (not_token(json_answer(b'{"message": "No API key found"}', 401)), "answers 401 with JSON without an error id"),
        (not_token(json_answer(PAGE, 407, **HTML)), "a proxy before"),
        (not_token(json_answer(PAGE, 503, **HTML)), "not available (503)"),
        (lambda request: json_answer(PAGE, 404, **HTML) if request.wants_token else None, "nothing is there: check base_url"),
    ],
    ids=["edge", "edge-of-all", "staging", "gateway", "proxy", "down", "no-token-endpoint"],
)  # fmt: skip
def test_nobody_let_the_suite_in(answer: Answer, says: str, mock: str, tmp_path: Path) -> None:
    with before(mock, answer) as base_url:
        status, result, _ = judged(base_url, tmp_path)
    assert status == 6 and says in result["sentence"], result["sentence"]
    assert result["counts"]["failed"] == 0


def test_a_target_that_wants_a_token_and_a_profile_that_has_none(mock: str, tmp_path: Path) -> None:
    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    (tmp_path / "bare.toml").write_text(text.replace('"client_credentials"', '"none"'), encoding="utf-8")
    status, result, _ = judged(mock, tmp_path, profile=str(tmp_path / "bare.toml"))
    assert (
        status == 6
        and "asks for a token" in result["sentence"]
        and "auth.kind in the profile is none" in result["sentence"]
    )


def test_a_wrong_secret_of_the_second_app_costs_its_own_rules_only(mock: str, tmp_path: Path) -> None:
    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    (tmp_path / "odd.toml").write_text(text.replace('"mock-secret-two"', '"no-secret-2"'), encoding="utf-8")
    asked = ["--requirement", "SESSION-APP", "--requirement", "QTY-ZERO"]
    status, result, _ = judged(mock, tmp_path, *asked, profile=str(tmp_path / "odd.toml"))
    outcomes = {requirement["id"]: requirement["outcome"] for requirement in result["requirements"]}
    assert outcomes == {"SESSION-APP": "unjudged", "QTY-ZERO": "passed"} and status == 0
    assert any("apps[1] of the profile" in note and "check client_id" in note for note in result["notes"])


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (401, {"error": "invalid_client"}, "401 (invalid_client); check client_id and client_secret, which are sent by HTTP Basic"),
        (400, {"error": "invalid_client"}, "check client_id and client_secret"),
        (400, {"error": "invalid_scope"}, "check auth.scope"),
        (404, {"errors": [{"errorId": 2002}]}, "404; nothing is there: check base_url or endpoints.token_url"),
        (500, None, "500, an empty body; the token endpoint fails"),
    ],
)  # fmt: skip
def test_a_token_that_cannot_be_had(status: int, body: Any, says: str) -> None:
    exchange = Exchange("tokens", 0, Request(contract.TOKEN), "POST", "http://127.0.0.1:1/token", status=status)
    exchange.body = body
    assert says in no_token(exchange, load("mock"), 0)
    assert page_of(Exchange("t", 0, Request(contract.READ), status=200, body={})) == ""


def test_one_500_in_a_run(mock: str, tmp_path: Path) -> None:
    """A breach that does not come again is replayed without the calls for tokens, and says so."""
    refusal = json_answer(
        {"errors": [{"errorId": 15000, "domain": "API_ORDER", "category": "APPLICATION", "message": "no"}]}, 500
    )
    with before(mock, lambda request: refusal if request.number == 60 else None) as base_url:
        status, result, printed = judged(base_url, tmp_path)
    findings = [finding for requirement in result["requirements"] for finding in requirement["findings"]]
    assert status == 1 and findings and not any("KeyError" in note for note in result["notes"]), printed
    assert findings[0]["reproduced"] is not None


class OneThread(BaseHTTPRequestHandler):
    """Keeps its connection, and with it the only thread of the server."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *arguments: Any) -> None: ...


def test_a_server_with_one_thread_that_keeps_connections() -> None:
    """Requests side by side all get their answers: an idle connection of ours gives way to the one that waits."""
    with HTTPServer(("127.0.0.1", 0), OneThread) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        transport, together, statuses = Transport(timeout_s=8), Barrier(4), []

        def ask() -> None:
            together.wait()
            statuses.append(transport.send("GET", f"http://127.0.0.1:{server.server_port}/", {}, None).status)

        threads = [Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        transport.close()
        server.shutdown()
    assert statuses == [200] * 4
