"""What the mock sells, as plain immutable data. Money is in minor units (cents) of the marketplace's currency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

AMPLE = 100_000  # pieces in stock of an item that is sold without ado


@dataclass(frozen=True, slots=True)
class Tax:
    """`rate` in basis points. `included`: domestic prices hold it already; imported items are taxed on top all the same
    where `on_imports` says so (Australia's GST)."""

    kind: str
    rate: int
    included: bool
    region: str
    region_type: str
    on_imports: bool = False


@dataclass(frozen=True, slots=True)
class Marketplace:
    """`line_length`: code points that fit in an address line; `required`: the address fields that only some demand."""

    id: str
    country: str
    currency: str
    line_length: int
    tax: Tax | None
    required: tuple[str, ...]
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class Promotion:
    """percent: basis points off the line; each: minor units off every piece; bogo: every second piece is free."""

    message: str
    percent: int = 0
    each: int = 0
    bogo: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A way to ship a line; cost, discount and imports are per line. `days`: earliest and latest, from the order on."""

    id: str
    carrier: str
    service: str
    cost: int
    discount: int
    imports: int
    days: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fee:
    """`amount` per piece."""

    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class Item:
    """`refused`, `removed`, `warned`, `at_payment`: the id that buying it brings, 0 for none; `alone`: the refusal
    when a removed item was all there was; `unpaid`: its line is not bought when the order is placed,
    which is warned of with 15005."""

    id: str
    role: str
    title: str
    category: str
    seller: str
    image: str
    price: int
    options: tuple[Option, ...]
    promotions: tuple[Promotion, ...] = ()
    fees: tuple[Fee, ...] = ()
    adjustment: int = 0
    abroad: bool = False
    taxed: bool = True
    authentic: bool = False
    stock: int = AMPLE
    limit: int = 0
    lot: int = 0
    refused: int = 0
    removed: int = 0
    alone: int = 0
    warned: int = 0
    at_payment: int = 0
    unpaid: bool = False


@dataclass(frozen=True, slots=True)
class Coupon:
    """`value` in minor units, `percent` in basis points; `refused`: always, with this id; otherwise `error` says what a
    cart hears that has nothing of `category` or is worth less than `minimum`."""

    code: str
    value: int = 0
    percent: int = 0
    category: str = ""
    minimum: int = 0
    error: int = 0
    refused: int = 0


Address = dict[str, Any]


def decimal(minor: int, decimals: int) -> str:
    """Minor units as a decimal string with all its decimals."""
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits
