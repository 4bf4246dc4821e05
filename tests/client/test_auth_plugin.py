"""The user's own authentication signs each request last, and what it adds is in no report."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from requests import PreparedRequest
from requests.auth import AuthBase

from conformance.client.api_client import ApiClient, RunStopped
from conformance.client.auth_plugin import load_plugin
from conformance.client.transport import Transport
from conformance.core import contract
from conformance.core.exchange import Request
from conformance.core.inputs import InputError
from conformance.core.profile import Profile
from conformance.core.profile_reader import parse
from tests.doubles.reference_goods import US
from tests.hostile import server as wire
from tests.hostile.acts import Shop, written
from tests.hostile.server import Connection, Server

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


def profile(plugin: str, folder: Path | None = EXAMPLES, **options: Any) -> Profile:
    data = {
        "base_url": "http://127.0.0.1:1",
        "auth": {"kind": "none", "plugin": plugin, "options": options},
        "marketplaces": {"EBAY_US": {"address": US, "items": {"plain": ["v1|1|0"]}}},
    }
    return parse(data, "shop.toml", folder=folder)


def signed_well(request: wire.Request, secret: bytes) -> bool:
    """What the gateway of the example checks."""
    given = dict(part.split("=", 1) for part in request.headers.get("x-gateway-signature", "=").split(","))
    digest = hashlib.sha256(request.body).hexdigest()
    text = "\n".join([request.method, request.target, request.headers.get("date", ""), digest])
    return hmac.compare_digest(given.get("mac", ""), hmac.new(secret, text.encode(), hashlib.sha256).hexdigest())


def gateway(seen: list[bool], secret: bytes = b"gateway-secret-1") -> Server:
    """A server that lets signed requests in, and says the signature back."""

    def behave(connection: Connection) -> None:
        while request := connection.read():
            seen.append(signed_well(request, secret))
            connection.send(wire.json_answer(json.dumps({"said": request.headers.get("x-gateway-signature")}).encode()))

    return Server(behave)


def test_the_example_signs_what_is_sent() -> None:
    seen: list[bool] = []
    auth = load_plugin(profile("gateway_signature:Signature", key_id="shop-1", secret="gateway-secret-1"))
    with gateway(seen) as server:
        transport = Transport(auth=auth)
        for path, body in (("/a", None), ("/a%7eb/", b"{}"), ("/a?x=1", b"\xff")):
            answer = transport.send("POST" if body else "GET", server.url + path, {}, body)
            assert answer.signed and answer.signed[-1].startswith("keyId=shop-1")
    assert seen == [True, True, True]


def test_what_a_plugin_adds_is_masked() -> None:
    seen: list[bool] = []
    with gateway(seen) as server:
        signing = profile("gateway_signature:Signature", key_id="shop-1", secret="gateway-secret-1").with_base_url(
            server.url
        )
        client = ApiClient(signing, key=b"key")
        exchange = client.send(Request(contract.READ, "1", marketplace="EBAY_US"), "t", 0)
    assert (
        seen == [True] and exchange.body["said"].startswith("secret-") and "mac=" not in json.dumps(exchange.record())
    )


class Raising(AuthBase):
    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        raise KeyError("gateway-secret-1")


def test_a_plugin_that_raises_ends_the_run() -> None:
    raising = profile("tests.client.test_auth_plugin:Raising", None)
    client = ApiClient(raising, key=b"key")
    with pytest.raises(RunStopped, match=r"auth\.plugin in the profile failed \(Raising raised KeyError\)"):
        client.send(Request(contract.READ, "1", marketplace="EBAY_US"), "t", 0)
    assert client.transport.requests_sent == 0


class Tenant(AuthBase):
    """Adds values that stand in every answer, and one in bytes that stands in none."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        plain = {"X-Tenant": "US", "Signature-Version": "1", "X-Empty": "", "X-Market": "EBAY_US", "X-Version": "1.00"}
        request.headers.update(plain)
        request.headers["X-Mac"] = b"bytes-\xe9-signature"  # type: ignore[assignment]
        return request


def test_masking_leaves_the_rest_of_an_answer_alone() -> None:
    body = {"country": "US", "count": 1, "market": "EBAY_US", "price": "41.00", "said": "bytes-\xe9-signature"}
    with Server(wire.always(wire.json_answer(body, X_Said="US 1"))) as server:
        client = ApiClient(profile("tests.client.test_auth_plugin:Tenant", None).with_base_url(server.url), key=b"key")
        exchange = client.send(Request(contract.READ, "1", marketplace="EBAY_US"), "t", 0)
    said = exchange.body.pop("said")
    assert said.startswith("secret-") and exchange.body == {name: body[name] for name in exchange.body}
    assert exchange.problem is None and exchange.headers["x-said"] == "US 1"


