"""docs/ids.md: the table of ids says of each where it was provoked, or why no client can."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from conformance.core import contract
from devtools.pages import error_coverage


def test_each_id_that_a_client_can_provoke_stands_there_as_judged() -> None:
    rows = [line for line in error_coverage.PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) == len(contract.errors())
    for entry, row in zip(contract.errors(), rows, strict=True):
        assert row.startswith(f"| {entry.id} | {entry.kind} | {entry.meaning} | ")
        if entry.can_be_provoked:
            assert " | no | " not in row, "then `make conformance ids`"


def test_what_a_run_did_not_see_is_named() -> None:
    nothing: error_coverage.Seen = Counter()
    assert {entry.id for entry in error_coverage.unprovoked(nothing)} >= {15001, 15021, 16003}
    seen: error_coverage.Seen = Counter({(15021, contract.ADDRESS): 2})
    assert 15021 not in {entry.id for entry in error_coverage.unprovoked(seen)}
    assert f"{contract.ADDRESS} (2)" in error_coverage.page(seen)


def test_exchanges_are_counted_by_operation(tmp_path: Path) -> None:
    body = '{"errors": [{"errorId": 15001}], "warnings": [{"errorId": 15007}]}'
    line = f'{{"operation": "{contract.ADDRESS}", "response_body": {body}}}\n'
    (tmp_path / "exchanges.jsonl").write_text(line + line.replace(body, "null"), encoding="utf-8")
    assert error_coverage.seen_in(tmp_path) == {(15001, contract.ADDRESS): 1, (15007, contract.ADDRESS): 1}
    with pytest.raises(OSError):
        error_coverage.seen_in(tmp_path / "none")
