"""Whether a client can see a fault, narrowed or not.

`python -m devtools.conversation.visibility NAME [NAME …]` prints the answers as JSON by name.

A combination such as `two-orders~lines=one~coupon=good` can show if some request of the conversation meets the
conditions and the shop then answers something else than a healthy shop. What no scene shows counts as not visible.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from itertools import islice

from devtools.conversation.client import Client
from devtools.conversation.scenes import SCENES, scene
from devtools.conversation.talk import Differs, Talk
from mock_server.domain.shop import Call
from mock_server.http.pipeline import new_shop
from mock_server.injection.core import Fault
from mock_server.injection.effects import after
from mock_server.injection.factors import FACTORS
from mock_server.injection.situation import keep_situations, situation
from mock_server.registry import known
from mock_server.server import App

Met = tuple[str, frozenset[str]]  # the operation of a request, and the conditions that it meets


@cache
def healthy(name: str) -> list[str]:
    """What a healthy shop says in a scene."""
    return scene(name)


@cache
def met(name: str) -> frozenset[Met]:
    """The conditions that each request of a scene meets."""
    found: set[Met] = set()

    def note(call: Call, response: object, *_: object) -> None:
        now = situation(call)
        if now is not None:
            levels = {factor: holds(call, now) for factor, holds in FACTORS.items()}
            conditions = frozenset(f"{factor}={level}" for factor, level in levels.items() if level)
            found.add((now.operation, conditions))

    app = App()
    app.healthy = new_shop()
    after("response", note).install(app.healthy)  # before what keeps situations tells the request's own story
    keep_situations(app.healthy)
    client = Client(app)
    try:
        SCENES[name](Talk(client))
    finally:
        client.close()
    return frozenset(found)


def by_relevance(fault: Fault) -> list[str]:
    """All scenes, those of the fault's chapter first, short ones before long ones."""
    first = "race" if fault.kind == "race" else fault.chapter
    return sorted(SCENES, key=lambda name: (not name.startswith(first), name.startswith("race"), len(healthy(name))))


def visible(name: str, scenes: int | None = None) -> bool:
    """Raises KeyError for a fault that does not exist.

    scenes: how many that meet the conditions are looked at; all of them without a number.
    """
    base, *conditions = name.split("~")
    fault, wanted = known()[base], frozenset(conditions)
    everywhere = any(not effect.operations for effect in fault.effects)
    acts = {operation for effect in fault.effects for operation in effect.operations}
    meeting = (
        scene_name
        for scene_name in by_relevance(fault)
        if not wanted
        or any(wanted <= levels and (everywhere or operation in acts) for operation, levels in met(scene_name))
    )
    for scene_name in islice(meeting, scenes):
        try:
            scene(scene_name, f"/x/{name}", healthy(scene_name))
        except Differs:
            return True
    return False


if __name__ == "__main__":
    print(json.dumps({name: visible(name) for name in sys.argv[1:]}, indent=1))
