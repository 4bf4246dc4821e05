"""What discovery learns of an item's tax: whether it is added to the price, and to which lines."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.driver.discovery import _features
from conformance.judging.model import view

ON_TOP, IN_PRICE = [{"taxType": "VAT", "includedInPrice": False}], [{"taxType": "VAT", "includedInPrice": True}]


def _body(tax: str, *details: list[dict[str, Any]] | None) -> dict[str, Any]:
    lines = [
        {"lineItemId": str(number), "itemId": f"item{number}"} | ({} if shown is None else {"taxDetails": shown})
        for number, shown in enumerate(details)
    ]
    return {"lineItems": lines, "pricingSummary": {"tax": {"value": tax, "currency": "USD"}}}


@pytest.mark.parametrize(
    ("body", "taxed"),
    [
        (_body("1.00", ON_TOP, None), [True, False]),
        (_body("1.00", ON_TOP, IN_PRICE), [True, False]),
        (_body("1.00", None, None), [True, True]),
        (_body("0.00", IN_PRICE, None), [False, False]),
        (_body("0.00", ON_TOP, None), [False, False]),
    ],
    ids=["named by a line", "in the price of the other", "named by none", "in the price", "no amount"],
)
def test_a_tax_is_of_the_lines_that_name_it(body: dict[str, Any], taxed: list[bool]) -> None:
    seen = view(body)
    assert [_features(line, seen).tax for line in seen.lines.values()] == taxed
