"""Every row of the covering array: a session that comes to a state, is asked for what it must refuse, changes, and ends."""

from __future__ import annotations

from conformance.driver.checkout import CheckoutDriver
from suites.situations.design import Life
from suites.situations.journey import Journey


def test_a_life(driver: CheckoutDriver, market: str, life: Life) -> None:
    Journey(driver, life).walk()
