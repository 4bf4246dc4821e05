"""`make curve`: what a budget of N requests buys on the mock, and on a sample of its faults.

Writes docs/budget.json, docs/budget.svg and the table of docs/budget.md, so that no figure there is typed by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance import VERSION
from conformance.core import contract
from conformance.runner.mock_process import MockProcess, listed, right_ids
from devtools.kill_matrix import RunOfFault, judge_fault, sample, spread
from reports.html.budget_curve import drawing, table

BUDGETS = (20, 40, 80, 150, 300, 600, None)
ROOT = Path(__file__).resolve().parents[1]
BETWEEN = re.compile(r"(<!-- curve -->\n).*?(<!-- /curve -->)", re.S)


def whole_mock(folder: str, arguments: list[str]) -> dict[str, Any]:
    """The result of a run against the mock without a fault."""
    command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--report", folder, *arguments]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
    found: dict[str, Any] = json.loads((Path(folder) / "result.json").read_text(encoding="utf-8"))
    return found


def measured(budget: int | None, mock: MockProcess, faults: list[dict[str, Any]], workers: int) -> dict[str, Any]:
    """One point of the curve. A fault counts as found under its own rule, or one that it breaks as well."""
    arguments = ["--seed", "0", *(["--budget", str(budget)] if budget else [])]
    with TemporaryDirectory(prefix="curve-") as folder:
        sound = whole_mock(folder, arguments)
        judge = partial(judge_fault, base_url=mock.base_url, folder=folder, how=RunOfFault(tuple(arguments)))
        missed = []
        for fault, result in spread(judge, faults, workers):
            right = right_ids(fault)
            if not any(
                requirement["outcome"] == "failed" and requirement["id"] in right
                for requirement in result.get("requirements", [])
            ):
                missed.append(fault["name"])
    judged = [entry["id"] for entry in sound["requirements"] if entry["outcome"] == "passed"]
    usual = sum(not contract.is_rare(judgment) for judgment in judged)
    used = sound["budget"]["used"] if budget else sound["requests"] + sound["token_requests"]
    point = {"budget": budget, "used": used}
    return point | {"judged": len(judged), "usual": usual, "found": len(faults) - len(missed), "missed": sorted(missed)}


def main(arguments: list[str] | None = None) -> int:
    """Measures, and writes the three files."""
    parser = argparse.ArgumentParser(prog="python -m devtools.budget_curve", description=__doc__)
    parser.add_argument("--faults", type=int, default=30, help="a stratified sample of so many faults (%(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where the three files are (%(default)s)")
    options = parser.parse_args(arguments)
    faults = sample(listed("faults"), options.faults, 0)
    rules = contract.requirements()
    curve: dict[str, Any] = {
        "format": 1,
        "suite": VERSION,
        "rules": len(rules),
        "usual_rules": sum(not contract.is_rare(rule) for rule in rules),
        "faults": len(faults),
        "sample": sorted(fault["name"] for fault in faults),
        "points": [],
    }
    mock = MockProcess()
    try:
        for budget in BUDGETS:
            point = measured(budget, mock, faults, options.workers)
            curve["points"].append(point)
            print(f"{budget or 'whole'}: {point['judged']} rules judged, {point['found']} faults found", flush=True)
    finally:
        mock.stop()
    page = options.docs / "budget.md"
    (options.docs / "budget.json").write_text(json.dumps(curve, indent=1) + "\n", encoding="utf-8")
    (options.docs / "budget.svg").write_text(drawing(curve), encoding="utf-8")
    page.write_text(
        BETWEEN.sub(lambda found: found[1] + table(curve) + found[2], page.read_text(encoding="utf-8")),
        encoding="utf-8",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
