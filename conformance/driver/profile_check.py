"""Whether the target sells what the profile says that it sells, in few calls: before anything is judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import SAFE_LINE_COUNT, Market
from conformance.driver.checkout import CheckoutDriver

SOLD = ("limit", "stock", "lot", "warned", "at_payment")  # roles of items that initiate sells
TRIES = 2  # an answer that comes once proves nothing


@cache
def item_roles() -> dict[str, frozenset[int]]:
    """The ids that speak of an item itself, by the role that provokes them: `refused` and `removed`."""
    roles = [*(error.provoked_by for error in contract.errors())]
    roles += [need for requirement in contract.requirements().values() for need in requirement.needs]
    found: dict[str, set[int]] = {"refused": set(), "removed": set()}
    for kind, error in re.findall(r"item\.(refused|removed)\.(\d+)", " ".join(roles)):
        found[kind].add(int(error))
    return {kind: frozenset(ids) for kind, ids in found.items()}


def wrong_roles(driver: CheckoutDriver, name: str) -> Iterator[str]:
    """A sentence for each item with a role that is not sold, although its role says that it is. Raises RunStopped."""
    market = driver.market(name)
    wanted = [(item, market.roles[item].amount or 1) for kind in SOLD for item in market.items(kind)]
    wanted = [(item, pieces if market.roles[item].kind == "lot" else 1) for item, pieces in wanted]
    for start in range(0, len(wanted), SAFE_LINE_COUNT):
        part = wanted[start : start + SAFE_LINE_COUNT]
        if not _sells(driver, driver.initiate(name, part), [item for item, _ in part]):
            yield from wrong_items(driver, market, part)


def speaks_of_items(answer: Exchange) -> bool:
    """Whether an answer names an item's own condition as the reason why it is refused or taken out."""
    known = item_roles()
    return bool(known["refused"] & set(answer.error_ids) or known["removed"] & set(answer.warning_ids))


def wrong_items(driver: CheckoutDriver, market: Market, part: list[tuple[str, int]]) -> Iterator[str]:
    """Asks for each item alone: a sentence for each that is refused, or taken out, for what it is itself."""
    for item, quantity in part:
        answers = [driver.initiate(market.name, [(item, quantity)]) for _ in range(TRIES)]
        sentences = {_sentence(driver, market, item, answer) for answer in answers}
        if len(sentences) == 1 and (sentence := sentences.pop()):
            yield sentence


def _sentence(driver: CheckoutDriver, market: Market, item: str, answer: Exchange) -> str:
    role = market.roles[item].kind if item in market.roles else "plain"
    place = f"items.{role} of {market.name} names {item}"
    known = item_roles()
    if refused := [error for error in answer.error_ids if error in known["refused"]]:
        return f"{place}, which initiate refuses with {answer.answer()}: take it out, or put it under refused with {refused[0]}."
    removed = [warning for warning in answer.warning_ids if warning in known["removed"]]
    if removed and answer.accepted and not _sells(driver, answer, [item]):
        return f"{place}, which initiate takes out of the cart with warning {removed[0]}: put it under removed."
    return ""


def _sells(driver: CheckoutDriver, answer: Exchange, items: list[str]) -> bool:
    session = driver.trace.world.session_of(answer)
    return session is not None and set(items) <= set(session.view.items)
