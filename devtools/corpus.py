"""The corpus: for each fault the exchanges that prove it, and healthy ones, judged again offline in seconds.

`python -m devtools.corpus REPORTS` gathers what `python -m devtools.kill_matrix --keep REPORTS` kept, a folder for
each fault; `--healthy REPORT` adds exchanges of runs in which nothing failed. Rules that no entry proves are dead
(tests/corpus/test_corpus.py), mutants that no entry notices survive (docs/mutation.md).

A line of the file is a profile {"profile": name, "data": its TOML} or an entry (see Entry).
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.exchange import CaseKey, Exchange, ExchangeId, Intent
from conformance.core.profile import TARGETS, Profile
from conformance.core.profile_reader import parse
from conformance.evidence.reproduction.replay import from_record
from conformance.judging.amounts import money
from conformance.judging.context import Judgment
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import DISCOVERY_TRACE
from conformance.judging.world import World
from conformance.runner.mock_process import right_ids

CORPUS = contract.ROOT.parent / "tests" / "data" / "corpus.jsonl.gz"
HEADERS = ("content-type", "x-ebay-security-signature")  # what rules read of an answer's headers
KEPT = "corpus.jsonl"  # in the folder of a kept report
MOST_HEALTHY = 1500  # exchanges of one healthy run
MOST_PROOFS = 4  # findings of one fault

JUNK, TWIST = "junk", "twist"
Pair = tuple[str, str]
Counted = tuple[str, str, int]
Said = tuple[
    Counter[Pair], Counter[Pair]
]  # how often each (requirement, about) breaks, each (requirement, reading) holds


@dataclass
class CorpusEntry:
    """One trace. requirement: what the fault breaks, None for a healthy trace, TWIST where one thing of a healthy trace
    was changed at random, JUNK where anything may be broken but no rule may fail on it; also: what the fault breaks by
    its nature.

    units: (marketplace, item, unit price) as the first requests of the run had seen them. found: each (requirement, about) that
    the trace breaks, and how often; passed: each (requirement, reading) that it proves, and how often.
    """

    name: str
    profile: str
    requirement: str | None
    also: list[str] = field(default_factory=list)
    units: list[tuple[str, str, str]] = field(default_factory=list)
    found: list[Counted] = field(default_factory=list)
    passed: list[Counted] = field(default_factory=list)
    exchanges: list[dict[str, Any]] = field(default_factory=list)

    @property
    def of_fault(self) -> bool:
        """Whether it is known which requirement it breaks."""
        return self.requirement is not None and self.requirement not in (JUNK, TWIST)


@dataclass
class Corpus:
    """Profiles by name, and entries."""

    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: list[CorpusEntry] = field(default_factory=list)

    def profile(self, name: str) -> Profile:
        """A profile as the judge needs it."""
        return parse(self.profiles[name], f"{name}.toml", "http://127.0.0.1:1")

    def save(self, path: Path) -> None:
        """Writes the file; the same content gives the same bytes."""
        lines: list[dict[str, Any]] = [{"profile": name, "data": data} for name, data in self.profiles.items()]
        lines += [asdict(entry) for entry in self.entries]
        text = "".join(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n" for line in lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def load(path: Path = CORPUS) -> Corpus:
    """Reads the file."""
    found = Corpus()
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        for line in handle:
            entry = json.loads(line)
            if "data" in entry:
                found.profiles[entry["profile"]] = entry["data"]
            else:
                for name in ("units", "found", "passed"):
                    entry[name] = [tuple(each) for each in entry[name]]
                found.entries.append(CorpusEntry(**entry))
    return found


# ---------------------------------------------------------------- judging


def judged(profile: Profile, units: Iterable[tuple[str, str, str]], exchanges: Iterable[Exchange]) -> list[Judgment]:
    """What the rules say of a trace today. Raises RuntimeError if a rule failed on an answer: that is a defect of ours."""
    world, found = World(), []
    for market, item, price in units:
        if (value := money({"value": price})) is not None:
            world.units[market, item] = value
    for entry in exchanges:
        found += judge(world, profile, entry)
    if world.rule_errors:
        raise RuntimeError(world.rule_errors[0])
    return found


def signature(judgments: Iterable[Judgment]) -> Said:
    """How often each (requirement, about) is broken and each (requirement, reading) proved."""
    broken, passed = Counter[Pair](), Counter[Pair]()
    for judgment in judgments:
        if judgment.ok:
            passed[judgment.requirement, judgment.reading or ""] += 1
        else:
            broken[judgment.requirement, judgment.claim.name if judgment.claim else ""] += 1
    return broken, passed


def _counted(said: Counter[Pair]) -> list[Counted]:
    return sorted((*pair, count) for pair, count in said.items())


def expect(entry: CorpusEntry, profile: Profile) -> CorpusEntry:
    """The entry with what the rules say of it today."""
    broken, passed = signature(judged(profile, entry.units, map(from_record, entry.exchanges)))
    if entry.requirement == JUNK:
        return entry
    entry.found, entry.passed = _counted(broken), _counted(passed)
    return entry


# ---------------------------------------------------------------- gathering


def slim(record: dict[str, Any]) -> dict[str, Any]:
    """A line of exchanges.jsonl without what no rule reads."""
    headers = {name: record["response_headers"][name] for name in HEADERS if name in record["response_headers"]}
    sent = {name: value for name, value in record["request_headers"].items() if name == "Content-Type"}
    more = {
        "url": "",
        "started": "1970-01-01T00:00:00Z",
        "ms": 0.0,
        "request_headers": sent,
        "response_headers": headers,
    }
    return record | more


def _lines(report: Path, traces: set[str]) -> Iterator[dict[str, Any]]:
    """The exchanges of these traces."""
    with open(report / "exchanges.jsonl", encoding="utf-8") as handle:
        for line in handle:
            record = json.loads(line)
            if record["trace"] in traces:
                yield record


def _units(discovered: Iterable[dict[str, Any]]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for record in discovered:
        body = record["response_body"]
        for line in (body.get("lineItems") or [] if isinstance(body, dict) else []) if record["status"] == 200 else []:
            value = (line.get("baseUnitPrice") or {}).get("value") if isinstance(line, dict) else None
            if isinstance(value, str) and isinstance(line.get("itemId"), str):
                found.setdefault((record["marketplace"], line["itemId"]), value)
    return found


def _needed(units: dict[tuple[str, str], str], records: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    said = json.dumps(records)
    needed = [(market, item, price) for (market, item), price in units.items() if item in said]
    return sorted(needed, key=str)  # a session may have been made without a marketplace


def proofs(report: Path, fault: dict[str, Any], profile: str = "mock") -> list[CorpusEntry]:
    """The shrunk proofs of a fault's findings, those of the broken rule first."""
    result = json.loads((report / "result.json").read_text(encoding="utf-8"))
    findings = [entry for each in result["requirements"] for entry in each["findings"]] + result["also_seen"]
    right = right_ids(fault)
    shrunk = [finding for finding in findings if finding["exchanges"] and finding["reproduced"]]
    shrunk.sort(key=lambda entry: entry["requirement"] not in right)
    named = [{ExchangeId.parse(entry).trace for entry in finding["exchanges"]} for finding in shrunk[:MOST_PROOFS]]
    lines = list(_lines(report, {DISCOVERY_TRACE}.union(*named)))
    units = _units(line for line in lines if line["trace"] == DISCOVERY_TRACE)
    entries = []
    for finding in shrunk[:MOST_PROOFS]:
        records = [slim(line) for line in lines if line["id"] in set(finding["exchanges"])]
        entries.append(
            CorpusEntry(fault["name"], profile, fault["requirement"], list(fault.get("also", ())), _needed(units, records),
                  exchanges=records)
        )  # fmt: skip
    return entries


