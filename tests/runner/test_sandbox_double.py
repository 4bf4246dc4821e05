"""targets/sandbox.toml, with no change but the hosts, against a twin of the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.commands.probe import wizard
from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess
from tests.doubles.sandbox_double.server import ORDERS, SESSIONS, TOKEN, Behaviour, Twin

ROOT = Path(__file__).resolve().parents[2]
ITEMS = load("mock").markets["EBAY_US"].plain[:6]
ENVIRONMENT = {
    "EBAY_CLIENT_ID": "mock-shop-one",
    "EBAY_CLIENT_SECRET": "mock-secret-one",
    "EBAY_ITEMS": " ".join(ITEMS),
}


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    process = MockProcess()
    yield process.base_url
    process.stop()


@dataclass
class Ran:
    """A run that ended: its exit status, what it printed, its result."""

    status: int
    said: str
    result: dict[str, Any]

    def outcome(self, requirement: str) -> str:
        """Of one requirement."""
        return str(next(entry["outcome"] for entry in self.result["requirements"] if entry["id"] == requirement))


def profile(twin: Twin, folder: Path) -> Path:
    """The sandbox's profile with the twin's hosts, and without its pauses."""
    sessions, orders = twin.urls
    text = (ROOT / "targets" / "sandbox.toml").read_text(encoding="utf-8")
    text = text.replace("https://apix.sandbox.ebay.com", sessions).replace("https://api.sandbox.ebay.com", orders)
    path = folder / "sandbox.toml"
    path.write_text(text.replace("rate_per_s = 5\n", ""), encoding="utf-8")
    return path


def run(twin: Twin, folder: Path, *arguments: str, **environment: str) -> Ran:
    """The suite against the twin, reporting to folder/report unless told otherwise."""
    report = folder / "report"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "suites",
        "--target",
        str(profile(twin, folder)),
        "--report",
        str(report),
    ]
    known = {key: value for key, value in os.environ.items() if not key.startswith("EBAY_")}
    ended = subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env={**known, **ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said, said
    return Ran(ended.returncode, said, json.loads((report / "result.json").read_text(encoding="utf-8")))


def test_the_sandbox_profile_judges_what_there_is(mock: str, tmp_path: Path) -> None:
    """Each host gets its own calls; stubs stand for items and payment; a 503 now and then is no breach."""
    with Twin(mock, Behaviour(every=14)) as twin:
        ran = run(twin, tmp_path, "--budget", "150")
    assert ran.result["counts"]["failed"] == 0, ran.said
    for entry in ("PAY-LOCK", "LINES-MAX", "QTY-LIMIT", "QTY-STOCK", "QTY-LOT", "ITEM-ENDED", "ITEM-SELLER-UNPAID"):
        assert ran.outcome(entry) == "passed", entry
    assert ran.outcome("PAY-PLACE") == "unjudged" and ran.outcome("PAY-DECLINED") == "unjudged"
    assert len(twin.manners.calls) <= 150
    paths = {host: [path for index, _, path in twin.manners.calls if index == host] for host in (SESSIONS, ORDERS)}
    assert all("guest_checkout_session" in path for path in paths[SESSIONS])
    assert not any(path.endswith("/place_order") for path in paths[SESSIONS])
    assert all(path == TOKEN or "guest_purchase_order" in path for path in paths[ORDERS])
    assert 1 <= paths[ORDERS].count(TOKEN) <= 6  # the token is kept; the others are questions about the endpoint


def test_a_stub_that_is_not_honoured_is_a_finding(mock: str, tmp_path: Path) -> None:
    """The mock knows no string of that name once it is spelled otherwise."""
    with Twin(mock, Behaviour()) as twin:
        for server in twin.servers:
            forward = server.RequestHandlerClass.forward  # type: ignore[attr-defined]

            def misspelt(self: Any, body: bytes, forward: Any = forward) -> Any:
                self.path = self.path.replace("SessionLocked", "SessionBlocked")
                return forward(self, body)

            server.RequestHandlerClass.forward = misspelt  # type: ignore[attr-defined]
        ran = run(twin, tmp_path, "--requirement", "PAY-LOCK")
    assert ran.status == 1 and ran.outcome("PAY-LOCK") == "failed"


def test_an_app_without_approval_is_one_sentence(mock: str, tmp_path: Path) -> None:
    with Twin(mock, Behaviour(approved=False)) as twin:
        ran = run(twin, tmp_path)
    assert ran.status == 6 and ran.result["verdict"] == "incomplete"
    assert "no access to guest checkout" in ran.result["sentence"] and "approval" in ran.result["sentence"]
    assert ran.result["counts"]["failed"] == 0 and len(twin.manners.calls) <= 5


def test_a_wrong_secret_is_one_sentence(mock: str, tmp_path: Path) -> None:
    with Twin(mock, Behaviour()) as twin:
        ran = run(twin, tmp_path, EBAY_CLIENT_SECRET="not-the-secret")
    assert ran.status == 6 and "invalid_client" in ran.result["sentence"]
    assert "not-the-secret" not in ran.said + json.dumps(ran.result)


def test_items_that_nobody_sells_are_a_wrong_profile(mock: str, tmp_path: Path) -> None:
    """Items of the sandbox end; a run with nothing but such says so, and nothing counts against the server."""
    with Twin(mock, Behaviour()) as twin:
        ran = run(twin, tmp_path, "--budget", "150", EBAY_ITEMS="v1|123456789012|0 v1|123456789013|0")
    assert ran.status == 4 and ran.result["counts"]["failed"] == 0
    assert "Your profile is wrong here: items.plain of EBAY_US names v1|123456789012|0" in ran.result["sentence"]
    assert len(twin.manners.calls) <= 10


def test_a_quota_ends_the_run_and_another_day_goes_on(mock: str, tmp_path: Path) -> None:
    with Twin(mock, Behaviour(quota=40)) as twin:
        first = run(twin, tmp_path, "--budget", "90")
        assert first.status == 6 and "quota" in first.result["sentence"] and "24 h" in first.result["sentence"]
        assert first.result["counts"]["failed"] == 0 and first.result["counts"]["judged"] > 20
        assert twin.manners.refused == 1
        earlier = tmp_path / "yesterday"
        (tmp_path / "report").rename(earlier)
        twin.manners.quota = 5_000
        second = run(twin, tmp_path, "--budget", "90", "--resume", str(earlier))
    assert second.result["counts"]["failed"] == 0
    assert second.result["counts"]["judged"] > first.result["counts"]["judged"]
    assert second.result["requests"] > first.result["requests"]


def test_a_whole_run_goes_on_where_it_stopped(mock: str, tmp_path: Path) -> None:
    chosen = ["--requirement", "QTY-STOCK", "--requirement", "SHIP-SET", "--requirement", "ITEM-ENDED"]
    earlier = tmp_path / "yesterday"
    with Twin(mock, Behaviour()) as twin:
        whole = run(twin, tmp_path, *chosen)
        twin.manners.quota = len(twin.manners.calls) // 2  # tests that came to their end are not asked again
        twin.manners.calls.clear()
        first = run(twin, tmp_path, *chosen)
        assert first.status == 6 and "quota" in first.result["sentence"]
        (tmp_path / "report").rename(earlier)
        twin.manners.quota = 5_000
        twin.manners.calls.clear()
        second = run(twin, tmp_path, *chosen, "--resume", str(earlier))
    assert second.status == whole.status == 0 and len(twin.manners.calls) < whole.result["requests"]


def test_a_short_wait_is_kept(mock: str, tmp_path: Path) -> None:
    class Once(Behaviour):
        """Asks for one second, once."""

    manners = Once(quota=12, retry_after=1)
    with Twin(mock, manners) as twin:
        for server in twin.servers:
            gate = server.RequestHandlerClass.gate  # type: ignore[attr-defined]

            def once(self: Any, path: str, body: bytes, gate: Any = gate) -> Any:
                found = gate(self, path, body)
                if manners.refused:
                    manners.quota = 5_000
                return found

            server.RequestHandlerClass.gate = once  # type: ignore[attr-defined]
        ran = run(twin, tmp_path, "--budget", "30")
    assert manners.refused == 1 and ran.result["counts"]["failed"] == 0 and "quota" not in ran.result["sentence"]


def test_a_probe_of_the_twin(
    mock: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("EBAY_CLIENT_ID_2", raising=False)
    out = tmp_path / "probed.toml"
    with Twin(mock, Behaviour()) as twin:
        sessions, orders = twin.urls
        apart = ["--order-url", orders, "--token-url", orders + TOKEN, "--out", str(out)]
        assert wizard.main([sessions, "--items", ",".join(ITEMS[:2]), *apart]) == 0
        found = load(str(out))
        assert found.payment.kind == "none" and found.markets["EBAY_US"].plain == ITEMS[:2]
        twin.manners.approved = False
        assert wizard.main([sessions, "--items", ITEMS[0], *apart]) == 1
    assert "no access to guest checkout" in capsys.readouterr().out
