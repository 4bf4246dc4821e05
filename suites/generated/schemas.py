"""One Schemathesis schema for each phase, so that each phase has tests of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.schemas import OpenApiSchema

from conformance.core import contract
from suites.generated.checks import CHECKS
from suites.generated.document import FREE_TEXTS, Node, joint, pinned

PHASES = ("examples", "coverage", "fuzzing", "stateful")
HEALTH_CHECKS = ["all"]  # a target's speed and what its answers filter out are no health of the suite


# Texts that a shop has to refuse, to keep as they are, or at least to survive.
ODD_TEXTS = ("<b>", "Wal\x07nut", "O'Neill-Größe", "%s%n{0}", "../..%2f", "\u202e\U0001f6d2")


def load(phase: str, document: Node, texts: Sequence[str] = ()) -> OpenApiSchema:
    """A schema with one phase on. phase: a key of PHASES; texts: drawn now and then for a free text."""
    config: dict[str, Any] = {
        "suppress-health-check": HEALTH_CHECKS,
        "generation": {"database": "none", "no-shrink": True},
        "phases": {name: {"enabled": name == phase} for name in PHASES},
        "checks": {check.name: {"enabled": check.on} for check in CHECKS if check.name != "max_response_time"},
    }
    if texts:
        config["dictionaries"] = {"texts": {"values": list(texts)}}
        config["generation"]["dictionaries"] = {"string": {"dictionary": "texts", "probability": 0.3}}
    config["phases"]["coverage"]["unexpected-methods"] = []  # see unsupported_method in checks.py
    return schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(config))


examples = load("examples", joint())
coverage = load("coverage", joint())
fuzzing = load("fuzzing", pinned(FREE_TEXTS), texts=ODD_TEXTS)
stateful = load("stateful", pinned())
EVERYTHING = examples.clone()


@fuzzing.hook
def filter_case(context: HookContext, case: Case) -> bool:
    """A drawn request breaks one thing at most: of two, a target may refuse either."""
    return case.meta is None or len(getattr(case.meta.phase.data, "mutations", ())) <= 1


def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """A documented refusal with a 5xx that a client can provoke (16020) is no server error."""
    return not (response.status_code >= 500 and _is_documented_refusal(case, response))


def _is_documented_refusal(case: Case, response: Response) -> bool:
    operation = contract.operations()[str(case.operation.definition.raw["operationId"])]
    try:
        ids = [error["errorId"] for error in response.json()["errors"]]
    except (ValueError, KeyError, TypeError):
        return False
    entries = [contract.error(one, operation.id) for one in ids if response.status_code in operation.statuses_of(one)]
    return bool(ids) and len(entries) == len(ids) and all(entry and entry.can_be_provoked for entry in entries)


for schema in (examples, coverage, fuzzing, stateful):
    schema.hook(filter_failure)


def draw_by(seed: int, examples_per_operation: int, offered: Callable[[str], bool]) -> None:
    """Sets what is drawn: called before the tests are collected, since Schemathesis builds them then.

    offered: whether the target has an operation; the others have no test, and no link of a walk leads to them.
    """
    missing = [operation for operation in contract.operations() if not offered(operation)]
    chosen = EVERYTHING.exclude(operation_id=missing) if missing else EVERYTHING
    for schema in (examples, coverage, fuzzing, stateful):
        schema.filter_set = chosen.filter_set
        schema.config.seed = seed
        schema.config.generation.update(max_examples=examples_per_operation)
