"""`replay` decides as a finding's script does, by the judge itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from conformance.commands import replay as commands
from conformance.commands.replay import GONE, THERE, UNDECIDED, chosen, replay
from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.inputs import InputError
from conformance.core.profile_reader import load, path_of
from conformance.evidence.reproduction.replay import steps_of
from tests.doubles.faulty_servers import FaultyServer
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS
from tests.doubles.in_memory_replay import shrunk
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import visit
from tests.doubles.serving import serve
from tests.evidence.test_curl_script import TOKENS

FAULTY: dict[str, FaultyServer] = {server.name: server for server in FAULTY_SERVERS}


@pytest.mark.parametrize("name", ["KeepsTheCoupon", "a cent more in the total", "MakesASecondOrder"])
def test_it_decides_as_a_script_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    proof, _ = shrunk(FAULTY[name])
    assert proof
    assert proof.judgment.claim
    finding = {"requirement": proof.judgment.requirement, "claims": [proof.judgment.claim.name]}
    steps = steps_of([exchange for _, exchange in proof.sent])
    known = ReferenceShop().profile
    apps = tuple(
        dataclasses.replace(app, token=token) for app, token in zip(known.auth.apps, TOKENS.values(), strict=False)
    )
    profile = dataclasses.replace(known, auth=dataclasses.replace(known.auth, kind="token", apps=apps))
    with serve(FAULTY[name].shop()) as faulty, serve(ReferenceShop()) as healthy:
        assert replay(dataclasses.replace(profile, base_url=faulty), finding, steps) == THERE
        assert f"{finding['requirement']} is broken" in capsys.readouterr().out
        assert replay(dataclasses.replace(profile, base_url=healthy), finding, steps) == GONE
        assert "the fault is gone" in capsys.readouterr().out
    assert replay(dataclasses.replace(profile, base_url=healthy), finding, steps) == UNDECIDED


def test_a_finding_of_the_token_endpoint_is_judged_again(capsys: pytest.CaptureFixture[str]) -> None:
    grant = Exchange("tokens", 0, Request(contract.TOKEN, credential="unknown-scope"), "POST", status=200)
    finding = {"requirement": "AUTH-GRANT", "claims": ["the refusal"]}
    assert replay(ReferenceShop().profile, finding, steps_of([grant])) == UNDECIDED
    assert "judge with --requirement AUTH-GRANT" in capsys.readouterr().out


def test_a_finding_is_named_by_requirement_or_script() -> None:
    finding = {"requirement": "QTY-ZERO", "script": "scripts/QTY-ZERO-0001.sh"}
    result: dict[str, Any] = {"requirements": [{"findings": [finding]}], "also_seen": []}
    for name in ("QTY-ZERO", "QTY-ZERO-0001", "scripts/QTY-ZERO-0001.sh"):
        assert chosen(result, name) == finding
    with pytest.raises(InputError, match="its findings are of QTY-ZERO"):
        chosen(result, "PAY-LOCK")


def test_requests_that_went_together_decide_nothing_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = visit(ReferenceShop())
    trace.exchanges[-1].concurrent = True
    finding = {"requirement": "RACE", "script": None}
    monkeypatch.setattr(commands, "read_result", lambda _: {"requirements": [{"findings": [finding]}], "also_seen": []})
    monkeypatch.setattr(commands, "exchanges", lambda *_: trace.exchanges)
    assert commands.main(["report", "RACE", "--target", "mock"]) == UNDECIDED
    assert "--requirement RACE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ({"profile": "mock.toml", "profile_in_targets": False}, "mock.toml was not in targets/: name the file"),
        ({"profile": "mock.toml"}, "mock.toml was not in targets/: name the file"),
        ({"profile": "mock.toml", "profile_in_targets": True}, "was against https://shop.example, and mock.toml says"),
    ],
)
def test_nothing_is_sent_to_a_server_that_the_run_did_not_judge(
    target: dict[str, Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = {
        "target": {"base_url": "https://shop.example", **target},
        "requirements": [{"findings": [{"requirement": "RACE", "script": None}]}],
        "also_seen": [],
    }
    monkeypatch.setattr(commands, "read_result", lambda _: result)
    with pytest.raises(InputError, match=says):
        commands.main(["report", "RACE"])


def test_a_profile_elsewhere_is_none_of_the_targets(tmp_path: Path) -> None:
    (tmp_path / "sandbox.toml").write_bytes(path_of("mock").read_bytes())
    assert load("mock").in_targets and load(str(path_of("mock"))).in_targets
    assert not load(str(tmp_path / "sandbox.toml")).in_targets


def test_a_folder_without_a_report_is_wrong_input(tmp_path: Path) -> None:
    from conformance.__main__ import main

    assert main(["replay", str(tmp_path), "QTY-ZERO"]) == 4
