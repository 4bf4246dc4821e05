"""Servers that differ and keep the documents are conformant: two of them, of nine variants and a form of HTTP."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from conformance.core.profile_reader import parse
from devtools import false_positives
from mock_server.variants import EXCLUDES, PROFILES, SHOULDS, VARIANTS

SCHEMA = json.loads((false_positives.ROOT / "reports/schemas/fairness.schema.json").read_text(encoding="utf-8"))
SAMPLE = (
    "ids-to-be-escaped+coupon-twins+lock-by-method+unknown-options-15027+changes-after-invalid-payment-data+chunked",
    "optional-fields-present+no-marketplace-by-method+too-much-is-taken-out+unknown-lines-15027",
)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[false_positives.Judge]:
    judge = false_positives.Judge(tmp_path_factory.mktemp("fairness"))
    yield judge
    judge.close()


@pytest.mark.parametrize("name", SAMPLE)
def test_a_lawful_server_is_conformant(judge: false_positives.Judge, name: str) -> None:
    run = judge.judge(name)
    document = false_positives.documented([run], false_positives.Run(""), 0)
    jsonschema_rs.validate(SCHEMA, document)
    assert run.fair, document


def test_what_variants_need_is_known() -> None:
    named = {*PROFILES, *SHOULDS, *(name for pair in EXCLUDES for name in pair)}
    assert named <= set(VARIANTS)
    for name in PROFILES:
        text = false_positives.profile([name], f"http://127.0.0.1:1/x/{name}")
        assert parse(tomllib.loads(text), name).markets


def test_servers_are_drawn_alike_and_do_not_contradict_themselves() -> None:
    drawn = false_positives.draw(100, 3)
    assert drawn == false_positives.draw(100, 3) != false_positives.draw(100, 4)
    assert len(set(drawn)) == 100 and not any(false_positives.exclude(name.split("+")) for name in drawn)
    assert false_positives.exclude(["ten-lines", "ten-lines-unsaid"])
    assert false_positives.exclude(["declined-200-failed", "place-answers-the-id-alone"])
    assert false_positives.exclude(["chunked", "close-delimited"])


def test_an_unfair_run_keeps_its_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = false_positives.Judge(tmp_path, ["--requirement=LINES-MAX"])
    try:
        monkeypatch.delitem(PROFILES, "ten-lines")  # so the profile goes on to say ten
        run = judge.judge("ten-lines")
    finally:
        judge.close()
    assert not run.fair and run.failed == ["LINES-MAX"] and (tmp_path / "ten-lines" / "result.json").is_file()
    assert false_positives.row(run, set()).startswith("NOT FAIR")


def test_wrong_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("no-such-variant", "ten-lines+ten-lines-unsaid"):
        with pytest.raises(SystemExit) as ended:
            false_positives.main([name])
        assert ended.value.code == 2
    assert "exclude each other" in capsys.readouterr().err
