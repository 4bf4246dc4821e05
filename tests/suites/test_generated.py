"""The generated suite: Schemathesis' checks and the judge agree, every operation is reached, a seed says what is sent."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from schemathesis import Case, Response
from schemathesis.checks import CHECKS as REGISTRY
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.generation.stateful import run_state_machine_as_test

from conformance.client.api_client import ApiClient
from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.profile import Payment
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.judging.trace import Trace
from conformance.runner.mock_process import MockProcess
from strategies.determinism import drawn_by, skip_simplest_example, walks_of
from strategies.free_texts import ODD_TEXTS
from suites.generated import phase_schemas
from suites.generated.case_sender import DISAGREEMENT
from suites.generated.checks import CHECKS, Phase, as_response
from suites.generated.live_values import ABSENT, EXAMPLES, ITEMS, substituted
from suites.generated.openapi_document import FREE_TEXTS, joint, operation_of, pinned, request_schemas
from suites.generated.phase_schemas import schema
from suites.generated.session_rotation import SessionsByLink
from suites.generated.test_stateful import STEPS, WALKS, Walk

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "generated.md").read_text(encoding="utf-8")
IDS = re.compile(r"\d{9,}")  # of sessions, lines and orders: each run has its own
Run = tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]  # the result, exchanges and traces


def generated(folder: Path, hash_seed: str) -> Run:
    """What the generated suite leaves against a mock of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "suites/generated",
        "--target",
        "mock",
        "--report",
        str(folder),
        "-n",
        "0",
    ]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert ended.returncode == result["exit_status"], ended.stdout[-2000:]
    exchanges, traces = ((folder / f"{name}.jsonl").read_text(encoding="utf-8") for name in ("exchanges", "traces"))
    return result, list(map(json.loads, exchanges.splitlines())), list(map(json.loads, traces.splitlines()))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return generated(tmp_path_factory.mktemp("generated") / "report", "1")


@pytest.fixture(scope="module")
def mock() -> Iterator[MockProcess]:
    process = MockProcess()
    yield process
    process.stop()


def test_nothing_fails_and_contract_and_judge_agree(run: Run) -> None:
    result = run[0]
    assert result["counts"]["failed"] == 0
    assert [note for note in result["notes"] if DISAGREEMENT in note] == []


@pytest.mark.parametrize("test", [*Phase, "alternatives"])
def test_each_test_judges_what_it_says_that_it_provokes(run: Run, test: str) -> None:
    """`provokes` chooses the test for `--requirement` and lets it fail; every other requirement is judged on the way."""
    traces = [trace for trace in run[2] if f"test_{test}" in trace["name"]]
    assert traces
    judged = {requirement for trace in traces for requirement, *_ in trace["passed"]}
    for trace in traces:
        assert trace["provokes"] and set(trace["provokes"]) <= judged, trace["name"]


def test_every_operation_accepts_its_valid_requests(run: Run) -> None:
    accepted = {exchange["operation"] for exchange in run[1] if exchange["status"] == 200}
    assert accepted >= set(contract.operations())


def test_drawn_requests_are_accepted_by_each_operation_and_bring_odd_texts(run: Run) -> None:
    drawn = [exchange for exchange in run[1] if "test_fuzzing" in exchange["trace"]]
    for path, item in joint()["paths"].items():
        for verb, node in item.items():
            own = [exchange for exchange in drawn if f"[{verb.upper()} {path}]" in exchange["trace"]]
            assert 200 in {each["status"] for each in own if each["operation"] == node["operationId"]}, path
    bodies = [json.dumps(exchange["request_body"]) for exchange in drawn]
    odd = [body for body in bodies if any(json.dumps(text) in body for text in ODD_TEXTS)]
    assert len(odd) > 5


