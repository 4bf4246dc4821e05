"""The result of a run: shards add up to what one process says, every exit status has its cause, the document its schema."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from conformance.core import contract
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence import journal
from conformance.evidence.aggregate import merge
from conformance.evidence.journal import Journal
from conformance.evidence.result import build
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.verdict import decide_verdict
from conformance.evidence.waivers import Waiver
from conformance.judging.trace import Trace
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import PARTS, visit
from tests.evidence.test_waivers import SOON

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "reports" / "schemas" / "result.schema.json").read_text(encoding="utf-8"))
BY_NAME = {entry.name: entry for entry in FAULTY_SERVERS}
TARGET = {"name": "honest", "base_url": "http://127.0.0.1:1", "profile": "honest.toml", "marketplaces": ["EBAY_US"]}
METADATA = RunMetadata(
    TARGET, "digest", 0, "should", "2026-01-01T00:00:00Z", 1.5, 1, operations=list(contract.operations())
)


def traces(shop: ReferenceShop) -> list[Trace]:
    """A visit, each part of it as a trace of its own."""
    found = []
    for place, part in enumerate(PARTS):
        trace = visit(shop, part)
        trace.name = f"part{place}"
        for entry in trace.exchanges:
            entry.trace = trace.name
        for judgment in trace.judgments:
            judgment.exchange = judgment.exchange.replace("honest/", f"{trace.name}/")
        found.append(trace)
    return found


def document(
    parts: list[Trace], folder: Path, *, processes: int = 1, metadata: RunMetadata = METADATA, **more: Any
) -> dict[str, Any]:
    """The result of those traces, written by so many processes."""
    journals = [Journal(folder, f"gw{number}", lambda text: text) for number in range(processes)]
    for index, trace in enumerate(parts):
        written = journals[index % processes]
        for exchange in trace.exchanges:
            written.exchange(exchange)
        written.trace(trace, index)
    for written in journals:
        written.close()
    (folder / "all.jsonl").write_text(
        "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.exchanges.jsonl"))), encoding="utf-8"
    )
    wanted = replace(metadata, **{"selected": list(contract.requirements()), **more})
    found = build(wanted, merge(journal.read(folder)), folder / "all.jsonl")
    again: dict[str, Any] = json.loads(json.dumps(found, default=str))
    jsonschema_rs.validate(SCHEMA, again)
    return again


@pytest.mark.parametrize("name", [None, "KeepsTheCoupon", "a cent more in the total"])
def test_processes_add_up(tmp_path: Path, name: str | None) -> None:
    """However the traces are spread: the order of the plan counts, not that of the processes."""
    parts = traces(BY_NAME[name].shop() if name else ReferenceShop())
    results = [document(parts, tmp_path / f"{count}", processes=count) for count in (1, 2, 5)]
    assert results[0] == results[1] == results[2]
    assert results[0]["requests"] == sum(len(part.exchanges) for part in parts)
    failed = [result["id"] for result in results[0]["requirements"] if result["outcome"] == "failed"]
    assert failed == ([BY_NAME[name].requirement] if name else [])


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    parts = traces(ReferenceShop())[:2]
    document(parts, tmp_path)
    path = tmp_path / "gw0.traces.jsonl"
    path.write_bytes(path.read_bytes()[:-50])
    assert [entry.name for entry in journal.read(tmp_path)] == ["part0"]


def test_a_breach_is_counted_not_repeated(tmp_path: Path) -> None:
    result = document(traces(BY_NAME["a cent more in the total"].shop()), tmp_path)
    finding = next(entry for requirement in result["requirements"] for entry in requirement["findings"])
    assert finding["count"] > 100 and finding["first_request"] == 1
    assert finding["marketplaces"] == ["EBAY_GB", "EBAY_US"] and len(finding["operations"]) == 7


def test_the_target_lists_the_marketplaces_that_were_judged(tmp_path: Path) -> None:
    """And none that the profile has and the run left alone."""
    offered = {**TARGET, "marketplaces": ["EBAY_FR", "EBAY_US", "EBAY_GB"]}
    result = document(traces(ReferenceShop()), tmp_path, metadata=replace(METADATA, target=offered))
    assert result["target"]["marketplaces"] == ["EBAY_US", "EBAY_GB"]


def test_cases_and_reach(tmp_path: Path) -> None:
    result = document(traces(ReferenceShop()), tmp_path)
    by_id = {entry["id"]: entry for entry in result["requirements"]}
    same = by_id["MARKET-SAME"]
    assert same["outcome"] == "passed" and same["cases"]["judged"] >= 7 and not same["cases"]["missing"]
    assert by_id["RACE"]["outcome"] == "unjudged" and by_id["RACE"]["reason"] == "no evidence"
    reach = result["reach"]["operations"]
    assert all(entry["sent"] == entry["accepted"] + entry["refused"] and entry["accepted"] for entry in reach.values())
    assert {"ordered", "declined", "empty"} <= set(result["reach"]["states"])
    assert result["counts"]["judged"] == result["counts"]["passed"] and result["counts"]["failed"] == 0


def test_a_quick_run_says_so(tmp_path: Path) -> None:
    assert document([], tmp_path / "whole")["scope"] == "whole"
    assert document([], tmp_path / "quick", scope=Scope.QUICK)["scope"] == "quick"


# ---------------------------------------------------------------- exit status


def status(tmp_path: Path, shop: ReferenceShop | None = None, **more: Any) -> tuple[int, str]:
    judged = [requirement for requirement in contract.requirements() if requirement not in ("RACE", "AUTH-GRANT")]
    usual: dict[str, Any] = {"selected": judged}
    result = document(traces(shop or ReferenceShop()), tmp_path, **usual | more)
    assert result["sentence"].count("\n") == 0
    return result["exit_status"], result["verdict"]


def test_a_shop_without_findings_is_conformant(tmp_path: Path) -> None:
    assert status(tmp_path) == (0, "conformant")


def test_a_shop_that_breaks_a_must_is_not_conformant(tmp_path: Path) -> None:
    assert status(tmp_path, BY_NAME["KeepsTheCoupon"].shop()) == (1, "not conformant")


def test_a_should_does_not_decide(tmp_path: Path) -> None:
    assert status(tmp_path, BY_NAME["another price in later sessions"].shop()) == (0, "conformant")


def test_an_interrupted_run_ends_with_status_2(tmp_path: Path) -> None:
    assert status(tmp_path, interrupted=True) == (2, "incomplete")
    assert status(tmp_path / "b", BY_NAME["KeepsTheCoupon"].shop(), interrupted=True) == (2, "not conformant")


def test_a_defect_of_ours(tmp_path: Path) -> None:
    assert status(tmp_path, defects=["boom"]) == (3, "incomplete")


def test_a_run_without_evidence_for_a_must_is_incomplete(tmp_path: Path) -> None:
    assert status(tmp_path, selected=list(contract.requirements())) == (6, "incomplete")


def test_not_offered_is_excused(tmp_path: Path) -> None:
    everything = list(contract.requirements())
    unmet = {"AUTH-GRANT": Unjudged(UnjudgedReason.NOT_OFFERED, needs=("token_endpoint",))}
    assert status(tmp_path, selected=everything, unmet=unmet) == (0, "conformant")


def test_a_run_that_ended_early_is_incomplete(tmp_path: Path) -> None:
    assert status(tmp_path, stopped="The target did not answer.") == (6, "incomplete")
    assert status(tmp_path / "b", BY_NAME["KeepsTheCoupon"].shop(), stopped="Gone.") == (1, "not conformant")


def test_a_waived_failure_passes_and_a_needless_waiver_fails(tmp_path: Path) -> None:
    known = Waiver("COUPON-REMOVE", "known", "team a", "https://tracker.example/1", SOON)
    assert status(tmp_path, BY_NAME["KeepsTheCoupon"].shop(), waivers=[known]) == (0, "conformant but for waivers")
    assert status(tmp_path / "b", waivers=[known]) == (1, "waiver failed")  # it is no longer needed


def test_nothing_at_all(tmp_path: Path) -> None:
    assert decide_verdict(METADATA, [], []).exit_status == 6
    assert document([], tmp_path)["exit_status"] == 6


# ---------------------------------------------------------------- as users start it


def suite(folder: Path, *options: str) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "suites/marketplace",
        "--target",
        "mock",
        "--report",
        str(folder),
        *options,
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    result: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    jsonschema_rs.validate(SCHEMA, result)
    assert ended.returncode == result["exit_status"], ended.stdout[-2000:]
    return result


def test_two_workers_say_what_one_process_says(tmp_path: Path) -> None:
    """One chapter: the same document but for times, token calls and the port of the mock."""
    entry, two = suite(tmp_path / "one", "-p", "no:xdist"), suite(tmp_path / "two", "-n", "2")
    for result in (entry, two):
        assert result.pop("token_requests") >= 1
        for name in ("started", "duration_s"):
            del result[name]
        del result["target"]["base_url"]
    assert entry == two
    assert entry["exit_status"] == 6  # one chapter alone leaves others without evidence
    assert (
        next(requirement for requirement in entry["requirements"] if requirement["id"] == "MARKET-SAME")["outcome"]
        == "passed"
    )
