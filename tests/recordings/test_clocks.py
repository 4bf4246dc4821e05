"""The clocks of recorders: of several files, and far beyond any calendar."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.recordings.times import moment
from tests.recordings.inputs.made import dated, healthy, judged_files, later, undated
from tests.recordings.inputs.odd_recorders import har
from tests.recordings.judging import failed, passed


@pytest.mark.parametrize("ms", [-10_000, -2500, 0, 2500, 3_600_000])
def test_two_recorders_share_a_session(tmp_path: Path, ms: int) -> None:
    """The Date headers put the second clock right; without them the order between the files is unknown."""
    calls = dated(healthy())
    assert failed(judged_files(tmp_path, calls[::2], later(calls[1::2], ms))) == set()
    blind = judged_files(tmp_path, calls[::2], undated(later(calls[1::2], ms)))
    assert failed(blind) == set() and any("went together" in note for note in blind.notes)


def test_one_clock_in_two_files_is_judged_as_one_file(tmp_path: Path) -> None:
    calls = dated(healthy())
    assert passed(judged_files(tmp_path, calls[::2], calls[1::2])) == passed(judged_files(tmp_path, calls))


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-11:00", "0001-01-01T00:00:00+14:00", 1e308, -1]
)
def test_a_time_beyond_any_calendar_is_none(tmp_path: Path, text: str | float) -> None:
    assert moment(text).timestamp is None
    calls = [entry | {"startedDateTime": text} for entry in healthy()]
    (tmp_path / "0.har").write_text(json.dumps(har(calls)), encoding="utf-8")
    assert failed(judged_files(tmp_path, calls)) == set()
