"""Faults about prices that do not stay, and about the form of amounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.errors import JSON
from mock_server.domain.pricing import Bill
from mock_server.domain.shop import Call
from mock_server.domain.state import Cart
from mock_server.faults.money.totals import SHOWN
from mock_server.injection import (
    ADDRESS,
    ORDER,
    QUANTITY,
    Condition,
    Effect,
    Fault,
    after,
    alternate_sessions,
    edit,
    fault,
    in_market,
    lines,
    plus,
    rebill,
    since,
)


def _unsorted(call: Call, cart: Cart) -> bool:
    items = [line.item.id for line in cart.lines]
    return items != sorted(items)


unsorted = Condition(_unsorted)


def _tax(**scope: Any) -> Effect:
    """A cent more tax: no sum tells how much tax has to be, only that it stays."""
    return rebill(plus(tax=1), on=SHOWN, **scope)


def written(change: Callable[[int, str], str | None], **scope: Any) -> Effect:
    """Each amount as `change(minor units, text)` writes it, or as it was for None."""
    def action(call: Call, shown: JSON, minor: int, *_: Any) -> None:
        shown["value"] = change(minor, shown["value"]) or shown["value"]

    return after("amount", action, on=SHOWN, **scope)


def _exponent(minor: int, text: str) -> str | None:
    return f"{minor / 100:.6E}" if minor >= 100_000 else None


def _thousands(minor: int, text: str) -> str | None:
    return f"{minor / 100:,.2f}" if minor >= 100_000 else None


def _negative_import_tax(bill: Bill) -> None:
    bill.import_tax = -bill.import_tax


FAULTS: list[Fault] = [
    fault(
        "tax-hangs-on-the-order-of-lines", "PRICE-STABLE", "lines that are not sorted by item cost a cent more tax",
        _tax(when=unsorted, kind="lines"),
    ),
    fault(
        "tax-after-there-and-back", "PRICE-STABLE", "after two changes of quantities there is a cent more tax",
        _tax(when=since(QUANTITY, least=2), kind="after"),
    ),
    fault(
        "tax-hangs-on-the-session", "PRICE-STABLE", "in about every second session there is a cent more tax",
        _tax(when=alternate_sessions),
    ),
    fault(
        "adjustment-after-moving-back", "PRICE-STABLE", "who moved twice has an adjustment of a cent",
        rebill(plus(adjustment=1), on=SHOWN, when=since(ADDRESS, least=2), kind="after"),
    ),
    # forms
    fault(
        "thousands-with-exponent", "PRICE-FORM", "amounts of a thousand and more have an exponent",
        written(_exponent, kind="boundary"),
    ),
    fault(
        "thousands-with-a-comma", "PRICE-FORM", "amounts of a thousand and more have a comma",
        written(_thousands, kind="boundary"),
    ),
    fault(
        "decimal-comma-in-de", "PRICE-FORM", "in EBAY_DE amounts have a decimal comma",
        written(lambda minor, text: text.replace(".", ","), when=in_market("EBAY_DE")),
    ),
    fault(
        "tax-with-three-decimals-in-gb", "PRICE-FORM", "in EBAY_GB the tax has three decimals",
        edit("pricingSummary.tax.value", lambda text: f"{text}0", on=SHOWN, when=in_market("EBAY_GB")),
    ),
    fault(
        "unit-prices-with-four-decimals", "PRICE-FORM", "with three lines or more unit prices have four decimals",
        edit("lineItems[].baseUnitPrice.value", lambda text: f"{text}00", on=SHOWN, when=Condition(
            lambda call, response: lines(3).test(call) and response.status == 200), kind="lines"),
    ),
    fault(
        "negative-import-tax", "PRICE-FORM", "in EBAY_AU the import tax is negative",
        after("bill", lambda call, bill, *_: _negative_import_tax(bill), on=SHOWN, when=in_market("EBAY_AU")),
    ),
    fault(
        "delivery-discount-as-number", "ORDER-FIELDS", "the order's deliveryDiscount is a number, not a text",
        edit("pricingSummary.deliveryDiscount.value", float, on=ORDER, kind="field"), also="PRICE-FORM",
    ),
]
