"""The script of a finding, run with real curl and jq: 1 while the fault is there, 0 without it, 2 if it cannot tell."""

from __future__ import annotations

import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.client.api_client import ApiClient
from conformance.core.exchange import CaseKey, Request
from conformance.core.profile import Auth
from conformance.core.profile_reader import load
from conformance.evidence.aggregate import Finding
from conformance.evidence.reproduction.curl_script import write_script
from conformance.evidence.reproduction.replay import play, steps_of
from conformance.evidence.reproduction.shrink import Proof
from conformance.evidence.trace_record import Breach, TraceRecord
from conformance.judging.claim import Claim, equal
from conformance.judging.context import Judgment
from conformance.runner.mock_process import MockProcess
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS
from tests.doubles.in_memory_replay import Replays, shrunk
from tests.doubles.reference_goods import Json, Session
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.serving import serve

ROOT = Path(__file__).resolve().parents[2]
MISSING = [tool for tool in ("curl", "jq", "sh") if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} is not installed")
BY_NAME = {entry.name: entry for entry in FAULTY_SERVERS}
TOKENS = {"TOKEN": "token-one", "TOKEN_OTHER_APP": "token-two"}


def run(script: Path, base_url: str | None, folder: Path, **tokens: str) -> subprocess.CompletedProcess[str]:
    """The script as a person runs it."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), **tokens}
    if base_url:
        env["BASE_URL"] = base_url
    return subprocess.run(["sh", str(script)], cwd=folder, env=env, capture_output=True, text=True, timeout=60)


def written(proof: Proof, base_url: str, folder: Path, claim: Claim | None = None, **more: Any) -> Path:
    """The script of a proof."""
    known = dataclasses.replace(ReferenceShop().profile, base_url=base_url, **more)
    stand_in: Any = SimpleNamespace(profile=known, parts=folder, settings=SimpleNamespace(report=folder))
    judgment = proof.judgment
    assert judgment.claim
    finding = Finding(Breach.of_judgment(judgment, None), TraceRecord("", 0))
    return folder / write_script(stand_in, finding, proof.sent, claim or judgment.claim)


@pytest.mark.parametrize(
    "name",
    [
        "a cent more in the total",
        "a number for a text amount",
        "SelectsForEveryLine",
        "SwapsTwoLines",
        "RemovesTheNextLineToo",
        "ForgetsTheCoupon",
        "KeepsTheCoupon",
        "RenamesTheLine",
        "409 for a marketplace",
        "other apps may read",
        "a change after payment is ignored",
        "MakesASecondOrder",
        "the order has another net price",
        "CrashesAtBrokenJson",
        "ForgetsTheDomain",
        "ReadsWithoutAToken",
        "LosesTheSecondAddressLine",
        "an unknown warning",
    ],
)
def test_a_script_tells_a_liar_from_an_honest_shop(name: str, tmp_path: Path) -> None:
    proof, _ = shrunk(BY_NAME[name])
    assert proof
    with serve(BY_NAME[name].shop()) as lying, serve(ReferenceShop()) as honest:
        script = written(proof, lying, tmp_path)
        there = run(script, None, tmp_path, **TOKENS)
        assert there.returncode == 1, there.stdout + there.stderr
        assert f"{BY_NAME[name].requirement} is broken" in there.stdout
        gone = run(script, honest, tmp_path, **TOKENS)
        assert gone.returncode == 0, gone.stdout + gone.stderr
        assert f"{BY_NAME[name].requirement} holds here" in gone.stdout


def test_without_a_token_or_a_server_it_cannot_tell(tmp_path: Path) -> None:
    proof, _ = shrunk(BY_NAME["KeepsTheCoupon"])
    assert proof
    with serve(ReferenceShop()) as honest:
        script = written(proof, honest, tmp_path)
        bare = run(script, None, tmp_path)
        assert bare.returncode == 2 and "TOKEN" in bare.stderr
        wrong = run(script, None, tmp_path, TOKEN="made-up")
        assert wrong.returncode == 2, wrong.stdout + wrong.stderr
    nobody = run(script, None, tmp_path, **TOKENS)
    assert nobody.returncode == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    for tool in ("sh", "mktemp", "rm", "tr", "basename", "curl"):
        (empty / tool).symlink_to(str(shutil.which(tool)))
    env = {"PATH": str(empty), **TOKENS}
    no_jq = subprocess.run([str(empty / "sh"), str(script)], env=env, capture_output=True, text=True, timeout=60)
    assert no_jq.returncode == 2 and "jq is needed" in no_jq.stderr


def test_a_script_sends_what_the_profile_sends(tmp_path: Path) -> None:
    """Headers of a gateway by the environment, an authority and a certificate by file; no curl configuration is read."""
    proof, _ = shrunk(BY_NAME["KeepsTheCoupon"])
    assert proof
    transport = {
        "headers": {"X-Gateway-Key": "secret", "X-$(touch pwned)": "s"},
        "ca_file": "/a b/ca.pem",
        "client_cert": "/c.pem",
    }
    with serve(ReferenceShop()) as healthy:
        script = written(proof, healthy, tmp_path, transport=transport)
        text = script.read_text(encoding="utf-8")
        assert "secret" not in text and "CA_FILE=${CA_FILE:-'/a b/ca.pem'}" in text
        assert '--cacert "$CA_FILE"' in text and '--cert "$CLIENT_CERT"' in text and "curl -q " in text
        subprocess.run(["sh", "-n", str(script)], check=True, timeout=20)
        bare = run(script, None, tmp_path, **TOKENS)
        assert bare.returncode == 2 and "set HEADER_X_GATEWAY_KEY to the value" in bare.stderr
        gateway = written(proof, healthy, tmp_path, transport={"headers": {"X-Gateway-Key": "secret"}})
        (tmp_path / ".curlrc").write_text("include\nproxy = http://127.0.0.1:9\n", encoding="utf-8")
        gone = run(gateway, f"{healthy}/", tmp_path, HEADER_X_GATEWAY_KEY="k", **TOKENS)
        assert gone.returncode == 0, gone.stdout + gone.stderr
        assert "//buy" not in gone.stdout
    assert not list(tmp_path.rglob("pwned"))


def test_the_command_for_a_token_sends_what_the_profile_sends(tmp_path: Path) -> None:
    """Behind a gateway the token comes through it too."""
    proof, _ = shrunk(BY_NAME["KeepsTheCoupon"])
    assert proof
    transport = {"headers": {"X-Gateway-Key": "secret"}, "ca_file": "/a b/ca.pem", "client_cert": "/c.pem"}
    script = written(proof, "http://127.0.0.1:9", tmp_path, auth=Auth("client_credentials", "s"), transport=transport)
    (command,) = [line for line in script.read_text("utf-8").splitlines() if line.startswith("#   TOKEN=")]
    sent = "curl -q -s -H 'X-Gateway-Key: '\"$HEADER_X_GATEWAY_KEY\" --cacert '/a b/ca.pem' --cert /c.pem -u "
    assert sent in command


def test_an_address_is_no_command(tmp_path: Path) -> None:
    proof, _ = shrunk(BY_NAME["KeepsTheCoupon"])
    assert proof
    script = written(proof, "http://127.0.0.1:9/$(touch${IFS}pwned)}'", tmp_path)
    ended = run(script, None, tmp_path, **TOKENS)
    assert ended.returncode == 2 and not list(tmp_path.rglob("pwned"))


EVIL = "'\"$(touch pwned)`touch pwned`\\'\n; touch pwned; #"


class Evil(ReferenceShop):
    """Ids and names that would be commands, if a script did not quote them. The order has another price."""

    def initiate(self, request: Request, body: Json) -> Session:
        session = super().initiate(request, body)
        del self.sessions[session.id]
        session.id += EVIL
        session.lines = [[f"{line[0]}{EVIL}", *line[1:]] for line in session.lines]
        self.sessions[session.id] = session
        return session

    def answer(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        status, body, headers = super().answer(request)
        return status, body, {name: "signed" for name in headers}

    def show(self, session: Session, request: Request) -> Json:
        body = super().show(session, request)
        for line in body["lineItems"]:
            line["title"] = EVIL
            for option in line["shippingOptions"]:
                option["shippingCarrierCode"] = EVIL
        if session.lines and session.lines[0][3]:
            body["pricingSummary"]["total"]["value"] = "1.00"
            body["pricingSummary"]["total"]["currency"] = EVIL
        return body


def test_text_of_the_server_is_only_text(tmp_path: Path) -> None:
    with Replays(Evil()).driver(0, "honest") as driver:
        session = driver.create_session("EBAY_US", [("v1|1001|0", 1)])
        option = session.other_option(session.lines[0])
        assert option
        session.select_option(session.lines[0], option.id)
    steps = steps_of(driver.trace.exchanges)
    with Replays(Evil()).driver(0, "honest") as again:
        sent = play(again, steps)
    broken = [judgment for judgment in again.trace.judgments if not judgment.ok]
    assert len(broken) >= 3
    with serve(Evil()) as evil:
        for breach in broken:
            assert breach.claim
            claim = dataclasses.replace(breach.claim, expected=f"{breach.claim.expected}{EVIL}", actual=EVIL)
            script = written(Proof(steps, sent, breach), evil, tmp_path, claim)
            subprocess.run(["sh", "-n", str(script)], check=True, timeout=20)
            ended = run(script, None, tmp_path, **TOKENS)
            assert ended.returncode == 1, ended.stdout + ended.stderr
            assert not list(tmp_path.rglob("pwned"))


def test_a_placeholder_in_the_text_of_a_server_stays(tmp_path: Path) -> None:
    proof, _ = shrunk(BY_NAME["KeepsTheCoupon"])
    assert proof and proof.judgment.claim
    claim = dataclasses.replace(proof.judgment.claim, actual="@base@ @checks@ @none@")
    script = written(proof, "http://127.0.0.1:9", tmp_path, claim)
    assert "@base@ @checks@ @none@" in script.read_text(encoding="utf-8")


class Namesakes(ReferenceShop):
    """Titles that hold the names of a test's variables, or are the id of a shipping option."""

    def show(self, session: Session, request: Request) -> Json:
        body = super().show(session, request)
        for line in body["lineItems"]:
            line["title"] = f"$order $first $earlier {line['shippingOptions'][0]['shippingOptionId']}"
            line["subtitle"] = line["shippingOptions"][0]["shippingOptionId"]
        return body


