"""A fault narrowed to a condition, `name~condition`: real servers fail in one marketplace, the second time, in a full
cart. Every fault goes with every condition, so what a list of faults written by hand left out can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.goods import MARKETPLACES
from mock_server.domain.operations import ADDRESS, APPLY, OPTION, QUANTITY, READ
from mock_server.domain.shop import Call, Shop
from mock_server.injection.conditions import (
    after_op,
    after_refused,
    coupon,
    from_nth,
    in_market,
    just_after,
    lines,
    other_option,
    quantity_above,
)
from mock_server.injection.core import Condition, Effect

# Made anew for each shop: some count.
CONDITIONS: dict[str, Callable[[], Condition]] = {
    **{f"in-{name.removeprefix('EBAY_').lower()}": lambda name=name: in_market(name) for name in MARKETPLACES},  # type: ignore[misc]
    "coupon": lambda: coupon,
    "no-coupon": lambda: ~coupon,
    "one-line": lambda: lines(1, 1),
    "two-lines": lambda: lines(2, 2),
    "three-lines": lambda: lines(3),
    "four-lines": lambda: lines(4),
    "above-three": lambda: quantity_above(3),
    "second-time": lambda: from_nth(2),
    "after-quantity": lambda: after_op(QUANTITY),
    "after-address": lambda: after_op(ADDRESS),
    "after-option": lambda: other_option,
    "after-coupon": lambda: after_op(APPLY),
    "after-refusal": lambda: after_refused(QUANTITY, OPTION, ADDRESS, APPLY),
    "after-read": lambda: just_after(READ),
    "not-after-read": lambda: ~just_after(READ),
}


def narrowed(effect: Effect, condition: Condition) -> Effect:
    """The effect where the condition holds too; what an effect changes but steps (settings, goods) it changes as before."""

    def install(shop: Shop) -> None:
        before = dict(shop.steps)
        effect.install(shop)
        for step, changed in list(shop.steps.items()):
            if changed is not before[step]:
                shop.steps[step] = _either(changed, before[step], condition)

    return Effect(install, effect.operations, effect.kind)


def _either(changed: Callable[..., Any], plain: Callable[..., Any], condition: Condition) -> Callable[..., Any]:
    def step(call: Call, *args: Any) -> Any:
        return (changed if condition.test(call, *args) else plain)(call, *args)

    return step
