"""The length of JSON in each layout is counted: it is that of the value written so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.recordings.cleaning.lengths import EXACTLY, writings
from conformance.recordings.entry import Body

WRITTEN: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "spaced": {},
    "by 2": {"indent": 2},
    "by 4": {"indent": 4},
    "by tabs": {"indent": "\t"},
    "spaced by 2": {"indent": 2, "separators": (",", " : ")},
}
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text('aé/&<>"\\\n\x7f€😀')
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text("ab/é"), inner), max_leaves=20)


def _named(node: Any, wire: str) -> frozenset[str]:
    """The ways in which a value has the length of a text."""
    found = writings({"content-length": str(len(wire.encode()))}, Body(json.dumps(node)))
    assert found is not None
    return found


@pytest.mark.parametrize("layout", WRITTEN)
@given(node=VALUES, ascii_only=st.booleans())
def test_a_value_has_the_length_of_each_layout(layout: str, node: Any, ascii_only: bool) -> None:
    written = json.dumps(node, ensure_ascii=ascii_only, **WRITTEN[layout])
    slashes, signs = written.replace("/", "\\/"), written
    for sign in "&<>":
        signs = signs.replace(sign, f"\\u{ord(sign):04x}")
    assert all(layout in _named(node, wire) for wire in (written, slashes, signs))


@given(node=VALUES)
def test_a_value_that_stands_in_another_layout_has_no_length_of_its_own(node: Any) -> None:
    shorter, longer = json.dumps(node), json.dumps([node, [node, node]], indent=4)
    assert EXACTLY in _named(node, shorter)
    assert "compact" not in _named(node, longer + "   ")
