"""The changes that a planned session makes, and how each is undone (`rows: does: change` of contracts/factors.yaml)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.core.factors import factors
from conformance.driver.checkout import CheckoutSession
from conformance.judging.model import Line
from suites.situations.goods import Goods

PARTS = ("phoneNumber", "recipient")  # of an address, before the rest


@dataclass(frozen=True)
class Changes:
    """What a session can be changed by."""

    session: CheckoutSession
    goods: Goods

    def make(self, change: str, line: Line) -> Callable[[], object] | None:
        """Makes a change of `contracts/factors.yaml` to a line and says how it is undone; None where it cannot be."""
        session, before = self.session, line.quantity or 1
        if (
            change in ("more", "many")
            and self.goods.row["goods"] == "warned"
            and not self.goods.is_ample(line.item or "")
        ):
            change = "same"  # nobody knows how many there are
        quantities = {
            "more": before + 2,
            "many": factors()["quantity"].count_of("many") + 1,
            "less": max(1, before - 1),
            "same": before,
            "remove": 0,
        }
        if change in quantities:
            session.set_quantity(line, quantities[change])
            known = self.session.state.view.lines.get(line.id)
            return (lambda: session.set_quantity(known, before)) if known else None
        if change in ("select", "reselect"):
            chosen, option = line.selected, session.other_option(line)
            wanted = option if change == "select" and option else chosen
            if wanted is None:
                return None
            session.select_option(line, wanted.id)
            return (lambda: session.select_option(line, chosen.id)) if chosen and wanted is not chosen else None
        if change in ("move", "move_again"):
            return self._move(again=change == "move_again")
        return self._toggle_coupon(again=change == "coupon_again")

    def _move(self, *, again: bool) -> Callable[[], object] | None:
        """Sets another address of the profile, or the same one again."""
        session, current = self.session, self._current_address()
        other = next((address for address in self._addresses() if address is not current), current)
        session.set_address(current if again else other)
        return None if again else (lambda: self._move_back(other, current))

    def _move_back(self, moved: dict[str, Any], address: dict[str, Any]) -> None:
        """Part by part, each different: a server may compare one part alone to see that nothing changed."""
        for part in PARTS:
            others = (
                known for known in (address, *self._addresses()) if known.get(part) not in (None, moved.get(part))
            )
            if other := next(others, None):
                moved = {**moved, part: other[part]}
                self.session.set_address(moved)
        self.session.set_address(address)

    def _addresses(self) -> list[dict[str, Any]]:
        market = self.goods.driver.market(self.goods.market)
        known = (market.address, market.other_address, market.unverifiable_address)
        return [address for address in known if address]

    def _current_address(self) -> dict[str, Any]:
        """The address of the profile that the session has."""
        seen, names = self.session.state.view.address, ("city", "addressLine1")
        alike = (own for own in self._addresses() if all(own.get(name) == seen.get(name) for name in names))
        return next(alike, self.goods.driver.market(self.goods.market).address)

    def _toggle_coupon(self, *, again: bool) -> Callable[[], object] | None:
        session, applied = self.session, list(self.session.state.view.coupons)
        codes = [coupon.code for coupon in self.goods.driver.market(self.goods.market).coupons_of("good", "oversized")]
        if not codes and not applied:
            return None
        code = (applied or codes)[0] if again else (applied or codes)[-1]
        if again or not applied:
            session.apply_coupon(code)
            return None if applied else (lambda: session.remove_coupon(code))
        session.remove_coupon(code)
        return lambda: session.apply_coupon(code)
