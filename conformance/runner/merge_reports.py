"""`python -m conformance merge OUT DIR…`: one report from those of several shards (`make merge`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.command_line import Parser
from conformance.evidence import journal
from conformance.evidence.aggregate import merge
from conformance.evidence.atomic_swap import RESULT
from conformance.evidence.result import RunMetadata
from conformance.runner.finalize import write_report


def metadata_of(results: list[dict[str, Any]]) -> RunMetadata:
    """What the shards' results say of the run that they are parts of."""
    first = results[0]
    requirements = [entry for result in results for entry in result["requirements"]]
    unmet = {
        requirement["id"]: requirement["reason"].removeprefix("not offered: ")
        for requirement in requirements
        if (requirement["reason"] or "").startswith("not offered: ")
        and not (requirement["reason"] or "").startswith("not offered: seen.")
    }
    paid = any(
        entry["operations"][name]["sent"]
        for entry in (result["reach"] for result in results)
        for name in (contract.PLACE_ORDER, contract.READ_ORDER)
    )
    return RunMetadata(
        target=first["target"],
        contract=first["suite"]["contract"],
        seed=first["seed"],
        level=first["level"],
        quick=any(result.get("quick") for result in results),
        started=min(result["started"] for result in results),
        duration_s=max(result["duration_s"] for result in results),
        token_requests=sum(result["token_requests"] for result in results),
        selected=list(dict.fromkeys(requirement["id"] for requirement in requirements)),
        unmet=unmet,
        operations=[
            operation
            for operation in contract.operations()
            if paid or operation not in (contract.PLACE_ORDER, contract.READ_ORDER)
        ],
        stopped=next((result["sentence"] for result in results if result["exit_status"] == 2), None),
        defects=list(dict.fromkeys(note for result in results for note in result["notes"])),
    )


def main(arguments: list[str]) -> int:
    """Exit status as a run's own."""
    parser = Parser("merge", __doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    try:
        results = [json.loads((folder / RESULT).read_text(encoding="utf-8")) for folder in options.folders]
        sources = [(folder, journal.read_folder(folder)) for folder in options.folders]
    except (OSError, ValueError) as error:
        parser.error(f"every folder must hold the report of a run: {error}")
    if len({result["suite"]["contract"] for result in results}) > 1:
        parser.error("the reports were judged by different contracts")
    seen: set[str] = set()
    for _, records in sources:  # each shard scouts for itself; one of them counts
        records[:] = [record for record in records if record.name not in seen and not seen.add(record.name)]  # type: ignore[func-returns-value]
    records = sorted((entry for _, listed in sources for entry in listed), key=lambda entry: (entry.index, entry.name))
    return write_report(options.out, metadata_of(results), merge(records), sources, lambda text: text)
