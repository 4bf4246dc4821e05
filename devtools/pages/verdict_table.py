"""`make verdicts`: writes the table of endings in docs/verdict.md: made-up runs, decided by conformance/evidence/verdict.py."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from conformance.core import contract
from conformance.core.places import ROOT
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.verdict import FORMS, Decision, Ending, decide_verdict
from devtools.pages import between, write

PAGE = ROOT / "docs" / "verdict.md"
BEGIN, END = "<!-- endings: written by `make verdicts` -->", "<!-- end of endings -->"
EXAMPLE, ANOTHER = (
    contract.owner_of_answer_to(contract.QUANTITY, {"quantity": 0}),
    contract.owner_of_answer_to(contract.QUANTITY),
)
MISSING = contract.owner_of_answer_to(contract.PLACE_ORDER)
RUN = RunMetadata({"name": "shop"}, "", 0, "should", "")
# What is said of the made-up run of each ending, beside its requirements.
SAID: dict[Ending, dict[str, Any]] = {
    Ending.PROFILE_WRONG: {"profile_problems": ["…"]},
    Ending.INTERRUPTED: {"interrupted": True},
    Ending.STOPPED: {"stopped": "The target stopped answering."},
    Ending.DEFECT: {"defects": ["…"]},
    Ending.SHARD: {"shard": (1, 3)},
    Ending.QUICK: {"scope": Scope.QUICK},
    Ending.BUDGET: {"scope": Scope.BUDGET, "budget": {"limit": 400, "used": 398}},
    Ending.PART: {"scope": Scope.PART},
    Ending.RECORDING: {"scope": Scope.RECORDING},
}


def requirements(ending: Ending) -> list[dict[str, Any]]:
    """The requirements as a run with this ending has them: three are not offered, two in a part of them all."""
    found = {name: _requirement(name) for name in contract.requirements()}
    needy = [name for name in found if contract.requirements()[name].needs and name not in (EXAMPLE, ANOTHER, MISSING)]
    found |= {name: _requirement(name, Unjudged(UnjudgedReason.NOT_OFFERED)) for name in needy[:3]}
    if ending is Ending.NOT_CONFORMANT:
        found |= {name: found[name] | {"outcome": "failed"} for name in (EXAMPLE, ANOTHER)}
    if ending is Ending.WAIVED:
        found[EXAMPLE]["outcome"] = "waived"
    if ending is Ending.INCOMPLETE:
        found[MISSING] = _requirement(MISSING, Unjudged(UnjudgedReason.NO_EVIDENCE))
    return [found[name] for name in (EXAMPLE, ANOTHER)] if ending is Ending.PART else list(found.values())


def _requirement(name: str, unjudged: Unjudged | None = None) -> dict[str, Any]:
    return {
        "id": name,
        "level": contract.requirements()[name].level,
        "outcome": "unjudged" if unjudged else "passed",
        "unjudged": unjudged.document() if unjudged else None,
        "reason": unjudged.sentence if unjudged else None,
    }


def example(ending: Ending) -> Decision:
    """What a made-up run with this ending ends with."""
    complaints = [f"The waiver of {EXAMPLE} ended on 2027-01-31: …."] if ending is Ending.WAIVER else []
    return decide_verdict(replace(RUN, **SAID.get(ending, {})), requirements(ending), complaints)


def block() -> str:
    """The table, in the order in which the endings are decided."""
    out = ["| when | status | verdict | first sentence | badge | colour |", "|---|---|---|---|---|---|"]
    for ending, form in FORMS.items():
        shown = example(ending)
        out.append(_row((form.when, shown.exit_status, shown.verdict, shown.sentence, shown.badge, shown.colour)))
    return "\n".join(out)


def _row(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def page() -> str:
    """The whole page with today's table in it."""
    return between(PAGE, BEGIN, END, block())


if __name__ == "__main__":
    sys.exit(write(PAGE, page()))
