"""The published schemas are sound and strict, and the example runs keep them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.reports import example_parts as parts
from tests.reports import examples

SCHEMAS = Path(__file__).parents[2] / "reports" / "schemas"


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


@pytest.mark.parametrize("name", ["result", "exchange", "kill-matrix"])
def test_schema_is_a_schema(name: str) -> None:
    assert jsonschema_rs.meta.is_valid(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


@pytest.mark.parametrize("make", [examples.conformant, examples.faulty, examples.incomplete])
def test_examples_keep_the_schemas(make: Callable[[], tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    result, traffic = make()
    assert [str(error) for error in validator("result").iter_errors(result)] == []
    for exchange in traffic:
        assert [str(error) for error in validator("exchange").iter_errors(exchange)] == []


def _without(result: dict[str, Any]) -> None:
    del result["seed"]


def _unknown(result: dict[str, Any]) -> None:
    result["requirements"][0]["colour"] = "red"


def _failed_for_nothing(result: dict[str, Any]) -> None:
    result["requirements"][0]["outcome"] = "failed"


def _unjudged_for_nothing(result: dict[str, Any]) -> None:
    result["requirements"][0]["outcome"] = "unjudged"


def _script_elsewhere(result: dict[str, Any]) -> None:
    parts.change(
        result, "QTY-ZERO", findings=[parts.finding("QTY-ZERO", "a", "b", "c", [], [], script="../../etc/passwd")]
    )


def _wrong_verdict(result: dict[str, Any]) -> None:
    result["verdict"] = "fine"


@pytest.mark.parametrize(
    "spoil", [_without, _unknown, _failed_for_nothing, _unjudged_for_nothing, _script_elsewhere, _wrong_verdict]
)
def test_result_schema_refuses(spoil: Callable[[dict[str, Any]], None]) -> None:
    result = copy.deepcopy(examples.conformant()[0])
    spoil(result)
    assert not validator("result").is_valid(result)
