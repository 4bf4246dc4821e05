"""Which items, quantities and coupon the session of a row begins with (contracts/factors.yaml)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.core.factors import factors
from conformance.core.profile import Coupon, Market
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.features import Features
from conformance.judging.conditions import BOUNDED, GOODS_BY_ROLE
from strategies.array import Row


def _besides_tax(features: Features) -> int:
    """How many of promotion, fee, import charges and delivery discount an item shows."""
    return features.promotion + features.fee + features.imports + features.discount


# Which items a level of the goods means: the first of these that some item fulfils.
SHOWS: dict[str, tuple[Callable[[Features], bool], ...]] = {
    "plain": (lambda features: not _besides_tax(features),),
    "promotion": (lambda features: features.promotion,),
    "fee": (lambda features: features.fee,),
    "imports": (lambda features: features.imports,),
    "discount": (lambda features: features.discount,),
    "tax": (lambda features: features.tax and not _besides_tax(features), lambda features: features.tax),
    "several": (
        lambda features: _besides_tax(features) > 1,
        lambda features: _besides_tax(features) + features.tax > 1,
    ),
}


def item_of_role(offered: Market, row: Row) -> str | None:
    """The item of a role of the profile that a row means; None where it means another, or there is none."""
    found = offered.items(row["goods"]) if row["goods"] in GOODS_BY_ROLE else []
    return found[row.number % len(found)] if found else None


def is_not_bought(offered: Market, row: Row) -> bool:
    """Whether paying takes from a small stock, so that the profile would be wrong in the next run, or from one that nobody
    knows."""
    return row["goods"] in ("stock", "warned") and item_of_role(offered, row) is not None


@dataclass(frozen=True)
class Goods:
    """The goods of a row, from what the profile offers and what the items were seen to show."""

    driver: CheckoutDriver
    row: Row

    @property
    def market(self) -> str:
        """The session's marketplace."""
        return self.row["marketplace"]

    def lines(self) -> list[tuple[str, int]]:
        """Items and quantities; the line that the row means has the quantity and shows what the row wants."""
        count = min(
            factors()["lines"].count_of(self.row["lines"]),
            self.driver.maximum(),
            len(self.driver.market(self.market).plain),
        )
        meant, items = self.meant_item(), self.driver.plain(self.market, None)
        turned = items[self.row.number % len(items) :] + items[: self.row.number % len(items)]
        # The other items show nothing that the row does not want.
        alike = sorted(turned, key=lambda item: not self._adds_nothing(item, meant))
        others = [item for item in alike if item != meant][: count - 1]
        position = self.place(len(others) + 1)
        wanted = self.pieces(meant) if self.row["history"] != "quantity" else self.pieces(meant, most=2)
        pairs = [(item, 1 if self.row["quantity"] == "one" else 1 + place % 2) for place, item in enumerate(others)]
        return [*pairs[:position], (meant, wanted), *pairs[position:]]

    def pieces(self, item: str, most: int | None = None) -> int:
        """The row's quantity, as far as the item's limit, stock or lot lets it be."""
        wanted, role = (
            most or factors()["quantity"].count_of(self.row["quantity"]),
            self.driver.profile.role(self.market, item),
        )
        if role is None or role.kind not in BOUNDED:
            return wanted if self.is_ample(item) else 1
        return role.amount if role.kind == "lot" else min(wanted, role.amount)

    def is_ample(self, item: str) -> bool:
        """Whether the profile says that there is enough of an item."""
        return item in self.driver.market(self.market).plain

    def meant_item(self) -> str:
        """The item that shows what the row wants."""
        coupon = self.coupon()
        if named := item_of_role(self.driver.market(self.market), self.row):
            return named
        fits = [item for item in coupon.fits if item in self.driver.market(self.market).plain] if coupon else []
        if fits:
            return fits[self.row.number % len(fits)]
        wanted = (self.driver.plain(self.market, None, want=shows) for shows in SHOWS.get(self.row["goods"], ()))
        found = next(filter(None, wanted), None) or self.driver.plain(self.market, None)
        several = [item for item in found if self._features(item).options > 1] if self.row["option"] == "other" else []
        return (several or found)[self.row.number % len(several or found)]

    def _adds_nothing(self, item: str, meant: str) -> bool:
        """Whether an item shows no feature that the meant item lacks."""
        own, other = self._features(meant), self._features(item)
        names = ("promotion", "fee", "imports", "discount", "tax")
        return all(getattr(own, name) or not getattr(other, name) for name in names)

    def _features(self, item: str) -> Features:
        return self.driver.features.get((self.market, item), Features())

    def coupon(self) -> Coupon | None:
        """The coupon of the row."""
        kind = self.row["coupon"]
        kinds = ("good", "oversized") if kind == "removed" else (kind,)
        found = self.driver.market(self.market).coupons_of(*kinds)
        return found[self.row.number % len(found)] if found else None

    def place(self, lines: int) -> int:
        """Where the line that the row means stands among so many."""
        return {"first": 0, "middle": lines // 2, "last": lines - 1}[self.row["line"]]
