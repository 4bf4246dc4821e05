"""Secrets that are everyday words, or stand in the documents, break no run and no report."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.client.public_texts import public_texts
from conformance.client.redaction import Secrets
from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess

ROOT = Path(__file__).resolve().parents[2]
WORDS = (
    "test",
    "pass",
    "name",
    "case",
    "seen",
    "null",
    "true",
    "session",
    "failed",
    "lineItems",
    "EBAY_US",
    "1000",
    "app0",
)


@pytest.fixture(scope="module")
def secrets() -> Secrets:
    known = Secrets(b"key", public_texts(load("mock")))
    known.add(*WORDS, "tok3n-of-an-app")
    return known


@pytest.mark.parametrize("word", WORDS)
def test_a_word_takes_nothing_else_with_it(word: str, secrets: Secrets) -> None:
    """Names of members, literals, longer texts and the suite's own documents stay as they are."""
    document: dict[str, Any] = {
        word: None,
        "a": True,
        "b": f"the latest {word} of all",
        "status": 409,
        "failed": [1000],
    }
    assert secrets.out_of_value(document) == document
    own = json.dumps({"outcome": "failed", "app": "app0", "case": word, "seen": f"{word} 409"})
    assert secrets.out_of_json(own) == own


def test_a_word_alone_is_masked_where_it_says_nothing_else(secrets: Secrets) -> None:
    masked = secrets.out_of_value({"echo": "test", "country": "EBAY_US", "token": "tok3n-of-an-app", "amount": "1000"})
    assert masked["echo"].startswith("secret-") and masked["token"].startswith("secret-")
    assert (masked["country"], masked["amount"]) == ("EBAY_US", "1000")


def test_escapes_of_json_hide_nothing(secrets: Secrets) -> None:
    value = json.loads('{"echo": "\\u0074ok3n-of-an-app", "tok3n-of-an-app": 1}')
    assert "tok3n" not in json.dumps(secrets.out_of_value(value))
    text = json.dumps({"seen": "Bearer tok3n-of-an-app", "ok": True})
    assert json.loads(secrets.out_of_json(text))["ok"] is True and "tok3n" not in secrets.out_of_json(text)


@pytest.mark.parametrize("word", ["test", "session", "true"])
def test_a_run_with_a_key_that_is_a_word(word: str, tmp_path: Path) -> None:
    mock = MockProcess()
    text = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
    (tmp_path / "word.toml").write_text(
        f'{text}\n[transport]\nheaders = {{ "X-Api-Key" = "{word}" }}\n', encoding="utf-8"
    )
    command = [sys.executable, "-m", "pytest", "suites/line_items", "--target", str(tmp_path / "word.toml"), "-n", "0"]
    try:
        ended = subprocess.run(
            [*command, "--base-url", f"{mock.base_url}/x/zero-works-once", "--requirement", "QTY-ZERO", "--report", str(tmp_path / "r")],
            cwd=ROOT, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
    finally:
        mock.stop()
    assert ended.returncode == 1, ended.stdout + ended.stderr
    result = json.loads((tmp_path / "r" / "result.json").read_text(encoding="utf-8"))
    found = [finding for requirement in result["requirements"] for finding in requirement["findings"]]
    assert [finding["requirement"] for finding in found] == ["QTY-ZERO"] and found[0]["script"]
    assert not any("Error" in note for note in result["notes"])
