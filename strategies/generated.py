"""Request bodies that Schemathesis generates from the contract: a few that fit the schema, more that do not.

Only the bodies are its work: ids, marketplace and token come from a live session, or half of the requests would end at
an unknown session. Bodies are drawn from a view of the document in memory; the contract itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from conformance.core import contract
from strategies.still import keep_still

POSITIVE, NEGATIVE = "fitting", "broken"


@cache
def _schema(name: str) -> Any:
    import schemathesis  # slow to load, and not every run generates

    document = contract.document(name)
    return schemathesis.openapi.from_dict(
        {**document, "paths": {path: dict(item) for path, item in document["paths"].items()}}
    )


@lru_cache(64)  # slow to draw; a matrix judges hundreds of servers with the same ones
def bodies(operation: str, kind: str, count: int, draw: int) -> list[Any]:
    """JSON bodies for an operation, the same for the same `draw`, not to be changed; kind: fitting or broken."""
    from schemathesis import GenerationMode

    name = "order-v1" if operation == contract.PLACE_ORDER else "order-v2"
    mode = GenerationMode.POSITIVE if kind == POSITIVE else GenerationMode.NEGATIVE
    found: list[Any] = []
    strategy = _schema(name).find_operation_by_id(operation).as_strategy(generation_mode=mode)
    _examples(strategy, lambda case: found.append(case.body), count, draw)
    return [item for item in found if isinstance(item, dict | list | str | int | float | bool)]


def _examples(strategy: Any, take: Callable[[Any], object], count: int, draw: int) -> None:
    keep_still()

    @seed(draw)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def each(case: Any) -> None:
        take(case)

    each()
