"""When a finding shows: told from conditions alone, and nothing where the conditions do not tell."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from conformance.core import contract
from conformance.core.factors import factors
from conformance.evidence.diagnosis.diagnose import diagnose, in_words
from conformance.evidence.diagnosis.likeness import Fingerprint
from conformance.evidence.diagnosis.separation import NEVER_A_CAUSE, FactorLevels, Separation, Sureness, separate
from conformance.judging.conditions import encode

US, DE, GB = "EBAY_US", "EBAY_DE", "EBAY_GB"
Conditions = list[dict[str, str]]
EVERY: Conditions = [
    {
        "operation": contract.READ,
        "observer": "answer",
        "header": "own",
        "marketplace": marketplace,
        "sent": marketplace,
        "lines": lines,
        "coupon": coupon,
        "before": before,
    }
    for marketplace, lines, coupon, before in product(
        (US, DE, GB),
        ("one", "two", "three", "most"),
        ("none", "good", "minimum", "removed"),
        ("change", "read", "refusal"),
    )
]


def code(conditions: Iterable[dict[str, str]]) -> set[str]:
    return {encode(levels) for levels in conditions}


def told(failing: Conditions, times: int = 50) -> Separation:
    return separate(code(failing), code(each for each in EVERY if each not in failing), times)


def test_one_level_separates() -> None:
    found = told([each for each in EVERY if each["marketplace"] == DE])
    assert (found.causes, found.sure, found.within) == ((FactorLevels("marketplace", (DE,)),), Sureness.CERTAIN, 0)


def test_levels_with_a_name_of_their_own_separate() -> None:
    found = told([each for each in EVERY if each["lines"] in ("three", "most")])
    assert found.causes == (FactorLevels("lines", ("three", "most")),)
    assert in_words(found.causes[0]) == "with three line items or more"


def test_two_factors_separate_together() -> None:
    found = told([each for each in EVERY if each["lines"] == "most" and each["coupon"] == "good"])
    assert set(found.causes) == {FactorLevels("lines", ("most",)), FactorLevels("coupon", ("good",))}
    assert found.within == 0


def test_a_condition_that_is_needed_and_does_not_suffice_says_so() -> None:
    failing = [each for each in EVERY if each["marketplace"] == DE][::2]
    found = told(failing)
    assert found.causes == (FactorLevels("marketplace", (DE,)),)
    assert found.within == len(failing) and found.sure is Sureness.LIKELY


def test_without_a_pass_it_fails_every_time() -> None:
    found = separate(code(EVERY), set(), 50)
    assert (found.causes, found.sure) == ((), Sureness.CERTAIN)


def test_what_no_condition_explains_is_unknown() -> None:
    assert told(EVERY[::5]).sure is Sureness.UNKNOWN


def test_few_failures_are_unknown() -> None:
    failing = [each for each in EVERY if each["marketplace"] == DE]
    assert told(failing[:2]).sure is Sureness.UNKNOWN
    assert told(failing, times=2).sure is Sureness.UNKNOWN, "one test in one marketplace says nothing of marketplaces"


def test_two_factors_that_always_go_together_are_unknown() -> None:
    together = [{**each, "option": "other" if each["coupon"] == "good" else "first"} for each in EVERY]
    failing = [each for each in together if each["coupon"] == "good"]
    found = separate(code(failing), code(each for each in together if each not in failing), 50)
    assert found.sure is Sureness.UNKNOWN


def test_another_operation_does_not_count() -> None:
    elsewhere = [{**each, "operation": contract.APPLY} for each in EVERY]
    found = separate(code(EVERY), code(elsewhere), 50)
    assert found.passed == 0


def test_the_sentence_names_marketplace_and_condition() -> None:
    nothing = Fingerprint("", frozenset(), frozenset())
    failing = [each for each in EVERY if each["coupon"] == "good"]
    held = code(each for each in EVERY if each not in failing)
    found = diagnose(nothing, code(failing), held, 50, ())
    assert found.sentence == "in every marketplace; only with a coupon that fits any cart"
    shows = found.document()["shows"]
    assert shows["conditions"] == [{"factor": "coupon", "levels": ["good"]}]
    assert (shows["failed"], shows["passed"], shows["passed_within"]) == (len(failing), len(held), 0)
    assert diagnose(nothing, code(EVERY[:1]), held, 1, ()).sentence == ""


def test_every_level_has_words() -> None:
    for name, factor in factors().items():
        assert name in NEVER_A_CAUSE or factor.each or all(level.when for level in factor.levels), name
        assert not factor.each or "{}" in factor.when, name
        known = {level.name for level in factor.levels}
        assert all(group <= known for group, _ in factor.together), name