Proved = set[tuple[str, CaseKey, str]]


def healthy(
    report: Path, profile: str, known: Profile, most: int = MOST_HEALTHY, seen: Proved | None = None
) -> list[CorpusEntry]:
    """Traces of a run in which nothing failed: those that prove the most for an exchange, up to `most` exchanges.

    seen: each (requirement, case, reading) that other traces prove already.
    """
    traces: dict[str, list[dict[str, Any]]] = {}
    concurrent: set[str] = set()
    with open(report / "exchanges.jsonl", encoding="utf-8") as handle:
        for line in handle:
            record = json.loads(line)
            concurrent |= {record["trace"]} if record["concurrent"] else set()
            if not (record["intent"] and Intent(**record["intent"]).concurrent):
                traces.setdefault(record["trace"], []).append(slim(record))
    units = _units(traces.get(DISCOVERY_TRACE, ()))
    left: dict[str, tuple[CorpusEntry, Proved]] = {}
    for name, records in traces.items():
        if len(records) <= max(12, most // 4) and name not in concurrent:
            entry = CorpusEntry(name, profile, None, units=_needed(units, records), exchanges=records)
            judgments = judged(known, entry.units, map(from_record, records))
            if all(judgment.ok for judgment in judgments):
                left[name] = entry, proved(judgments)
    return _cover(left, most, set(seen or ()))


def proved(judgments: Iterable[Judgment]) -> Proved:
    """What a healthy trace is there for."""
    return {(judgment.requirement, judgment.case, judgment.reading or "") for judgment in judgments if judgment.ok}


def _cover(left: dict[str, tuple[CorpusEntry, Proved]], most: int, seen: Proved) -> list[CorpusEntry]:
    chosen: list[CorpusEntry] = []
    while left and most > 0:
        name = max(left, key=lambda entry: (len(left[entry][1] - seen) / len(left[entry][0].exchanges), entry))
        entry, proves = left.pop(name)
        if not proves - seen:
            break
        if len(entry.exchanges) <= most:
            most -= len(entry.exchanges)
            seen |= proves
            chosen.append(entry)
    return chosen


def target(path: Path) -> dict[str, Any]:
    """A profile's data as the corpus keeps it: without URLs and secrets."""
    import tomllib

    data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    apps = [
        {"client_id": f"app{index}", "client_secret": "none", "token": "none"}
        for index, _ in enumerate(data.get("apps", []))
    ]
    return {**data, "base_url": "http://127.0.0.1:1", "endpoints": {}, "apps": apps}


def keep(report: Path, fault: dict[str, Any]) -> None:
    """Leaves of a fault's report what the corpus needs; the rest is large."""
    lines = "".join(json.dumps(asdict(proof)) + "\n" for proof in proofs(report, fault))
    (report / KEPT).write_text(lines, encoding="utf-8")


def kept(folder: Path) -> Iterator[CorpusEntry]:
    """The entries of all kept reports."""
    for path in sorted(folder.glob(f"*/{KEPT}")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield CorpusEntry(**json.loads(line))


def main(arguments: list[str] | None = None) -> int:
    """Writes the corpus; exit status 1 if a fault of the reports is not found again offline."""
    parser = argparse.ArgumentParser(
        prog="python -m devtools.corpus", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", help="reports that `devtools.kill_matrix --keep` left")
    parser.add_argument(
        "--healthy",
        nargs=2,
        action="append",
        default=[],
        metavar=("PROFILE", "REPORT"),
        help="a run in which nothing failed, and its profile (TOML); repeatable",
    )
    parser.add_argument(
        "--renew", action="store_true", help="keep the exchanges, write down what the rules say of them today"
    )
    parser.add_argument("--out", type=Path, default=CORPUS)
    options = parser.parse_args(arguments)
    load_rules()
    corpus = load(options.out) if options.out.is_file() else Corpus()
    if options.folder:
        corpus.profiles["mock"] = target(TARGETS / "mock.toml")
        entries = list(kept(options.folder))
        names = {entry.name for entry in entries}
        corpus.entries = [
            entry for entry in corpus.entries if entry.requirement is None or entry.name not in names
        ] + entries
    for path, report in options.healthy:
        name = Path(path).stem
        corpus.profiles[name] = target(Path(path))
        corpus.entries = [entry for entry in corpus.entries if entry.requirement or entry.profile != name]
        corpus.entries += healthy(Path(report), name, corpus.profile(name))
    profiles = {name: corpus.profile(name) for name in corpus.profiles}
    corpus.entries = sorted(
        (expect(entry, profiles[entry.profile]) for entry in corpus.entries),
        key=lambda entry: (entry.requirement or "", entry.name),
    )
    lost = unproved(corpus.entries)
    corpus.entries = _distinct(corpus.entries)
    corpus.save(options.out)
    faults = {entry.name for entry in corpus.entries if entry.of_fault}
    print(
        f"{options.out}: {len(faults)} faults, {len(corpus.entries)} traces, "
        f"{sum(len(entry.exchanges) for entry in corpus.entries)} exchanges, {options.out.stat().st_size:,} bytes"
    )
    for name in lost:
        print(f"not found again offline: {name}")
    return 1 if lost else 0


def unproved(entries: Iterable[CorpusEntry]) -> list[str]:
    """Faults none of whose traces breaks the rule that the fault is about, and healthy traces that break one."""
    right: dict[str, bool] = {}
    for entry in entries:
        broken = {requirement for requirement, *_ in entry.found}
        if entry.requirement in (JUNK, TWIST):
            continue
        if entry.requirement is None:
            right[f"healthy {entry.profile}: {entry.name}"] = not broken
        else:
            right[entry.name] = right.get(entry.name, False) or bool(broken & {entry.requirement, *entry.also})
    return sorted(name for name, fine in right.items() if not fine)


def _distinct(entries: list[CorpusEntry]) -> list[CorpusEntry]:
    """Without a fault's proofs that break only what an earlier one of it broke."""
    seen: set[tuple[str, str, str]] = set()
    chosen = []
    for entry in entries:
        new = {(entry.name, requirement, about) for requirement, about, _ in entry.found} - seen
        if not entry.of_fault or new:
            chosen.append(entry)
            seen |= new
    return chosen


if __name__ == "__main__":
    sys.exit(main())
