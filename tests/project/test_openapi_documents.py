"""The OpenAPI documents in contracts/ serve others as they are: linters, Schemathesis, Prism, generators of clients."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest

from conformance.core import contract
from conformance.core.exchange import Exchange, Request
from conformance.core.profile_reader import load
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.world import World

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("order-v2", "order-v1")
FILES = {name: ROOT / "contracts" / f"{name}.openapi.yaml" for name in NAMES}
each_document = pytest.mark.parametrize("name", NAMES)
Node = dict[str, Any]


def operations(name: str) -> Iterator[Node]:
    """The operation objects of a document."""
    for item in contract.document(name)["paths"].values():
        yield from (node for verb, node in item.items() if verb in ("get", "post"))


def bodies(name: str, operation: Node) -> Iterator[tuple[str, Node, Node]]:
    """(status or "request", holder, media type object) of each JSON body of an operation."""
    root = contract.document(name)
    holders = {"request": operation.get("requestBody", {}), **operation["responses"]}
    for where, holder in holders.items():
        holder = contract.resolve(root, holder)
        for media in holder.get("content", {}).values():
            yield where, holder, media


def examples(name: str, media: Node) -> list[Any]:
    """The values of a media type's examples."""
    root = contract.document(name)
    return [contract.resolve(root, example)["value"] for example in media.get("examples", {}).values()]


@each_document
def test_each_body_has_an_example_that_fits_its_schema(name: str) -> None:
    components = contract.document(name)["components"]
    for operation in operations(name):
        for where, _, media in bodies(name, operation):
            values = examples(name, media)
            assert values, f"{operation['operationId']} {where} has no example"
            validator = jsonschema_rs.validator_for({**media["schema"], "components": components})
            for value in values:
                validator.validate(value)


@each_document
def test_examples_of_errors_have_documented_ids(name: str) -> None:
    for operation in operations(name):
        for where, response, media in bodies(name, operation):
            for value in examples(name, media) if where.startswith(("4", "5")) else ():
                for error in value["errors"]:
                    assert error["errorId"] in response["x-error-codes"], (operation["operationId"], where)
                    entry = contract.error(error["errorId"], operation["operationId"])
                    assert entry and error["domain"] in entry.domains and error["category"] in entry.categories


@pytest.mark.parametrize(
    "steps",
    [
        (contract.INITIATE, contract.READ, contract.PLACE_ORDER, contract.READ_ORDER),
        (contract.INITIATE, contract.APPLY),
    ],
    ids=["paid", "discounted"],
)
def test_the_judge_takes_the_examples_of_a_checkout(steps: tuple[str, ...]) -> None:
    """Sums, echoes and ids of the examples agree with each other."""
    load_rules()
    document = {node["operationId"]: (name, node) for name in NAMES for node in operations(name)}
    world, profile = World(), load(str(ROOT / "targets" / "mock.toml"))
    created = document[contract.INITIATE][1]["responses"]["200"]["headers"].items()
    signed = {header.lower(): node["example"] for header, node in created}
    for number, operation in enumerate(steps):
        name, node = document[operation]
        media = {where: media for where, _, media in bodies(name, node)}
        answer = examples(name, media["200"])[0]
        body = examples(name, media["request"])[0] if "request" in media else None
        subject = {contract.INITIATE: None, contract.READ_ORDER: "po-51d09e"}.get(operation, "cs-7f3a2c")
        exchange = Exchange("examples", number, Request(operation, subject, body, "EBAY_US"), status=200, body=answer)
        exchange.headers = {"content-type": "application/json", **(signed if operation == contract.INITIATE else {})}
        broken = [judgment for judgment in judge(world, profile, exchange) if not judgment.ok]
        assert not broken, (operation, broken)


@each_document
def test_links_lead_to_an_operation_and_its_parameters(name: str) -> None:
    root = contract.document(name)
    for operation in operations(name):
        for link in operation["responses"]["200"].get("links", {}).values():
            link = contract.resolve(root, link)
            other, target = _target(name, link)
            known = {parameter["name"] for parameter in _parameters(other, target)}
            assert set(link["parameters"]) <= known
            assert {p["name"] for p in _parameters(other, target) if p["required"]} <= set(link["parameters"])
            schema = contract.resolve(contract.document(other), target.get("requestBody", {}))
            if "requestBody" in link:
                fields = contract.resolve(contract.document(other), schema["content"]["application/json"]["schema"])
                assert set(link["requestBody"]) <= set(fields["properties"])


@each_document
def test_links_take_what_the_answer_has(name: str) -> None:
    """Each pointer into the answer leads to a field of its schema."""
    root = contract.document(name)
    for operation in operations(name):
        response = operation["responses"]["200"]
        schema = response["content"]["application/json"]["schema"]
        for link in response.get("links", {}).values():
            link = contract.resolve(root, link)
            for expression in (*link["parameters"].values(), *link.get("requestBody", {}).values()):
                if expression.startswith("$response.body#/"):
                    _field(root, schema, expression.partition("#/")[2].split("/"))
                else:
                    place, _, parameter = expression.removeprefix("$request.").partition(".")
                    assert (place, parameter) in {(p["in"], p["name"]) for p in _parameters(name, operation)}


