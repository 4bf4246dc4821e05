"""The transport over TLS and through a proxy."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from conformance.client.http1 import WireProblem
from conformance.client.route import Route
from conformance.client.transport import Transport
from tests.hostile.ask import ask
from tests.hostile.server import Connection, Request, Server, always, each_request, head, json_answer
from tests.hostile.tls import self_signed, server_context

BODY = b'{"checkoutSessionId":"v1|1"}'
OK = json_answer(BODY)


class TestTLS:
    def test_trusts_the_given_authority_only(self, tmp_path: Path) -> None:
        certificate = self_signed(tmp_path)
        with Server(always(OK), wrap=server_context(certificate)) as server:
            url = server.url.replace("http:", "https:")
            trusting = Transport(route=Route(str(certificate)))
            assert [trusting.send("GET", url, {}, None).status for _ in range(3)] == [200] * 3
            assert server.accepted == 1
            trusting.close()
            with pytest.raises(WireProblem, match="is not trusted: self-signed certificate") as caught:
                Transport().send("GET", url, {}, None)
        assert caught.value.kind == "tls"

    def test_shows_a_client_certificate(self, tmp_path: Path) -> None:
        certificate = self_signed(tmp_path)
        with Server(always(OK), wrap=server_context(certificate, ask_client=True)) as server:
            url = server.url.replace("http:", "https:")
            known = Transport(route=Route(str(certificate), str(certificate)))
            assert known.send("GET", url, {}, None).status == 200
            known.close()
            with pytest.raises(WireProblem) as caught:
                Transport(route=Route(str(certificate))).send("GET", url, {}, None)
        assert caught.value.kind in ("tls", "reset")

    def test_plain_http_is_no_tls(self) -> None:
        with Server(lambda connection: connection.send(OK)) as server:
            url = server.url.replace("http:", "https:")
            with pytest.raises(WireProblem, match="does not speak TLS") as caught:
                Transport(timeout_s=1).send("GET", url, {}, None)
        assert caught.value.kind == "tls"

    def test_a_silent_handshake_ends(self) -> None:
        with Server(Connection.wait) as server, pytest.raises(WireProblem, match="No TLS connection") as caught:
            Transport(timeout_s=0.3).send("GET", server.url.replace("http:", "https:"), {}, None)
        assert caught.value.kind == "timeout"


class TestProxy:
    def test_none_unless_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: list[str] = []

        def proxy(request: Request) -> bytes:
            seen.append(request.target)
            return json_answer({}, 203, "By Proxy")

        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        with Server(always(OK)) as server, Server(each_request(proxy)) as middle:
            monkeypatch.setenv("http_proxy", middle.url)
            assert ask(server, transport=Transport()).status == 200
            assert ask(server, "/a%7e", transport=Transport(route=Route(proxied=["http"]))).status == 203
        assert seen == [f"{server.url}/a%7e"]

    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_a_proxy_with_a_password(self, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The user's name and password are sent; a 407 is the proxy's, whatever the target's scheme."""
        seen: list[str | None] = []

        def proxy(request: Request) -> bytes:
            seen.append(request.headers.get("proxy-authorization"))
            return json_answer({}, 407, "Proxy Authentication Required")

        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        with Server(each_request(proxy)) as middle:
            for address, wants in (
                (middle.url, "a user name and a password"),
                (middle.url.replace("//", "//alice:s3c%20ret@"), "other credentials"),
            ):
                monkeypatch.setenv(f"{scheme}_proxy", address)
                with pytest.raises(
                    WireProblem, match=f"proxy refused a connection to {scheme}://127.* with 407.*{wants}"
                ) as caught:
                    Transport(route=Route(proxied=[scheme])).send("GET", f"{scheme}://127.0.0.1:9/", {}, None)
                assert caught.value.kind == "unreachable" and "s3c" not in str(caught.value)
        basic = base64.b64encode(b"alice:s3c ret").decode()
        assert seen == [None, f"Basic {basic}"]

    def test_a_tunnel_for_tls(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        certificate = self_signed(tmp_path)
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        context = server_context(certificate)

        def tunnel(connection: Connection) -> None:
            request = connection.read()
            assert request and request.method == "CONNECT"
            connection.send(head("HTTP/1.1 200 Connected"))
            inner = Connection(connection.server, context(connection.sock))
            inner.read()
            inner.send(OK)

        with Server(tunnel) as middle:
            monkeypatch.setenv("https_proxy", middle.url)
            transport = Transport(route=Route(str(certificate), proxied=["https"]))
            assert transport.send("GET", "https://127.0.0.1:9/", {}, None).raw == BODY
        with Server(always(json_answer({}, 403))) as refusing:
            monkeypatch.setenv("https_proxy", refusing.url)
            with pytest.raises(WireProblem, match=r"proxy refused a connection to https://127\.0\.0\.1:9 with 403"):
                Transport(route=Route(str(certificate), proxied=["https"])).send(
                    "GET", "https://127.0.0.1:9/", {}, None
                )
