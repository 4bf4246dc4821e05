"""A target as the suites reach it: requests become exchanges here, and secrets are added and taken out again.

One `Target` per process. It holds the transport, the tokens and the run's counters; what it records holds no secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.parse import quote

from oauthlib.oauth2 import BackendApplicationClient

from conformance import VERSION, contract
from conformance.exchange import OTHER_APP, OWN_APP, Exchange, Intent, Request
from conformance.profile import App, Profile, loopback
from conformance.transport import Answer, Problem, Transport

MADE_UP_TOKEN = "v^1.1#i^1#made-up-by-the-conformance-suite"
SHOWN_HEADERS = 60


class RunStopped(BaseException):
    """The run cannot or may not go on. Not an Exception, so that nothing on the way (Hypothesis) swallows it."""


class BudgetSpent(RunStopped):
    """The next request would exceed the budget. What was judged so far counts."""


class Secrets:
    """Replaces secrets by keyed pseudonyms: equal where the values are equal, worthless to a reader."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, *values: str) -> None:
        """Learns secrets in the forms in which a server may echo them: plain, percent-encoded, base64, in JSON."""
        for value in values:
            if len(value) < 4:
                continue
            name = hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()[:10]
            plain = value.encode()
            forms = {value, quote(value, safe=""), quote(value), json.dumps(value)[1:-1]}
            forms |= {form.replace("%", "%25") for form in list(forms) if "%" in form}
            for form in forms | {
                base64.b64encode(plain).decode().rstrip("="),
                base64.urlsafe_b64encode(plain).decode().rstrip("="),
            }:
                self._known[form] = f"secret-{name}"
        parts = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, parts))) if parts else None

    def out_of(self, text: str) -> str:
        """The text without any known secret."""
        return self._pattern.sub(lambda found: self._known[found.group()], text) if self._pattern else text


