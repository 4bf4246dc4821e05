"""Conditions are read from the exchanges: what a session is like, what was asked, who observed it."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.factors import factors, possible, row_design
from conformance.judging.conditions import decode, encode
from conformance.judging.trace import Trace
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import PARTS, visit


def levels_of(vector: str) -> dict[str, str]:
    """What one encoded vector stands for."""
    return dict(decode([vector]).keys())


def met(trace: Trace) -> list[tuple[dict[str, str], frozenset[str]]]:
    """The levels that a trace met, with the rules that were judged under them."""
    assert trace.world.coverage
    seen = trace.world.coverage.encoded().items()
    return [(levels_of(vector), rules.held | rules.broken) for vector, judged in seen for rules in judged]


def whole_visit() -> list[tuple[dict[str, str], frozenset[str]]]:
    shop = ReferenceShop()
    return [entry for part in PARTS for entry in met(visit(shop, part))]


def test_levels_survive_their_code() -> None:
    levels = {"lines": "two", "coupon": "removed", "operation": contract.READ, "observer": "later_read"}
    assert levels_of(encode(levels)) == levels


def test_a_header_of_another_marketplace_names_the_pair() -> None:
    levels = {"marketplace": "EBAY_US", "header": "other", "sent": "EBAY_DE"}
    assert levels_of(encode(levels))["pair"] == "EBAY_US>EBAY_DE"


def test_levels_met_where_one_vector_has_both() -> None:
    first = {"lines": "two", "coupon": "removed"}
    second = {"lines": "two", "coupon": "none"}
    where = decode([encode(first), encode(second)])
    assert where["lines", "two"] == 0b11
    assert where["coupon", "removed"] == 0b01
    assert where["coupon", "none"] == 0b10
    assert ("lines", "one") not in where


def test_every_level_that_a_visit_meets_is_one_of_its_factor() -> None:
    for levels, _ in whole_visit():
        for name, level in levels.items():
            factor = factors().get(name)
            assert factor is None or factor.each or level in {known_level.name for known_level in factor.levels}, (
                name,
                level,
            )


def test_no_visit_meets_what_is_impossible() -> None:
    for levels, _ in whole_visit():
        for name, level in levels.items():
            for other, other_level in levels.items():
                assert possible(name, level, other, other_level), (levels, name, other)


def test_a_refused_change_is_observed_where_it_could_land() -> None:
    observers = {levels["observer"] for levels, _ in whole_visit() if levels.get("operation") in contract.CHANGES}
    assert {"answer", "next_read", "order"} <= observers


def test_what_a_row_sets_is_a_factor() -> None:
    design = row_design()
    for group in design.groups(len(design.triples)):
        assert set(group) <= set(design.factors), group
    for requirement in contract.requirements().values():
        assert set(requirement.factors) <= set(factors()), requirement.id
        for name, levels in requirement.never.items():
            assert name in requirement.factors, (requirement.id, name)
            assert set(levels) <= {level.name for level in factors()[name].levels}, requirement.id
