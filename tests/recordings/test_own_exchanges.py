"""This suite's own exchanges.jsonl, cut, doubled, put in another order or edited: what is missing is unknown."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from conformance.core.inputs import InputError
from conformance.recordings.files import read
from tests.recordings.inputs.made import (
    APPLY,
    INITIATE,
    LOCKED,
    OPTION,
    PLACE,
    QUANTITY,
    READ,
    READ_AGAIN,
    another_session,
    answered,
    healthy,
    judged_files,
)
from tests.recordings.inputs.odd_recorders import Entries
from tests.recordings.judging import failed, judged, passed

Record = dict[str, Any]


def records(folder: Path, calls: Entries) -> list[Record]:
    """The lines that a live run would have written of these calls."""
    made = [exchange.record() for exchange in judged_files(folder, calls).traces[0].exchanges]
    found: list[Record] = json.loads(json.dumps(made, default=str))
    return [{name: value for name, value in record.items() if name != "unseen"} for record in found]


def written(folder: Path, listed: list[Record], name: str = "exchanges.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(record) + "\n" for record in listed), encoding="utf-8")
    return path


def several(folder: Path) -> list[Record]:
    return records(folder, [entry for number in range(3) for entry in another_session(healthy(), number)])


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
def test_any_part_of_the_lines_breaks_nothing(tmp_path: Path, known: bool) -> None:
    chance, whole = random.Random(3), several(tmp_path)
    parts = [[record for record in whole if chance.random() < share] for share in (0.5, 0.7, 0.9) for _ in range(8)]
    for part in (*parts, whole[5:], *([record] for record in whole[1:4])):
        assert failed(judged(written(tmp_path, part), known=known)) == set()


def test_the_order_of_the_lines_does_not_count(tmp_path: Path) -> None:
    whole = several(tmp_path)
    shuffled = random.Random(1).sample(whole, len(whole))
    first, second = (judged(written(tmp_path, listed), known=True) for listed in (whole, shuffled))
    assert failed(first) == failed(second) == set() and passed(first) == passed(second)


def test_a_line_that_stands_twice_counts_once(tmp_path: Path) -> None:
    whole = several(tmp_path)
    found = judged(written(tmp_path, [*whole, *whole[:4]]), known=True)
    assert failed(found) == set() and "Passed over, exchanges listed twice: 4." in found.notes
    assert passed(found) == passed(judged(written(tmp_path, whole), known=True))


def test_two_runs_are_judged_apart(tmp_path: Path) -> None:
    """Their exchanges have the same ids; in one file nobody knows which of them belong together."""
    first, second = records(tmp_path, healthy()), records(tmp_path, another_session(healthy(), 4))
    (tmp_path / "both.jsonl").write_text(
        written(tmp_path, first, "a.jsonl").read_text() + written(tmp_path, second, "b.jsonl").read_text()
    )
    assert failed(judged(tmp_path / "both.jsonl", known=True)) == set()
    contents = read([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    assert len({record.source for record in contents.own}) == 2


def test_a_breach_in_what_is_left_is_found(tmp_path: Path) -> None:
    def without_seller(body: Any) -> Any:
        del body["lineItems"][0]["seller"]
        return body

    *calls, last = healthy(INITIATE, READ, QUANTITY, OPTION, APPLY, READ_AGAIN)
    whole = records(tmp_path, [*calls, answered(last, without_seller)])
    for part in (whole, whole[1:], whole[::-1], whole[3:]):
        assert failed(judged(written(tmp_path, part), known=True)) == {"SESSION-FIELDS"}


@pytest.mark.parametrize("place", [INITIATE, READ, APPLY, PLACE, LOCKED])
@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "200"), ("status", True), ("ms", "7"), ("seq", "1"), ("response_headers", {"date": 7}), ("url", None)],
)
def test_a_member_of_another_type_is_no_exchange(tmp_path: Path, place: int, name: str, value: Any) -> None:
    whole = records(tmp_path, healthy())
    edited = copy.deepcopy(whole)
    edited[place][name] = value
    found = judged(written(tmp_path, edited), known=True)
    assert (
        failed(found) == set() and "1 entries of the recording could not be read and were passed over." in found.notes
    )
    with pytest.raises(InputError, match="Line 1 of"):
        read([written(tmp_path, edited[place : place + 1])])
