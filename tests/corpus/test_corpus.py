"""The corpus judged again offline: each fault is found under its id, healthy traces stay clean, and no rule is dead.

Written by `python -m devtools.corpus`, `tests.corpus.faulty_servers`, `tests.corpus.variants` and `tests.corpus.mutations`.
A rule that says something else on purpose: `python -m devtools.corpus --renew`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any

import pytest

from conformance.core import contract
from conformance.evidence.reproduction.replay import from_record
from conformance.judging.load_rules import load_rules
from devtools.corpus import CORPUS, JUNK, Corpus, CorpusEntry, Pair, Said, judged, load, signature
from tests.doubles.claim_coverage import sites

if not (CORPUS.is_file() and (CORPUS.parent / "unproved.toml").is_file()):
    pytest.skip("the corpus of a matrix run is not there: python -m devtools.corpus", allow_module_level=True)
STATUS_AND_ID = re.compile(r"\d{3} \d{4,5}")  # of the answer, where several are lawful
UNPROVED = tomllib.loads((CORPUS.parent / "unproved.toml").read_text(encoding="utf-8"))


@cache
def corpora() -> list[Corpus]:
    load_rules()
    return [load(path) for path in sorted(CORPUS.parent.glob("*.jsonl.gz"))]


@cache
def again() -> list[tuple[CorpusEntry, Said]]:
    """Each entry with what the rules say of it today."""
    found = []
    for corpus in corpora():
        profiles = {name: corpus.profile(name) for name in corpus.profiles}
        for entry in corpus.entries:
            exchanges = map(from_record, entry.exchanges)
            said = signature(judged(profiles[entry.profile], entry.units, exchanges))
            if entry.requirement != JUNK:  # no rule failed on it, that is all
                found.append((entry, said))
    return found


def ids(pairs: Iterable[tuple[Any, ...]]) -> set[str]:
    return {requirement for requirement, *_ in pairs}


def test_there_is_something_to_judge() -> None:
    healthy = [entry for entry, _ in again() if entry.requirement is None]
    assert len({entry.name for entry, _ in again() if entry.of_fault}) > 200
    assert 300 <= sum(len(entry.exchanges) for entry in healthy) <= 5000
    assert len({entry.profile for entry in healthy}) >= 2  # the mock and another server


def test_readings_are_declared() -> None:
    """A reading that a run reports is a phrase of the requirement's page, or a status and an id."""
    reported = {pair for _, (_, passed) in again() for pair in passed if pair[1]}
    named = {(each.id, reading) for each in contract.requirements().values() for reading in each.readings}
    assert not [pair for pair in reported - named if not STATUS_AND_ID.fullmatch(pair[1])]


def test_every_fault_is_found_under_its_id() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    right: dict[str, set[str]] = {}
    for entry, (broken, _) in again():
        if entry.of_fault:
            right[entry.name] = {str(entry.requirement), *entry.also}
            found[entry.name] |= ids(broken)
    assert {name: found[name] for name, wanted in right.items() if not found[name] & wanted} == {}


def test_healthy_traces_stay_clean() -> None:
    assert [
        (entry.profile, entry.name, broken) for entry, (broken, _) in again() if entry.requirement is None and broken
    ] == []


def test_no_fault_is_told_under_more_rules_than_before() -> None:
    more = {
        (entry.name, rule)
        for entry, (broken, _) in again()
        for rule in ids(broken) - ids(entry.found) - {entry.requirement, *entry.also}
    }
    assert more == set(), "if that is meant: python -m devtools.corpus --renew"


def test_no_evidence_is_lost() -> None:
    lost = {
        (entry.name, rule, reading)
        for entry, (_, passed) in again()
        for rule, reading, count in entry.passed
        if passed[rule, reading] < count
    }
    assert lost == set(), "if that is meant: python -m devtools.corpus --renew"


def test_no_breach_is_told_more_often_or_less() -> None:
    other = {
        (entry.name, rule, about)
        for entry, (broken, _) in again()
        for rule, about, count in entry.found
        if broken[rule, about] != count
    }
    assert other == set(), "if that is meant: python -m devtools.corpus --renew"


# ---------------------------------------------------------------- dead rules


@cache
def finders() -> dict[str, set[Pair]]:
    """What found each fault."""
    found: dict[str, set[Pair]] = defaultdict(set)
    for entry, (broken, _) in again():
        if entry.of_fault:
            found[entry.name] |= set(broken)
    return found


def test_every_requirement_is_proved_by_a_fault() -> None:
    proved = set().union(*map(ids, finders().values()))
    unproved = {
        requirement.id for requirement in contract.requirements().values() if requirement.level != "READING"
    } - proved
    assert unproved == set(UNPROVED["requirements"]), (
        "give it a fault of its own, or a reason in tests/data/unproved.toml"
    )


def test_every_claim_is_proved_by_a_fault() -> None:
    """Each place in the rules that can fail has failed for some fault or faulty server."""
    seen = set().union(*finders().values())
    dead = {str(site) for site in sites() if not any(site.made(*pair) for pair in seen)}
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
    for entry, (_, passed) in again():
        if entry.requirement is None:
            for requirement, reading in passed:
                readings[requirement].add(reading)
    counts = Counter(
        len(reading) > 1 for name, reading in readings.items() if contract.requirements()[name].level == level
    )
    assert counts[True] >= (10 if level == "MUST" else 0)
