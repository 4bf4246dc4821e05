"""What an item can show, learned from the first answers of a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Features:
    """What the target's own answers showed of an item. tax: that a tax is added to its price, not held in it."""

    options: int = 1
    fee: bool = False
    promotion: bool = False
    discount: bool = False
    imports: bool = False
    tax: bool = False
    unit: str = "0"
    seller: str = ""

    @property
    def weight(self) -> int:
        """How much an item can show. A tax says more of the marketplace than of the item, and does not count."""
        return (self.options > 1) + (self.options > 2) + self.fee + self.promotion + self.discount + self.imports
