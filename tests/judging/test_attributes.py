"""What the judge knows of a requirement are attributes of its YAML: sound, used, and in place of ids."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest

from conformance.core import contract
from conformance.core.requirement import ExplainedFinding, OwnedBreach, requirement
from conformance.judging.load_rules import load_rules
from conformance.judging.registry import demanding, in_order, refusing, yields_to
from devtools.pages import decision_table

ROOT = Path(__file__).resolve().parents[2]
MACHINERY = ("conformance", "devtools", "reports")
REQUIREMENTS = contract.requirements()


def literals(path: Path) -> set[str]:
    """The requirement ids in the texts of a module, its docstrings and f-strings too."""
    words: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words |= set(re.findall(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*", node.value))
    return words & set(REQUIREMENTS)


@pytest.mark.parametrize("package", MACHINERY)
def test_the_machinery_names_no_requirement(package: str) -> None:
    named = {str(path.relative_to(ROOT)): ids for path in (ROOT / package).rglob("*.py") if (ids := literals(path))}
    assert named == {}


def test_attributes_name_what_there_is() -> None:
    for known in REQUIREMENTS.values():
        assert set(known.yields_to) <= {*REQUIREMENTS, *contract.CHAPTERS}, known.id
        assert {accepted.operation for accepted in known.owns_answers_to} <= set(known.operations), known.id


def test_a_misspelt_attribute_is_no_silence() -> None:
    document = contract.read_yaml("requirements/payment.yaml")
    first = {"puts_in_doubt": document["puts_in_doubt"], **document["requirements"][0]}
    assert requirement("payment", first).id == first["id"]
    with pytest.raises(ValueError, match=r"an attribute that nobody reads: lawful_refusal$"):
        requirement("payment", {**first, "lawful_refusal": []})


def test_each_answer_to_a_valid_request_has_one_owner() -> None:
    plain = [
        accepted.operation for known in REQUIREMENTS.values() for accepted in known.owns_answers_to if not accepted.body
    ]
    assert sorted(plain) == sorted(contract.operations())


@pytest.mark.parametrize("what", OwnedBreach)
def test_each_breach_that_no_rule_sees_has_one_owner(what: OwnedBreach) -> None:
    assert contract.owner_of(what) in REQUIREMENTS


@pytest.mark.parametrize("what", ExplainedFinding)
def test_something_explains_each_kind(what: ExplainedFinding) -> None:
    assert contract.explaining(what)


def test_a_refused_change_says_what_it_leaves_unchanged() -> None:
    load_rules()
    changing = (*contract.CHANGES, contract.PLACE_ORDER)
    rules = {known for operation in changing for known, _ in refusing[operation]}
    assert {rule for rule in rules if not REQUIREMENTS[rule].leaves_unchanged} == set()


def test_rules_stand_after_those_that_they_yield_to() -> None:
    load_rules()
    for listed in demanding.values():
        names = [rule.requirement for rule in listed]
        for (place, earlier), (later_place, later) in product(enumerate(names), repeat=2):
            assert later_place <= place or later not in yields_to(earlier)
        assert [in_order(rule) for rule in listed] == sorted(map(in_order, listed))


def ids_in(nodes: Iterable[ast.AST]) -> set[str]:
    """The ids that stand as texts, those that are only compared apart: they are asked for, not claimed."""
    listed = [node for top in nodes for node in ast.walk(top)]
    compared = {id(node) for compare in listed if isinstance(compare, ast.Compare) for node in ast.walk(compare)}
    texts = [node for node in listed if isinstance(node, ast.Constant) and id(node) not in compared]
    return {str(node.value) for node in texts} & set(REQUIREMENTS)


@pytest.mark.parametrize("path", sorted(ROOT.glob("suites/*/rules.py")), ids=lambda path: path.parent.name)
def test_each_id_that_a_rule_names_stands_at_its_registration(path: Path) -> None:
    functions = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    hidden = {function.name: ids_in(function.body) - ids_in(function.decorator_list) for function in functions}
    assert {name: ids for name, ids in hidden.items() if ids} == {}


def test_the_page_has_the_tables_that_decide() -> None:
    assert decision_table.PAGE.read_text(encoding="utf-8") == decision_table.page(), "run `make requirements`"
