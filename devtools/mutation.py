"""`make mutate`: is what we prove by also what would be missed? Mutants of rules, model and judge against the corpus.

Each mutant (devtools/mutants.py) judges the corpus in a forked process: the modules are made anew with the changed
one among them, everything else is imported once. It is noticed if some trace is judged in another way than recorded
(a rule or claim broken or proved once more or less, or with another reading), if it raises, or if it does not end in time. What
changes only words or the jq test of a script is counted apart.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from conformance.core import contract
from conformance.core.exchange import Exchange
from conformance.core.profile import Profile
from conformance.evidence.reproduction.replay import from_record
from devtools.corpus import CORPUS, JUNK, TWIST, Corpus, CorpusEntry, Said, load
from devtools.mutants import Mutant, mutants, mutated

ROOT = contract.ROOT.parent
PAGE = ROOT / "docs" / "mutation.md"
# Of judging: what finds the rules, what holds a trace, and what measures coverage, none of which a judgment hangs on.
LEFT_OUT = {"__init__.py", "conditions.py", "load_rules.py", "trace.py"}
MUTATED = [
    *(f"suites/{chapter}/rules.py" for chapter in contract.CHAPTERS),
    *sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "conformance" / "judging").rglob("*.py")
        if path.name not in LEFT_OUT
    ),
]
# Shared by all mutants, since nothing in them is changed and everything stands on them; all others are made anew.
SHARED = ("conformance.core", "devtools.mutants", "devtools.mutation")
LONGEST_S = 60
NOTICED, WORDS, SURVIVED = "noticed", "words", "survived"


@dataclass
class Trial:
    """A trace ready to be judged."""

    entry: CorpusEntry
    profile: Profile
    exchanges: list[Exchange]
    said: Said
    words: list[tuple[str, ...]]


def remake(path: str = "", tree: Any = None) -> ModuleType:
    """Imports the modules anew, the one at `path` from that tree; returns `devtools.corpus`, which judges with them."""
    for name in list(sys.modules):
        package, _, last = name.partition(".")
        if package in ("conformance", "suites", "devtools") and last and not name.startswith(SHARED):
            above, _, last = name.rpartition(".")
            vars(sys.modules.get(above, sys)).pop(last, None)  # `from package import module` looks there first
            del sys.modules[name]
    if path:
        sys.meta_path.insert(0, Finder(path, tree))
    import conformance.judging.load_rules as rules
    import devtools.corpus as made

    rules.load_rules()
    return made


class Finder:
    """Finds one module: the changed one."""

    def __init__(self, path: str, tree: Any) -> None:
        self.name = path.removesuffix(".py").replace("/", ".")
        self.path, self.tree = path, tree

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Part of importlib's protocol."""
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, origin=self.path) if name == self.name else None  # type: ignore[arg-type]

    def create_module(self, spec: Any) -> None:
        """The usual module."""

    def exec_module(self, module: ModuleType) -> None:
        """Runs the changed code."""
        exec(compile(self.tree, self.path, "exec"), module.__dict__)


def words_of(judgments: list[Any]) -> list[tuple[str, ...]]:
    """What a person or a script would read of the broken claims."""
    return [
        (
            judgment.requirement,
            judgment.case,
            judgment.claim.expected,
            judgment.claim.actual,
            judgment.claim.test,
            *judgment.claim.proof,
            str(judgment.claim.weak),
        )
        for judgment in judgments
        if not judgment.ok and judgment.claim
    ]


def trials(corpora: list[Corpus]) -> list[Trial]:
    """Every trace of the corpora with what is said of it now. Raises ValueError where that is not what was recorded."""
    made = remake()
    found = []
    for corpus in corpora:
        profiles = {name: corpus.profile(name) for name in corpus.profiles}
        for entry in corpus.entries:
            exchanges = [from_record(exchange) for exchange in entry.exchanges]
            judgments = made.judged(profiles[entry.profile], entry.units, exchanges)
            said = made.signature(judgments)
            found.append(Trial(entry, profiles[entry.profile], exchanges, said, words_of(judgments)))
    return found


def ordered(listed: list[Trial], path: str) -> list[Trial]:
    """The traces that most likely notice a change of this file first."""
    chapter = path.split("/")[1] if path.startswith("suites/") else ""
    requirements = contract.requirements()

    def far(trial: Trial) -> tuple[bool, bool, int]:
        broken = trial.entry.requirement
        near = broken is None or (trial.entry.of_fault and requirements[broken].chapter == chapter)
        return broken == JUNK, not near, len(trial.exchanges)

    return sorted(listed, key=far)


def verdict(mutant: Mutant, source: str, listed: list[Trial]) -> str:
    """How the mutant fares; runs in a process of its own."""
    try:
        made = remake(mutant.path, mutated(source, mutant.number))
    except Exception:
        return NOTICED
    other_words = False
    for trial in ordered(listed, mutant.path):
        try:
            judgments = made.judged(trial.profile, trial.entry.units, trial.exchanges)
        except Exception:
            return NOTICED
        if trial.entry.requirement == JUNK:
            continue
        if made.signature(judgments) != trial.said:
            return NOTICED
        other_words = other_words or words_of(judgments) != trial.words
    return WORDS if other_words else SURVIVED


def _fork(mutant: Mutant, source: str, listed: list[Trial]) -> int:
    """Starts a process that ends with 0 noticed, 1 words, 2 survived; an alarm or a crash is noticed too."""
    pid = os.fork()
    if pid:
        return pid
    signal.alarm(LONGEST_S)
    status = 0
    try:
        status = (NOTICED, WORDS, SURVIVED).index(verdict(mutant, source, listed))
    finally:
        os._exit(status)


