"""A profile with one app, one item, one marketplace and no payment is judged as far as it goes, to the end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")


def test_the_smallest_profile_of_the_page(tmp_path: Path) -> None:
    """What it does not offer is named and nothing else is missing, so a conformant server is conformant."""
    text = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
    text = text.replace("my-app", "mock-shop-one").replace("my-secret", "mock-secret-one")
    item = load("mock").markets["EBAY_US"].plain[0]
    profile, report = tmp_path / "mine.toml", tmp_path / "report"
    profile.write_text(re.sub(r"v1\|\d+\|0", item, text), encoding="utf-8")
    mock = MockProcess()
    try:
        command = [sys.executable, "-m", "pytest", "suites", "--target", str(profile), "--base-url", mock.base_url]
        ended = subprocess.run(
            [*command, "--report", str(report)], cwd=ROOT, capture_output=True, text=True, timeout=240
        )
    finally:
        mock.stop()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    result = json.loads((report / "result.json").read_text(encoding="utf-8"))
    unjudged = [entry for entry in result["requirements"] if entry["outcome"] == "unjudged"]
    assert result["counts"]["judged"] >= 50 and result["counts"]["failed"] == 0
    assert {entry["unjudged"]["reason"] for entry in unjudged} <= {"not_offered", "not_shown", "budget"}, unjudged
