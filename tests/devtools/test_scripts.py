"""Every script of a sample of faults tells the faulty mock from the healthy one, and replay decides alike."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance.runner.mock_process import MockProcess
from devtools.scripts import drawn, outcomes

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("sh", "curl", "jq"))), reason="sh, curl or jq is not installed"
)


@pytest.mark.parametrize("seed", [1, 3])
def test_scripts_tell_the_faulty_mock_from_the_healthy_one(seed: int, tmp_path: Path) -> None:
    mock = MockProcess()
    try:
        found = [outcome for fault in drawn(1, seed) for outcome in outcomes(fault, mock.base_url, tmp_path)]
    finally:
        mock.stop()
    assert found and all(outcome.right for outcome in found), found
