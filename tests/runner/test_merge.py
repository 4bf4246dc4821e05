"""Merged reports: parts of one run add up to it; what is no part of it, or lacks one, is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from conformance.__main__ import main
from conformance.core import contract
from conformance.evidence import journal
from conformance.evidence.aggregate import merge
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.same_run import address_of
from conformance.evidence.waivers import Waiver
from conformance.judging.trace import Trace, TraceKind
from conformance.runner.finalize import write_report
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS
from tests.doubles.reference_server import ReferenceShop
from tests.evidence.test_result import METADATA, SCHEMA, traces
from tests.evidence.test_waivers import SOON

FAULTY = {server.name: server for server in FAULTY_SERVERS}["KeepsTheCoupon"]
JUDGED = [requirement for requirement in contract.requirements() if requirement not in ("RACE", "AUTH-GRANT")]
WAIVED = {
    "rule": "QTY-ZERO",
    "operation": None,
    "reason": "known",
    "owner": "shop",
    "link": "https://example.com/1",
    "expires": "2026-12-31",
    "state": "applied",
    "sentence": "",
}
Change = Callable[[dict[str, Any]], None]


def reports(
    folder: Path, of: int, shop: ReferenceShop | None = None, *, metadata: RunMetadata = METADATA, **more: Any
) -> list[Path]:
    """The reports of all shards of a run, each with every `of`-th trace."""
    found, listed = [], traces(shop or ReferenceShop())
    for part in range(of):
        parts = folder / f"parts-{part}"
        written = journal.Journal(parts, "main", lambda text: text)
        written.trace(Trace("discovery", kind=TraceKind.DISCOVERY), -1)
        for index, trace in list(enumerate(listed))[part::of]:
            for exchange in trace.exchanges:
                written.exchange(exchange)
            written.trace(trace, index)
        written.close()
        records = journal.read(parts)
        known = replace(metadata, selected=JUDGED, shard=(part + 1, of) if of > 1 else None, **more)
        out = folder / f"shard-{part + 1}"
        write_report(out, known, merge(records), [(parts, records)], lambda text, indent: text, parts)
        found.append(out)
    return found


def merged(out: Path, folders: Sequence[Path]) -> dict[str, Any]:
    """The result of a merge."""
    status = main(["merge", str(out), *map(str, folders)])
    result: dict[str, Any] = json.loads((out / "result.json").read_text(encoding="utf-8"))
    assert status == result["exit_status"]
    jsonschema_rs.validate(SCHEMA, result)
    return result


def outcomes(result: dict[str, Any]) -> dict[str, str]:
    return {requirement["id"]: requirement["outcome"] for requirement in result["requirements"]}


def test_shards_add_up_to_the_run(tmp_path: Path) -> None:
    whole = merged(tmp_path / "whole", reports(tmp_path / "one", 1))
    parts = merged(tmp_path / "parts", reports(tmp_path / "three", 3))
    assert parts["exit_status"] == whole["exit_status"] == 0 and outcomes(parts) == outcomes(whole)
    assert (parts["ending"], parts["merged"], parts["shard"]) == ("conformant", 3, None)
    assert parts["requests"] == whole["requests"] and "in 3 shards" in parts["sentence"]


def test_a_breach_in_a_shard_is_one_of_the_run(tmp_path: Path) -> None:
    result = merged(tmp_path / "m", reports(tmp_path, 3, FAULTY.shop()))
    assert result["exit_status"] == 1 and outcomes(result)[FAULTY.requirement] == "failed"


@pytest.mark.parametrize(
    ("kept", "says"),
    [((0, 1), "Shard 3 of 3 is missing"), ((0,), "Shards 2, 3 of 3 are"), ((0, 1, 1, 2), "Shard 2 of 3")],
)
def test_a_missing_or_doubled_shard_is_incomplete(tmp_path: Path, kept: tuple[int, ...], says: str) -> None:
    shards = reports(tmp_path, 3)
    result = merged(tmp_path / "m", [shards[part] for part in kept])
    assert (result["exit_status"], result["ending"]) == (6, "stopped") and says in result["sentence"]
    assert result["requests"] <= sum(json.loads((shard / "result.json").read_text())["requests"] for shard in shards)


def edited(folder: Path, change: Change) -> None:
    path = folder / "result.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    change(result)
    path.write_text(json.dumps(result), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda result: result["target"].update(name="another"), "targets"),
        (lambda result: result["target"].update(base_url="http://127.0.0.1:9/x"), "addresses"),
        (lambda result: result["target"].update(base_url="https://shop.example"), "addresses"),
        (lambda result: result.update(seed=7), "seeds"),
        (lambda result: result.update(level="must"), "levels"),
        (lambda result: result.update(scope="quick"), "scopes"),
        (lambda result: result["suite"].update(contract="other"), "contracts"),
        (lambda result: result["shard"].update(of=5), "a shard of 3, a shard of 5"),
        (lambda result: result.update(shard=None), "no shard"),
        (lambda result: result.update(format=1), "another version"),
    ],
)
def test_what_is_no_part_of_the_run_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Change, says: str
) -> None:
    shards = reports(tmp_path, 3)
    edited(shards[1], change)
    capsys.readouterr()
    assert main(["merge", str(tmp_path / "m"), *map(str, shards)]) == 4
    said = capsys.readouterr().err
    assert says in said and len(said.splitlines()) == 1 and not (tmp_path / "m").exists()


def test_a_folder_without_a_report_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["merge", str(tmp_path / "m"), str(tmp_path / "none")]) == 4
    assert "holds no report" in capsys.readouterr().err


def test_another_port_of_this_machine_is_the_same_target(tmp_path: Path) -> None:
    assert (
        address_of("http://127.0.0.1:1/x/") == address_of("http://127.0.0.1:2/x") != address_of("http://127.0.0.1:1/y")
    )
    assert address_of("http://127.0.0.2:1/x") == address_of("http://127.0.0.2:2/x")
    assert address_of("http://shop.example:1") != address_of("http://shop.example:2")
    shards = reports(tmp_path, 2)
    edited(shards[1], lambda result: result["target"].update(base_url="http://127.0.0.1:2"))
    assert merged(tmp_path / "m", shards)["exit_status"] == 0


@pytest.mark.parametrize(
    ("more", "status", "says"),
    [
        ({"stopped": "The target stopped answering."}, 6, "Shard 2 of 2 ended early: The target stopped answering."),
        ({"interrupted": True}, 2, "interrupted"),
        ({"defects": ["boom"]}, 3, "boom"),
        ({"profile_problems": ["the limit is 7."]}, 4, "the limit is 7."),
    ],
)
def test_a_merge_is_never_better_than_its_worst_shard(
    tmp_path: Path, more: dict[str, Any], status: int, says: str
) -> None:
    shards = reports(tmp_path, 2)
    worse = reports(tmp_path / "worse", 2, **more)[1]
    result = merged(tmp_path / "m", [shards[0], worse])
    assert result["exit_status"] == status and says in result["sentence"]


def test_a_note_is_no_defect(tmp_path: Path) -> None:
    result = merged(tmp_path / "m", reports(tmp_path, 2, notes=["applyGuestCoupon never answered 2xx in this run."]))
    assert result["exit_status"] == 0 and result["defects"] == []


def test_notes_of_the_run_are_those_of_the_merge(tmp_path: Path) -> None:
    said = "Judged with one app: the second is refused."
    alone = ["The bound of the run left no requests to reproduce 2 of the findings: --failed reproduces them."]
    shards = [
        *reports(tmp_path / "a", 2, notes=[said, *alone])[:1],
        *reports(tmp_path / "b", 2, notes=[said, "initiateGuestCheckoutSession never answered 2xx in this run."])[1:],
    ]
    notes = merged(tmp_path / "m", shards)["notes"]
    assert notes.count(said) == 1 and not [note for note in notes if "initiate" in note or "bound" in note]


def test_everything_that_makes_a_merge_incomplete_is_said(tmp_path: Path) -> None:
    shards = reports(tmp_path, 3)
    ended = reports(tmp_path / "ended", 3, stopped="The target did not answer.")[1]
    sentence = merged(tmp_path / "m", [shards[0], ended, shards[0]])["stopped"]
    assert sentence == (
        "Shard 3 of 3 is missing, so its tests did not run. Shard 1 of 3 is there twice. "
        "Shard 2 of 3 ended early: The target did not answer."
    )


def test_waivers_apply_once_to_the_whole(tmp_path: Path) -> None:
    waivers = [Waiver(FAULTY.requirement, "known", "team a", "https://tracker.example/1", SOON)]
    shards = reports(tmp_path, 3, FAULTY.shop(), waivers=waivers)
    kept = [json.loads((shard / "result.json").read_text(encoding="utf-8")) for shard in shards]
    assert all(result["ending"] != "waiver" for result in kept)  # a shard does not ask for a removal
    assert {result["waivers"][0]["state"] for result in kept} == {"applied", "unused"}
    result = merged(tmp_path / "m", shards)
    assert (result["exit_status"], result["ending"]) == (0, "conformant but for waivers")
    healthy = merged(tmp_path / "h", reports(tmp_path / "healthy", 3, waivers=waivers))
    assert (healthy["exit_status"], healthy["ending"]) == (1, "waiver")


def test_quick_shards_keep_what_each_of_them_saw(tmp_path: Path) -> None:
    shards = reports(tmp_path, 2, scope=Scope.QUICK)
    result = merged(tmp_path / "m", shards)
    each = [json.loads((shard / "result.json").read_text(encoding="utf-8"))["requests"] for shard in shards]
    assert result["requests"] == sum(each) and result["ending"] == "quick"


def test_the_script_of_a_shard_is_in_the_merge(tmp_path: Path) -> None:
    shards = reports(tmp_path, 2, FAULTY.shop())
    found = [shard for shard in shards if FAULTY.requirement in (shard / "result.json").read_text(encoding="utf-8")]

    def proved(result: dict[str, Any]) -> None:
        for requirement in result["requirements"]:
            for finding in requirement["findings"]:
                finding.update(script="scripts/x.sh", steps=["a step"], reproduced={"shown": 3, "tried": 3})

    for shard in found:
        (shard / "scripts").mkdir(exist_ok=True)
        (shard / "scripts" / "x.sh").write_text("exit 1\n", encoding="utf-8")
        edited(shard, proved)
    result = merged(tmp_path / "m", shards)
    finding = next(each for rule in result["requirements"] for each in rule["findings"])
    assert finding["reproduced"] == {"shown": 3, "tried": 3} and finding["steps"] == ["a step"]
    assert (tmp_path / "m" / finding["script"]).read_text(encoding="utf-8") == "exit 1\n"


def test_a_finding_that_its_shard_took_for_a_consequence_does_not_come_back(tmp_path: Path) -> None:
    shards = reports(tmp_path, 2, FAULTY.shop())

    def dropped(result: dict[str, Any]) -> None:
        for requirement in result["requirements"]:
            requirement["findings"] = []
            if requirement["outcome"] == "failed":
                requirement["outcome"] = "passed"

    for shard in shards:
        edited(shard, dropped)
    assert merged(tmp_path / "m", shards)["counts"]["failed"] == 0
    shutil.rmtree(tmp_path / "m")


def test_the_same_report_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (whole,) = reports(tmp_path, 1)
    copy = shutil.copytree(whole, tmp_path / "copy")
    for other in (whole, copy):
        assert main(["merge", str(tmp_path / "m"), str(whole), str(other)]) == 4
        assert "the same report" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda result: result["requirements"][0].update(id="NO-SUCH-RULE"),
        lambda result: result["target"].update(base_url="http://shop.example:x/"),
        lambda result: result["target"].update(base_url="http://[1/"),
        lambda result: result.update(waivers=[{**WAIVED, "expires": "2026-99-99"}]),
    ],
)
def test_odd_values_of_a_part_are_refused(change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shards = reports(tmp_path, 2)
    edited(shards[1], change)
    assert main(["merge", str(tmp_path / "m"), *map(str, shards)]) == 4
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and str(shards[1]) in said
