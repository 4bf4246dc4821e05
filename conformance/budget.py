"""A budget of requests: what is asked first, and what N leaves unasked.

`costs.json` has, for each test, how many requests it takes when cut to the bone and which requirements it then judges,
as measured on the mock (`python -m conformance.costs`). The choice is greedy: most new requirements for a request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from conformance import contract

COSTS = Path(__file__).with_name("costs.json")
WEIGHT = {"MUST": 10, "SHOULD": 3, "READING": 1}
# The four rules that partners ask for first: no change after payment, marketplace mismatch, at most N lines, quantity 0.
MISSION = ("PAY-LOCK", "MARKET-SAME", "LINES-MAX", "QTY-ZERO")
MISSION_WEIGHT = 60
# Tests share sessions, so more of them fit than their costs apart say; the budget itself is kept request by request.
SHARING = 1.25


@cache
def costs() -> dict[str, dict[str, Any]]:
    """What each test costs and judges: {test: {"requests": n, "judges": [ids]}}."""
    if not COSTS.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(COSTS.read_text(encoding="utf-8"))
    return found


def test_name(nodeid: str) -> str:
    """The name of a test without its parameters."""
    return nodeid.removeprefix("suites/").partition("[")[0]


def weight(requirement: str) -> int:
    """What a first judgment of a requirement is worth."""
    return MISSION_WEIGHT if requirement in MISSION else WEIGHT[contract.requirements()[requirement].level]


def choose(nodeids: Iterable[str], limit: int | None, done: set[str], spent: int = 0) -> list[str]:
    """The tests to run, in order; limit: requests that they may take in all; done: what is judged already."""
    known = {one: costs().get(test_name(one)) for one in nodeids}
    left = {
        one: (int(entry["requests"]), set(entry["judges"])) for one, entry in known.items() if entry and entry["judges"]
    }
    judged, chosen = set(done), []
    if limit is not None:
        limit = round(limit * SHARING)
    while left:
        worth = {one: sum(map(weight, judges - judged)) / max(1, cost) for one, (cost, judges) in left.items()}
        best = max(worth, key=lambda one: (worth[one], -left[one][0], one))
        if not worth[best]:
            break
        cost, judges = left.pop(best)
        if limit is not None and spent + cost > limit:
            continue
        spent += cost
        judged |= judges
        chosen.append(best)
    return chosen
