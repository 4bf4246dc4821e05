"""Every recorder's shape is read: healthy traffic breaks nothing, a planted fault is found."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conformance.core.inputs import InputError
from tests.recordings.inputs import shapes
from tests.recordings.inputs.shapes import FAULTY, HEALTHY, SHAPES, Shape, traffic
from tests.recordings.judging import failed, judged, passed

NAMES = [shape.name for shape in SHAPES]


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize("shape", SHAPES, ids=NAMES)
def test_healthy_traffic_breaks_nothing(tmp_path: Path, shape: Shape, known: bool) -> None:
    path = tmp_path / shape.name
    path.write_bytes(shape.write(traffic(HEALTHY)))
    found = judged(path, known=known)
    assert failed(found) == set()
    assert sum(len(trace.exchanges) for trace in found.traces) == len(traffic(HEALTHY))
    assert passed(found) > 80 if shape.bodies else passed(found) == 0


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize(
    "shape", [shape for shape in SHAPES if shape.bodies], ids=[shape.name for shape in SHAPES if shape.bodies]
)
def test_a_planted_fault_is_found(tmp_path: Path, shape: Shape, known: bool) -> None:
    path = tmp_path / shape.name
    path.write_bytes(shape.write(traffic(FAULTY)))
    assert failed(judged(path, known=known)) == {"QTY-ZERO"}


ODD: tuple[Any, ...] = (None, 7, -1, 1e300, 10**400, "", "text", "12,3", [], [None, 1], {}, {"name": 1}, True)
FUZZED = (shapes.k6, shapes.insomnia, shapes.fiddler, shapes.mitmproxy, shapes.http_toolkit, shapes.browsermob, shapes.charles,
          shapes.proxyman, shapes.webkit, shapes.schemathesis_vcr, shapes.schemathesis_har)  # fmt: skip
WORDS = ("value", "status", "code", "content-type", "x-ebay-c-marketplace-id", "x-ebay-security-signature")


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document, elements of lists included."""
    if path:
        yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in children:
        yield from places(child, (*path, name))


@pytest.mark.parametrize("write", FUZZED, ids=lambda write: write.__name__)
def test_odd_members_of_every_recorder(tmp_path: Path, write: Callable[[list[Any]], bytes]) -> None:
    """A member in any depth replaced by an odd value: no traceback; what no server said is not held against one."""
    raw = write(traffic(HEALTHY)[:4]).decode("utf-8-sig")
    document = json.loads(raw) if raw[:1] == "{" else yaml.safe_load(raw)
    drawn = [(path, value) for path in places(document) for value in ODD]
    for path, value in random.Random(write.__name__).sample(drawn, 60):
        made = copy.deepcopy(document)
        node: Any = made
        for name in path[:-1]:
            node = node[name]
        node[path[-1]] = value
        (tmp_path / "odd.har").write_text(json.dumps(made, default=str), encoding="utf-8")
        try:
            broken = failed(judged(tmp_path / "odd.har", known=True))
        except InputError:
            continue
        said_by_server = isinstance(value, str | int | float) and any(name in WORDS for name in path[-2:])
        assert not broken or said_by_server, (path, value)


def test_a_large_file_is_read_entry_by_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives what a small one gives, as a HAR, as lines, and where the entries do not stand where they should."""
    monkeypatch.setattr("conformance.recordings.files.LARGE", 1)
    monkeypatch.setattr("conformance.recordings.files.WINDOW", 100)
    for shape in (shape for shape in SHAPES if shape.bodies):
        (tmp_path / shape.name).write_bytes(shape.write(traffic(FAULTY)))
        assert failed(judged(tmp_path / shape.name, known=True)) == {"QTY-ZERO"}
    inner = json.loads(shapes.k6(traffic(FAULTY)))
    (tmp_path / "odd.har").write_text(json.dumps({"other": {"entries": [1, 2]}} | inner), encoding="utf-8")
    assert failed(judged(tmp_path / "odd.har", known=True)) == {"QTY-ZERO"}
