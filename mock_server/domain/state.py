"""What a shop remembers. Small objects in dictionaries; nothing outlives the process."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.catalogue.model import Address, Coupon, Item, Marketplace, Option


@dataclass(slots=True)
class Line:
    id: str
    item: Item
    quantity: int
    option: str

    @property
    def selected(self) -> Option:
        return next(option for option in self.item.options if option.id == self.option)


@dataclass(slots=True)
class Cart:
    """What a session sells and where to; an order keeps a copy. `created`: seconds since the epoch."""

    market: Marketplace
    lines: list[Line]
    address: Address
    created: float
    coupon: Coupon | None = None

    def copy(self) -> Cart:
        return replace(self, lines=[replace(line) for line in self.lines])


OPEN, PAID, DECLINED = "open", "paid", "declined"


@dataclass(slots=True)
class Session:
    """`declined`: the id that payment ended with; `done`, `refused`: calls by operation; `last`: the latest accepted
    one; `notes`: counters of conditions (`mock_server.injection`). The order's reads count here too."""

    id: str
    app: str
    email: str
    cart: Cart
    phase: str = OPEN
    declined: int = 0
    order: str = ""
    signature: str = ""
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    last: str = ""
    notes: dict[object, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Order:
    """`created`: seconds since the epoch."""

    id: str
    app: str
    session: str
    cart: Cart
    created: float


@dataclass(slots=True)
class Grant:
    """What a token is good for; `until`: seconds since the epoch."""

    app: str
    scopes: tuple[str, ...]
    until: float


def remember(table: dict[str, Any], key: str, value: Any, most: int) -> None:
    """Keeps at most `most` entries, so that a long soak does not eat the memory: the oldest goes."""
    table[key] = value
    if len(table) > most:
        del table[next(iter(table))]