class Forgetful(AuthBase):
    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        return None  # type: ignore[return-value]


def test_a_plugin_that_returns_no_request_ends_the_run() -> None:
    client = ApiClient(profile("tests.client.test_auth_plugin:Forgetful", None), key=b"key")
    with pytest.raises(RunStopped, match=r"failed \(Forgetful returned no request\)"):
        client.send(Request(contract.READ, "1", marketplace="EBAY_US"), "t", 0)
    assert client.transport.requests_sent == 0


@pytest.mark.parametrize(
    ("plugin", "options", "says"),
    [
        ("no_such_module:Signature", {}, "no module no_such_module"),
        ("gateway_signature:Missing", {}, "no class Missing"),
        ("gateway_signature:hmac", {}, "no class hmac"),
        ("gateway_signature:Signature", {"key": "x"}, "cannot be made with auth.options"),
        ("broken:Signature", {}, r"broken cannot be imported \(SyntaxError\)"),
        ("broken_exits:Signature", {}, r"broken_exits cannot be imported \(SystemExit\)"),
        ("broken_raises:Signature", {}, r"Signature cannot be made with auth.options \(SystemExit\)"),
    ],
)
def test_a_plugin_that_cannot_be_had_is_wrong_input(
    plugin: str, options: dict[str, str], says: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("def", encoding="utf-8")
    (tmp_path / "broken_exits.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (tmp_path / "broken_raises.py").write_text(
        "from requests.auth import AuthBase\nclass Signature(AuthBase):\n    def __init__(self):\n        raise SystemExit(3)\n"
    )
    with pytest.raises(InputError, match=says) as refused:
        load_plugin(profile(plugin, tmp_path if plugin.startswith("broken") else EXAMPLES, **options))
    assert "auth.plugin in shop.toml" in str(refused.value)


@pytest.mark.parametrize("text", ["def", "raise SystemExit(3)"])
def test_a_run_ends_before_its_first_request(text: str, tmp_path: Path) -> None:
    (tmp_path / "signing.py").write_text(text, encoding="utf-8")
    shop = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    (tmp_path / "shop.toml").write_text(
        shop.replace("[auth]", '[auth]\nplugin = "signing:Signature"'), encoding="utf-8"
    )
    command = [sys.executable, "-m", "conformance", "judge", "--quick", "--target", str(tmp_path / "shop.toml")]
    ended = subprocess.run(
        [*command, "--report", str(tmp_path / "r")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    said = (ended.stdout + ended.stderr).strip().splitlines()
    assert ended.returncode == 4 and len(said) == 1 and "auth.plugin in shop.toml" in said[0]


def test_a_run_behind_a_signing_gateway(tmp_path: Path) -> None:
    """The suite as a whole: nothing unsigned leaves it, the token endpoint included."""
    from conformance.runner.mock_process import MockProcess

    mock = MockProcess()
    shop = Shop(mock.base_url)
    seen: list[bool] = []

    def behave(connection: Connection) -> None:
        while request := connection.read():
            seen.append(signed_well(request, b"gateway-secret-1"))
            refusal = wire.json_answer(b'{"message": "no signature"}', 401)
            connection.send(written(shop.answer(request)) if seen[-1] else refusal)

    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    auth = (
        'plugin = "gateway_signature:Signature"\noptions = { key_id = "shop-1", secret = { env = "GATEWAY_SECRET" } }\n'
    )
    (tmp_path / "gate.toml").write_text(text.replace("[auth]\n", f"[auth]\n{auth}"), encoding="utf-8")
    (tmp_path / "gateway_signature.py").write_bytes((EXAMPLES / "gateway_signature.py").read_bytes())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "suites",
        "--target",
        str(tmp_path / "gate.toml"),
        "--requirement",
        "QTY-ZERO",
    ]
    with Server(behave) as server:
        ended = subprocess.run(
            [*command, "--base-url", server.url, "--report", str(tmp_path / "report")],
            cwd=ROOT, env={**os.environ, "GATEWAY_SECRET": "gateway-secret-1\n"}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    shop.close()
    mock.stop()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(seen) > 5 and all(seen)
    assert "gateway-secret-1" not in "".join(path.read_text("utf-8") for path in (tmp_path / "report").glob("*.json*"))
