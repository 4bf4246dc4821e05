"""`python -m devtools.diagnosis`: the known defects that findings are compared with, and how often the comparison is right.

Writes conformance/evidence/diagnosis/known-defects.json from the fingerprints in a kill matrix (`--matrix FILE`), or
from those that the corpus gives (`--corpus`), and prints the leave-one-out share: each defect is looked up among the
others. It is right where the defect that is named breaks a requirement of the same fault and goes wrong in the same way
(see kind_of).
`--measure` writes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.evidence import journal
from conformance.evidence.aggregate import Finding, merge
from conformance.evidence.diagnosis.likeness import KNOWN_DEFECTS, Fingerprint, KnownDefect, known_defects, resemblance
from conformance.evidence.reproduction.replay import from_record
from conformance.judging.amounts import money
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from conformance.runner.mock_process import listed, right_ids
from devtools import corpus
from devtools.kill_matrix import MOST_SIGNS
from mock_server.domain.sessions import STEPS as SESSIONS
from mock_server.http.auth import STEPS as AUTH
from mock_server.http.validation import STEPS as VALIDATION

MATRIX = contract.ROOT.parent / "reports" / "kill-matrix.json"
GUARDS = {*SESSIONS, *AUTH, *VALIDATION}  # the steps of the mock that decide whether a request is carried out
TELLING = ("refused_yet_applied", "applied_elsewhere", "lost_update", "crash")  # effects that are a way to go wrong
ANSWERS = {"status": "another status", "id": "another id"}  # kinds of faults that are one


@dataclass(frozen=True)
class Entry:
    """A known defect with what only the measurement needs: the fault's name and the requirements that it breaks."""

    name: str
    requirements: frozenset[str]
    defect: KnownDefect


def kind_of(fault: dict[str, Any]) -> str:
    """How a fault goes wrong, whatever the requirement, the operation and the condition; from its definition alone."""
    effects = [tuple(act.split()) for act in fault["does"]]
    names = {name for name, *_ in effects}
    for name in TELLING:
        if name in names:
            return name.replace("_", " ")
    if fault["kind"] in ANSWERS:
        return ANSWERS[fault["kind"]]
    if "refuse" in names:
        return "refused"
    return "let through" if any(steps and steps[0] in GUARDS for _, *steps in effects) else "done otherwise"


def entries(signs: dict[str, list[Fingerprint]]) -> list[Entry]:
    """The faults of which there are fingerprints, by name."""
    faults = sorted(listed("faults"), key=lambda fault: str(fault["name"]))
    return [
        Entry(
            fault["name"],
            frozenset(right_ids(fault)),
            KnownDefect(fault["sees"], kind_of(fault), tuple(signs[fault["name"]])),
        )
        for fault in faults
        if signs.get(fault["name"])
    ]


def signs_of_matrix(path: Path) -> dict[str, list[Fingerprint]]:
    """The fingerprints of each fault in a kill matrix."""
    rows = json.loads(path.read_text(encoding="utf-8"))["faults"]
    return {row["name"]: [Fingerprint.of(sign) for sign in row.get("signs", ())] for row in rows}


def signs_of_corpus() -> dict[str, list[Fingerprint]]:
    """The fingerprints of each fault of the mock in the corpus, judged by today's rules."""
    load_rules()
    kept = corpus.load()
    found: dict[str, list[Fingerprint]] = {}
    for entry in kept.entries:
        if entry.of_fault and entry.profile == "mock":
            right = {str(entry.requirement), *entry.also}
            findings = sorted(_findings(kept, entry), key=lambda finding: finding.requirement not in right)
            found[entry.name] = [_sign(finding, right) for finding in findings[:MOST_SIGNS]]
    return found


def _sign(finding: Finding, right: set[str]) -> Fingerprint:
    document = finding.fingerprint.document() | {"own": finding.requirement in right}
    return Fingerprint.of(document)


def _findings(kept: corpus.Corpus, entry: corpus.CorpusEntry) -> list[Finding]:
    trace = Trace(entry.name)
    for market, item, price in entry.units:
        if (value := money({"value": price})) is not None:
            trace.world.units[market, item] = value
    profile = kept.profile(entry.profile)
    for record in entry.exchanges:
        exchange: Exchange = from_record(record)
        trace.exchanges.append(exchange)
        trace.judgments += judge(trace.world, profile, exchange)
    return list(merge([journal.summary(trace, 0)]).findings.values())


def written(known: Sequence[Entry]) -> str:
    """The file of known defects, a line for each."""
    lines = [
        json.dumps(
            {
                "sentence": entry.defect.sentence,
                "kind": entry.defect.kind,
                "signs": [sign.document() for sign in entry.defect.signs],
            },
            ensure_ascii=False,
        )
        for entry in known
    ]
    return '{"format": 1, "defects": [\n' + ",\n".join(lines) + "\n]}\n"


def looked_up(known: Sequence[Entry]) -> Iterator[tuple[Entry, str, bool]]:
    """Each defect among the others: how sure the comparison is, and whether it is right."""
    of_defect = {id(entry.defect): entry for entry in known}
    for entry in known:
        others = [other.defect for other in known if other is not entry]
        own = next((sign for sign in entry.defect.signs if sign.own), entry.defect.signs[0])
        answer = resemblance(own, others)
        first = of_defect[id(answer.defects[0])] if answer.defects else None
        right = first is not None and first.defect.kind == entry.defect.kind
        yield entry, answer.sure, right and first is not None and bool(first.requirements & entry.requirements)


def measured(known: Sequence[Entry]) -> str:
    """The leave-one-out shares in one sentence."""
    counts: Counter[tuple[str, bool]] = Counter((sure, right) for _, sure, right in looked_up(known))
    named = sum(count for (sure, _), count in counts.items() if sure != "unknown")
    right = sum(count for (_, is_right), count in counts.items() if is_right)
    alone = sum(not _has_a_like(entry, known) for entry in known)
    return (
        f"{len(known)} defects, each looked up among the others: {named} named, {right} of them right "
        f"({100 * right / max(1, named):.1f} %), {len(known) - named} unknown; {alone} have none of their kind."
    )


def _has_a_like(entry: Entry, known: Sequence[Entry]) -> bool:
    """Whether another defect would be right."""
    return any(
        other is not entry and other.defect.kind == entry.defect.kind and other.requirements & entry.requirements
        for other in known
    )


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 if there are no fingerprints."""
    parser = argparse.ArgumentParser(
        prog="python -m devtools.diagnosis", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--matrix", type=Path, default=MATRIX, metavar="FILE", help="the kill matrix (%(default)s)")
    parser.add_argument("--corpus", action="store_true", help="fingerprints from the corpus, not from a matrix")
    parser.add_argument("--measure", action="store_true", help="write nothing")
    parser.add_argument("--wrong", action="store_true", help="list the defects that are taken for another kind")
    options = parser.parse_args(arguments)
    known = entries(signs_of_corpus() if options.corpus else signs_of_matrix(options.matrix))
    if not known:
        print(f"{options.matrix} has no fingerprints: `make matrix` writes them.")
        return 1
    if not options.measure:
        KNOWN_DEFECTS.write_text(written(known), encoding="utf-8")
        known_defects.cache_clear()
    if options.wrong:
        for entry, sure, right in looked_up(known):
            if sure != "unknown" and not right:
                print(f"{entry.name}: {entry.defect.sentence} ({entry.defect.kind}, {sure})")
    print(measured(known))
    return 0


if __name__ == "__main__":
    sys.exit(main())
