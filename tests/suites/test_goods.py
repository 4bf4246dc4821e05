"""The goods of a row: its items show what its level names, as far as discovery saw such items."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.features import Features
from conformance.judging.trace import Trace
from strategies import array
from suites.situations.goods import Goods

MARKET = "EBAY_US"
PROFILE = load("mock")
TARGET: Any = SimpleNamespace(profile=PROFILE)  # nothing is sent
PLAIN = list(PROFILE.markets[MARKET].plain)


def _meant(level: str, features: dict[str, Features]) -> set[str]:
    """The items that rows of a level mean."""
    seen = {(MARKET, item): shown for item, shown in features.items()}
    driver = CheckoutDriver(TARGET, Trace("goods"), features=seen)
    rows = [row for row in array.rows(PROFILE, 2) if (row["marketplace"], row["goods"]) == (MARKET, level)]
    free = [row for row in rows if row["coupon"] != "item_bound"]
    assert free
    return {Goods(driver, row).meant_item() for row in free}


def test_rows_of_taxed_goods_mean_taxed_items() -> None:
    taxed = Features(tax=True)
    meant = _meant("tax", {PLAIN[3]: taxed, PLAIN[4]: taxed, PLAIN[5]: Features(fee=True)})
    assert meant <= {PLAIN[3], PLAIN[4]}


def test_a_tax_alone_comes_first() -> None:
    assert _meant("tax", {PLAIN[3]: Features(tax=True, fee=True), PLAIN[4]: Features(tax=True)}) == {PLAIN[4]}
    assert _meant("tax", {PLAIN[3]: Features(tax=True, fee=True)}) == {PLAIN[3]}


def test_a_tax_is_one_of_several() -> None:
    assert _meant("several", {PLAIN[3]: Features(tax=True, fee=True), PLAIN[4]: Features(fee=True)}) == {PLAIN[3]}
