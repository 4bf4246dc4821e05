"""A healthy mock behind the hostile servers, one for all of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.hostile.running import ROOT


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "hostile: one of the whole gallery, for `make hostile` and the night")


@pytest.fixture(scope="session")
def healthy() -> Iterator[str]:
    """The base URL of a mock that behaves."""
    command = [sys.executable, "-m", "mock_server", "--quiet"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["base_url"]
        finally:
            process.terminate()
