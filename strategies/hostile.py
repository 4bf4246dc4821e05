"""Requests that no client should send: broken JSON, other shapes and media types, depth, size, odd Unicode.

Each is (bytes or JSON value, content type). What a server answers is its choice among 4xx; a crash is not.
"""

from __future__ import annotations

import json
from typing import Any

JSON = "application/json"
JSON_SEQUENCE = "application/json-seq"  # begins like JSON, and is another format (RFC 7464)
DEPTH = 5000

NEGATIVE: dict[str, tuple[bytes, str | None]] = {
    "broken JSON": (b'{"a": ', JSON),
    "no JSON at all": (b"hello", JSON),
    "an empty body": (b"", JSON),
    "a list": (b"[]", JSON),
    "a text": (b'"text"', JSON),
    "a number": (b"7", JSON),
    "null": (b"null", JSON),
    "deep lists": (b"[" * DEPTH + b"]" * DEPTH, JSON),
    "deep objects": (b'{"a":' * DEPTH + b"1" + b"}" * DEPTH, JSON),
    "invalid UTF-8": (b'{"a": "\xff\xfe"}', JSON),
    "a huge number": (b'{"quantity": 1e999}', JSON),
    "another media type": (b"a=b", "application/x-www-form-urlencoded"),
    "XML": (b"<a/>", "application/xml"),
}


def as_other_media(body: Any) -> dict[str, tuple[bytes, str | None]]:
    """A valid body under another media type, and under none."""
    raw = json.dumps(body).encode()
    return {"text/plain": (raw, "text/plain"), JSON_SEQUENCE: (raw, JSON_SEQUENCE), "no media type": (raw, None)}


def with_extras(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Valid bodies with fields that nobody knows."""
    return {
        "an unknown field": {**body, "somethingNew": {"a": [1, None, "ü"]}},
        "a field with a long name": {**body, "x" * 500: True},
        "odd Unicode in an unknown field": {**body, "note": "\u202e\u0000\U0001f6d2\ufeff"},
    }


def odd_texts() -> dict[str, str]:
    """Texts for ids and names that a careless server trips over."""
    return {
        "2,000 characters": "9" * 2000,
        "quotes and slashes": "'\"\\/../..%2f",
        "odd Unicode": "\U0001f6d2\u202e\u0301",
        "a format string": "%s%n{0}${7*7}",
    }
