"""A gateway's log of many buyers: the work for a call is the same however many there are, equal parts are kept once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conformance.recordings.values import Sharing
from devtools.bench.recordings import visits
from tests.recordings.inputs.shapes import HEALTHY, _z, entry_of, traffic
from tests.recordings.judging import failed, judged

FEW, TIMES = 10, 6


def calls_of_python(path: Path) -> int:
    """How many functions are called to judge a recording. It must be one of a conformant server."""
    found = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        result = judged(path, known=False)
    finally:
        sys.setprofile(None)
    assert failed(result) == set()
    return found


def test_time_is_linear_in_the_buyers(tmp_path: Path) -> None:
    entries = [entry_of(call, _z(call)) for call in traffic(HEALTHY)]
    counts = []
    for buyers in (1, FEW, FEW * TIMES):  # the first fills the caches
        path = tmp_path / f"{buyers}.har"
        path.write_text(json.dumps({"log": {"entries": list(visits(entries, buyers))}}), encoding="utf-8")
        counts.append(calls_of_python(path))
    assert counts[2] < counts[1] * TIMES * 1.15


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from([0.0, -0.0, 1.0]) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=6))
def test_shared_values_are_written_alike(values: list[Any]) -> None:
    same = Sharing()
    assert [json.dumps(same.of(value)) for value in values] == [json.dumps(value) for value in values]


def test_equal_parts_are_one_object() -> None:
    same = Sharing()
    first, second = (same.of({"price": {"value": "1.00"}, "lines": [{"id": "7"}]}) for _ in range(2))
    assert first is not second and first == second
    assert first["price"] is second["price"] and first["lines"] is second["lines"]
