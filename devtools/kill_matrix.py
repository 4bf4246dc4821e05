"""`make matrix`: the default run, as users run it, against every fault of the mock. Proof that each rule can fail.

Writes `kill-matrix.json` (reports/schemas/kill-matrix.schema.json). Two processes work side by side against one mock,
which serves each fault below a base path of its own; start-up and imports are paid once.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import random
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from itertools import compress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, TextIO, TypeVar
from urllib.parse import quote

from conformance import VERSION
from conformance.core.command_line import write_own
from conformance.evidence.diagnosis.likeness import Fingerprint
from conformance.runner.mock_process import MockProcess, listed, right_ids
from conformance.runner.system.signals import end_as_ctrl_c
from devtools.corpus import KEPT, keep
from reports import kill_matrix

T = TypeVar("T")
R = TypeVar("R")
FEW = 25
DRAWS = 200  # for each fault that is asked for: a client can see few of the narrowed ones
GLANCE = 4  # scenes that show whether a client can see a narrowed fault; each takes about a second
MOST_SIGNS = 4  # fingerprints of a fault: of a wide one the rest says no more
SUITES = Path(__file__).resolve().parents[1] / "suites"


def run_here(arguments: list[str], said: TextIO, suites: Sequence[str] = ()) -> int:
    """Runs the suites in this process; returns the exit status. Imports are paid once, however often it is called.

    suites: folders or files below suites/, all of them if none is named.
    """
    import pytest

    for name in [name for name in sys.modules if name.startswith("suites.generated.")]:
        del sys.modules[name]  # its schemas are made on import, for what the profile offers
    places = [str(SUITES / name) for name in suites] or [str(SUITES)]
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        return int(pytest.main([*places, "-p", "no:xdist", *arguments]))


@dataclass(frozen=True)
class RunOfFault:
    """How the suite is run against a fault.

    options: of pytest. own: judge the fault's own requirements alone. whole: go on after the fault is proved under its
    id. suites: as for run_here.
    """

    options: tuple[str, ...] = ()
    own: bool = False
    whole: bool = True
    suites: tuple[str, ...] = ()

    def arguments(self, fault: dict[str, Any]) -> Iterator[str]:
        """The arguments of pytest for this fault."""
        yield from self.options
        for requirement in (fault["requirement"], *fault.get("also", ())):
            yield from ("--requirement", requirement) if self.own else ()
            yield from () if self.whole else ("--until-found", requirement)


def judge_fault(fault: dict[str, Any], base_url: str, folder: str, how: RunOfFault) -> dict[str, Any]:
    """Runs the suite against one fault in this process and returns its result document; what was said if there is none.

    Leaves result.json and what the corpus needs in the folder.
    """
    name = fault["name"]
    report = Path(folder) / name.replace("+", "_")
    said = io.StringIO()
    shutil.rmtree(report, ignore_errors=True)
    target = ["--target", "mock", "--base-url", f"{base_url}/x/{quote(name, safe='~=')}"]
    run_here([*target, "--report", str(report), *how.arguments(fault)], said, how.suites)
    try:
        found: dict[str, Any] = json.loads((report / "result.json").read_text(encoding="utf-8"))
    except OSError:
        return {"said": said.getvalue()[-2000:]}
    keep(report, fault)
    for path in report.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in (KEPT, "result.json"):
            path.unlink()
    return found


def row(fault: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    """What the matrix says of one fault."""
    findings = [entry for requirement in result.get("requirements", []) for entry in requirement["findings"]]
    under = sorted({finding["requirement"] for finding in findings})
    right = right_ids(fault)
    own = [finding for finding in findings if finding["requirement"] in right]
    others = [finding for finding in findings if finding["requirement"] not in right]
    firsts = [entry["first_request"] for entry in own if entry.get("first_request")]
    steps = [len(entry["steps"]) for entry in own if entry["steps"]]
    return {
        "name": fault["name"],
        "requirement": fault["requirement"],
        "chapter": fault["chapter"],
        "kind": fault["kind"],
        "found": bool(findings),
        "under": under,
        "findings": len(findings),
        "requests_to_first": min(firsts, default=None),
        "shrunk": min(steps, default=None),
        "signs": [
            Fingerprint.of(entry, own=entry["requirement"] in right).document()
            for entry in [*own, *others][:MOST_SIGNS]
        ],
        "found_by": sorted({tests for entry in own or findings for tests in entry.get("found_by", ())}),
    }


def document(rows: list[dict[str, Any]], faults: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The kill matrix."""
    right = [row for row in rows if right_ids(faults[row["name"]]) & set(row["under"])]
    totals = {"faults": len(rows), "found": sum(row["found"] for row in rows), "right_id": len(right)}
    return {
        "format": 1,
        "suite": VERSION,
        "totals": totals,
        "faults": sorted(rows, key=lambda entry: (entry["chapter"], entry["requirement"], entry["name"])),
    }


