"""`python -m conformance.runner.merge_reports OUT DIR…`: one report from those of several shards (`make merge`)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.evidence import journal
from conformance.evidence.aggregate import merge
from conformance.evidence.atomic_swap import RESULT
from conformance.evidence.result import RunMetadata
from conformance.runner.finalize import write_report


def metadata_of(results: list[dict[str, Any]]) -> RunMetadata:
    """What the shards' results say of the run that they are parts of."""
    first = results[0]
    requirements = [one for result in results for one in result["requirements"]]
    unmet = {
        one["id"]: one["reason"].removeprefix("not offered: ")
        for one in requirements
        if (one["reason"] or "").startswith("not offered: ")
        and not (one["reason"] or "").startswith("not offered: seen.")
    }
    paid = any(
        one["operations"][name]["sent"]
        for one in (result["reach"] for result in results)
        for name in (contract.PLACE_ORDER, contract.READ_ORDER)
    )
    return RunMetadata(
        target=first["target"],
        contract=first["suite"]["contract"],
        seed=first["seed"],
        level=first["level"],
        quick=any(one.get("quick") for one in results),
        started=min(one["started"] for one in results),
        duration_s=max(one["duration_s"] for one in results),
        token_requests=sum(one["token_requests"] for one in results),
        selected=list(dict.fromkeys(one["id"] for one in requirements)),
        unmet=unmet,
        operations=[
            one for one in contract.operations() if paid or one not in (contract.PLACE_ORDER, contract.READ_ORDER)
        ],
        stopped=next((one["sentence"] for one in results if one["exit_status"] == 2), None),
        defects=list(dict.fromkeys(note for one in results for note in one["notes"])),
    )


def main(arguments: list[str] | None = None) -> int:
    """Exit status as a run's own."""
    parser = argparse.ArgumentParser(prog="python -m conformance.runner.merge_reports", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    try:
        results = [json.loads((one / RESULT).read_text(encoding="utf-8")) for one in options.folders]
        sources = [(one, journal.read_folder(one)) for one in options.folders]
    except (OSError, ValueError) as error:
        parser.error(f"every folder must hold the report of a run: {error}")
    if len({one["suite"]["contract"] for one in results}) > 1:
        parser.error("the reports were judged by different contracts")
    seen: set[str] = set()
    for _, records in sources:  # each shard scouts for itself; one of them counts
        records[:] = [one for one in records if one.name not in seen and not seen.add(one.name)]  # type: ignore[func-returns-value]
    records = sorted((one for _, listed in sources for one in listed), key=lambda one: (one.index, one.name))
    return write_report(options.out, metadata_of(results), merge(records), sources, lambda text: text)


if __name__ == "__main__":
    sys.exit(main())
