"""`python -m tests.corpus.mutations`: writes tests/data/twists.jsonl.gz, healthy traces with something changed in each.

Kept is one twist for each change of the verdict, and one of each kind that changes nothing (tests/doubles/trace_mutations.py). With
`--hunt docs/mutation.md` twists are added: for each mutant that survived, one that notices it (tests/corpus/mutation_search.py).
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.profile import Profile
from conformance.evidence.reproduction.replay import from_record
from conformance.judging.load_rules import load_rules
from devtools.corpus import CORPUS, TWIST, Corpus, CorpusEntry, expect, judged, load, signature
from tests.doubles.trace_mutations import TWISTS, Record

TWISTED = CORPUS.with_name("twists.jsonl.gz")
TRIES, MOST = 8_000, 1_000  # twists that are tried, and kept
LONGEST, AFTER = 16, 2  # exchanges of a trace before the twist, and after it
UNLIMITED = " without a maximum"  # what a profile is called that does not say how many lines a session holds
Source = tuple[CorpusEntry, Corpus, Profile]


def said(profile: Profile, units: Any, records: list[Record]) -> tuple[Counter[Any], Counter[Any]]:
    return signature(judged(profile, units, map(from_record, records)))


def sources() -> list[Source]:
    """The healthy traces, those of the mock and its like also with a profile that names no maximum."""
    found = []
    for path in sorted(CORPUS.parent.glob("*.jsonl.gz")):
        if path == TWISTED:
            continue
        corpus = load(path)
        profiles = {name: corpus.profile(name) for name in corpus.profiles}
        for name in [profile for profile in profiles if "max_line_items" in corpus.profiles[profile]]:
            data = {key: value for key, value in corpus.profiles[name].items() if key != "max_line_items"}
            corpus.profiles[name + UNLIMITED] = data
            profiles[name + UNLIMITED] = corpus.profile(name + UNLIMITED)
        found += [
            (entry, corpus, profiles[entry.profile])
            for entry in corpus.entries
            if entry.requirement is None and entry.exchanges[0]["operation"] != contract.TOKEN
        ]
    return found


def twist(entry: CorpusEntry, chance: random.Random) -> tuple[str, int, list[Record]] | None:
    """What was done, where, and the trace up to a little after that; None where it cannot be done."""
    index = chance.randrange(min(len(entry.exchanges), LONGEST))
    records = entry.exchanges[: index + 1 + AFTER]
    records[index] = deepcopy(records[index])
    way = chance.choice(TWISTS)
    done = way(records[index], records, chance)
    return (f"{way.__name__} {done}", index, records) if done else None


def candidates(pool: list[Source], chance: random.Random, count: int) -> Iterator[tuple[CorpusEntry, Corpus, Profile]]:
    """Twists without number: one or two changes in a trace, which may have lost an exchange, under this profile or another."""
    while count:
        entry, corpus, profile = chance.choice(pool)
        if (twisted := twist(entry, chance)) is None:
            continue
        count -= 1
        done, index, records = twisted
        if chance.random() < 0.4 and (again := chance.choice(TWISTS)(records[index], records, chance)):
            done += f", {again}"
        if chance.random() < 0.2 and len(records) > 2:
            del records[left := chance.randrange(1, len(records))]
            done += f", without {left}"
        name = entry.profile + UNLIMITED
        if name in corpus.profiles and chance.random() < 0.1:
            profile = corpus.profile(name)
        else:
            name = entry.profile
        yield CorpusEntry(f"{entry.name}: {done}", name, TWIST, units=entry.units, exchanges=records), corpus, profile


def gathered() -> Corpus:
    """Twists that change the verdict, each in a way of its own. Raises RuntimeError if a rule fails: a defect of ours."""
    chance, pool = random.Random(0), sources()
    found, seen = Corpus(), set()
    for _ in range(TRIES):
        entry, corpus, profile = chance.choice(pool)
        if (twisted := twist(entry, chance)) is None:
            continue
        done, index, records = twisted
        before = said(profile, entry.units, entry.exchanges[: len(records)])
        after = said(profile, entry.units, records)
        change = tuple(frozenset((now - then) + (then - now)) for then, now in zip(before, after, strict=True))
        key = (records[index]["operation"], done.split()[0], *change) if any(change) else (done,)
        if key in seen:
            continue
        seen.add(key)
        found.profiles[entry.profile] = corpus.profiles[entry.profile]
        name = f"{entry.name}: {done} #{len(found.entries)}"
        new = CorpusEntry(name, entry.profile, TWIST, units=entry.units, exchanges=records)
        found.entries.append(expect(new, profile))
        if len(found.entries) == MOST:
            break
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.mutations", description=__doc__)
    parser.add_argument("--hunt", type=Path, metavar="PAGE", help="add what notices the survivors of this page")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tries", type=int, default=20_000, help="twists that a hunt looks among")
    options = parser.parse_args()
    load_rules()
    if options.hunt:
        from tests.corpus.mutation_search import hunted

        found = load(TWISTED)
        hunted(found, options.hunt, options.seed, options.tries)
    else:
        found = gathered()
    found.entries.sort(key=lambda entry: entry.name)  # those of one trace side by side pack better
    found.save(TWISTED)
    count = sum(len(entry.exchanges) for entry in found.entries)
    print(f"{TWISTED}: {len(found.entries)} twists, {count} exchanges, {TWISTED.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
