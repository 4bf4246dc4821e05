"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.judging.load_rules import load_rules
from conformance.runner.mock_process import MockProcess


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The base URL of a mock for the tests of one module; the rules are loaded."""
    load_rules()
    process = MockProcess()
    try:
        yield process.base_url
    finally:
        process.stop()
