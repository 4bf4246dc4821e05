"""`python -m conformance merge OUT DIR…`: one report from those of several shards (`make merge`)."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.command_line import Parser
from conformance.core.exchange import ExchangeId
from conformance.core.inputs import InputError
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence import journal
from conformance.evidence.aggregate import Aggregate, Finding, Reproduction, merge
from conformance.evidence.atomic_swap import check_folder
from conformance.evidence.result import lasting_notes
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.same_run import address_of, difference, read_result
from conformance.evidence.trace_record import TraceRecord
from conformance.evidence.waivers import Waiver
from conformance.judging.trace import TraceKind
from conformance.runner.finalize import Source, write_report

Result = dict[str, Any]


def metadata_of(results: list[Result]) -> RunMetadata:
    """What the reports say of the run that they are parts of."""
    first = results[0]
    requirements = [requirement for result in results for requirement in result["requirements"]]
    paid = any(
        result["reach"]["operations"].get(name, {"sent": 0})["sent"]
        for result in results
        for name in (contract.PLACE_ORDER, contract.READ_ORDER)
    )
    return RunMetadata(
        target=first["target"],
        contract=first["suite"]["contract"],
        seed=first["seed"],
        level=first["level"],
        scope=Scope(first["scope"]),
        merged=len(results),
        started=min(result["started"] for result in results),
        duration_s=max(result["duration_s"] for result in results),
        token_requests=sum(result["token_requests"] for result in results),
        selected=list(dict.fromkeys(requirement["id"] for requirement in requirements)),
        unmet=_unmet(requirements),
        operations=[
            operation
            for operation in contract.operations()
            if paid or operation not in (contract.PLACE_ORDER, contract.READ_ORDER)
        ],
        budget=_budget(results),
        stopped=_stopped(results),
        interrupted=any(result["interrupted"] for result in results),
        profile_problems=_each(problem for result in results for problem in result["profile_problems"]),
        defects=_each(defect for result in results for defect in result["defects"]),
        notes=_each(note for result in results for note in lasting_notes(result)),
        waivers=_waivers(results),
        levels=results[0].get("conditions", {}).get("levels", {}),
    )


def _each(sentences: Any) -> list[str]:
    """The sentences in order, each once."""
    return list(dict.fromkeys(sentences))


def _unmet(requirements: list[Result]) -> dict[str, Unjudged]:
    """What no report could judge since the profile does not offer it."""
    known = {
        requirement["id"]: Unjudged.of(requirement["unjudged"])
        for requirement in requirements
        if requirement["unjudged"]
    }
    return {name: unjudged for name, unjudged in known.items() if unjudged.reason is UnjudgedReason.NOT_OFFERED}


def _budget(results: list[Result]) -> dict[str, int] | None:
    budgets = [result["budget"] for result in results if result["budget"]]
    if not budgets:
        return None
    return {name: sum(budget[name] for budget in budgets) for name in ("limit", "used")}


def _waivers(results: list[Result]) -> list[Waiver]:
    """The waivers of all reports, each once."""
    return list(dict.fromkeys(Waiver.of(waiver) for result in results for waiver in result["waivers"]))


def _stopped(results: list[Result]) -> str | None:
    """Why the merge cannot be complete: a shard that is missing, is there twice or ended early."""
    parts = Counter(result["shard"]["part"] for result in results if result["shard"])
    of = results[0]["shard"]["of"] if results[0]["shard"] else 0
    missing = [part for part in range(1, of + 1) if part not in parts]
    doubled = sorted(part for part, times in parts.items() if times > 1)
    sentences = []
    if missing:
        sentences.append(
            f"{_shards(missing, of)} missing, so {'its' if len(missing) == 1 else 'their'} tests did not run."
        )
    if doubled:
        sentences.append(f"{_shards(doubled, of)} there twice.")
    for result in results:
        if result["stopped"]:
            shard = f"Shard {result['shard']['part']} of {result['shard']['of']}" if result["shard"] else "A part"
            sentences.append(f"{shard} ended early: {result['stopped']}")
    return " ".join(sentences) or None


def _shards(parts: list[int], of: int) -> str:
    listed = ", ".join(map(str, parts))
    return f"Shard {listed} of {of} is" if len(parts) == 1 else f"Shards {listed} of {of} are"


def check_part(folder: Path, result: Result) -> None:
    """Raises InputError if a report names a requirement, an address or a date that is none."""
    findings = [found for requirement in result["requirements"] for found in requirement["findings"]]
    named = {requirement["id"] for requirement in result["requirements"]}
    named |= {found["requirement"] for found in [*findings, *result["also_seen"]]}
    if unknown := sorted(named - contract.requirements().keys()):
        raise InputError(f"{folder} judges {unknown[0]}, which the contract of this version does not know.")
    try:
        address_of(result["target"]["base_url"])
        _waivers([result])
    except ValueError as error:
        raise InputError(f"{folder} holds a result.json with an odd address or date: {error}.") from None


def check_parts(folders: list[Path], results: list[Result]) -> None:
    """Raises InputError if the reports are no parts of one run. A shard that is there twice makes the merge incomplete."""
    for folder, result in zip(folders, results, strict=True):
        check_part(folder, result)
    for (folder, result), (other, later) in combinations(list(zip(folders, results, strict=True)), 2):
        if result == later and not result["shard"]:
            raise InputError(f"{folder} and {other} are the same report: name each once.")
    for folder, result in zip(folders[1:], results[1:], strict=True):
        if unlike := difference(results[0], result):
            raise InputError(f"{folders[0]} and {folder} are no parts of one run: they have different {unlike}.")
    kinds = {result["shard"]["of"] if result["shard"] else 0 for result in results}
    if len(kinds) > 1:
        words = ", ".join("no shard" if of == 0 else f"a shard of {of}" for of in sorted(kinds))
        raise InputError(f"The reports are no parts of one run: among them are {words}.")


def without_repeats(sources: Sequence[Source]) -> list[tuple[Path, list[TraceRecord]]]:
    """The traces, each once: every shard discovers for itself, and a shard may be there twice."""
    seen: set[str] = set()
    kept = []
    for folder, records in sources:
        own = [record for record in records if record.kind is not TraceKind.REPLAY and record.name not in seen]
        seen |= {record.name for record in own}
        kept.append((folder, own))
    return kept


def take_over(merged: Aggregate, parts: list[tuple[Path, Result]], records: list[TraceRecord]) -> None:
    """Keeps what the reports found out about a finding when they sent it again, and drops what they dropped."""
    known: dict[tuple[str, str], Result] = {}
    for folder, result in parts:
        listed = [finding for requirement in result["requirements"] for finding in requirement["findings"]]
        for document in [*listed, *result["also_seen"]]:
            for claim in document["claims"]:
                known.setdefault((document["requirement"], claim), document | {"folder": folder})
    by_traces = {breach for record in records for breach in record.failed}
    for key, finding in list(merged.findings.items()):
        document = known.get((finding.requirement, finding.name))
        if document:
            _adopt(finding, document)
        elif finding.first in by_traces and contract.requirements()[finding.requirement].level != "READING":
            merged.drop(key)


def _adopt(finding: Finding, document: Result) -> None:
    finding.exchanges, finding.steps = document["exchanges"], document["steps"]
    finding.script = document["script"]
    if document["reproduced"]:
        finding.reproduced = Reproduction(**document["reproduced"])
    finding.first = replace(finding.first, expected=document["expected"], actual=document["seen"])
    finding.folder = document["folder"]


def main(arguments: list[str]) -> int:
    """Exit status as a run's own. Raises InputError where the folders hold no parts of one run."""
    parser = Parser("merge", __doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    if options.out.resolve() in {folder.resolve() for folder in options.folders}:
        raise InputError(f"{options.out} is one of the parts: name another folder for the merged report.")
    check_folder(options.out)
    results = [read_result(folder) for folder in options.folders]
    check_parts(options.folders, results)
    sources = [(folder, journal.read_all(folder)) for folder in options.folders]
    return merge_into(options.out, list(zip(options.folders, results, strict=True)), sources)


def merge_into(out: Path, parts: list[tuple[Path, Result]], sources: Sequence[Source]) -> int:
    """Writes the merged report and returns its exit status."""
    tests = without_repeats(sources)
    records = sorted(
        (record for _, listed in tests for record in listed), key=lambda record: (record.index, record.name)
    )
    merged = merge(records)
    take_over(merged, parts, records)
    kept = []
    for (folder, own), (_, every) in zip(tests, sources, strict=True):
        adopted = [finding for finding in merged.findings.values() if finding.folder == folder]
        named = {ExchangeId.parse(exchange).trace for finding in adopted for exchange in finding.exchanges}
        kept.append(
            (folder, [*own, *(record for record in every if record.kind is TraceKind.REPLAY and record.name in named)])
        )
    scripts = {
        finding.script: finding.folder for finding in merged.findings.values() if finding.script and finding.folder
    }

    def add_scripts(draft: Path) -> None:
        for script, folder in scripts.items():
            (draft / script).parent.mkdir(exist_ok=True)
            shutil.copyfile(folder / script, draft / script)

    return write_report(
        out, metadata_of([result for _, result in parts]), merged, kept, lambda text, indent: text, add=add_scripts
    )
