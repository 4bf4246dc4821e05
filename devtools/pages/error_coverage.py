"""`python -m devtools.pages.error_coverage REPORT [FILE]`: writes docs/ids.md, every id of the contract and whether a run provoked it.

The ids, their meaning and the role that provokes them stand in contracts/errors.yaml, the operations and statuses in the
OpenAPI documents; what was seen stands in the exchanges of a report (`make conformance`).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from conformance.core import contract
from conformance.core.contract import ErrorEntry

PAGE = contract.ROOT.parent / "docs" / "ids.md"
HEAD = """# Every id

Each error and warning id that the documents know: in which methods, by which role of the profile a run provokes it, and
in how many answers the default run against the embedded mock saw it there. Written by `make ids`; the ids and roles stand
in `contracts/errors.yaml`. An id without a role is one that no client can provoke, with the reason.

"""
Seen = Counter[tuple[int, str]]


def seen_in(report: Path) -> Seen:
    """How often each (id, operation) stands in the answers of a run. Raises OSError if there is no such report."""
    found: Seen = Counter()
    with open(report / "exchanges.jsonl", encoding="utf-8") as handle:
        for line in handle:
            exchange = json.loads(line)
            body = exchange["response_body"]
            for kind in ("errors", "warnings") if isinstance(body, dict) else ():
                for item in body.get(kind) or ():
                    found[item.get("errorId"), exchange["operation"]] += 1
    return found


def operations_of(entry: ErrorEntry, seen: Seen) -> list[str]:
    """The operations whose document lists the id in this meaning, or that answered with it."""
    return [
        name
        for name, operation in contract.operations().items()
        if (entry.id in operation.ids or seen[entry.id, name]) and contract.error(entry.id, name) == entry
    ]


def unprovoked(seen: Seen) -> list[ErrorEntry]:
    """Entries that a client can provoke and the run saw nowhere."""
    return [
        error
        for error in contract.errors()
        if error.can_be_provoked and not any(seen[error.id, name] for name in operations_of(error, seen))
    ]


def _rows(seen: Seen) -> Iterator[str]:
    for entry in contract.errors():
        names = operations_of(entry, seen)
        words = [f"{name} ({seen[entry.id, name]})" for name in names if seen[entry.id, name]]
        silent = [name for name in names if not seen[entry.id, name]]
        judged = ", ".join(words) or "no"
        role = f"`{entry.provoked_by}`" if entry.can_be_provoked else entry.not_provoked
        yield f"| {entry.id} | {entry.kind} | {entry.meaning} | {role} | {judged} | {', '.join(silent) or '-'} |"


def page(seen: Seen) -> str:
    """The page."""
    provoked = [
        error for error in contract.errors() if any(seen[error.id, name] for name in operations_of(error, seen))
    ]
    can = [error for error in contract.errors() if error.can_be_provoked]
    return (
        HEAD
        + f"{len(provoked)} of {len(contract.errors())} ids were seen; {len(can)} can be provoked by a client.\n\n"
        + "| id | kind | meaning | provoked by | judged in (answers) | listed there too, not seen |\n|---|---|---|---|---|---|\n"
        + "\n".join(_rows(seen))
        + "\n"
    )


if __name__ == "__main__":
    if len(sys.argv) < 2 or not (Path(sys.argv[1]) / "exchanges.jsonl").is_file():
        sys.exit("Name the folder of a report: python -m devtools.pages.error_coverage reports/latest")
    counted = seen_in(Path(sys.argv[1]))
    Path(sys.argv[2] if len(sys.argv) > 2 else PAGE).write_text(page(counted), encoding="utf-8")
    for error in unprovoked(counted):
        print(f"{error.id} was not provoked: {error.meaning} ({error.provoked_by or error.not_provoked})")
