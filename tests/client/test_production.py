"""The vendor's production hosts: refused unless both say so, and then nothing is sent but reads of prepaid orders.

The mock's own address stands for a production host, put there by a plug-in of the test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.client.api_client import ApiClient, RunStopped
from conformance.core import contract, profile
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.trace import Trace
from conformance.runner.mock_process import MockProcess

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = """
import conformance.core.profile
conformance.core.profile.PRODUCTION_HOSTS = ("127.0.0.1",)
"""


@pytest.fixture(scope="module")
def driver() -> Iterator[CheckoutDriver]:
    process = MockProcess()
    target = ApiClient(load("mock").with_base_url(process.base_url), key=b"key")
    yield CheckoutDriver(target, Trace("production"))
    target.close()
    process.stop()


def run(folder: Path, base: str, extra: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "patched.py").write_text(PLUGIN, encoding="utf-8")
    text = (
        (ROOT / "targets" / "mock.toml").read_text(encoding="utf-8").replace('kind = "place_order"', 'kind = "prepaid"')
    )
    (folder / "p.toml").write_text(f"{extra}\n{text}", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "suites", "-p", "patched", "--target", str(folder / "p.toml")]
    return subprocess.run(
        [*command, "--base-url", base, "--report", str(folder / "report"), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_both_have_to_say_so(driver: CheckoutDriver, tmp_path: Path) -> None:
    base = driver.profile.base_url
    for extra, arguments in (("", ["--allow-production"]), ("allow_production = true", [])):
        ended = run(tmp_path, base, extra, *arguments)
        assert ended.returncode == 4 and "production host" in ended.stderr
        assert not (tmp_path / "report").exists()


def test_a_dot_at_the_end_of_a_host_hides_nothing() -> None:
    dotted = load("mock").with_base_url("https://apix.ebay.com.")
    assert dotted.reads_only and dotted.production_hosts() == ["apix.ebay.com"]
    assert dotted.hosts() == {"apix.ebay.com."}, "the fence compares hosts as they are sent"


def test_nothing_is_sent_but_reads(driver: CheckoutDriver, tmp_path: Path) -> None:
    order = driver.create_session("EBAY_US").pay()
    extra = f'allow_production = true\nprepaid = [{{ order = "{order}", marketplace = "EBAY_US" }}]'
    ended = run(tmp_path, driver.profile.base_url, extra, "--allow-production")
    assert ended.returncode in (0, 6), ended.stdout + ended.stderr
    lines = (tmp_path / "report" / "exchanges.jsonl").read_text(encoding="utf-8").splitlines()
    sent = [json.loads(line) for line in lines]
    assert sent and {step["method"] for step in sent if step["operation"] != contract.TOKEN} == {"GET"}
    result = json.loads((tmp_path / "report" / "result.json").read_text(encoding="utf-8"))
    passed = {entry["id"] for entry in result["requirements"] if entry["outcome"] == "passed"}
    assert {"ORDER-FIELDS", "ORDER-STABLE", "ORDER-UNKNOWN", "ORDER-APP"} <= passed
    assert result["counts"]["failed"] == 0


def test_the_target_itself_refuses_to_write(driver: CheckoutDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "PRODUCTION_HOSTS", ("127.0.0.1",))
    with pytest.raises(RunStopped, match="nothing is sent but reads"):
        driver.initiate("EBAY_US", [(driver.plain("EBAY_US")[0], 1)])
