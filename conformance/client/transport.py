"""Where requests leave: one `requests.Session` with the strict adapter, one answer back, and no secret in what is raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import requests
from requests.auth import AuthBase

from conformance.client.adapter import ExactRequest, ExactResponse, StrictAdapter
from conformance.client.http1 import Response, WireProblem
from conformance.client.route import URL, Origin, Route
from conformance.core.profile import DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_S

_REDIRECTS = (301, 302, 303, 307, 308)


class SigningFailed(Exception):
    """The user's authentication could not sign a request; the message holds no value."""


class Transport:
    """Sends requests by a session of its own: no cookie is kept, no environment read, no redirect followed.

    The limits are those of StrictAdapter. auth: signs each request last.
    """

    def __init__(
        self,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        max_bytes: int = DEFAULT_MAX_BYTES,
        rate_per_s: float | None = None,
        route: Route | None = None,
        extra_headers: Mapping[str, str] | None = None,
        user_agent: str = "guest-checkout-conformance",
        allowed_hosts: frozenset[str] | None = None,
        before_request: Callable[[], None] | None = None,
        auth: AuthBase | None = None,
    ) -> None:
        self.adapter = StrictAdapter(
            timeout_s=timeout_s,
            max_bytes=max_bytes,
            rate_per_s=rate_per_s,
            route=route,
            allowed_hosts=allowed_hosts,
            before_request=before_request,
        )
        self.session = requests.Session()
        self.session.trust_env = False
        for prefix in ("http://", "https://"):
            self.session.mount(prefix, self.adapter)
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip", **(extra_headers or {})}
        self._auth = auth

    @property
    def requests_sent(self) -> int:
        """Attempts that went out, repeated ones included."""
        return self.adapter.requests_sent

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        *,
        secret_headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request, its path exactly as given, and return the final answer.

        Raises WireProblem where there is none to judge (a redirect carries its answer), ValueError for a request that must
        not go out. A read is repeated where a connection that was idle turns out to be closed; nothing else is sent twice.
        """
        secrets = secret_headers or {}
        request = ExactRequest(method, url, {**self._headers, **headers, **secrets}, body, tuple(secrets.values()))
        del headers, secret_headers, secrets, body  # no secret in a local variable of a frame that raises
        if self._auth is not None:
            self._sign(request)
        outcome = self._outcome(request)
        if isinstance(outcome, Response):
            outcome = replace(outcome, signed=request.signed) if request.signed else outcome
            if not (outcome.status in _REDIRECTS and "Location" in outcome.headers):
                return outcome
            where = _place(outcome.headers["Location"], str(request.url))
            detail = f"The server answered {outcome.status} with a redirect to {where}; redirects are not followed."
            outcome = WireProblem("redirect", detail, outcome.raw[:4096], outcome, outcome.ms)
        # A new exception, so that no frame with the server's text hangs on its traceback; and no variable for it, since
        # that would be a cycle, which keeps megabytes of a hostile answer until the collector comes by.
        detail = request.without_secrets(outcome.detail)
        raise WireProblem(outcome.kind, detail, outcome.partial, outcome.answer, outcome.ms)

    def _sign(self, request: ExactRequest) -> None:
        """Hands the request to the user's authentication. What it adds counts as secret."""
        assert self._auth is not None
        before, name = dict(request.headers), type(self._auth).__name__
        try:
            signed = self._auth(request)
        except Exception as error:
            raise SigningFailed(f"{name} raised {type(error).__name__}") from None
        if not isinstance(signed, requests.PreparedRequest):
            raise SigningFailed(f"{name} returned no request")
        if signed is not request:
            request.__dict__.update(vars(signed))
        added = [value for name, value in request.headers.items() if before.get(name) != value]
        request.signed = tuple(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in added)

    def _outcome(self, request: ExactRequest) -> Response | WireProblem:
        try:
            reply = self.session.send(
                request, stream=True, timeout=None, verify=True, cert=None, proxies={}, allow_redirects=False
            )
        except WireProblem as problem:
            return problem.with_traceback(None)
        assert isinstance(reply, ExactResponse)
        return reply.strict

    def close(self) -> None:
        """Close all idle connections."""
        self.session.close()


def _place(location: str, url: str) -> str:
    """Where a redirect leads, as an origin at most: the rest is the server's text."""
    sent = URL.match(url)
    assert sent
    origin = Origin.of(sent)
    parts = URL.match(f"{origin.scheme}:{location}" if location.startswith("//") else location)
    if not parts or Origin.of(parts) == origin:
        return "another path of the same host"
    return f"another host ({str(Origin.of(parts))[:200]})"