def shares(rows: list[dict[str, Any]]) -> dict[str, int]:
    """How many faults each folder of suites/ and each file of it found, under the right id where there is one."""
    counts: Counter[str] = Counter()
    for entry in rows:
        counts.update({name for tests in entry["found_by"] for name in (tests, tests.partition("/")[0])})
    return dict(sorted(counts.items()))


def sample(faults: list[dict[str, Any]], count: int, seed: int) -> list[dict[str, Any]]:
    """A stratified sample: every kind and every chapter in turn."""
    drawn = random.Random(seed)
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for fault in drawn.sample(faults, len(faults)):
        groups.setdefault((fault["kind"], fault["chapter"]), []).append(fault)
    chosen: list[dict[str, Any]] = []
    while len(chosen) < min(count, len(faults)):
        for group in drawn.sample(list(groups), len(groups)):
            if groups[group] and len(chosen) < count:
                chosen.append(groups[group].pop())
    return chosen


def narrowed(
    faults: list[dict[str, Any]], conditions: list[dict[str, Any]], draws: int, seed: int, together: int
) -> list[dict[str, Any]]:
    """What so many draws give: faults, each narrowed to conditions of different factors."""
    drawn = random.Random(seed)
    found: dict[str, dict[str, Any]] = {}
    for _ in range(draws):
        fault, picked = drawn.choice(faults), drawn.sample(conditions, together)
        name = "~".join((fault["name"], *(condition["name"] for condition in picked)))
        if len({condition["factor"] for condition in picked}) == together and fault["kind"] != "race":
            found.setdefault(name, {**fault, "name": name})
    return list(found.values())


def crossed(drawn: list[dict[str, Any]], count: int, workers: int) -> list[dict[str, Any]]:
    """The first so many of the drawn faults that a client can see."""
    from devtools.conversation.visibility import visible  # the mock: whoever judges does without it

    seen: list[dict[str, Any]] = []
    with ProcessPoolExecutor(workers) as pool:
        for start in range(0, len(drawn), FEW * workers):
            some = drawn[start : start + FEW * workers]
            shows = pool.map(partial(visible, scenes=GLANCE), [fault["name"] for fault in some])
            seen += compress(some, shows)
            if len(seen) >= count:
                break
    return seen[:count]


def spread(judge: Callable[[T], R], servers: list[T], workers: int) -> Iterator[tuple[T, R]]:
    """Each server with what `judge` says of it, as they end. Processes live for FEW faults each: a run leaves some memory behind.

    (`max_tasks_per_child` would say the same, but lets Python 3.11 wait for ever: CPython issue 115634.)
    """
    for index in range(0, len(servers), FEW * workers):
        with ProcessPoolExecutor(workers) as pool:
            jobs = {pool.submit(judge, server): server for server in servers[index : index + FEW * workers]}
            try:
                for job in as_completed(jobs):
                    yield jobs[job], job.result()
            except BaseException:  # told to end: what has not begun is left
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def run(faults: list[dict[str, Any]], how: RunOfFault, folder: Path, workers: int) -> list[dict[str, Any]]:
    """Judges each fault; prints a line for each as it is done."""
    mock = MockProcess()
    rows = []
    try:
        judge = partial(judge_fault, base_url=mock.base_url, folder=str(folder), how=how)
        for fault, result in spread(judge, faults, workers):
            found = row(fault, result)
            rows.append(found)
            right = right_ids(fault) & set(found["under"])
            mark = "found  " if right else "OTHER  " if found["found"] else "MISSED "
            print(
                f"{mark} {fault['name']:<58} {fault['requirement']:<22} {', '.join(found['under'])} "
                f"[{found['findings']} findings, first after {found['requests_to_first']}, shrunk to {found['shrunk']}]"
                + f" by {', '.join(found['found_by']) or 'none'}"
                + (f" {result['said'][-300:]}" if "said" in result else ""),
                flush=True,
            )
    finally:
        mock.stop()
    return rows


