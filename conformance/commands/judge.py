"""`python -m conformance judge`: pytest on the suites, from any folder; relative paths are the caller's."""

from __future__ import annotations

import pytest

from conformance.core.places import ROOT


def main(arguments: list[str]) -> int:
    """Judges a target. Returns the run's exit status (docs/verdict.md)."""
    suites = (
        [] if any((ROOT / word.partition("::")[0]).exists() and "suites" in word for word in arguments) else ["suites"]
    )
    places = [str(ROOT / suite) for suite in suites]
    return int(pytest.main([*places, "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *arguments]))
