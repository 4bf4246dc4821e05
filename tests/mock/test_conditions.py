"""The conditions that faults are narrowed to: the documents' factors, each met by some request."""

from __future__ import annotations

import pytest

from conformance.core.factors import factors
from devtools.conversation.scenes import SCENES
from devtools.conversation.visibility import met, visible
from mock_server.catalogue.goods import MARKETPLACES
from mock_server.domain.shop import Settings
from mock_server.injection.factors import CONDITIONS, LEVELS
from mock_server.registry import build


def test_factors_and_levels_are_the_contracts() -> None:
    for name, factor in factors().items():
        if factor.each == "marketplace":
            assert LEVELS[name] == tuple(MARKETPLACES)
        elif not factor.each:
            assert LEVELS[name] == tuple(level.name for level in factor.levels), name
    assert set(LEVELS) == set(factors())


def test_each_condition_is_met_in_the_conversation() -> None:
    found = frozenset().union(*(levels for name in SCENES for _, levels in met(name)))
    assert set(CONDITIONS) - found == set()


def test_names_are_checked() -> None:
    for wrong in ("two-orders~lines=five", "two-orders~lines", "no-such-fault~lines=one"):
        assert build([wrong], Settings()) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("two-orders~lines=one", True),
        ("two-orders~lines=two~coupon=good", True),
        ("two-orders~phase=paid", True),
        ("two-orders~phase=open", False),
        ("quantity-stops-at-three~asked=more~line=last", True),
        ("quantity-stops-at-three~asked=zero", False),
        ("elsewhere-apply~pair=EBAY_DE>EBAY_HK", True),
        ("elsewhere-apply~header=own", False),
        ("strangers-read~app=stranger", False),
    ],
)  # fmt: skip
def test_what_a_client_can_see(name: str, expected: bool) -> None:
    assert visible(name) is expected
