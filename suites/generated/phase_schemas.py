"""One Schemathesis schema for each phase, so that each phase has tests of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.schemas import OpenApiSchema

from conformance.core import contract
from suites.generated.checks import Phase, off_in, on
from suites.generated.openapi_document import FREE_TEXTS, joint, operation_of, pinned

HEALTH_CHECKS = ["all"]  # a target's speed and what its answers filter out are no health of the suite

# Texts that a shop has to refuse, to keep as they are, or at least to survive: drawn now and then for a free text.
ODD_TEXTS = ("<b>", "Wal\x07nut", "O'Neill-Größe", "%s%n{0}", "../..%2f", "\u202e\U0001f6d2")


@cache
def schema(phase: Phase) -> OpenApiSchema:
    """The schema with this phase on: the same whenever it is asked for, so `draw_by` reaches it before tests are made."""
    config: dict[str, Any] = {
        "suppress-health-check": HEALTH_CHECKS,
        "generation": {"database": "none", "no-shrink": True},
        "phases": {each: {"enabled": each is phase, "checks": off_in(each)} for each in Phase},
        "checks": on(),
    }
    config["phases"][Phase.COVERAGE]["unexpected-methods"] = []  # see unsupported_method in checks.py
    document = {Phase.FUZZING: pinned(FREE_TEXTS), Phase.STATEFUL: pinned()}.get(phase, joint())
    if phase is Phase.FUZZING:
        config["dictionaries"] = {"texts": {"values": list(ODD_TEXTS)}}
        config["generation"]["dictionaries"] = {"string": {"dictionary": "texts", "probability": 0.3}}
    loaded = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))
    loaded.hook(filter_failure)
    if phase is Phase.FUZZING:
        loaded.hook(filter_case)
    return loaded


def filter_case(context: HookContext, case: Case) -> bool:
    """A drawn request breaks one thing at most: of two, a target may refuse either."""
    return case.meta is None or len(case.meta.phase.data.mutations) <= 1


def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """A documented refusal with a 5xx that a client can provoke (16020) is no server error."""
    return not (response.status_code >= 500 and _is_documented_refusal(case, response))


def _is_documented_refusal(case: Case, response: Response) -> bool:
    operation = contract.operations()[operation_of(case)]
    try:
        ids = [error["errorId"] for error in response.json()["errors"]]
    except (ValueError, KeyError, TypeError):
        return False
    entries = [
        contract.error(error, operation.id) for error in ids if response.status_code in operation.statuses_of(error)
    ]
    return (
        bool(ids)
        and len(entries) == len(ids)
        and all(documented and documented.can_be_provoked for documented in entries)
    )


def draw_by(seed: int, examples_per_operation: int, offered: Callable[[str], bool]) -> None:
    """Sets what is drawn: called before the tests are collected, since Schemathesis builds them then.

    offered: whether the target has an operation; the others have no test, and no link of a walk leads to them.
    """
    missing = [operation for operation in contract.operations() if not offered(operation)]
    everything = schemathesis.openapi.from_dict(joint())
    chosen = everything.exclude(operation_id=missing) if missing else everything
    for loaded in map(schema, Phase):
        loaded.filter_set = chosen.filter_set
        loaded.config.seed = seed
        loaded.config.generation.update(max_examples=examples_per_operation)
