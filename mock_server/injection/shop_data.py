"""Effects on the order of guards, on settings, and on the goods of a shop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.catalogue.model import Coupon, Item, Marketplace
from mock_server.domain.shop import Shop
from mock_server.injection.core import Effect


def check_earlier(step: str, than: str, *, on: str | tuple[str, ...]) -> Effect:
    """The guards in another order: `step` stands right before `than`."""
    operations = (on,) if isinstance(on, str) else on

    def install(shop: Shop) -> None:
        for operation in operations:
            steps = [name for name in shop.steps_of[operation] if name != step]
            steps.insert(steps.index(than), step)
            shop.steps_of[operation] = tuple(steps)

    return Effect(install, operations, does=("check_earlier",))


def settings(**values: Any) -> Effect:
    """Other settings (`mock_server.domain.shop.Settings`)."""

    def install(shop: Shop) -> None:
        shop.settings = replace(shop.settings, **values)

    return Effect(install, does=("settings",))


def items(change: Callable[[Item], Item]) -> Effect:
    """Other goods: `change(item)` of each."""

    def install(shop: Shop) -> None:
        shop.items = {
            name: {changed.id: changed for changed in map(change, goods.values())} for name, goods in shop.items.items()
        }

    return Effect(install, does=("items",))


def coupons(change: Callable[[Coupon], Coupon]) -> Effect:
    """Other coupons: `change(coupon)` of each."""

    def install(shop: Shop) -> None:
        shop.coupons = {changed.code: changed for changed in map(change, shop.coupons.values())}

    return Effect(install, does=("coupons",))


def marketplaces(change: Callable[[Marketplace], Marketplace]) -> Effect:
    """Other marketplaces: `change(marketplace)` of each."""

    def install(shop: Shop) -> None:
        shop.marketplaces = {changed.id: changed for changed in map(change, shop.marketplaces.values())}

    return Effect(install, does=("marketplaces",))
