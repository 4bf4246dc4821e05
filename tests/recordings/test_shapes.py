"""Every recorder's shape is read: healthy traffic breaks nothing, a planted fault is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recordings.judging import failed, judged, passed
from tests.recordings.shapes import FAULTY, HEALTHY, SHAPES, Shape, traffic

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
@pytest.mark.parametrize("shape", [one for one in SHAPES if one.bodies], ids=[one.name for one in SHAPES if one.bodies])
def test_a_planted_fault_is_found(tmp_path: Path, shape: Shape, known: bool) -> None:
    path = tmp_path / shape.name
    path.write_bytes(shape.write(traffic(FAULTY)))
    assert failed(judged(path, known=known)) == {"QTY-ZERO"}
