"""What counts as JSON, and what is said of what does not."""

from __future__ import annotations

import pytest

from conformance.client.strict_json import DEEPEST, read_bytes, read_json

SAID = {
    '{"a":NaN}': "NaN",
    "[-Infinity]": "Infinity",
    '{"a":1,"a":2}': "twice",
    "1e999": "beyond all measure",
    "9" * 5000: "digits",
    "[" * 100_000 + "]" * 100_000: "nested",
    "[" * 300 + "]" * 300: "nested",
    "{": "no JSON",
    "{} {}": "no JSON",
    "<html>": "no JSON",
}


@pytest.mark.parametrize("text", SAID, ids=lambda text: text[:12])
def test_a_text_that_is_no_json_is_refused_with_its_reason(text: str) -> None:
    value, shown, problem = read_json(text)
    assert value is None and shown is not None and len(shown) <= 4000
    assert problem and SAID[text] in problem


@pytest.mark.parametrize("depth", [1, 20, DEEPEST])
def test_nesting_that_is_taken(depth: int) -> None:
    assert read_json("[" * depth + "]" * depth).problem is None
    assert read_json("[" + "[]," * 500 + "[]]").problem is None


def test_halves_of_characters_become_whole() -> None:
    value = read_json(r'{"\ud800": ["\udc00x", "\ud83d\ude00", "\\ud800"]}').value
    assert value == {"\ufffd": ["\ufffdx", "\U0001f600", "\\ud800"]}
    str(value).encode()


def test_bytes_are_read_as_utf_8_or_not_at_all() -> None:
    assert read_bytes("ü".encode()) == ("ü", None)
    text, problem = read_bytes(b"\xff{}")
    assert text == "\ufffd{}" and problem and "UTF-8" in problem
