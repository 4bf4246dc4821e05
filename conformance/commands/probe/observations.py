"""What the wizard saw of a target: items, coupons, addresses, ways to pay. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from conformance.commands.probe.sample_addresses import Address
from conformance.core.exchange import Exchange


@dataclass
class Good:
    """What was seen of an item. kind: a role of the profile, or `unknown`; remark: for a person."""

    item: str
    kind: str = "unknown"
    amount: int = 0
    error: int = 0
    remark: str = ""


@dataclass
class Voucher:
    """What was seen of a coupon. kind: a role of the profile, or `unknown`; fits: items that it was taken with.

    refused, taken: subtotals between which a minimum lies, in the marketplace's currency.
    """

    code: str
    kind: str
    error: int = 0
    remark: str = ""
    fits: list[str] = field(default_factory=list)
    refused: Decimal | None = None
    taken: Decimal | None = None

    @property
    def minimum(self) -> Decimal | None:
        """The multiple of five that alone lies between what was refused and what was taken: shops set such minimums."""
        if self.refused is None or self.taken is None:
            return None
        round_amounts = [five for five in range(0, int(self.taken) + 1, 5) if self.refused < five]
        return Decimal(round_amounts[0]) if len(round_amounts) == 1 else None


@dataclass
class Seen:
    """What was seen in one marketplace. declined: e-mail addresses of buyers, with the id that refuses their payment."""

    name: str
    address: Address
    other: Address | None = None
    unverifiable: Address | None = None
    foreign: list[str] = field(default_factory=list)
    sanctioned: list[str] = field(default_factory=list)
    goods: list[Good] = field(default_factory=list)
    coupons: list[Voucher] = field(default_factory=list)
    declined: list[tuple[str, int]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    first: Exchange | None = None

    def of(self, kind: str) -> list[Good]:
        """The items of a role."""
        return [good for good in self.goods if good.kind == kind]