def test_no_request_that_breaks_something_has_an_unknown_item(run: Run) -> None:
    """It would be a second reason to refuse it. Schemathesis makes items up where only their number is at a limit."""
    sent = [exchange["request_body"] for exchange in run[1] if "generated/" in exchange["trace"]]
    unknown = [body for body in sent if "v1|0|0" in json.dumps(body) or ITEMS[0] in json.dumps(body)]
    assert len(unknown) < 5
    for body in unknown:
        Draft202012Validator({**joint(), "$ref": "#/components/schemas/CreateSession"}).validate(body)


def test_the_same_seed_sends_the_same_requests_in_every_process(run: Run, tmp_path: Path) -> None:
    def sent(exchanges: list[dict[str, Any]]) -> list[str]:
        keys = ("trace", "operation", "subject", "marketplace", "app", "request_body", "status")
        return [IDS.sub("#", json.dumps([exchange[key] for key in keys])) for exchange in exchanges]

    assert sent(generated(tmp_path, "2")[1]) == sent(run[1])


@pytest.mark.parametrize("payment", ["none", "manual", "place_order"])
def test_what_the_profile_does_not_offer_is_not_drawn(payment: str) -> None:
    offered = replace(load("mock"), payment=Payment(payment)).offers_operation
    left_out = {"none": {contract.PLACE_ORDER, contract.READ_ORDER}, "manual": {contract.PLACE_ORDER}}.get(
        payment, set()
    )
    try:
        phase_schemas.configure(0, 1, offered)
        for loaded in map(schema, Phase):
            found = [result.ok() for result in loaded.get_all_operations() if isinstance(result, Ok)]
            assert {operation.definition.raw["operationId"] for operation in found} == set(
                contract.operations()
            ) - left_out
        steps = schema(Phase.STATEFUL).as_state_machine().__dict__
        assert any("place_order" in name for name in steps) == (payment == "place_order")
    finally:
        phase_schemas.configure(0, 1, lambda operation: True)


# ---------------------------------------------------------------- walks


def test_walks_begin_at_initiate_and_follow_most_links_of_the_contract(mock: MockProcess) -> None:
    steps: list[str | None] = []  # the link of each step, None for one that follows none

    class Watched(Walk):
        def call(self, case: Case[Any], **kwargs: Any) -> Response:
            link = self.recorder.cases[case.id].transition
            steps.append(link and link.id)
            assert link or operation_of(case) == contract.INITIATE
            return super().call(case, **kwargs)

    links = {name for name in dir(Watched) if "___200_" in name}
    for market in load("mock").markets:
        live = SessionsByLink(CheckoutDriver(ApiClient(load("mock", mock.base_url), key=b"k"), Trace(market)), market)
        with drawn_by(f"0/{market}"):
            run_state_machine_as_test(lambda live=live: Watched(live), settings=walks_of(WALKS, STEPS))  # type: ignore
    followed = set(filter(None, steps))
    assert len(links) == 45 and len(followed) > 0.8 * len(links)
    assert sum(map(bool, steps)) > 0.75 * len(steps)


@pytest.mark.parametrize("status", [409, None])
def test_a_walk_goes_on_where_no_session_is_made(status: int | None) -> None:
    """Whether the target refuses, or does not answer."""
    steps: list[str] = []

    class Refused(Walk):
        def call(self, case: Case[Any], **kwargs: Any) -> Response:
            skip_simplest_example()
            steps.append(operation_of(case))
            exchange = Exchange("walk", 0, Request(contract.INITIATE, None, {}, "EBAY_US"), "POST")
            exchange.status, exchange.body = status, status and {"errors": []}
            return as_response(case, exchange)

    with drawn_by("0"):
        run_state_machine_as_test(lambda: Refused(live=None), settings=walks_of(WALKS, STEPS))  # type: ignore
    assert steps == [contract.INITIATE] * WALKS * STEPS


# ---------------------------------------------------------------- checks


def test_each_check_of_schemathesis_has_its_line() -> None:
    load_all_checks()
    assert {check.name for check in CHECKS} == {*REGISTRY.get_all_names(), "max_response_time"}


def test_a_check_is_on_for_requirements_or_off_for_a_reason() -> None:
    for check in CHECKS:
        assert bool(check.requirements) != bool(check.why_off), check.name
        assert set(check.requirements) <= set(contract.requirements()), check.name