def run(chosen: list[Mutant], listed: list[Trial], workers: int) -> Iterator[tuple[Mutant, str]]:
    """How each mutant fares, as they end."""
    sources = {path: (ROOT / path).read_text(encoding="utf-8") for path in {entry.path for entry in chosen}}
    running: dict[int, Mutant] = {}
    waiting = list(chosen)
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop(0)
            running[_fork(mutant, sources[mutant.path], listed)] = mutant
        pid, status = os.wait()
        if pid in running:
            code = os.waitstatus_to_exitcode(status)
            yield running.pop(pid), {1: WORDS, 2: SURVIVED}.get(code, NOTICED)


# ---------------------------------------------------------------- the page


def reasons(page: Path) -> dict[tuple[str, str, str], str]:
    """The reasons that the page has for survivors: by file, line of code and change."""
    found: dict[tuple[str, str, str], str] = {}
    for line in page.read_text(encoding="utf-8").splitlines() if page.is_file() else ():
        cells = [word.strip().replace("\\|", "|") for word in line.replace("\\|", "\0").split("|")[1:-1]]
        if len(cells) == 4 and cells[0].endswith(".py`"):
            path, code, what, reason = (cell.replace("\0", "|").strip("`") for cell in cells)
            found[path, code, what] = reason
    return found


def commit() -> str:
    """The commit of the checkout, in short; "(unknown)" outside one."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    return ended.stdout.strip() or "(unknown)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def page(results: list[tuple[Mutant, str]], listed: list[Trial], seed: int, every: int, known: dict[Any, str]) -> str:
    """The text of docs/mutation.md."""
    faults = len({item.entry.name for item in listed if item.entry.of_fault})
    twists = sum(item.entry.requirement == TWIST for item in listed)
    exchanges = sum(len(entry.exchanges) for entry in listed)
    counts: dict[str, Counter[str]] = {}
    for mutant, fate in results:
        counts.setdefault(mutant.path, Counter())[fate] += 1
    totals = sum(counts.values(), Counter())
    drawn = f"a random sample of {len(results)} of {every} (seed {seed})" if len(results) < every else f"all {every}"
    out = [
        "# What the corpus would notice",
        "",
        "<!-- Written by `make mutate`; only the column `reason` is written by hand, and kept. -->",
        "",
        f"Mutants of rules, model and judge ({drawn}) against {len(listed)} traces, {exchanges:,} exchanges: of {faults} "
        f"faults and faulty servers, of healthy shops, and {twists:,} twists, healthy traces with one thing changed at random (what "
        "the rules say of those is written down, not proved right). A mutant is noticed if a trace is judged in another "
        "way than before. "
        "*Words* are mutants that change only what a person reads or a script tests. "
        f"Measured at commit {commit()}; paths and code are those of that commit.",
        "",
        "| module | mutants | noticed | words | survived | score |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for path, count in [*sorted(counts.items()), ("**all**", totals)]:
        score = 100 * (count[NOTICED] + count[WORDS]) / max(1, count.total())
        name = path if path.startswith("*") else f"`{path}`"
        out.append(
            f"| {name} | {count.total()} | {count[NOTICED]} | {count[WORDS]} | {count[SURVIVED]} | {score:.0f} % |"
        )
    out += ["", "## Survivors", "", "| module | code | change | reason |", "|---|---|---|---|"]
    survivors = [mutant for mutant, fate in results if fate == SURVIVED]
    for it in sorted(survivors, key=lambda it: (it.path, it.line, it.number)):
        reason = known.get((it.path, it.code, it.what), "")
        out.append(f"| `{it.path}` | `{_cell(it.code)}` | `{_cell(it.what)}` | {_cell(reason)} |")
    return "\n".join(out) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Prints the score and what survived; exit status 1 below the goal."""
    parser = argparse.ArgumentParser(
        prog="python -m devtools.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, help="a random sample of so many mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help="files whose path has this text")
    parser.add_argument("--corpus", type=Path, action="append", default=[], help="further corpora")
    parser.add_argument("--page", type=Path, default=PAGE, help="where the page goes (docs/mutation.md)")
    parser.add_argument("--goal", type=float, default=90.0, help="least share that is noticed, in percent")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    paths = [entry for entry in MUTATED if not options.only or any(text in entry for text in options.only)]
    every = [mutant for path in paths for mutant in mutants(path, (ROOT / path).read_text(encoding="utf-8"))]
    chosen = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
    others = options.corpus or sorted(CORPUS.parent.glob("*.jsonl.gz"))
    listed = trials([load(other) for other in others])
    print(f"{len(chosen)} of {len(every)} mutants against {len(listed)} traces", flush=True)
    same = Mutant("conformance/judging/judge.py", -1, 0, "", "")
    if [fate for _, fate in run([same], listed, 1)] != [SURVIVED]:
        parser.error("the unchanged code is not judged like itself, so no mutant would say anything")
    results = []
    for mutant, fate in run(chosen, listed, options.workers):
        results.append((mutant, fate))
        if fate == SURVIVED:
            print(f"survived {mutant.path}:{mutant.line} {mutant.what}", flush=True)
    results.sort(key=lambda entry: (entry[0].path, entry[0].number))
    options.page.write_text(page(results, listed, options.seed, len(every), reasons(options.page)), encoding="utf-8")
    fates = Counter(fate for _, fate in results)
    score = 100 * (fates[NOTICED] + fates[WORDS]) / max(1, len(results))
    print(
        f"{score:.1f} % of {len(results)} mutants noticed ({fates[WORDS]} by words alone), {fates[SURVIVED]} survived, "
        f"{time.perf_counter() - began:.0f} s; {options.page}"
    )
    return 0 if score >= options.goal else 1


if __name__ == "__main__":
    sys.exit(main())
