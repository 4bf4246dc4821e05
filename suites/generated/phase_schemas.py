"""One Schemathesis schema for each phase, so that each phase has tests of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import schemathesis
from schemathesis import BaseSchema, Case, HookContext, Response
from schemathesis.core.failures import Failure

from conformance.core import contract
from strategies import free_texts
from suites.generated.checks import Phase, off_in, on
from suites.generated.openapi_document import FREE_TEXT, FREE_TEXTS, joint, operation_of, pinned

schemathesis.openapi.format(FREE_TEXT, free_texts.ORDINARY_OR_ODD)

# Filled before the tests are collected. `schemathesis.pytest.from_fixture` would make one test of all operations of a phase,
# which neither distributes over processes nor has an id for each operation.
_BY_PHASE: dict[Phase, BaseSchema] = {}


def configure(seed: int, cases_per_operation: int, offered: Callable[[str], bool]) -> None:
    """Loads the schema of each phase. To be called before tests are collected, since Schemathesis builds them then.

    cases_per_operation: how many the fuzzing phase draws; elsewhere the contract decides.
    offered: whether the target has an operation; the others have no test, and no link of a walk leads to them.
    """
    left_out = [operation for operation in contract.operations() if not offered(operation)]
    for phase in Phase:
        loaded = _load(phase, seed, cases_per_operation)
        _BY_PHASE[phase] = loaded.exclude(operation_id=left_out) if left_out else loaded


def schema(phase: Phase) -> BaseSchema:
    """The schema with this phase alone on, as `configure` loaded it; without that, one drawn case of every operation."""
    if not _BY_PHASE:
        configure(0, 1, lambda operation: True)
    return _BY_PHASE[phase]


def _load(phase: Phase, seed: int, cases_per_operation: int) -> BaseSchema:
    config: dict[str, Any] = {
        "seed": seed,
        "generation": {"max-examples": cases_per_operation, "database": "none", "no-shrink": True},
        "phases": {each: {"enabled": each is phase, "checks": off_in(each)} for each in Phase},
        "checks": on(),
        # One `live` fixture serves all cases of a test, and how long a case takes is the target's affair.
        "suppress-health-check": ["all"],
    }
    config["phases"][Phase.COVERAGE]["unexpected-methods"] = []  # see unsupported_method in checks.py
    config["phases"][Phase.STATEFUL]["inference"] = {"algorithms": []}  # the contract names its links itself
    document = {Phase.FUZZING: pinned(FREE_TEXTS), Phase.STATEFUL: pinned()}.get(phase, joint())
    settings = schemathesis.Config.from_dict(config)
    # Every character that can be encoded, without the table of a codec: Hypothesis takes a second to make each, and keeps
    # them in the user's folder.
    settings.projects.default.generation.codec = None
    loaded = schemathesis.openapi.from_dict(document, config=settings)
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
