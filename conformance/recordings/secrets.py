"""Takes secrets of recorded traffic out of what is written down, once it is judged: out of values, never out of names.

A server may say back what a caller proved who they are with. Looked for are an exchange's own secrets in every form, and
those of other exchanges where a word of the text begins like one of them: time is linear in the exchanges.
"""

from __future__ import annotations

import base64
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.client.api_client import GIVEN_TOKENS, SECRET_NAME
from conformance.client.redaction import PSEUDONYM, Secrets
from conformance.core.exchange import SIGNATURE, Exchange
from conformance.judging.context import Judgment

TOKEN_LENGTH, COOKIE_LENGTH = 8, 12  # a shorter value is a setting
PASSWORD_LENGTH = 6  # of what is one by its name; a shorter one would be found in many words
MOST_MADE = 500  # sets of secrets that are kept for the next exchange
HEAD = 8
BETWEEN_WORDS = str.maketrans(dict.fromkeys("\"'\\,;=&?/:{}[]()<>", " "))


# Headers that are no secret: those of HTTP, of browsers and proxies, and of the API's contract. Any other header may be.
STANDARD = re.compile(
    r"accept(-.*)?|age|allow|alt-svc|cache-control|connection|content-.*|cross-origin-.*|date|dnt|etag|expect|expires|host|"
    r"if-.*|keep-alive|last-modified|link|location|max-forwards|origin|pragma|priority|range|referer|retry-after|sec-.*|"
    r"server|server-timing|strict-transport-security|te|trailer|transfer-encoding|upgrade(-insecure-requests)?|user-agent|"
    r"vary|via|warning|x-requested-with|x-forwarded-(for|host|port|proto)|x-ebay-c-.*|x-ebay-security-signature|"
    r"access-control-.*|authorization|proxy-authorization|cookie|set-cookie",  # cookies and authorization are read apart
)


def secrets_of(
    url: str,
    request_headers: Mapping[str, str],
    response_headers: Mapping[str, str],
    cookies_given: Iterable[str],
    answer: str,
) -> tuple[str, ...]:
    """What an entry shows that proves who the caller is: tokens, passwords, keys, cookies."""
    found = (
        *_of_url(url),
        *_of_headers(request_headers),
        *_of_headers(response_headers),
        *_secrets(request_headers, cookies_given, answer),
    )
    return tuple(dict.fromkeys(found))


def without_user(url: str) -> str:
    """A URL without user name, password, query and fragment."""
    plain = re.split("[?#]", url, maxsplit=1)[0]
    return re.sub(r"^([A-Za-z][A-Za-z0-9+.-]*://)[^/]*@", r"\1", plain)


def _of_url(url: str) -> Iterator[str]:
    try:
        parts = urlsplit(url)
        password = unquote(parts.password or "")
    except ValueError:
        return
    if len(password) >= PASSWORD_LENGTH:
        yield password
    for name, value in parse_qsl(parts.query):
        if is_secret(value, TOKEN_LENGTH) or (SECRET_NAME.search(name) and len(value) >= PASSWORD_LENGTH):
            yield value


def _of_headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if not STANDARD.fullmatch(name) and is_secret(value.strip(), TOKEN_LENGTH):
            yield value.strip()


def _secrets(request_headers: Mapping[str, str], cookies_given: Iterable[str], answer: str) -> Iterator[str]:
    for name in ("authorization", "proxy-authorization"):
        scheme, _, value = request_headers.get(name, "").strip().partition(" ")
        value = value.strip() or scheme
        if is_secret(value, TOKEN_LENGTH):
            yield value
        if scheme.lower() == "basic":
            try:
                password = base64.b64decode(value).decode("utf-8", "replace").partition(":")[2]
            except ValueError:
                continue
            if is_secret(password, TOKEN_LENGTH):
                yield password
    given = [line.partition(";")[0] for text in cookies_given for line in text.splitlines()]
    for pair in (*request_headers.get("cookie", "").split(";"), *given):
        if is_secret(value := pair.partition("=")[2].strip(), COOKIE_LENGTH):
            yield value
    if "_token" in answer:
        yield from (token for token in GIVEN_TOKENS.findall(answer) if is_secret(token, TOKEN_LENGTH))


def is_secret(value: str, least: int) -> bool:
    """Whether a value is more than a word, a number, an address or a date: such a one stands in many texts."""
    if len(value) < least or "://" in value or value.isdigit():
        return False
    kinds = [any(map(test, value)) for test in (str.isdigit, str.isalpha)]
    return (all(kinds) or len(value) >= 24) and re.match(r"\d{4}-\d\d-\d\dT", value) is None


class Masks:
    """Takes the secrets of a recording out of exchanges. key: makes the pseudonyms of this run."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._made: dict[tuple[str, ...], Secrets] = {}
        self._heads: dict[str, set[str]] = defaultdict(set)

    def learn(self, secrets: Iterable[str]) -> None:
        """Secrets that any exchange may say back."""
        for secret in secrets:
            self._heads[secret[:HEAD]].add(secret)

    def pseudonym(self, secret: str) -> str:
        """The pseudonym of a secret that stands in one place only."""
        return Secrets(self._key).mask(secret)

    def clean(self, exchange: Exchange, own: tuple[str, ...], judgments: list[Judgment]) -> list[Judgment]:
        """Takes secrets out of a judged exchange; the judgments without them."""
        signature = exchange.headers.get(SIGNATURE, "").strip()
        if signature and not signature.startswith(PSEUDONYM):
            exchange.headers[SIGNATURE] = self.pseudonym(signature)
        raw = None if exchange.request.raw is None else exchange.request.raw.decode("latin-1")
        written = json.dumps(
            [exchange.url, exchange.headers, exchange.body, exchange.text, exchange.request.body, raw], default=str
        )
        heads = {word[:HEAD] for word in set(written.translate(BETWEEN_WORDS).split()) if len(word) >= HEAD}
        near = {secret for head in self._heads.keys() & heads for secret in self._heads[head]}
        masks = self._masks(tuple(dict.fromkeys((*own, *sorted(near)))))
        if masks is None or masks.out_of(written) == written:
            return judgments
        exchange.url = masks.out_of(exchange.url)
        exchange.headers = masks.out_of_value(exchange.headers, ours=True)
        exchange.body, exchange.request.body = (
            masks.out_of_value(exchange.body, ours=True),
            masks.out_of_value(exchange.request.body, ours=True),
        )
        exchange.text = None if exchange.text is None else masks.out_of(exchange.text)
        exchange.request.raw = None if raw is None else masks.out_of(raw).encode("latin-1")
        return [_clean(judgment, masks) for judgment in judgments]

    def _masks(self, secrets: tuple[str, ...]) -> Secrets | None:
        if len(self._made) > MOST_MADE:
            self._made.clear()
        if secrets and secrets not in self._made:
            self._made[secrets] = made = Secrets(self._key)
            made.add(*secrets)
        return self._made.get(secrets)


def _clean(judgment: Judgment, masks: Secrets) -> Judgment:
    if judgment.ok or judgment.claim is None:
        return judgment
    claim = judgment.claim
    return replace(
        judgment,
        claim=replace(
            claim,
            expected=masks.out_of(claim.expected),
            actual=masks.out_of(claim.actual),
            test=masks.out_of(claim.test),
        ),
    )
