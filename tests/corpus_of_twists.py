"""`python -m tests.corpus_of_twists`: writes tests/data/twists.jsonl.gz, healthy traces with one thing changed in each.

Kept is one twist for each change of the verdict, and one of each kind that changes nothing (tests/twists.py).
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from copy import deepcopy
from typing import Any

from conformance import contract
from conformance.corpus import CORPUS, TWIST, Corpus, Entry, expect, judged, load, signature
from conformance.profile import Profile
from conformance.rules import load_rules
from conformance.steps import from_record
from tests.twists import TWISTS, Record

TWISTED = CORPUS.with_name("twists.jsonl.gz")
TRIES, MOST = 8_000, 1_000  # twists that are tried, and kept
LONGEST, AFTER = 12, 2  # exchanges of a trace before the twist, and after it


def said(profile: Profile, units: Any, records: list[Record]) -> tuple[Counter[Any], Counter[Any]]:
    return signature(judged(profile, units, map(from_record, records)))


def twist(entry: Entry, chance: random.Random) -> tuple[str, int, list[Record]] | None:
    """What was done, where, and the trace up to a little after that; None where it cannot be done."""
    at = chance.randrange(min(len(entry.exchanges), LONGEST))
    records = entry.exchanges[: at + 1 + AFTER]
    records[at] = deepcopy(records[at])
    way = chance.choice(TWISTS)
    done = way(records[at], records, chance)
    return (f"{way.__name__} {done}", at, records) if done else None


def main() -> int:
    load_rules()
    chance = random.Random(0)
    sources = [load(one) for one in sorted(CORPUS.parent.glob("*.jsonl.gz")) if one != TWISTED]
    pool = [
        (one, corpus, corpus.profile(one.profile))
        for corpus in sources
        for one in corpus.entries
        if one.requirement is None and one.exchanges[0]["operation"] != contract.TOKEN
    ]
    found, seen = Corpus(), set()
    for _ in range(TRIES):
        entry, corpus, profile = chance.choice(pool)
        if (twisted := twist(entry, chance)) is None:
            continue
        done, at, records = twisted
        try:
            before = said(profile, entry.units, entry.exchanges[: len(records)])
            after = said(profile, entry.units, records)
        except RuntimeError as error:  # a rule fails: a defect of ours, which this is a way to find
            print(f"{entry.name}: {done}: {error}")
            return 1
        change = tuple(frozenset((now - then) + (then - now)) for then, now in zip(before, after, strict=True))
        key = (records[at]["operation"], done.split()[0], *change) if any(change) else (done,)
        if key in seen:
            continue
        seen.add(key)
        found.profiles[entry.profile] = corpus.profiles[entry.profile]
        name = f"{entry.name}: {done} #{len(found.entries)}"
        new = Entry(name, entry.profile, TWIST, units=entry.units, exchanges=records)
        found.entries.append(expect(new, profile))
        if len(found.entries) == MOST:
            break
    found.entries.sort(key=lambda one: one.name)  # those of one trace side by side pack better
    found.save(TWISTED)
    count = sum(len(one.exchanges) for one in found.entries)
    print(f"{TWISTED}: {len(found.entries)} twists, {count} exchanges, {TWISTED.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
