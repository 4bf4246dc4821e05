"""Faults that are narrowed to conditions, as `--cross` draws them."""

from __future__ import annotations

from devtools.kill_matrix import narrowed

FAULTS = [{"name": "a", "kind": "field"}, {"name": "b", "kind": "race"}]
CONDITIONS = [{"name": f"{factor}={level}", "factor": factor} for factor in ("lines", "coupon") for level in ("x", "y")]


def test_each_narrowed_fault_comes_once_with_conditions_of_different_factors_however_many_draws() -> None:
    found = [fault["name"] for fault in narrowed(FAULTS, CONDITIONS, draws=400, seed=1, together=2)]
    assert len(set(found)) == len(found) == 8
    assert all("lines=" in name and "coupon=" in name and name.startswith("a~") for name in found)
    some = narrowed(FAULTS, CONDITIONS, draws=9, seed=1, together=2)
    assert [fault["name"] for fault in some] == found[: len(some)]
