"""What odd recorders, cleaners and gateways write: nothing is held against a conformant server, a visible breach is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.recordings.inputs import odd_entries, odd_messages
from tests.recordings.inputs.odd_recorders import ODD, Odd
from tests.recordings.inputs.shapes import FAULTY, HEALTHY, _z, entry_of, traffic
from tests.recordings.judging import failed, judged

assert odd_entries and odd_messages  # they fill ODD
NAMES = [odd.name for odd in ODD]


def written(odd: Odd, traffic_of: Path, path: Path) -> Path:
    """A recording as an odd recorder leaves it."""
    found = odd.write([entry_of(call, _z(call)) for call in traffic(traffic_of)])
    path.write_text(found if isinstance(found, str) else json.dumps(found), encoding="utf-8")
    return path


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize("odd", ODD, ids=NAMES)
def test_a_conformant_server_is_not_blamed(tmp_path: Path, odd: Odd, known: bool) -> None:
    assert failed(judged(written(odd, HEALTHY, tmp_path / "odd.har"), known=known)) == set()


@pytest.mark.parametrize("known", [True, False], ids=["profile", "no profile"])
@pytest.mark.parametrize("odd", ODD, ids=NAMES)
def test_a_breach_that_is_visible_is_found(tmp_path: Path, odd: Odd, known: bool) -> None:
    found = failed(judged(written(odd, FAULTY, tmp_path / "odd.har"), known=known))
    assert found == ({"QTY-ZERO"} if odd.shows else set())
