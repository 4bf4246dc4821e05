"""Recorded traffic: HAR files as a browser and a proxy write them (tests/doubles/recordings.py), and our own exchanges.jsonl."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.inputs import InputError
from conformance.core.profile_reader import load
from conformance.judging.content.response_schema import validator
from conformance.judging.context import Judgment
from conformance.judging.load_rules import load_rules
from conformance.recordings.calls import calls_of, operation_of
from conformance.recordings.files import Contents, read
from conformance.recordings.judge_contents import judge_contents
from conformance.runner.mock_process import MockProcess
from conformance.runner.recording import bare_profile
from tests.doubles.recordings import DATA, FAULT

ROOT = Path(__file__).resolve().parents[2]
CHROME, PROXY = DATA / "chrome.har", DATA / "mitmproxy.har"


def calls(path: Path) -> list[Exchange]:
    return calls_of(read([path]).entries).exchanges


def judgments(contents: Contents, *, known: bool) -> list[Judgment]:
    load_rules()
    profile = load("mock") if known else bare_profile([CHROME])
    return [
        judgment
        for trace in judge_contents(contents, profile, b"key", roles=known).traces
        for judgment in trace.judgments
    ]


def failed(path: Path, *, known: bool) -> set[tuple[str, str]]:
    return {
        (judgment.requirement, judgment.operation)
        for judgment in judgments(read([path]), known=known)
        if not judgment.ok
    }


def test_a_browsers_log() -> None:
    found = calls(CHROME)
    assert [exchange.operation for exchange in found] == [
        contract.INITIATE, contract.READ, contract.QUANTITY, contract.OPTION, contract.APPLY, contract.APPLY,
        contract.READ, contract.QUANTITY, contract.PLACE_ORDER, contract.READ_ORDER, contract.QUANTITY,
    ]  # fmt: skip
    assert [exchange.status for exchange in found] == [200] * 5 + [409, 200, 400, 200, 200, 409]
    assert {exchange.request.marketplace for exchange in found} == {"EBAY_US"}
    assert {exchange.request.credential for exchange in found} == {"app0"}  # DevTools leaves Authorization out
    assert (
        found[0].request.body["contactEmail"] == "käufer@example.com" and found[0].headers["x-ebay-security-signature"]
    )
    assert found[1].body["checkoutSessionId"] == found[0].body["checkoutSessionId"] == found[1].request.subject
    assert len(found[0].body["lineItems"]) == 2  # one answer is packed in base64
    assert all(validator(exchange.operation).is_valid(exchange.body) for exchange in found if exchange.status == 200)


def test_a_proxys_log_is_read_in_order() -> None:
    found = calls(PROXY)
    assert [exchange.operation for exchange in found] == [contract.INITIATE] + [contract.QUANTITY, contract.READ] * 2
    assert [exchange.started for exchange in found] == sorted(exchange.started for exchange in found)
    assert {exchange.request.credential for exchange in found} == {"app0"}


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
def test_what_recordings_prove(known: bool) -> None:
    assert failed(CHROME, known=known) == set()
    assert failed(PROXY, known=known) == {("QTY-ZERO", contract.QUANTITY)}


def test_a_bare_profile_knows_the_marketplaces() -> None:
    profile = bare_profile([CHROME])
    assert list(profile.markets) == ["EBAY_US"] and profile.markets["EBAY_US"].country == "US"


@pytest.mark.parametrize(
    ("method", "url", "found"),
    [
        ("POST", "https://x/buy/order/v2/guest_checkout_session/initiate", (contract.INITIATE, None)),
        ("GET", "https://x/buy/order/v2/guest_checkout_session/initiate", None),
        ("GET", "https://x/p/buy/order/v2/guest_checkout_session/v1%7C7%7Ca", (contract.READ, "v1|7|a")),
        ("GET", "https://x/buy/order/v2/guest_checkout_session/7/?a=b", (contract.READ, "7")),
        ("post", "https://x/buy/order/v2/guest_checkout_session/7/apply_coupon", (contract.APPLY, "7")),
        ("POST", "https://x/buy/order/v1/guest_checkout_session/7/place_order", (contract.PLACE_ORDER, "7")),
        ("GET", "https://x/buy/order/v2/guest_purchase_order/5", (contract.READ_ORDER, "5")),
        ("OPTIONS", "https://x/buy/order/v2/guest_checkout_session/7/apply_coupon", None),
        ("GET", "https://x/buy/order/v1/guest_checkout_session/7", None),
        ("GET", "https://x/buy/browse/v1/item/7", None),
    ],
)
def test_operations_are_told_by_their_path(method: str, url: str, found: Any) -> None:
    assert operation_of(method, url) == found


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"log": {}}', '{"log": 7}', "\xff"])
def test_what_is_no_recording_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.har"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"odd\.har is neither"):
        read([path])


def test_a_broken_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"operation": "x"}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"Line 1 of odd\.jsonl"):
        read([path])


@pytest.mark.parametrize(
    "entry", [{}, {"request": None}, {"request": {}}, 7, None, {"request": {"url": 7, "method": 7}}]
)
def test_odd_entries_are_passed_over(tmp_path: Path, entry: Any) -> None:
    path = tmp_path / "odd.har"
    path.write_text(json.dumps({"log": {"entries": [entry]}}), encoding="utf-8")
    contents = read([path])
    assert contents.entries == [] and contents.odd == 1


# ---------------------------------------------------------------- as users start it


def suite(folder: Path, *options: str) -> dict[str, Any]:
    """result.json of a run."""
    command = [sys.executable, "-m", "pytest", "suites", "--report", str(folder), "-p", "no:xdist", *options]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (folder / "result.json").is_file(), ended.stdout[-2000:] + ended.stderr[-2000:]
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert ended.returncode == result["exit_status"]
    return result


def findings(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (
            finding["requirement"],
            finding["summary"],
            finding["count"],
            tuple(finding["operations"]),
            tuple(finding["marketplaces"]),
        )
        for each in result["requirements"]
        for finding in each["findings"]
    ]


def test_nothing_is_sent(tmp_path: Path) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        result = suite(tmp_path, "--recording", str(PROXY), "--target", "mock", "--base-url", url)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert result["exit_status"] == 1 and result["requests"] == 5 and result["token_requests"] == 0
    assert [finding[0] for finding in findings(result)] == ["QTY-ZERO"]


def test_our_own_exchanges_give_the_same_findings(tmp_path: Path) -> None:
    mock = MockProcess()
    try:
        live = suite(
            tmp_path / "live",
            "--target",
            "mock",
            "--base-url",
            f"{mock.base_url}/x/{FAULT}",
            "--requirement",
            "QTY-ZERO",
        )
    finally:
        mock.stop()
    again = suite(tmp_path / "again", "--target", "mock", "--recording", str(tmp_path / "live" / "exchanges.jsonl"))
    assert [finding for finding in findings(again) if finding[0] == "QTY-ZERO"]
    assert {finding[:2] for finding in findings(again)} == {finding[:2] for finding in findings(live)}


@pytest.mark.parametrize("target", [(), ("--target", "mock")], ids=["no target", "target"])
def test_a_file_that_is_no_recording_is_wrong_input(tmp_path: Path, target: tuple[str, ...]) -> None:
    """Whether or not a profile is named: one sentence, and no report."""
    path = tmp_path / "odd.log"
    path.write_text("nothing of this kind\n", encoding="utf-8")
    command = [sys.executable, "-m", "conformance", "judge", "--recording", str(path), *target]
    ended = subprocess.run(
        [*command, "--report", str(tmp_path / "report")], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 4 and "odd.log is neither" in ended.stderr and "Traceback" not in ended.stderr
