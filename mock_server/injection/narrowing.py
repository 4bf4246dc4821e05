"""A fault narrowed to conditions, as in `two-orders~lines=two~coupon=good`.

Real servers fail in one marketplace, the second time, in a full cart. Every fault goes with every condition
(`mock_server.injection.factors`), so that what a list written by hand leaves out can be drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.domain.shop import Call, Shop
from mock_server.injection.core import Condition, Effect


def narrowed(effect: Effect, condition: Condition) -> Effect:
    """The effect where the condition holds too. What an effect changes but steps (settings, goods) it changes as before."""

    def install(shop: Shop) -> None:
        before = dict(shop.steps)
        effect.install(shop)
        for step, changed in list(shop.steps.items()):
            if changed is not before[step]:
                shop.steps[step] = _either(changed, before[step], condition)

    return Effect(install, effect.operations, effect.kind, effect.does)


def _either(changed: Callable[..., Any], plain: Callable[..., Any], condition: Condition) -> Callable[..., Any]:
    def step(call: Call, *args: Any) -> Any:
        return (changed if condition.test(call, *args) else plain)(call, *args)

    return step