@pytest.mark.parametrize("member", ["title", "subtitle"])
def test_a_test_needs_what_its_claim_says_alone(member: str, tmp_path: Path) -> None:
    """A value of the server is a value, whatever it looks like."""
    with Replays(Namesakes()).driver(0, "honest") as driver:
        session = driver.create_session("EBAY_US", [("v1|1001|0", 1)])
    shown = session.state.view.raw["lineItems"][0][member]
    claim = equal(member, f".body.lineItems[0].{member}", shown, "another")
    steps = steps_of(driver.trace.exchanges)
    judgment = Judgment("SESSION-READ", CaseKey("initiate"), "initiate", False, driver.trace.exchanges[-1].id, claim)
    sent = list(zip(steps, driver.trace.exchanges, strict=True))
    with serve(Namesakes()) as shop:
        script = written(Proof(steps, sent, judgment), shop, tmp_path)
        assert shlex.quote(claim.test) in script.read_text(encoding="utf-8")
        ended = run(script, None, tmp_path, **TOKENS)
        assert ended.returncode == 0, ended.stdout + ended.stderr


# ---------------------------------------------------------------- against the mock, as users meet it

FAULT = "zero-works-once"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    process = MockProcess()
    yield process.base_url
    process.stop()


def test_the_script_of_a_report(mock: str, tmp_path: Path) -> None:
    base = f"{mock}/x/{FAULT}"
    command = [sys.executable, "-m", "pytest", "suites/line_items/test_quantity_zero.py", "--target", "mock"]
    command += ["--base-url", base, "--report", str(tmp_path), "--requirement", "QTY-ZERO", "-p", "no:xdist"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 1, ended.stdout[-2000:]
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    finding = next(entry for requirement in result["requirements"] for entry in requirement["findings"])
    assert finding["script"] and len(finding["steps"]) <= 4 and finding["reproduced"] == {"shown": 3, "tried": 3}
    script = tmp_path / finding["script"]
    assert os.access(script, os.X_OK) and "mock-secret" not in script.read_text(encoding="utf-8")
    profile = load("mock", base)
    target = ApiClient(profile, key=b"test")
    token = target.token(profile.auth.apps[0], profile.auth.scope)
    target.close()
    assert run(script, None, tmp_path, TOKEN=token).returncode == 1
    assert run(script, f"{mock}/x/{FAULT}@again", tmp_path, TOKEN=_token(f"{mock}/x/{FAULT}@again")).returncode == 1
    healthy = run(script, mock, tmp_path, TOKEN=_token(mock))
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    assert run(script, mock, tmp_path).returncode == 2


def _token(base_url: str) -> str:
    profile = load("mock", base_url)
    target = ApiClient(profile, key=b"test")
    try:
        return target.token(profile.auth.apps[0], profile.auth.scope)
    finally:
        target.close()
