"""What a recorder does to each call of a file, and only all calls together show; a server's own breach is still found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.recordings.cleaning.test_rewritten import cleaned, fraction, sent, without
from tests.recordings.inputs.made import (
    INITIATE,
    LOCKED,
    READ,
    another_session,
    answered,
    healthy,
    judged_files,
)
from tests.recordings.inputs.odd_recorders import Entries
from tests.recordings.judging import failed, passed


def test_a_number_that_a_recorder_could_not_write_anew(tmp_path: Path) -> None:
    """It writes 1.0 for 1, and leaves a call as it is whose request is no JSON."""
    several = [call for number in (7, 8, 9) for call in another_session(healthy(), number)]
    calls = cleaned([*healthy(), *several], fraction)
    error = {"errorId": 2004, "domain": "ACCESS", "category": "REQUEST", "message": "Invalid request"}
    refused = answered(healthy(INITIATE)[0], lambda body: {"errors": [error]})
    refused["request"]["postData"]["text"] = refused["request"]["postData"]["text"][:24]
    refused["response"]["status"] = 400
    assert passed(judged_files(tmp_path, calls)) == passed(judged_files(tmp_path, [*healthy(), *several]))
    assert failed(judged_files(tmp_path, [*calls, refused])) == set()


def test_fractions_of_a_server_count(tmp_path: Path) -> None:
    """A client that sends 1.0 once shows no recorder."""
    calls = healthy()
    assert failed(judged_files(tmp_path, [*cleaned(calls[:READ], fraction), *calls[READ:]]))


def below(node: Any, depth: int, mark: Callable[[Any], Any]) -> Any:
    """A JSON value whose objects and lists below a depth are replaced."""
    if not isinstance(node, dict | list):
        return node
    if depth == 0:
        return mark(node)
    if isinstance(node, dict):
        return {name: below(part, depth - 1, mark) for name, part in node.items()}
    return [below(part, depth - 1, mark) for part in node]


def cut(entries: Entries, change: Callable[[Any], Any]) -> Entries:
    return [answered(sent(entry, change), change) for entry in entries]


MARKS: dict[str, Callable[[Any], Any]] = {
    "word": lambda node: "<max depth reached>",
    "text of JSON": json.dumps,
}


@pytest.mark.parametrize("mark", MARKS)
def test_what_lies_deep_is_replaced(tmp_path: Path, mark: str) -> None:
    calls = cut(healthy(), lambda body: below(body, 3, MARKS[mark]))
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and passed(found)


@pytest.mark.parametrize("mark", MARKS)
def test_a_breach_above_what_lies_deep_is_found(tmp_path: Path, mark: str) -> None:
    calls = cut(healthy(), lambda body: below(body, 5, MARKS[mark]))
    assert failed(judged_files(tmp_path, calls)) == set()
    calls[LOCKED] = answered(calls[LOCKED], lambda body: without(body, "errorId"))
    assert failed(judged_files(tmp_path, calls)) == {"ERROR-SHAPE"}


def test_one_kind_of_text_is_the_servers(tmp_path: Path) -> None:
    """A server that gives a picture as a text of JSON has deeper objects beside it, or no other such text."""

    def pictured(body: Any) -> Any:
        for line in body.get("lineItems", []):
            line["image"] = json.dumps(line["image"])
        return body

    calls = [answered(entry, pictured) for entry in healthy()]
    assert "SESSION-FIELDS" in failed(judged_files(tmp_path, calls))


@pytest.mark.parametrize("rest", [1, True])
def test_an_object_for_the_rest_of_a_list(tmp_path: Path, rest: Any) -> None:
    def short(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: short(part) for name, part in node.items()}
        return [*map(short, node[:1]), {"_truncated": rest}] if isinstance(node, list) and len(node) > 1 else node

    assert failed(judged_files(tmp_path, cut(healthy(), short))) == set()
    odd = sent(healthy(INITIATE)[0], lambda body: body | {"lineItemInputs": [*body["lineItemInputs"], {"rest": 1}]})
    assert "SESSION-REQUIRED" in failed(judged_files(tmp_path, [odd]))


def test_a_country_of_two_signs(tmp_path: Path) -> None:
    calls = cleaned(healthy(), lambda name, value: "**" if name == "country" else value)
    found = judged_files(tmp_path, calls)
    assert failed(found) == set() and passed(found) > 40
    other = [
        sent(entry, lambda body: json.loads(json.dumps(body).replace('"US"', '"1!"'))) for entry in healthy(INITIATE)
    ]
    assert "SESSION-INVALID" in failed(judged_files(tmp_path, other))
