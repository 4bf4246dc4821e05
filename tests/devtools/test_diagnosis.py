"""The file of known defects, and the measurement that says how often a resemblance is right."""

from __future__ import annotations

from conformance.core import contract
from conformance.evidence.diagnosis.likeness import Fingerprint, KnownDefect
from devtools.diagnosis import Entry, kind_of, looked_up, measured


def entry(name: str, kind: str, deviation: str) -> Entry:
    requirement = "PRICE-TOTAL"
    sign = Fingerprint(requirement, frozenset(["total"]), frozenset([contract.READ]), deviation)
    return Entry(name, frozenset([requirement]), KnownDefect(name, kind, (sign,)))


KNOWN = [
    entry("a", "done otherwise", "more"),
    entry("b", "done otherwise", "more"),
    entry("c", "refused", "refused"),
    entry("d", "let through", "refused"),
]


def test_a_defect_is_looked_up_among_the_others() -> None:
    right = {each.name: is_right for each, _, is_right in looked_up(KNOWN)}
    assert right == {"a": True, "b": True, "c": False, "d": False}
    assert "4 named, 2 of them right (50.0 %), 0 unknown; 2 have none of their kind" in measured(KNOWN)


def test_the_kind_of_a_fault_follows_from_its_definition() -> None:
    assert kind_of({"does": ["skip state"], "kind": "marketplace"}) == "let through"
    assert kind_of({"does": ["refuse state"], "kind": "lines"}) == "refused"
    assert kind_of({"does": ["refused_yet_applied state"], "kind": "id"}) == "refused yet applied"
    assert kind_of({"does": ["after refusal"], "kind": "id"}) == "another id"
    assert kind_of({"does": ["settings"], "kind": "always"}) == "done otherwise"