def earlier(folder: Path, fault: dict[str, Any]) -> dict[str, Any]:
    """The result document that an interrupted matrix left for a fault; {} if it left none, or one that was cut short."""
    path = folder / fault["name"]
    if not (path / KEPT).is_file():
        return {}
    found: dict[str, Any] = json.loads((path / "result.json").read_text(encoding="utf-8"))
    return {} if found["verdict"] == "incomplete" else found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m devtools.kill_matrix", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", default="reports/kill-matrix.json", help="where the matrix goes (%(default)s)")
    parser.add_argument("--sample", type=int, help="a stratified sample of so many faults")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TEXT",
        help="faults whose name, kind or requirement has this text; repeatable",
    )
    parser.add_argument("--keep", metavar="DIR", help="keep of each run here what `devtools.corpus` takes")
    parser.add_argument(
        "--resume", action="store_true", help="faults that have a report in the folder of --keep are done"
    )
    parser.add_argument(
        "--cross",
        type=int,
        metavar="N",
        help="N faults drawn and narrowed to conditions (python -m mock_server --list-conditions)",
    )
    parser.add_argument(
        "--conditions", type=int, default=1, metavar="N", help="with --cross: how many each (%(default)s)"
    )
    parser.add_argument(
        "--suite",
        action="append",
        default=[],
        metavar="NAME",
        help="run this folder or file below suites/ alone, such as `generated`; repeatable",
    )
    parser.add_argument("--own", action="store_true", help="each fault with its own requirement alone: far quicker")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="each run to its end, to count the findings of a fault: takes three times as long",
    )
    return parser


def _drawn(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The faults that the options ask for."""
    faults = listed("faults")
    if options.only:
        faults = [
            fault
            for fault in faults
            if any(text in f"{fault['name']} {fault['kind']} {fault['requirement']}" for text in options.only)
        ]
    if options.cross:
        draws = DRAWS * options.cross
        drawn = narrowed(faults, listed("conditions"), draws, options.seed, options.conditions)
        faults = crossed(drawn, options.cross, options.workers)
    if options.sample:
        faults = sample(faults, options.sample, options.seed)
    return faults


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 if every fault was found under the right id."""
    parser = _parser()
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    faults = _drawn(options)
    if not faults:
        parser.error("no fault of the mock matches")
    folder = Path(options.keep or mkdtemp(prefix="matrix-"))
    how = RunOfFault(("--seed", str(options.seed)), options.own, options.whole, tuple(options.suite))
    rows = [row(fault, done) for fault in faults if options.resume and (done := earlier(folder, fault))]
    known = {row["name"] for row in rows}
    left = [fault for fault in faults if fault["name"] not in known]
    end_as_ctrl_c()
    try:
        rows += run(left, how, folder, options.workers)
    except KeyboardInterrupt:
        print(f"Stopped before every fault was judged. `--keep {folder} --resume` goes on from here.")
        return 130
    matrix = document(rows, {fault["name"]: fault for fault in faults})
    Path(options.out).write_text(json.dumps(matrix, indent=1) + "\n", encoding="utf-8")
    page = Path(options.out).with_suffix(".html")
    write_own((page, kill_matrix.page(kill_matrix.read(Path(options.out)))))
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)
    _print_totals(matrix["totals"], rows, f"{time.perf_counter() - began:.0f} s; {options.out}, {page}")
    return 0 if matrix["totals"]["right_id"] == matrix["totals"]["faults"] else 1


def _print_totals(totals: dict[str, int], rows: list[dict[str, Any]], end: str) -> None:
    """What the matrix found, and what each part of the suites found. end: of the first sentence."""
    counts = [row["findings"] for row in rows if row["found"]] or [0]
    firsts = [row["requests_to_first"] for row in rows if row["requests_to_first"]] or [0]
    print(
        f"{totals['found']} of {totals['faults']} faults found, {totals['right_id']} under the right id "
        f"({100 * totals['right_id'] / totals['faults']:.1f} %); "
        f"findings for one fault: median {statistics.median(counts)}, at most {max(counts)}; "
        f"requests to the first proof: median {statistics.median(firsts)}, at most {max(firsts)}; "
        f"{end}"
    )
    for tests, count in shares(rows).items():
        print(f"  {tests:<34} found {count:>4} ({100 * count / totals['faults']:.1f} %)")


if __name__ == "__main__":
    sys.exit(main())
