"""Results, histories and matrices of odd content end a command with one sentence and status 4, or change nothing."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.__main__ import main
from reports import history
from tests.reports import examples
from tests.runner.test_merge import reports

ODD: list[Any] = [None, "x", -1, 2.5, True, [], {}, [None], {"a": 1}]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The members of a document; of each array the first entry alone."""
    entries = node.items() if isinstance(node, dict) else enumerate(node[:1]) if isinstance(node, list) else ()
    for name, part in entries:
        yield (*path, name)
        yield from places(part, (*path, name))


def spoilt(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the document with one member replaced; `...` takes it away."""
    made = copy.deepcopy(document)
    node = made
    for name in path[:-1]:
        node = node[name]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return made


def said(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> int:
    """The status of a command; with status 4 it says one sentence."""
    status = main(arguments)
    errors = capsys.readouterr().err
    if status == 4:
        assert errors.count("\n") == 1 and errors.endswith(".\n"), errors
    return status


def spoil_each(document: Any, at: Path, run: Callable[[], int], least: int, step: int = 1) -> None:
    """Writes the document with each member in turn left out or odd, and runs a command on it."""
    refused = 0
    for number, path in enumerate(list(places(document))[::step]):
        for value in (..., ODD[number % len(ODD)]):
            at.write_text(json.dumps(spoilt(document, path, value)), encoding="utf-8")
            refused += run() == 4
    assert refused >= least


@pytest.mark.parametrize("example", [examples.faulty, examples.incomplete])
def test_a_view_of_an_odd_result(
    example: Callable[[], Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result, traffic = example()
    folder = examples.write(tmp_path, (result, traffic))
    other = shutil.copytree(folder, tmp_path / "other")
    result["requirements"] = [rule for rule in result["requirements"] if rule["outcome"] != "passed"][:2]
    compare = ["compare", str(folder), str(other), "--out", str(tmp_path / "c")]
    spoil_each(result, folder / "result.json", lambda: said(capsys, compare), 40)
    spoil_each(result, folder / "result.json", lambda: said(capsys, ["report", str(folder)]), 10, step=7)
    remember = ["remember", str(folder), str(tmp_path / "history.jsonl")]
    spoil_each(result, folder / "result.json", lambda: said(capsys, remember), 10, step=7)


def test_a_replay_of_an_odd_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = examples.write(tmp_path, examples.faulty())
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    replay = ["replay", str(folder), "QTY-ZERO", "--target", str(tmp_path / "none.toml")]
    spoil_each(result, folder / "result.json", lambda: said(capsys, replay), 100, step=3)


def test_a_merge_of_an_odd_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = reports(tmp_path, 2)
    result = json.loads((folders[0] / "result.json").read_text(encoding="utf-8"))
    merge = ["merge", str(tmp_path / "m"), *map(str, folders)]
    top = {name: value for name, value in result.items() if name != "requirements"}
    paths = [path for path in places(top) if len(path) <= 2]
    for number, path in enumerate(paths):
        for value in (..., ODD[number % len(ODD)]):
            (folders[0] / "result.json").write_text(json.dumps(spoilt(result, path, value)), encoding="utf-8")
            said(capsys, merge)


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{}", '{"format": 2}', "[" * 100_000, '{"format": NaN}', "\x00", "\ufeff{}"]
)
@pytest.mark.parametrize(
    "command",
    [
        ["report", "{}"],
        ["compare", "{}", "{}"],
        ["remember", "{}", "{}/h"],
        ["replay", "{}", "QTY-ZERO"],
        ["merge", "{}/m", "{}"],
        ["trend", "{}"],
    ],
)
def test_a_result_that_is_none(
    command: list[str], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "result.json").write_text(text, encoding="utf-8")
    assert said(capsys, [word.format(tmp_path) for word in command]) == 4


def test_a_trend_leaves_out_what_is_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = history.compact(examples.faulty()[0])
    entry["requirements"] = entry["requirements"][:1]
    good = json.dumps(entry)
    odd = [spoilt(entry, path, value) for path in places(entry) for value in (..., *ODD)]
    file = tmp_path / "history.jsonl"
    file.write_text("\n".join([good, *map(json.dumps, odd)]), encoding="utf-8")
    assert said(capsys, ["trend", str(file), "--out", str(tmp_path / "t.html")]) == 0


def test_an_odd_kill_matrix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fault = {
        "name": "a",
        "requirement": "QTY-ZERO",
        "chapter": "line_items",
        "kind": "plain",
        "found": True,
        "under": ["QTY-ZERO"],
    }
    matrix = {
        "format": 1,
        "suite": "1",
        "totals": {"faults": 1, "found": 1, "right_id": 1},
        "faults": [{**fault, "findings": 1, "requests_to_first": 3, "shrunk": 2}],
    }
    file = tmp_path / "kill-matrix.json"
    spoil_each(matrix, file, lambda: said(capsys, ["matrix", str(file), "--out", str(tmp_path / "m.html")]), 25)
