"""Twists that notice mutants which nothing else of the corpus notices."""

from __future__ import annotations

import ast
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from conformance.core.exchange import Exchange
from conformance.core.profile import Profile
from conformance.evidence.reproduction.replay import from_record
from devtools.corpus import Corpus, CorpusEntry, Said, expect, judged, signature
from devtools.mutants import Mutant, mutants, mutated
from devtools.mutation import MUTATED, ROOT, reasons, remake
from tests.corpus.mutations import candidates, sources

BATCH = 250
LONGEST_S = 8  # that one survivor is hunted
Place = tuple[str, int]
FILES = {str(ROOT / path): path for path in MUTATED}


@dataclass
class Candidate:
    """A twist that may be kept, what is said of it, and the lines of the mutated files that say it."""

    entry: CorpusEntry
    data: dict[str, Any]  # its profile
    profile: Profile
    exchanges: list[Exchange]
    said: Said
    lines: frozenset[Place]


@contextmanager
def lines_run() -> Iterator[set[Place]]:
    """The lines of the mutated files that are run."""
    found: set[Place] = set()

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        found.add((FILES[frame.f_code.co_filename], frame.f_lineno))
        return local

    def entered(frame: FrameType, event: str, arg: Any) -> Any:
        return local if frame.f_code.co_filename in FILES else None

    sys.settrace(entered)
    try:
        yield found
    finally:
        sys.settrace(None)


def _batch(seed: int) -> list[Candidate]:
    found = []
    for entry, corpus, profile in candidates(_sources(), random.Random(seed), BATCH):
        exchanges = [from_record(exchange) for exchange in entry.exchanges]
        with lines_run() as lines:
            said = signature(judged(profile, entry.units, exchanges))
        data = corpus.profiles[entry.profile]
        found.append(Candidate(entry, data, profile, exchanges, said, frozenset(lines)))
    return found


_sources = cache(sources)
_pool: list[Candidate] = []  # what the workers are forked with


def survivors(page: Path) -> list[Mutant]:
    """The mutants that the page lists."""
    wanted = set(reasons(page))
    every = (mutant for path in MUTATED for mutant in mutants(path, (ROOT / path).read_text(encoding="utf-8")))
    return [entry for entry in every if (entry.path, entry.code, entry.what) in wanted]


@cache
def _in_functions(path: str) -> frozenset[int]:
    """The lines of a file that stand in a function's body: those of others are run once, by the import."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda)
        for entry in (node.body if isinstance(node.body, list) else [node.body])
        for line in range(entry.lineno, (entry.end_lineno or entry.lineno) + 1)
    )


def noticed_by(mutant: Mutant) -> int | None:
    """The number of the first candidate that is judged in another way by the mutant. Runs in a process of its own."""
    made = remake(mutant.path, mutated((ROOT / mutant.path).read_text(encoding="utf-8"), mutant.number))
    began, place = time.monotonic(), (mutant.path, mutant.line)
    anywhere = mutant.line not in _in_functions(mutant.path)
    for number, item in enumerate(_pool):
        if not anywhere and place not in item.lines:
            continue
        try:
            if made.signature(made.judged(item.profile, item.entry.units, item.exchanges)) != item.said:
                return number
        except Exception:
            return number
        if time.monotonic() - began > LONGEST_S:
            break
    return None


def hunted(found: Corpus, page: Path, seed: int, tries: int) -> None:
    """Adds to the corpus, for each survivor of the page, a twist that notices it, if there is one among so many."""
    listed = survivors(page)
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as workers:
        for batch in workers.imap(_batch, range(seed * 1_000_000, seed * 1_000_000 + tries // BATCH)):
            _pool.extend(batch)
    print(f"{len(listed)} survivors, {len(_pool)} twists", flush=True)
    with context.Pool(2, maxtasksperchild=1) as workers:
        numbers = workers.map(noticed_by, listed, chunksize=1)
    for mutant, number in zip(listed, numbers, strict=True):
        if number is None:
            print(f"still survives: {mutant.path}:{mutant.line} {mutant.what}")
    kept = Counter(number for number in numbers if number is not None)
    for number in sorted(kept):
        pool = _pool[number]
        pool.entry.name = f"{pool.entry.name} #{len(found.entries)}"
        found.profiles[pool.entry.profile] = pool.data
        found.entries.append(expect(pool.entry, pool.profile))
    print(f"{sum(kept.values())} of {len(listed)} noticed by {len(kept)} twists")
