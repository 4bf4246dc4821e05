"""What a finding looks like: the nearest known defects, and nothing where none is near or the nearest disagree."""

from __future__ import annotations

from conformance.core import contract
from conformance.evidence.diagnosis.likeness import Fingerprint, KnownDefect, known_defects, resemblance
from conformance.evidence.diagnosis.separation import Sureness


def sign(claim: str = "total", deviation: str = "a cent more", requirement: str = "PRICE-TOTAL") -> Fingerprint:
    return Fingerprint(requirement, frozenset([claim]), frozenset([contract.READ]), deviation)


CENT = KnownDefect("the total has a cent more", "done otherwise", (sign(),))
LESS = KnownDefect("the total lacks a part", "left out", (sign(deviation="less"),))


def test_the_nearest_defect_is_named() -> None:
    found = resemblance(sign(), [LESS, CENT])
    assert found.defects == (CENT,) and found.sure is Sureness.LIKELY


def test_another_requirement_is_not_near() -> None:
    assert resemblance(sign(requirement="PRICE-FEE"), [LESS, CENT]).sure is Sureness.UNKNOWN


def test_a_claim_alone_is_not_near() -> None:
    assert resemblance(sign("another", "absent"), [LESS, CENT]).sure is Sureness.UNKNOWN


def test_defects_that_disagree_are_not_named() -> None:
    other = KnownDefect("the total is refused", "refused", (sign(),))
    assert resemblance(sign(), [CENT, other]).defects == ()


def test_operations_that_a_short_run_did_not_reach_do_not_count_against_it() -> None:
    everywhere = Fingerprint("PRICE-TOTAL", frozenset(["total"]), frozenset(contract.operations()), "a cent more")
    assert everywhere.likeness(sign()) == 1


def test_known_defects_are_of_requirements() -> None:
    for defect in known_defects():
        assert defect.sentence and defect.kind and defect.signs
        assert all(each.requirement in contract.requirements() for each in defect.signs), defect.sentence


def test_a_fingerprint_survives_its_document() -> None:
    assert Fingerprint.of(sign().document()) == sign()
