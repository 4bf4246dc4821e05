"""Results that version 1 wrote are read by every command that reads past runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest

from reports.comparison import compare
from reports.history import load
from reports.html.trend import trend
from reports.needs import unjudged
from reports.run import read_result
from tests.reports.test_schemas import validator

KEPT = Path(__file__).parents[1] / "data" / "version-1"


def folder_of(name: str, into: Path) -> Path:
    """A report folder with a kept result of version 1."""
    into.mkdir()
    shutil.copyfile(KEPT / f"{name}.json", into / "result.json")
    return into


@pytest.mark.parametrize("name", ["faulty", "incomplete"])
def test_it_is_read_as_a_result_of_today(name: str, tmp_path: Path) -> None:
    kept = json.loads((KEPT / f"{name}.json").read_text(encoding="utf-8"))
    assert kept["format"] == 1
    result = read_result(folder_of(name, tmp_path / name))
    schema: jsonschema_rs.Draft202012Validator = validator("result")
    assert [str(error) for error in schema.iter_errors(result)] == []
    assert [rule["outcome"] for rule in result["requirements"]] == [rule["outcome"] for rule in kept["requirements"]]


def test_its_sentences_become_fields(tmp_path: Path) -> None:
    result = read_result(folder_of("faulty", tmp_path / "faulty"))
    rules = {rule["id"]: rule for rule in result["requirements"]}
    assert rules["COUPON-REMOVE"]["unjudged"]["requirement"] == "PRICE-TOTAL"
    assert rules["PRICE-TOTAL"]["findings"][0]["reproduced"] == {"shown": 2, "tried": 3}
    assert rules["SESSION-READ"]["cases"]["missing"][0] == {"operation": "paid,", "condition": "then read"}
    incomplete = read_result(folder_of("incomplete", tmp_path / "incomplete"))
    assert {group.advice for group in unjudged(incomplete)} > {None}


def test_comparison_and_trend_read_it(tmp_path: Path) -> None:
    first, second = folder_of("faulty", tmp_path / "a"), folder_of("incomplete", tmp_path / "b")
    assert compare(first, second).of("fixed")
    assert len(load(tmp_path)) == 2 and "QTY-ZERO" in trend(tmp_path)
