"""A profile that is wrong about the target ends as that, with status 4, and never as a finding."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.core.profile_reader import load
from conformance.driver.profile_check import item_roles

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8")
MOCK = load("mock").markets["EBAY_US"]


def test_the_roles_are_those_of_the_requirements() -> None:
    assert {15018, 15053} <= item_roles()["refused"] and item_roles()["removed"]


@pytest.mark.parametrize("limit", [[], ["--budget", "40"], ["--quick"]], ids=["whole", "budget", "quick"])
@pytest.mark.parametrize("kind", ["refused", "removed"])
def test_an_item_that_is_not_sold(tmp_path: Path, kind: str, limit: list[str]) -> None:
    item = next(item for item, role in MOCK.roles.items() if role.kind == kind)
    lines = [line for line in TEXT.splitlines() if f'"{item}"' not in line]
    first = next(index for index, line in enumerate(lines) if line.startswith("plain = ["))
    lines[first] = lines[first].replace("[", f'["{item}", ', 1)
    profile = tmp_path / "wrong.toml"
    profile.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "conformance", "judge", "--target", str(profile), "--report", str(tmp_path / "r")]
    from conformance.runner.mock_process import MockProcess

    mock = MockProcess()
    try:
        options = ["--base-url", mock.base_url, "--requirement", "QTY-ZERO", *limit]
        ended = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=300)
    finally:
        mock.stop()
    result = json.loads((tmp_path / "r" / "result.json").read_text(encoding="utf-8"))
    assert ended.returncode == 4 and result["exit_status"] == 4
    assert f"Your profile is wrong here: items.plain of EBAY_US names {item}" in result["sentence"]
    assert result["counts"]["failed"] == 0
