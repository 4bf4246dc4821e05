"""A claim is written once: what Python compares, a script's jq compares alike; every jq test can be read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from conformance.core import contract
from conformance.judging import claim
from conformance.judging.claim import AnswerPath, Operator, Reference, compare, related
from conformance.judging.load_rules import load_rules
from suites.protocol.rules import PAGE_TEST, TRACE_TEST
from tests.doubles.faulty_servers_by_action import FAULTY_SERVERS
from tests.doubles.scripted_session import visit

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
PATH = AnswerPath(".body.list[]?", "the list")


def jq(program: str, document: Any, needs: frozenset[Reference] = frozenset()) -> Any:
    """What a program says of a document. needs: the variables that it is given."""
    given = [part for name in sorted(needs) for part in ("--argjson", name.removeprefix("$"), "{}")]
    ended = subprocess.run(
        ["jq", "-c", *given, program], input=json.dumps(document), capture_output=True, text=True, timeout=20
    )
    assert ended.returncode in (0, 5), f"{program}\n{ended.stderr}"
    return json.loads(ended.stdout) if ended.stdout else None


@pytest.mark.parametrize(
    ("operator", "expected", "values"),
    [
        (operator, expected, values)
        for operator, expected in (
            (claim.HOLDS, "a"),
            (claim.LACKS, "a"),
            (claim.ONCE, "a"),
            (claim.NONE, None),
            (claim.AT_MOST_ONE, None),
            (claim.DISTINCT, None),
            (claim.AMONG, ["a", "b"]),
            (claim.FILLED, None),
        )
        for values in ([], ["a"], ["a", "a"], ["a", "b"], ["c"], [""], ["b", "c"])
    ],
)
def test_comparison_and_jq_agree(operator: Operator, expected: Any, values: list[str]) -> None:
    found = compare("the list", PATH, operator, expected, values)
    if found.ok:
        assert operator.holds(values, expected)
        other = compare("the list", PATH, Operator(lambda *_: False, operator.words, operator.jq), expected, values)
        assert jq(other.test, {"body": {"list": values}}) is True
    else:
        assert found.expected and found.actual and found.look == PATH.jq
        assert jq(found.test, {"body": {"list": values}}) is False


def test_letters_count_not_in_a_folded_path() -> None:
    folded = AnswerPath(".body.list[]?", "the list", folded=True)
    assert compare("code", folded, claim.HOLDS, "TenOff", ["TENOFF"]).ok
    lost = compare("code", folded, claim.HOLDS, "TenOff", ["OTHER"])
    assert jq(lost.test, {"body": {"list": ["tenoff"]}}) is True and jq(lost.test, {"body": {"list": ["x"]}}) is False


@pytest.mark.parametrize(("relation", "holds"), [("==", False), ("!=", True), ("<", True), (">", False)])
def test_a_value_is_related_to_that_of_another_answer(relation: str, *, holds: bool) -> None:
    assert related("total", ".body.total", relation, Reference.PREVIOUS, Decimal(2), Decimal(1)).ok is holds
    seen = Decimal(2 if relation == "<" else 1)
    wrong = related("total", ".body.total", relation, Reference.PREVIOUS, Decimal(1), seen)
    if not wrong.ok:
        assert wrong.test == f".body.total {relation} ($previous|.body.total)" and wrong.expected
        assert wrong.needs == {Reference.PREVIOUS}
    of_id = related("id", ".body.id", relation, Reference.ORDER, Decimal(1), seen)
    assert of_id.ok or of_id.test == f".body.id {relation} $order"


def test_every_jq_test_can_be_read() -> None:
    """With what it says that it needs, and nothing more."""
    load_rules()
    found: dict[frozenset[Reference], set[str]] = defaultdict(set)
    for server in FAULTY_SERVERS[::4]:
        for judgment in visit(server.shop()).judgments:
            if judgment.claim and not judgment.ok and judgment.claim.test:
                found[judgment.claim.needs].add(judgment.claim.test)
    assert sum(map(len, found.values())) > 10 and len(found) >= 2
    found[frozenset()] |= {TRACE_TEST, PAGE_TEST}
    for needs, programs in found.items():
        tests = [f"(try ({program}) catch null) as $r{n} | ." for n, program in enumerate(sorted(programs))]
        for start in range(0, len(tests), 40):
            tried = tests[start : start + 40]
            jq(" | ".join([".", *tried]), {}, needs)


def test_the_rules_own_answer_stands_before_what_is_taken_as_well() -> None:
    pairs = [(409, 15013), (409, 15012), (409, 15053)]
    assert claim.refused(False, "", pairs[:1], "").expected == "refused with 409 15013"
    assert claim.refused(False, "", pairs, "").expected == "refused with 409 15013 (also taken: 409 15012, 409 15053)"
    many = claim.refused(False, "", [*pairs, *((400, error_id) for error_id in range(9))], "").expected
    assert many.startswith("refused with 409 15013 (also taken: ") and many.endswith(", any other documented refusal)")
    assert claim.refused(False, "", [], "").expected == "refused with an error of the method"


def test_the_first_answer_of_a_requirement_is_what_its_sentence_names() -> None:
    """The others are readings, unless the sentence names two."""
    for requirement in contract.requirements().values():
        readings = [bool(answer.reading) for answer in requirement.lawful_refusals]
        assert readings == sorted(readings) or all(readings), requirement.id