def test_every_session_method_is_linked() -> None:
    """From creation to each method of a session, and from payment to the order."""
    reached = {
        _target(name, contract.resolve(contract.document(name), link))[1]["operationId"]
        for name in NAMES
        for operation in operations(name)
        for link in operation["responses"]["200"].get("links", {}).values()
    }
    assert reached == {*contract.SESSION_METHODS, contract.READ_ORDER}


def _target(name: str, link: Node) -> tuple[str, Node]:
    if "operationId" in link:
        return name, next(node for node in operations(name) if node["operationId"] == link["operationId"])
    file, _, pointer = link["operationRef"].partition("#/")
    name = file.removesuffix(".openapi.yaml")
    node: Any = contract.document(name)
    for part in pointer.split("/"):
        node = node[unquote(part).replace("~1", "/").replace("~0", "~")]
    return name, node


def _parameters(name: str, operation: Node) -> list[Node]:
    return [contract.resolve(contract.document(name), parameter) for parameter in operation["parameters"]]


def _field(root: Node, schema: Node, path: list[str]) -> None:
    for part in path:
        schema = contract.resolve(root, schema)
        schema = schema["items"] if part.isdigit() else schema["properties"][part]


# ------------------------------------------------------------------ tools of others, where they are at hand


def run(*command: str, cwd: Path | None = None) -> str:
    """The output of a tool that has to end with 0."""
    ended = subprocess.run(
        command,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "NO_COLOR": "1", "REDOCLY_TELEMETRY": "off"},
    )
    output = ended.stdout + ended.stderr
    assert ended.returncode == 0, f"{' '.join(command)}\n{output[-3000:]}"
    return output


def tool(name: str) -> str:
    """The path of an installed program; the test is skipped if it is not there."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@each_document
def test_openapi_spec_validator(name: str) -> None:
    run(tool("openapi-spec-validator"), str(FILES[name]))


@each_document
def test_redocly_lint(name: str) -> None:
    assert "warning" not in run(tool("redocly"), "lint", "--extends", "recommended", str(FILES[name])).lower().replace(
        "deprecation warning", ""
    )


@each_document
def test_spectral(name: str, tmp_path: Path) -> None:
    (rules := tmp_path / "rules.yaml").write_text('extends: ["spectral:oas"]\n')
    run(tool("spectral"), "lint", "--fail-severity", "warn", "--ruleset", str(rules), str(FILES[name]))


@each_document
def test_openapi_typescript(name: str, tmp_path: Path) -> None:
    run(tool("openapi-typescript"), str(FILES[name]), "--output", str(tmp_path / "api.d.ts"))
    assert {node["operationId"] for node in operations(name)} <= set(
        re.findall(r"\w+", (tmp_path / "api.d.ts").read_text())
    )


@each_document
def test_openapi_python_client(name: str, tmp_path: Path) -> None:
    client, generator = tmp_path / "client", tool("openapi-python-client")
    config = tmp_path / "config.yaml"
    config.write_text("post_hooks: []\n")
    run(generator, "generate", "--path", str(FILES[name]), "--config", str(config), "--output-path", str(client))
    made = {path.stem.replace("_", "") for path in client.rglob("api/**/*.py")}
    assert {node["operationId"].lower() for node in operations(name)} <= made
    run(sys.executable, "-m", "compileall", "-q", str(client))


@each_document
def test_prism_answers_with_the_examples(name: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [tool("prism"), "mock", "--port", str(port), str(FILES[name])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout and any("listening" in line for line in server.stdout)
            for path, item in contract.document(name)["paths"].items():
                for verb in item.keys() & {"get", "post"}:
                    answer = _ask(f"http://127.0.0.1:{port}{path}", verb, name, item[verb])
                    media = {where: media for where, _, media in bodies(name, item[verb])}
                    assert answer == examples(name, media["200"])[0]
        finally:
            server.terminate()


def _ask(url: str, verb: str, name: str, operation: Node) -> Any:
    """The JSON answer to the first example of an operation's request."""
    sample = {parameter["name"]: parameter["example"] for parameter in _parameters(name, operation)}
    headers = {key: value for key, value in sample.items() if key.startswith("X-")}
    media = {where: media for where, _, media in bodies(name, operation)}
    body = json.dumps(examples(name, media["request"])[0]).encode() if "request" in media else None
    request = urllib.request.Request(
        re.sub(r"{(\w+)}", lambda found: str(sample[found[1]]), url),
        body,
        {**headers, "Authorization": "Bearer token", "Content-Type": "application/json"},
        method=verb.upper(),
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
