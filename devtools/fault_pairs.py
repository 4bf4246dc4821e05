"""`make pairs`: two faults at once, drawn at random, against the default run. One failure must not hide another.

A pair is found if each of its two faults is found under one of its own right ids.
"""

from __future__ import annotations

import argparse
import random
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.runner.mock_process import MockProcess, listed, right_ids
from devtools.kill_matrix import RunOfFault, judge_fault, spread


def draw(faults: list[dict[str, Any]], count: int, seed: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """So many pairs of faults that break different requirements."""
    drawn = random.Random(seed)
    found: list[tuple[dict[str, Any], dict[str, Any]]] = []
    while len(found) < count:
        entry, other = drawn.sample(faults, 2)
        if not right_ids(entry) & right_ids(other):
            found.append((entry, other))
    return found


def missed(pair: tuple[dict[str, Any], dict[str, Any]], result: dict[str, Any]) -> list[str]:
    """The names of those of the two that the result does not have under a right id."""
    under = {entry["requirement"] for each in result.get("requirements", []) for entry in each["findings"]}
    return [entry["name"] for entry in pair if not right_ids(entry) & under]


def judge_pair(pair: tuple[dict[str, Any], dict[str, Any]], base_url: str, folder: str, arguments: list[str]) -> Any:
    """The result document of a run against both faults."""
    both = {"name": "+".join(entry["name"] for entry in pair), "requirement": pair[0]["requirement"]}
    return judge_fault(both, base_url, folder, RunOfFault(tuple(arguments)))


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 if both were found in so many percent of the pairs as --goal says."""
    parser = argparse.ArgumentParser(
        prog="python -m devtools.fault_pairs", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--count", type=int, default=100, help="how many pairs (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--goal", type=float, default=98.0, help="percent (%(default)s)")
    parser.add_argument("--keep", metavar="DIR", help="keep the result documents here")
    options = parser.parse_args(arguments)
    pairs = draw(listed("faults"), options.count, options.seed)
    both = 0
    mock = MockProcess()
    try:
        with TemporaryDirectory(prefix="pairs-") as folder:
            judge = partial(
                judge_pair,
                base_url=mock.base_url,
                folder=str(Path(options.keep).resolve()) if options.keep else folder,
                arguments=["--seed", str(options.seed)],
            )
            for pair, result in spread(judge, pairs, options.workers):
                lost = missed(pair, result)
                both += not lost
                words = f"MISSED {', '.join(lost)}" if lost else "both"
                print(f"{' + '.join(entry['name'] for entry in pair):<90} {words}", flush=True)
    finally:
        mock.stop()
    share = 100 * both / max(1, len(pairs))
    print(f"both found in {both} of {len(pairs)} pairs ({share:.1f} %)")
    return 0 if share >= options.goal else 1


if __name__ == "__main__":
    sys.exit(main())
