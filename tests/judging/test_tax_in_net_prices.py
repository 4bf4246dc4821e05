"""Whether net prices hold the tax: of all that is sold, of the goods alone, rounded by line; and what is no tax."""

from __future__ import annotations

from decimal import Decimal

import pytest

from conformance.judging.model import View
from suites.money.tax import in_net_prices


def judged(nets: list[str], goods: list[str], **summary: str) -> bool:
    view = View({}, None, {}, {}, [], {name: Decimal(value) for name, value in summary.items()})
    return in_net_prices([(Decimal(entry), Decimal(net)) for entry, net in zip(goods, nets, strict=True)], view)


@pytest.mark.parametrize(
    ("nets", "goods", "summary"),
    [
        (["107.25", "21.45"], ["100", "20"], {"tax": "8.70"}),  # just the tax of the goods
        (["21.84", "5.40"], ["19.99", "4.94"], {"tax": "5.18", "deliveryCost": "31.07"}),  # delivery is taxed too
        (["1.06", "1.06", "1.06"], ["0.99", "0.99", "0.99"], {"tax": "0.22"}),  # rounded by line, and once
        (["96.53"], ["100"], {"tax": "6.53", "additionalSavings": "10"}),  # after a coupon
        (["97.25"], ["100"], {"tax": "7.97", "deliveryCost": "10", "additionalSavings": "10"}),  # before it
    ],
)
def test_a_tax_in_net_prices_is_recognized(nets: list[str], goods: list[str], summary: dict[str, str]) -> None:
    assert judged(nets, goods, **summary)


@pytest.mark.parametrize(
    ("nets", "goods", "summary"),
    [
        (["100", "20"], ["100", "20"], {"tax": "8.70"}),  # the tax stands apart
        (["100.01", "20"], ["100", "20"], {"tax": "8.70"}),  # a cent
        (["100.42", "20.42"], ["100", "20"], {"tax": "8.70", "fee": "0.84"}),  # the fee of each line
        (["107.25", "20"], ["100", "20"], {"tax": "8.70"}),  # of one line alone
        (["107.25"], ["100"], {"tax": "0"}),
        (["100"], ["100"], {"tax": "6.53", "additionalSavings": "10"}),  # the coupon's share is not in it
    ],
)
def test_net_prices_without_a_tax_are_not_taken_for_such(
    nets: list[str], goods: list[str], summary: dict[str, str]
) -> None:
    assert not judged(nets, goods, **summary)
