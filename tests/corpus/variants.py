"""`python -m tests.corpus.variants`: writes tests/data/variants.jsonl.gz, what lawful variants of the mock answer.

Each variant is judged by its own requirement, without a socket (tests/corpus/faults.py); kept are traces that prove
a reading which no other trace proves. A rule that were a little stricter would have a false positive there.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from conformance.client import api_client
from conformance.evidence.reproduction.replay import from_record
from conformance.judging.load_rules import load_rules
from devtools import kill_matrix
from devtools.corpus import CORPUS, Corpus, CorpusEntry, Proved, expect, healthy, judged, load, proved, unproved
from devtools.corpus import target as stored
from devtools.false_positives import profile
from mock_server.registry import listed
from tests.corpus.faults import BASE, Direct

VARIANTS = CORPUS.with_name("variants.jsonl.gz")
MOST = 60  # exchanges of one variant


def judge(variant: dict[str, Any], folder: Path, seen: Proved) -> dict[str, Any]:
    """Runs the suites against one variant; the chosen traces."""
    vars(api_client)["Transport"] = Direct
    load_rules()
    name = variant["name"]
    where = folder / name
    where.mkdir()
    toml = where / f"{name}.toml"
    toml.write_text(profile([name], f"{BASE}/x/{name}"), encoding="utf-8")
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        pytest.main([str(kill_matrix.SUITES), "--target", str(toml), "--report", str(where / "report"), "-p", "no:xdist",
                     "--requirement", variant["requirement"]])  # fmt: skip
    found = Corpus({name: stored(toml)})
    entries = healthy(where / "report", name, found.profile(name), MOST, seen)
    shutil.rmtree(where)
    return {"profile": found.profiles[name], "entries": [asdict(entry) for entry in entries]}


def main() -> int:
    load_rules()
    base = load()
    profiles = {name: base.profile(name) for name in base.profiles}
    seen: Proved = set()
    for item in base.entries:
        if item.requirement is None:
            seen |= proved(judged(profiles[item.profile], item.units, map(from_record, item.exchanges)))
    folder = Path(mkdtemp(prefix="variants-"))
    found = Corpus()
    for variant, kept in kill_matrix.spread(partial(judge, folder=folder, seen=seen), listed("variants"), 2):
        usual = kept["profile"] == base.profiles["mock"]
        name = "mock" if usual else variant["name"]
        if kept["entries"]:
            found.profiles[name] = kept["profile"]
        for item in kept["entries"]:
            found.entries.append(CorpusEntry(**item | {"profile": name, "name": f"{variant['name']}: {item['name']}"}))
    shutil.rmtree(folder, ignore_errors=True)
    profiles = {name: found.profile(name) for name in found.profiles}
    new = []
    for item in sorted(
        found.entries, key=lambda entry: (len(entry.exchanges), entry.name)
    ):  # several variants prove the same
        proves = proved(judged(profiles[item.profile], item.units, map(from_record, item.exchanges)))
        if proves - seen:
            seen |= proves
            new.append(expect(item, profiles[item.profile]))
    found.entries = sorted(new, key=lambda entry: entry.name)
    used = {entry.profile for entry in new}
    found.profiles = {name: data for name, data in sorted(found.profiles.items()) if name in used}
    found.save(VARIANTS)
    lost = unproved(found.entries)
    print(f"{VARIANTS}: {len(found.entries)} traces, {VARIANTS.stat().st_size:,} bytes", *lost, sep="\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