class Target:
    """Sends requests to the profile's target.

    before_request is called before every request, token calls and repeated attempts included; it may raise RunStopped.
    """

    def __init__(
        self, profile: Profile, *, key: bytes, run_id: str = "", before_request: Callable[[], None] | None = None
    ) -> None:
        self.profile = profile
        self.secrets = Secrets(key)
        self.secrets.add(
            *profile.secrets, *(one.expired_token for one in profile.apps), *(one.token for one in profile.apps)
        )
        settings = profile.transport
        self.transport = Transport(
            timeout_s=float(settings.get("timeout_s", 10.0)),
            max_bytes=int(settings.get("max_bytes", 8_000_000)),
            rate_per_s=settings.get("rate_per_s"),
            ca_file=settings.get("ca_file"),
            client_cert=settings.get("client_cert"),
            extra_headers=settings.get("headers"),
            user_agent=f"guest-checkout-conformance/{VERSION}{f' ({run_id})' if run_id else ''}",
            allowed_hosts=profile.hosts(),
            trust_env=bool(settings.get("proxy_from_environment", False)),
            before_request=before_request,
        )
        self.token_requests = 0
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        self.on_token: Callable[[Exchange], None] = lambda exchange: None

    # ------------------------------------------------------------ requests

    def send(self, request: Request, trace: str, seq: int, intent: Intent | None = None) -> Exchange:
        """Sends a request and returns what can be judged; a problem on the way is part of the exchange, not raised."""
        operation = contract.operations()[request.operation]
        path = operation.path
        if request.subject is not None:
            path = re.sub(r"\{[^}]+\}", lambda _: quote(request.subject or "", safe=""), path)
        url = f"{self.profile.url(request.operation)}/buy/order/{operation.version}{path}"
        headers = {"Accept": "application/json", **request.headers}
        if operation.method == "POST" and request.content_type is not None:
            headers["Content-Type"] = request.content_type
        if request.marketplace is not None:
            headers["X-EBAY-C-MARKETPLACE-ID"] = request.marketplace
        if request.operation == contract.PLACE_ORDER:
            headers.setdefault("X-EBAY-C-ENDUSERCTX", "deviceId=guestcheckoutconformance")
        request.headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        body = request.payload() if operation.method == "POST" else None
        exchange = Exchange(trace, seq, request, operation.method, self.secrets.out_of(url), intent)
        self._perform(exchange, operation.method, url, headers, body, self._authorization(request))
        return exchange

    def _authorization(self, request: Request) -> dict[str, str]:
        value = self.credential(request.credential)
        return {"Authorization": value} if value else {}

    def _perform(
        self,
        exchange: Exchange,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        secret: dict[str, str],
    ) -> None:
        exchange.started = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        try:
            answer = self.transport.send(method, url, headers, body, secret_headers=secret)
        except Problem as problem:
            exchange.problem, exchange.problem_kind = self.secrets.out_of(problem.detail), problem.kind
            if problem.answer is not None:
                self._take(exchange, problem.answer)
                exchange.problem = None
            return
        self._take(exchange, answer)

    def _take(self, exchange: Exchange, answer: Answer) -> None:
        exchange.status, exchange.ms = answer.status, answer.ms
        names = list(answer.headers)[:SHOWN_HEADERS]
        exchange.headers = {name.lower(): self.secrets.out_of(answer.headers[name])[:2000] for name in names}
        if not answer.raw:
            return
        try:
            text = answer.raw.decode("utf-8")
        except UnicodeDecodeError:
            exchange.text, exchange.problem_kind = (
                self.secrets.out_of(answer.raw[:4000].decode("utf-8", "replace")),
                "json",
            )
            return
        exchange.body, exchange.text = parsed(self.secrets.out_of(text))
        if exchange.text is not None:
            exchange.problem_kind = "json"

    # ------------------------------------------------------------ tokens

    def credential(self, name: str) -> str | None:
        """The Authorization header of a credential; None for none."""
        if name == "none" or (self.profile.auth == "none" and name in (OWN_APP, OTHER_APP)):
            return None
        if name == "made-up":
            return f"Bearer {MADE_UP_TOKEN}"
        if name == "expired":
            return (
                f"Bearer {next((one.expired_token for one in self.profile.apps if one.expired_token), MADE_UP_TOKEN)}"
            )
        app = self.profile.apps[1] if name == OTHER_APP else self.profile.apps[0]
        if self.profile.auth == "token":
            token = app.token
        else:
            token = self.token(app, self.profile.other_scope if name == "other-scope" else self.profile.scope)
        return f"Basic {token}" if name == "wrong-scheme" else f"Bearer {token}"

    def token(self, app: App, scope: str) -> str:
        """A token of the client credentials grant, kept until shortly before it ends. Raises RunStopped if there is none."""
        known = self._tokens.get((app.client_id, scope))
        if known and known[1] > monotonic():
            return known[0]
        exchange = self.grant(app.client_id, app.client_secret, scope)
        token = (
            exchange.body.get("access_token") if exchange.status == 200 and isinstance(exchange.body, dict) else None
        )
        if not isinstance(token, str) or not token:
            detail = exchange.body.get("error") if isinstance(exchange.body, dict) else None
            raise RunStopped(
                f"No token could be had from {exchange.url}: {exchange.problem or exchange.answer()}"
                + (f" ({str(detail)[:80]})" if detail else "")
                + "; check client_id, client_secret and scope in the profile."
            )
        life = exchange.body.get("expires_in")
        self.secrets.add(token)
        exchange.body["access_token"] = self.secrets.out_of(token)
        margin = min(60.0, float(life) / 10) if isinstance(life, int | float) else 60.0
        self._tokens[app.client_id, scope] = (
            token,
            monotonic() + (float(life) if isinstance(life, int | float) else 7200.0) - margin,
        )
        self.on_token(exchange)
        return token

    def grant(self, client_id: str, client_secret: str, scope: str, intent: Intent | None = None) -> Exchange:
        """One call of the token endpoint, as an exchange. The body of a success still holds the token."""
        self.secrets.add(client_secret)
        form = BackendApplicationClient(client_id).prepare_request_body(scope=scope)
        basic = base64.b64encode(f"{quote(client_id, safe='')}:{quote(client_secret, safe='')}".encode()).decode()
        self.secrets.add(basic)
        request = Request(
            contract.TOKEN,
            raw=str(form).encode(),
            content_type="application/x-www-form-urlencoded",
            credential="client",
        )
        url = self.profile.url(contract.TOKEN)
        exchange = Exchange("tokens", self.token_requests, request, "POST", self.secrets.out_of(url), intent)
        self.token_requests += 1
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        self._perform(exchange, "POST", url, headers, request.raw, {"Authorization": f"Basic {basic}"})
        return exchange

    def close(self) -> None:
        """Closes the connections."""
        self.transport.close()


def parsed(text: str) -> tuple[Any, str | None]:
    """(JSON value, None), or (None, the text) where it is no JSON: NaN and duplicate names included (RFC 8259)."""
    try:
        return json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique), None
    except (ValueError, RecursionError):
        return None, text[:4000]


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate names")
    return found


__all__ = ["RunStopped", "Secrets", "Target", "loopback", "parsed"]
