"""The corpus judged again offline: each fault is found under its id, healthy traces stay clean, and no rule is dead.

Written by `python -m devtools.corpus`, `tests.corpus.faulty_servers`, `_variants` and `_twists`. A rule that says something else on
purpose: `python -m devtools.corpus --renew`.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

from conformance.core import contract
from conformance.evidence.replay import from_record
from conformance.judging.load_rules import load_rules
from devtools.corpus import CORPUS, JUNK, Corpus, Entry, Pair, Said, judged, load, signature
from tests.doubles.claim_coverage import sites

if not (CORPUS.is_file() and (CORPUS.parent / "unproved.toml").is_file()):
    pytest.skip("the corpus of a matrix run is not there: python -m devtools.corpus", allow_module_level=True)
UNPROVED = tomllib.loads((CORPUS.parent / "unproved.toml").read_text(encoding="utf-8"))


@cache
def corpora() -> list[Corpus]:
    load_rules()
    return [load(one) for one in sorted(CORPUS.parent.glob("*.jsonl.gz"))]


@cache
def again() -> list[tuple[Entry, Said]]:
    """Each entry with what the rules say of it today."""
    found = []
    for corpus in corpora():
        profiles = {name: corpus.profile(name) for name in corpus.profiles}
        for one in corpus.entries:
            exchanges = map(from_record, one.exchanges)
            said = signature(judged(profiles[one.profile], one.units, exchanges))
            if one.requirement != JUNK:  # no rule failed on it, that is all
                found.append((one, said))
    return found


def ids(pairs: Iterable[tuple[Any, ...]]) -> set[str]:
    return {requirement for requirement, *_ in pairs}


def test_there_is_something_to_judge() -> None:
    healthy = [one for one, _ in again() if one.requirement is None]
    assert len({one.name for one, _ in again() if one.of_fault}) > 200
    assert 300 <= sum(len(one.exchanges) for one in healthy) <= 5000
    assert len({one.profile for one in healthy}) >= 2  # the mock and another server


def test_every_fault_is_found_under_its_id() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    right: dict[str, set[str]] = {}
    for one, (broken, _) in again():
        if one.of_fault:
            right[one.name] = {str(one.requirement), *one.also}
            found[one.name] |= ids(broken)
    assert {name: found[name] for name, wanted in right.items() if not found[name] & wanted} == {}


def test_healthy_traces_stay_clean() -> None:
    assert [(one.profile, one.name, broken) for one, (broken, _) in again() if one.requirement is None and broken] == []


def test_no_fault_is_told_under_more_rules_than_before() -> None:
    more = {
        (one.name, rule)
        for one, (broken, _) in again()
        for rule in ids(broken) - ids(one.found) - {one.requirement, *one.also}
    }
    assert more == set(), "if that is meant: python -m devtools.corpus --renew"


def test_no_evidence_is_lost() -> None:
    lost = {
        (one.name, rule, reading)
        for one, (_, passed) in again()
        for rule, reading, count in one.passed
        if passed[rule, reading] < count
    }
    assert lost == set(), "if that is meant: python -m devtools.corpus --renew"


def test_no_breach_is_told_more_often_or_less() -> None:
    other = {
        (one.name, rule, about)
        for one, (broken, _) in again()
        for rule, about, count in one.found
        if broken[rule, about] != count
    }
    assert other == set(), "if that is meant: python -m devtools.corpus --renew"


# ---------------------------------------------------------------- dead rules


@cache
def finders() -> dict[str, set[Pair]]:
    """What found each fault."""
    found: dict[str, set[Pair]] = defaultdict(set)
    for one, (broken, _) in again():
        if one.of_fault:
            found[one.name] |= set(broken)
    return found


def test_every_requirement_is_proved_by_a_fault() -> None:
    proved = set().union(*map(ids, finders().values()))
    unproved = {one.id for one in contract.requirements().values() if one.level != "READING"} - proved
    assert unproved == set(UNPROVED["requirements"]), (
        "give it a fault of its own, or a reason in tests/data/unproved.toml"
    )


def test_every_claim_is_proved_by_a_fault() -> None:
    """Each place in the rules that can fail has failed for some fault or liar."""
    seen = set().union(*finders().values())
    dead = {str(one) for one in sites() if not any(one.made(*pair) for pair in seen)}
    assert dead == set(UNPROVED["claims"]), "give it a fault of its own, or a reason in tests/data/unproved.toml"


def test_every_reason_is_a_reason() -> None:
    for part in UNPROVED.values():
        assert all(isinstance(why, str) and len(why) > 20 for why in part.values())


def test_most_claims_are_the_only_finder_of_a_fault() -> None:
    """What never stands alone is no harm, but worth a look: it is printed."""
    alone = {next(iter(pairs)) for pairs in finders().values() if len(pairs) == 1}
    never = sorted(set().union(*finders().values()) - alone)
    for requirement, about in never:
        print(f"never the only finder: {requirement}, {about}")
    assert len(alone) > len(never)


@pytest.mark.parametrize("level", ["MUST", "SHOULD"])
def test_readings_are_seen(level: str) -> None:
    """The corpus knows lawful ways to differ: several rules were passed with more than one reading."""
    readings: dict[str, set[str]] = defaultdict(set)
    for one, (_, passed) in again():
        if one.requirement is None:
            for requirement, reading in passed:
                readings[requirement].add(reading)
    counts = Counter(len(one) > 1 for name, one in readings.items() if contract.requirements()[name].level == level)
    assert counts[True] >= (10 if level == "MUST" else 0)
