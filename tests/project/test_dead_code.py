"""No code that nothing uses: vulture, with the names that libraries call in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("conformance", "devtools", "mock_server", "reports", "strategies", "suites")
# Classes of the doubles are found as subclasses; a parser of HTML and a context manager are called by their names.
FOUND_BY_NAME = ("unused class", "'handle_starttag'", "'handle_endtag'", "'handle_data'", "'tb'")


def unused(*paths: str) -> list[str]:
    """What vulture reports, a line each. Raises AssertionError if it could not look."""
    command = [sys.executable, "-m", "vulture", *paths]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode in (0, 3), ended.stderr
    return ended.stdout.splitlines()


def test_the_product_has_no_unused_code() -> None:
    """What only a test uses is unused as well."""
    assert not unused(*PRODUCT)


def test_the_tests_have_no_unused_code() -> None:
    lines = [line for line in unused(*PRODUCT, "tests") if line.startswith("tests/")]
    assert not [line for line in lines if not any(words in line for words in FOUND_BY_NAME)]


@pytest.mark.parametrize(
    "code", ["def never_called() -> None: ...\n", "def f() -> int:\n    return 1\n    return 1\n\n\nf()\n"]
)
def test_unused_code_is_found(code: str, tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(code, encoding="utf-8")
    assert len(unused(str(path))) == 1
