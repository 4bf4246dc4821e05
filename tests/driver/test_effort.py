"""What the driver makes of a test's cases, by effort."""

from __future__ import annotations

from itertools import count

import pytest

from conformance.core import contract
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.effort import Effort
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from tests.doubles.reference_server import ReferenceShop

FULL, SAMPLED, SINGLE = Effort.FULL, Effort.SAMPLED, Effort.SINGLE


def driver_with(effort: Effort) -> CheckoutDriver:
    load_rules()
    return CheckoutDriver(ReferenceShop(), Trace("effort"), effort=effort)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("effort", "plain", "few", "none_if_single"), [(FULL, 5, 5, 5), (SAMPLED, 5, 2, 5), (SINGLE, 1, 1, 0)]
)
def test_how_many_cases_are_sent(effort: Effort, plain: int, few: int, none_if_single: int) -> None:
    driver = driver_with(effort)
    assert list(driver.some(range(5))) == list(range(plain))
    assert list(driver.some(range(5), few=2)) == list(range(few))
    assert list(driver.some(range(5), single=0)) == list(range(none_if_single))
    assert (driver.times(5), driver.times(5, single=0)) == (plain, none_if_single)


def test_marketplaces_take_turns_at_the_few() -> None:
    driver = driver_with(SAMPLED)
    chosen = [list(driver.some(range(4), few=2, turn=market)) for market in list(driver.profile.markets)[:2]]
    assert chosen == [[0, 1], [2, 3]]
    assert [list(driver_with(SINGLE).some(range(4), few=2, turn=market)) for market in driver.profile.markets][1] == [0]


def test_cases_without_an_end_are_taken_as_they_come() -> None:
    assert next(driver_with(FULL).some(count())) == 0 and list(driver_with(SINGLE).some(count(), single=3)) == [0, 1, 2]


@pytest.mark.parametrize(("effort", "reads"), [(FULL, 2), (SAMPLED, 0), (SINGLE, 0)])
def test_a_step_is_confirmed_where_the_driver_reads_after_every_step(effort: Effort, reads: int) -> None:
    session = driver_with(effort).create_session("EBAY_US")
    session.expect_refusal(contract.REMOVE, {"redemptionCode": "NONE"}, "COUPON-NOT-APPLIED")
    session.confirm()
    assert sum(exchange.operation == contract.READ for exchange in session.trace.exchanges) == reads
