"""`python -m devtools.costs`: measures on the mock what each test costs and judges, for budgets and plans."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.core import contract
from conformance.evidence import journal
from conformance.evidence.node_id import NodeId
from conformance.evidence.trace_record import TraceRecord
from conformance.judging.trace import TraceKind
from conformance.runner.planning.budget import COSTS, costs

ELSEWHERE = ("stubs/", "payment/test_prepaid")  # the mock's profile has none of these: written by hand
ROOT = Path(__file__).resolve().parents[1]


def measure(*arguments: str) -> list[TraceRecord]:
    """The traces of a run against the mock."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--report", folder, *arguments]
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        return list(journal.read_folder(Path(folder)))


def main() -> int:
    """Writes costs.json."""
    table: dict[str, dict[str, Any]] = {}
    for record in measure("--measure"):
        if record.kind is TraceKind.DISCOVERY or record.name.startswith("situations/"):
            continue  # a budget takes the rows of the array in their order
        name = NodeId.of(record.name).in_any_marketplace
        entry: dict[str, Any] = {
            "requests": record.requests,
            "judges": sorted({passed.requirement for passed in record.passed} & set(contract.requirements())),
        }
        best = table.get(name)
        if best is None or len(entry["judges"]) > len(best["judges"]):
            table[name] = entry
    whole: dict[str, list[int]] = {}
    for record in measure():
        whole.setdefault(NodeId.of(record.name).in_any_marketplace, []).append(record.requests)
    for name, entry in table.items():
        entry["whole"] = round(sum(whole.get(name, [0])) / max(1, len(whole.get(name, []))))
    # What the mock's profile does not offer keeps the entry that somebody wrote by hand.
    table |= {name: entry for name, entry in costs().items() if name.startswith(ELSEWHERE)}
    COSTS.write_text(json.dumps(dict(sorted(table.items())), indent=1) + "\n", encoding="utf-8")
    print(f"{COSTS.name}: {len(table)} tests")
    return 0


if __name__ == "__main__":
    sys.exit(main())
