"""A target as the suites reach it: requests become exchanges here, and secrets are added and taken out again.

One `ApiClient` per process. It holds the transport, the tokens and the run's counters; what it records holds no secret.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic, sleep
from urllib.parse import quote

from oauthlib.oauth2 import BackendApplicationClient

from conformance import VERSION
from conformance.client.auth_plugin import load_plugin
from conformance.client.circuit_breaker import CircuitBreaker, sentence_for_quota
from conformance.client.http1 import Response, WireProblem
from conformance.client.public_texts import public_texts
from conformance.client.redaction import Secrets
from conformance.client.route import Route
from conformance.client.strict_json import SHOWN, Body, parsed, read_bytes, read_json
from conformance.client.transport import SigningFailed, Transport
from conformance.client.turned_away import no_token
from conformance.core import contract, made_up
from conformance.core.exchange import NEAR_TOKENS, OTHER_APP, OWN_APP, SIGNATURE, Exchange, Intent, Request
from conformance.core.profile import DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_S, App, Profile

MADE_UP_TOKEN = "v^1.1#i^1#made-up-by-the-conformance-suite"
SHOWN_HEADERS = 60
TOKEN_TRIES = 3
LONGEST_WAIT_S, WAITS = 10.0, 12  # a Retry-After up to so many seconds (transport.longest_wait_s) is honoured, so often
SECRET_NAME = re.compile("key|token|secret|auth|cookie|sign|pass", re.IGNORECASE)
GIVEN_TOKENS = re.compile(r'"(?:access|refresh|id)_token"\s*:\s*"((?:[^"\\]|\\.)+)"')
USABLE_TOKEN = re.compile(r"[\x20-\x7e]+")


class RunStopped(BaseException):
    """The run cannot or may not go on. No Exception: Hypothesis takes that for a failing example, which it sends again."""


class BudgetSpent(RunStopped):
    """The next request would exceed the budget. What was judged so far counts."""


class ApiClient:
    """Sends requests to the profile's target.

    before_request is called before every request, token calls and repeated attempts included; it may raise RunStopped.
    circuit_breaker: says when the target is given up; no request is sent from then on.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        key: bytes,
        before_request: Callable[[], None] | None = None,
        circuit_breaker: CircuitBreaker | None = None,
    ) -> None:
        self.profile = profile
        settings = profile.transport
        extra = settings.get("headers") or {}
        self.secrets = Secrets(key, public_texts(profile))
        self.secrets.add(
            *profile.secrets,
            *(app.expired_token for app in profile.auth.apps),
            *(app.other_scope_token for app in profile.auth.apps),
            *(app.token for app in profile.auth.apps),
            *(str(value) for name, value in extra.items() if SECRET_NAME.search(name)),
        )
        route = Route.of(profile)
        self.secrets.add(*route.secrets)
        timeout_s = float(settings.get("timeout_s", DEFAULT_TIMEOUT_S))
        self.circuit_breaker = circuit_breaker or CircuitBreaker()
        self.circuit_breaker.timeout_s = timeout_s
        self.transport = Transport(
            timeout_s=timeout_s,
            max_bytes=int(settings.get("max_bytes", DEFAULT_MAX_BYTES)),
            rate_per_s=settings.get("rate_per_s"),
            route=route,
            auth=load_plugin(profile),
            extra_headers=extra,
            user_agent=f"guest-checkout-conformance/{VERSION}",
            allowed_hosts=profile.hosts(),
            before_request=before_request,
        )
        self.token_requests = 0
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        self._worked: set[str] = set()  # credentials whose token was taken
        self._vain = 0  # tokens that were renewed for nothing
        self._waits = 0
        self.signatures: dict[str, str] = {}  # what opens the pay window of a session, by its pseudonym

    # ------------------------------------------------------------ requests

    def send(self, request: Request, trace: str, seq: int, intent: Intent | None = None) -> Exchange:
        """Sends a request and returns what can be judged; a problem on the way is part of the exchange, not raised.

        Raises RunStopped where the target was given up, or no token can be had.
        """
        operation = contract.operations()[request.operation]
        if self.profile.reads_only and operation.method != "GET":
            raise RunStopped("Against a production host nothing is sent but reads.")
        subject = None if request.subject is None else quote(request.subject, safe="", errors="surrogatepass")
        url = self.profile.url(request.operation) + operation.full_path(subject)
        headers = {"Accept": "application/json", **request.headers}
        if operation.method == "POST" and request.content_type is not None:
            headers["Content-Type"] = request.content_type
        headers |= request.own_headers
        request.headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        body = request.payload() if operation.method == "POST" else None
        renewed = False
        while True:
            exchange = Exchange(trace, seq, request, operation.method, self.secrets.out_of(url), intent)
            self._perform(exchange, operation.method, url, headers, body, self._authorization(request))
            if renewed or not self._drop_token_if_ended(exchange):
                if renewed and exchange.status == 401:
                    self._vain += 1
                return exchange
            renewed = True

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
    ) -> bytes:
        """One exchange on the wire, after a short pause again if the target asks for one; the body as it came."""
        again = method == "GET"
        while True:
            if self.circuit_breaker.sentence:
                raise RunStopped(self.circuit_breaker.sentence)
            if pause := self.circuit_breaker.pause_s():
                sleep(pause)
            raw, seconds = self._attempt(exchange, method, url, headers, body, secret)
            if self._pause_if_asked(exchange):
                continue
            if exchange.status == 503 and again:  # a read may be sent again, once
                again = False
                continue
            self.circuit_breaker.note(exchange, seconds)
            return raw

    def _attempt(
        self,
        exchange: Exchange,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        secret: dict[str, str],
    ) -> tuple[bytes, float]:
        """The body as it came, and the seconds from the moment the request was let out."""
        exchange.started = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        exchange.problem = exchange.problem_kind = exchange.status = exchange.body = exchange.text = None
        exchange.headers, exchange.ms = {}, 0.0
        try:
            answer = self.transport.send(method, url, headers, body, secret_headers=secret)
        except SigningFailed as failed:
            raise RunStopped(f"The request was not sent: auth.plugin in the profile failed ({failed}).") from None
        except WireProblem as problem:
            if problem.answer is not None:
                self._take(exchange, problem.answer)
                exchange.problem, exchange.problem_kind = None, problem.kind
            else:
                exchange.problem, exchange.problem_kind = self.secrets.out_of_cut(problem.detail), problem.kind
            return b"", problem.ms / 1000
        self._take(exchange, answer)
        return answer.raw, answer.ms / 1000

    def _take(self, exchange: Exchange, answer: Response) -> None:
        exchange.status, exchange.ms = answer.status, answer.ms
        shown = {name.lower(): answer.headers[name] for name in list(answer.headers)[:SHOWN_HEADERS]}
        if signature := shown.get(SIGNATURE, "").strip():
            shown[SIGNATURE] = self.secrets.mask(signature)
            self.signatures[shown[SIGNATURE]] = signature
        known = [self.secrets, self.secrets.of_request(answer.signed)] if answer.signed else [self.secrets]
        exchange.headers = _masked_headers(shown, known)
        if not answer.raw:
            return
        text, problem = read_bytes(answer.raw)
        if exchange.operation == contract.TOKEN:
            self.secrets.add(*GIVEN_TOKENS.findall(text))
        body = _masked_body(text, known)
        exchange.body, exchange.text, exchange.problem = body.value, body.text, problem or body.problem
        if problem:
            exchange.body, exchange.text = None, _without(known, text)[:SHOWN]
        if exchange.problem:
            exchange.problem_kind = "json"

    def _pause_if_asked(self, exchange: Exchange) -> bool:
        """Whether the target asked for a short pause, which is over now, so that the request can be sent again."""
        wanted = exchange.headers.get("retry-after", "").strip()
        if exchange.status not in (429, 503) or not re.fullmatch("[0-9]{1,7}", wanted):
            return False
        longest = float(self.profile.transport.get("longest_wait_s", LONGEST_WAIT_S))
        if exchange.status == 429 and float(wanted) > longest:
            self.circuit_breaker.give_up(sentence_for_quota(wanted))
        if float(wanted) > longest or self._waits >= WAITS:
            return False
        self._waits += 1
        sleep(max(0.1, float(wanted)))
        return True

    # ------------------------------------------------------------ tokens

    def credential(self, name: str) -> str | None:
        """The Authorization header of a credential; None for none."""
        if name == "none" or (self.profile.auth.kind == "none" and name in (OWN_APP, OTHER_APP)):
            return None
        kept = {"expired": "expired_token", "other-scope": "other_scope_token"}.get(name)
        given = next((token for app in self.profile.auth.apps if kept and (token := getattr(app, kept))), None)
        if given or name == "expired":
            return f"Bearer {given or MADE_UP_TOKEN}"
        app = self._app(name)
        token = app.token if self.profile.auth.kind == "token" else self.token(app, self._scope(name))
        if name == "made-up":  # close to a real one: a server that looks at its head alone takes it
            return f"Bearer {token}{made_up.TOKEN_TAIL}"
        if name in NEAR_TOKENS:
            token = made_up.near_token(token, name)
            self.secrets.add(token)
        return f"Basic {token}" if name == "wrong-scheme" else f"Bearer {token}"

    def _app(self, credential: str) -> App:
        return self.profile.auth.apps[1] if credential == OTHER_APP else self.profile.auth.apps[0]

    def _scope(self, credential: str) -> str:
        return self.profile.auth.other_scope if credential == "other-scope" else self.profile.auth.scope

    def token(self, app: App, scope: str) -> str:
        """A token of the client credentials grant, kept until shortly before it ends. Raises RunStopped if there is none."""
        known = self._tokens.get((app.client_id, scope))
        if known and known[1] > monotonic():
            return known[0]
        for _ in range(TOKEN_TRIES):
            exchange, token, lifetime = self._grant(app.client_id, app.client_secret, scope)
            if not exchange.silent or self.circuit_breaker.sentence:
                break
        if token is None:
            raise RunStopped(no_token(exchange, self.profile, self.profile.auth.apps.index(app)))
        margin = min(60.0, lifetime / 10)
        self._tokens[app.client_id, scope] = token, monotonic() + lifetime - margin
        return token

    def grant(
        self,
        client_id: str,
        client_secret: str,
        scope: str,
        *,
        credential: str = "client",
        requirement: str | None = None,
    ) -> Exchange:
        """One call of the token endpoint, as an exchange; a token in its answer stands as a pseudonym.

        credential: what is wrong with the grant (see Request). requirement: that it is sent for.
        """
        return self._grant(
            client_id, client_secret, scope, credential, Intent(requirement, credential) if requirement else None
        )[0]

    def _grant(
        self, client_id: str, client_secret: str, scope: str, credential: str = "client", intent: Intent | None = None
    ) -> tuple[Exchange, str | None, float]:
        """(the exchange, the token if a header can carry it, its lifetime in seconds)."""
        self.secrets.add(client_secret)
        form = BackendApplicationClient(client_id).prepare_request_body(scope=scope)
        basic = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self.secrets.add(basic)
        request = Request(
            contract.TOKEN,
            raw=str(form).encode(),
            content_type="application/x-www-form-urlencoded",
            credential=credential,
        )
        url = self.profile.url(contract.TOKEN)
        exchange = Exchange("tokens", self.token_requests, request, "POST", self.secrets.out_of(url), intent)
        self.token_requests += 1
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        raw = self._perform(exchange, "POST", url, headers, request.raw, {"Authorization": f"Basic {basic}"})
        success = exchange.status == 200 and isinstance(exchange.body, dict)
        given = exchange.body if success else {}
        token = parsed(read_bytes(raw)[0])[0].get("access_token") if success else None
        lifetime = given.get("expires_in")
        known = isinstance(lifetime, int | float) and not isinstance(lifetime, bool) and 0 < lifetime < 1e9
        if isinstance(token, str):
            self.secrets.add(token)
        usable = isinstance(token, str) and USABLE_TOKEN.fullmatch(token) is not None
        if success and not usable:
            exchange.problem = "its access_token is not there, or no text that a header can carry"
        return exchange, token if usable else None, float(lifetime) if known and lifetime is not None else 7200.0

    def _drop_token_if_ended(self, exchange: Exchange) -> bool:
        """Whether a token that was good has ended before its time; it is forgotten, so that the next one is new.

        A single refusal proves nothing of the token, so it is tried once more, where it can do no harm.
        """
        name = exchange.request.credential
        if name not in (OWN_APP, OTHER_APP) or self.profile.auth.kind != "client_credentials":
            return False
        if exchange.status != 401:
            self._worked |= {name} if exchange.status else set()
            return False
        if name not in self._worked or self._vain >= TOKEN_TRIES:
            return False
        read = contract.operations()[contract.READ]
        request = Request(contract.READ, "0", None, exchange.request.marketplace or None, name)
        url = self.profile.url(contract.READ) + read.full_path("0")
        probe = Exchange("tokens", 0, request, read.method, url)
        headers = {"Accept": "application/json", **request.own_headers}
        self._perform(probe, read.method, url, headers, None, self._authorization(request))
        if probe.status != 401:
            return False
        self._tokens.pop((self._app(name).client_id, self._scope(name)), None)
        return True

    def close(self) -> None:
        """Closes the connections."""
        self.transport.close()


def _without(known: list[Secrets], text: str) -> str:
    for secrets in known:
        text = secrets.out_of(text)
    return text


def _masked_headers(headers: dict[str, str], known: list[Secrets]) -> dict[str, str]:
    text = "\n".join(headers.values())
    if any(secrets.may_be_in(text) for secrets in known):
        headers = {name: _without(known, value) for name, value in headers.items()}
    return {name: value[:2000] for name, value in headers.items()}


def _masked_body(text: str, known: list[Secrets]) -> Body:
    """The body as parsed, its values without a secret. Never the text: a pseudonym in its structure would break it."""
    body = read_json(text)
    texts = [text, json.dumps(body.value, ensure_ascii=False)] if "\\u" in text else [text]  # escapes may hide a secret
    found = [secrets for secrets in known if any(map(secrets.may_be_in, texts))]
    if not found:
        return body
    value = body.value
    for secrets in found:
        value = secrets.out_of_value(value)
    return Body(value, None if body.text is None else _without(found, text)[:SHOWN], body.problem)
