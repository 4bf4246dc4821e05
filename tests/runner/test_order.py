"""The whole suite says the same in one process and in two, in any order, and in parts that are put together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract
from conformance.driver.marks import rounds

ROOT = Path(__file__).resolve().parents[2]
Document = dict[str, Any]


def suite(folder: Path, *options: str, **environment: str) -> Document:
    """The result of a run of the whole suite against a mock of its own."""
    command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--report", str(folder), *options]
    given = {**os.environ, **environment}
    ended = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, timeout=300)
    assert (folder / "result.json").is_file(), ended.stdout[-2000:] + ended.stderr[-2000:]
    result: Document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert ended.returncode == result["exit_status"]
    return result


def lasting(result: Document) -> Document:
    """A result without times, token calls, the port of the mock, the number of its shards, and who came first in a race.

    If a payment came first, the race's last look is at its order, else at the session. Luck and time also decide how many
    orders were read within the time of a payment, and whether a made-up id is a part of one that the mock drew.
    """
    passing = ("started", "duration_s", "token_requests", "merged")
    kept = {name: value for name, value in result.items() if name not in passing}
    kept["sentence"] = result["sentence"].replace(" in 3 shards", "")
    kept["target"] = {name: value for name, value in result["target"].items() if name != "base_url"}
    operations = {name: counts["sent"] for name, counts in result["reach"]["operations"].items()}
    operations[contract.READ] += operations.pop(contract.READ_ORDER)
    kept["requirements"] = [_without_luck(requirement) for requirement in result["requirements"]]
    kept["reach"] = {"sent": operations, "states": sorted(result["reach"]["states"])}
    return kept


def _without_luck(requirement: Document) -> Document:
    kept = dict(requirement)
    if requirement["id"] == "ORDER-READ-PAID":
        del kept["evidence"]
    if (conditions := requirement["conditions"]) and any("id" in pair["factors"] for pair in conditions["pairs"]):
        kept["conditions"] = {
            "of": conditions["of"],
            "pairs": [pair for pair in conditions["pairs"] if "id" not in pair["factors"]],
        }
    return kept


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Document:
    result = suite(tmp_path_factory.mktemp("one") / "report", "-n", "0")
    assert result["verdict"] == "conformant" and result["token_requests"] >= 1
    return lasting(result)


def test_two_processes_in_a_random_order_give_the_result_of_one(tmp_path: Path, whole: Document) -> None:
    assert lasting(suite(tmp_path, "-n", "2", "-p", "tests.doubles.shuffle", SHUFFLE="2")) == whole
    ran = started(tmp_path)
    names = (json.loads(line)["name"] for line in (tmp_path / "traces.jsonl").read_text(encoding="utf-8").splitlines())
    planned = [name for name in names if name in ran]  # a test may find nothing to ask
    assert len(ran) == len(planned) and sum(a == b for a, b in zip(ran, planned, strict=True)) < len(ran) / 10


def started(folder: Path) -> list[str]:
    """The traces in the order of their first requests."""
    first: dict[str, str] = {}
    with open(folder / "exchanges.jsonl", encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            first[line["trace"]] = min(line["started"], first.get(line["trace"], "9"))
    return sorted(first, key=lambda name: first[name])


def test_merged_shards_give_the_result_of_a_whole_run(tmp_path: Path, whole: Document) -> None:
    folders = [tmp_path / f"{part}" for part in (1, 2, 3)]
    for part, folder in enumerate(folders, 1):
        assert suite(folder, "-n", "0", "--shard", f"{part}/3")["ending"] in ("shard", "incomplete")
    out = tmp_path / "whole"
    command = [sys.executable, "-m", "conformance", "merge", str(out), *map(str, folders)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert lasting(json.loads((out / "result.json").read_text(encoding="utf-8"))) == whole


def test_each_round_has_an_id_of_its_own() -> None:
    values, ids = rounds(["EBAY_US", "EBAY_GB"], 2)
    assert values == ["EBAY_US", "EBAY_GB", "EBAY_US", "EBAY_GB"]
    assert ids == ["EBAY_US", "EBAY_GB", "EBAY_US-round1", "EBAY_GB-round1"]
