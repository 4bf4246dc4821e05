"""Junk in answers: the honest visit with parts of its answers replaced, dropped or doubled. No rule may fail on it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from conformance.core.exchange import Exchange
from tests.doubles.reference_server import ReferenceShop
from tests.doubles.scripted_session import visit

VALUES: tuple[Any, ...] = (None, True, 0, -1, 1.5, 10**30, "", "text", "-0.01", "1e400", "NaN", [], {}, [None], [7], [[]],
                           [{}], {"value": None}, {"value": "x", "currency": 7}, "2026-01-01T00:00:00.000Z")  # fmt: skip
SHARE = 0.12  # of the answers


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a JSON value."""
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from places(node[key])


def spoil(body: Any, chance: random.Random) -> Any:
    """A copy of an answer with one to three changes."""
    if not isinstance(body, dict) or chance.random() < 0.04:
        return deepcopy(chance.choice(VALUES))
    changed = deepcopy(body)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        found = list(places(changed))
        if not found:
            break
        holder, key = chance.choice(found)
        way = chance.random()
        if way < 0.25 and isinstance(holder, dict):
            del holder[key]
        elif way < 0.35 and isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        elif way < 0.45 and isinstance(holder, list):
            del holder[key]
        elif way < 0.5 and isinstance(holder, dict):
            holder[key] = deepcopy(chance.choice(found)[0])
        else:
            holder[key] = deepcopy(chance.choice(VALUES))
    return changed


def traces(count: int) -> Iterator[list[Exchange]]:
    """The visit, spoilt in so many ways."""
    for seed in range(count):
        chance = random.Random(seed)
        exchanges = visit(ReferenceShop()).exchanges
        for entry in exchanges:
            if chance.random() < SHARE:
                entry.body = spoil(entry.body, chance)
                if chance.random() < 0.2:
                    entry.status = chance.choice((200, 201, 204, 299, 400, 404, 409, 500, 503, 999))
        yield exchanges
