"""`make flakes`: the default run many times, each with another seed. Every requirement whose outcome differs is a flake.

One warm process forks for each run, so that imports are paid once; a run has its own mock, or the target of --base-url.
Exit status 0 if all runs said the same, 1 if not, or if a run left no result.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from conformance import VERSION
from devtools.kill_matrix import run_here

LONGEST_S = 600.0
MOST_KEPT = 5  # reports of runs that said something else
NO_RESULT = "no result"


@dataclass(frozen=True)
class Outcome:
    """What one run said. requirements: the outcome of each; status: the exit status."""

    seed: int
    verdict: str
    status: int
    requirements: dict[str, str] = field(default_factory=dict)
    requests: int = 0


def outcome_of(seed: int, result: dict[str, Any]) -> Outcome:
    """The part of a result document that must be the same with every seed."""
    if not result:
        return Outcome(seed, NO_RESULT, -1)
    outcomes = {entry["id"]: entry["outcome"] for entry in result["requirements"]}
    return Outcome(seed, result["verdict"], result["exit_status"], outcomes, result["requests"])


def flakes(outcomes: Sequence[Outcome]) -> dict[str, dict[str, list[int]]]:
    """The requirements (and `verdict`) with more than one outcome: the seeds of each outcome."""
    found: dict[str, dict[str, list[int]]] = {}
    for entry in outcomes:
        for name, said in {"verdict": f"{entry.verdict} ({entry.status})", **entry.requirements}.items():
            found.setdefault(name, {}).setdefault(said, []).append(entry.seed)
    ended = sum(outcome.verdict != NO_RESULT for outcome in outcomes)
    for name, by_outcome in found.items():
        if name != "verdict" and (absent := ended - sum(map(len, by_outcome.values()))):
            seeds = {seed for each in by_outcome.values() for seed in each}
            by_outcome[f"not listed {absent} times"] = [
                outcome.seed for outcome in outcomes if outcome.verdict != NO_RESULT and outcome.seed not in seeds
            ]
    return {name: by_outcome for name, by_outcome in found.items() if len(by_outcome) > 1}


def words(found: dict[str, dict[str, list[int]]]) -> list[str]:
    """A line for each flake: what most runs said, and the seeds that said something else."""
    lines = []
    for name, said in found.items():
        usual, *others = sorted(said, key=lambda entry: -len(said[entry]))
        rest = "; ".join(f"{other} with seed {', '.join(map(str, said[other][:5]))}" for other in others)
        lines.append(f"{name}: {usual} {len(said[usual])} times; {rest}")
    return lines


def warm() -> None:
    """Imports what every run needs and that takes long."""
    import hypothesis.stateful
    import schemathesis

    from conformance.judging.load_rules import load_rules

    load_rules()
    assert hypothesis.stateful and schemathesis


def _judge(arguments: list[str], said: Path) -> None:
    """The forked process: one run, as a user starts it."""
    with open(said, "w", encoding="utf-8") as out:
        status = run_here(arguments, out)
        out.flush()
    os._exit(status)


def one_run(seed: int, target: str, base_url: str | None, folder: Path, more: list[str]) -> tuple[Outcome, str]:
    """Judges once; the outcome and, if there is no result, what was said last."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    said = folder.with_suffix(".txt")  # beside the report: its folder holds nothing else
    arguments = ["--target", target, "--report", str(folder), "--seed", str(seed), *more]
    arguments += ["--base-url", base_url] if base_url else []
    process = multiprocessing.get_context("fork").Process(target=_judge, args=(arguments, said))
    process.start()
    process.join(LONGEST_S)
    if process.is_alive():
        process.kill()
        process.join()
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        result = {}
    text = said.read_text(encoding="utf-8") if said.is_file() else ""
    return outcome_of(seed, result), "" if result else (text.strip().splitlines() or ["nothing was said"])[-1]


def _keep(place: Path, folder: Path) -> None:
    """A run's report, if it left one, and what it said."""
    folder.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.copytree(place, folder / place.name, dirs_exist_ok=True)
    shutil.copy(place.with_suffix(".txt"), folder)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m devtools.flakes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--target", default="mock", help="a profile in targets/ or a path to one (%(default)s)")
    parser.add_argument("--base-url", help="where the target is, in place of the profile's base_url")
    parser.add_argument("--first", type=int, help="the first seed; the time of day unless told")
    parser.add_argument("--out", type=Path, default=Path("reports/latest/flakes.json"), help="(%(default)s)")
    parser.add_argument("--keep", type=Path, help="keep the reports of runs that said something else here")
    options, more = parser.parse_known_args(arguments)
    first = options.first if options.first is not None else int(time.time()) % 1_000_000
    warm()
    folder, outcomes, began = Path(mkdtemp(prefix="flakes-")), list[Outcome](), time.perf_counter()
    kept = 0
    try:
        for index in range(options.runs):
            clock = time.perf_counter()
            place = folder / f"{first + index}"
            run, why = one_run(first + index, options.target, options.base_url, place, more)
            outcomes.append(run)
            print(
                f"{index + 1:>4} of {options.runs}  seed {run.seed}  {run.verdict}, {run.requests} requests, "
                f"{time.perf_counter() - clock:.1f} s {why}".rstrip(),
                flush=True,
            )
            if options.keep and kept < MOST_KEPT and flakes([outcomes[0], run]):
                _keep(place, options.keep)
                kept += 1
            shutil.rmtree(place, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = flakes(outcomes)
    broken = sum(outcome.verdict == NO_RESULT for outcome in outcomes)
    document = {
        "format": 1, "suite": VERSION, "target": options.target, "runs": len(outcomes), "seeds": [first, first + len(outcomes) - 1],
        "seconds": round(time.perf_counter() - began, 1), "without_result": broken, "flakes": found,
    }  # fmt: skip
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print("\n".join(words(found)) + "\n" * bool(found), end="")
    print(
        f"{len(outcomes)} runs in {document['seconds']} s, {len(found)} flakes, {broken} without a result; {options.out}"
    )
    return 1 if found or broken else 0


if __name__ == "__main__":
    sys.exit(main())