# ---------------------------------------------------------------- documents and values


@pytest.mark.parametrize(
    "document", [joint(), pinned(), pinned(FREE_TEXTS)], ids=["joint", "pinned", "pinned but texts"]
)
def test_the_documents_for_schemathesis_are_valid(document: dict[str, Any]) -> None:
    validate({**document, "servers": [{"url": "/"}]})
    operations = [node["operationId"] for item in document["paths"].values() for node in item.values()]
    assert sorted(operations) == sorted(contract.operations())


def test_what_only_a_target_knows_is_pinned() -> None:
    document = pinned()
    fields = {
        name: node
        for body in request_schemas(document)
        for name, node in document["components"]["schemas"][body]["properties"].items()
    }
    assert fields["itemId"]["enum"] == ITEMS and fields["lineItemId"]["enum"] == [EXAMPLES["lineItemId"]]
    assert (
        fields["quantity"]["maximum"] < 10
        and "enum" not in pinned(FREE_TEXTS)["components"]["schemas"]["RecipientInput"]["properties"]["lastName"]
    )


def test_two_schemas_of_a_phase_are_one() -> None:
    """What `configure` loads is what the tests are made from."""
    assert all(schema(phase) is schema(phase) for phase in Phase)
    assert len({id(schema(phase)) for phase in Phase}) == len(Phase)


def test_examples_are_substituted_and_broken_values_are_not() -> None:
    values = {("lineItemId", "li-1"): "77", ("city", "Springfield"): "Bath", ("county", "Sangamon"): ABSENT}
    body = {
        "lineItemId": "li-1",
        "quantity": -1,
        "a": [{"city": "Springfield", "county": "Sangamon", "postalCode": None}],
    }
    assert substituted(body, values) == {
        "lineItemId": "77",
        "quantity": -1,
        "a": [{"city": "Bath", "postalCode": None}],
    }
    assert substituted({"lineItemId": ["li-1"], "city": "li-1"}, values) == {"lineItemId": ["li-1"], "city": "li-1"}


# ---------------------------------------------------------------- Schemathesis' own command line


@pytest.mark.parametrize("version", ["v2", "v1"])
def test_schemathesis_own_command_line_finds_nothing(mock: MockProcess, version: str) -> None:
    """All phases over the contract as it is, as docs/generated.md has it; the hooks put live values in."""
    profile = load("mock", mock.base_url)
    app, market = profile.auth.apps[0], profile.markets["EBAY_US"]
    form = {"grant_type": "client_credentials", "scope": profile.auth.scope}
    granted = requests.post(profile.url(contract.TOKEN), data=form, auth=(app.client_id, app.client_secret), timeout=30)
    token = granted.json()["access_token"]
    item, coupon = (re.findall(rf"{name}='?([^' ]+)", PAGE)[0] for name in ("ITEM", "COUPON"))
    assert item in market.plain and coupon in {each.code for each in market.coupons_of("good")}
    assert f"-u {app.client_id}:{app.client_secret} " in PAGE and f"-d scope={profile.auth.scope} " in PAGE
    environment = {**os.environ, "TOKEN": token, "ITEM": item, "COUPON": coupon}
    command = [
        str(Path(sys.executable).with_name("st")),
        "--config-file",
        "docs/examples/schemathesis/schemathesis.toml",
        "run",
        str(ROOT / "contracts" / f"order-{version}.openapi.yaml"),
    ]
    command += [
        "--url",
        f"{mock.base_url}/buy/order/{version}",
    ]
    command += ["--seed", "1", "--max-examples", "3", "--continue-on-failure"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-1000:]
    assert all(f"✅  {phase}" in ended.stdout for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"))


def test_the_page_has_the_table_of_checks() -> None:
    for check in CHECKS:
        reason = check.why_off or ", ".join(check.requirements)
        assert f"| `{check.name}` | {'on' if check.on else 'off'} | {reason} |" in PAGE, check.name
