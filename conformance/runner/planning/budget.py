"""A budget of requests: what is asked first, and what N leaves unasked.

`costs.json` has, for each test, how many requests it takes when cut to the bone and which requirements it then judges,
as measured on the mock (`python -m devtools.costs`). The choice is greedy: most new requirements for a request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.evidence.node_id import NodeId

COSTS = Path(__file__).with_name("costs.json")
WEIGHT = {"MUST": 10, "SHOULD": 3, "READING": 1}
# The tests that ask for the requirements of the mission with every method.
MISSION_TESTS = (
    "line_items/test_lines.py::test_the_maximum_passes_and_one_more_is_refused",
    "line_items/test_quantity_zero.py::test_each_line_can_be_removed",
    "payment/test_payment.py::test_nothing_changes_after_payment[calm]",
    "marketplace/test_marketplace.py::test_no_method_works_in_another_marketplace",
    "line_items/test_quantity_zero.py::test_an_emptied_session_takes_no_more_changes[calm]",
)
MISSION_WEIGHT = 60
# Tests share sessions, so more of them fit than their costs apart say; none begins that no longer fits by itself.
SHARING = 1.6


@cache
def costs() -> dict[str, dict[str, Any]]:
    """What each test costs and judges: {test: {"requests": n, "judges": [ids]}}."""
    if not COSTS.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(COSTS.read_text(encoding="utf-8"))
    return found


def measured(nodeid: str) -> dict[str, Any]:
    """What is known of a test, whichever marketplace it runs in; nothing of one that was not measured."""
    return costs().get(_name(nodeid), {})


def _name(nodeid: str) -> str:
    return NodeId.of(nodeid).in_any_marketplace


def weight(requirement: str) -> int:
    """What a first judgment of a requirement is worth."""
    known = contract.requirements()[requirement]
    return MISSION_WEIGHT if known.mission else WEIGHT[known.level]


def measured_cost(nodeid: str, *, whole: bool = False) -> int:
    """About how many requests a test takes by itself, cut to the bone or with all its cases."""
    known = measured(nodeid)
    fewest = max(1, int(known.get("requests", 1)))
    return max(fewest, int(known.get("whole", fewest))) if whole else fewest


def _surely_judged(nodeid: str) -> frozenset[str]:
    """What a test judges on any target: which refusal a drawn request meets first is the target's choice."""
    drawn = _name(nodeid).startswith("generated/")
    judges = measured(nodeid)["judges"]
    return frozenset(each for each in judges if not (drawn and contract.requirements()[each].lawful_refusals))


def _is_of_mission(nodeid: str) -> bool:
    return _name(nodeid) in MISSION_TESTS


def choose(nodeids: Iterable[str], limit: int | None, done: set[str], spent: int = 0) -> dict[str, bool]:
    """The tests to run, in order, each with whether it asks for all its cases (and not for as few as will do).

    limit: requests that they may take in all; done: what is judged already. First come the rules that every target can
    be judged by, then those that need a rare role (contracts/needs.yaml). What a limit leaves after that goes into all
    cases of the same tests, those first where that is cheap, and then into other tests of the same rules.
    """
    left = {
        nodeid: (measured_cost(nodeid), _surely_judged(nodeid)) for nodeid in nodeids if measured(nodeid).get("judges")
    }
    usual = {requirement for requirement in contract.requirements() if not contract.is_rare(requirement)}
    chosen: dict[str, bool] = {}
    room = None if limit is None else round(limit * SHARING) - spent
    judged = set(done)
    for item in sorted(filter(_is_of_mission, left), key=lambda nodeid: MISSION_TESTS.index(_name(nodeid))):
        if left[item][1] - judged and (room is None or left[item][0] <= room):
            needed, judges = left.pop(item)
            room = None if room is None else room - needed
            judged |= judges
            chosen[item] = False
    while True:
        before = len(chosen)
        for wanted in (usual, set(contract.requirements())):
            room = _cover(left, wanted, judged, chosen, room)
        if room is None or len(chosen) == before:
            return chosen
        assert limit is not None
        room -= round(_deepen(chosen, limit - spent - sum(map(measured_cost, chosen))) * SHARING)
        judged = set(done)


def _deepen(chosen: dict[str, bool], room: int) -> int:
    """Asks for all cases, the cheapest first, after everything else; room: what the tests leave, even if none shared.

    Returns how many requests that takes.
    """
    before = room
    more = {
        nodeid: measured_cost(nodeid, whole=True) - measured_cost(nodeid)
        for nodeid in chosen
        if not _is_of_mission(nodeid)
    }
    for item in sorted(more, key=lambda nodeid: (more[nodeid], nodeid)):
        if 0 < more[item] <= room and not chosen[item]:
            room -= more[item]
            del chosen[item]
            chosen[item] = True
    return before - room


def _cover(
    left: dict[str, tuple[int, frozenset[str]]],
    wanted: set[str],
    judged: set[str],
    chosen: dict[str, bool],
    room: int | None,
) -> int | None:
    """Takes out of `left` what judges most of `wanted` for a request, until nothing more does; returns the room left."""
    while True:
        worth = {
            nodeid: sum(map(weight, (judges & wanted) - judged)) / needed for nodeid, (needed, judges) in left.items()
        }
        fitting = [nodeid for nodeid in worth if worth[nodeid] and (room is None or left[nodeid][0] <= room)]
        if not fitting:
            return room
        best = max(fitting, key=lambda nodeid: (worth[nodeid], -left[nodeid][0], nodeid))
        needed, judges = left.pop(best)
        room = None if room is None else room - needed
        judged |= judges
        chosen[best] = False
