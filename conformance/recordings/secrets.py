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

from conformance.client.api_client import GIVEN_TOKENS
from conformance.client.redaction import PSEUDONYM, Secrets
from conformance.core.exchange import SIGNATURE, Exchange
from conformance.judging.context import Judgment

TOKEN_LENGTH, COOKIE_LENGTH = 8, 12  # a shorter value is a setting
HEAD = 8
WORD = re.compile(r"[^\s\"'\\,;=&?/:{}\[\]()<>]{8,}")


def secrets_of(request_headers: Mapping[str, str], cookies_given: Iterable[str], answer: str) -> tuple[str, ...]:
    """What an entry shows that proves who the caller is: tokens, passwords, cookies."""
    return tuple(dict.fromkeys(_secrets(request_headers, cookies_given, answer)))


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
    yield from (
        token for token in GIVEN_TOKENS.findall(answer) if "_token" in answer and is_secret(token, TOKEN_LENGTH)
    )


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
        written = json.dumps(
            [exchange.url, exchange.headers, exchange.body, exchange.text, exchange.request.body], default=str
        )
        near = {secret for word in set(WORD.findall(written)) for secret in self._heads.get(word[:HEAD], ())}
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
        return [_clean(judgment, masks) for judgment in judgments]

    def _masks(self, secrets: tuple[str, ...]) -> Secrets | None:
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
