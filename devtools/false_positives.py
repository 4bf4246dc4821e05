"""Judges servers that differ and keep the documents: `python -m devtools.false_positives [NAME[+NAME…] …]`.

Names are lawful variants of the mock (`python -m mock_server --list-variants`) and forms of HTTP (`python -m mock_server.wire
--list`), joined by + to one server; without names, all of them singly. One mock serves them all, each under its own
base path. A run is fair if it ends as conformant and no requirement failed, SHOULDs included, but those SHOULDs that
the variants do without on purpose (`mock_server.variants.SHOULDS`).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from conformance import VERSION
from conformance.core import contract
from conformance.core.requirement import OwnedBreach
from conformance.runner.mock_process import MockProcess
from devtools.kill_matrix import run_here, spread
from mock_server.catalogue.profile import text
from mock_server.variants import EXCLUDES, PROFILES, SHOULDS, VARIANTS
from mock_server.wire.http_forms import FORMS
from mock_server.wire.proxy import serve

ROOT = Path(__file__).resolve().parents[1]
LONGEST_S = 600


@dataclass
class Run:
    """One judged server; `readings`: (requirement, reading) that the run saw."""

    name: str
    verdict: str = "none"
    exit_status: int = -1
    failed: list[str] = field(default_factory=list)
    readings: set[tuple[str, str]] = field(default_factory=set)
    requests: int = 0
    duration_s: float = 0.0
    sentence: str = ""

    @property
    def parts(self) -> list[str]:
        return [part for part in self.name.split("+") if part]

    @property
    def shoulds(self) -> list[str]:
        return sorted({item for part in self.parts for item in SHOULDS.get(part, ())})

    @property
    def fair(self) -> bool:
        return self.verdict == "conformant" and set(self.failed) <= set(self.shoulds)

    def document(self, healthy: set[tuple[str, str]]) -> dict[str, Any]:
        return {
            "name": self.name,
            "parts": [_part(name) for name in self.parts],
            "verdict": self.verdict,
            "exit_status": self.exit_status,
            "failed": self.failed,
            "shoulds": self.shoulds,
            "readings": [
                {"requirement": entry, "reading": reading} for entry, reading in sorted(self.readings - healthy)
            ],
            "fair": self.fair,
            "requests": self.requests,
            "duration_s": round(self.duration_s, 1),
            "sentence": self.sentence,
        }


def _part(name: str) -> dict[str, str]:
    if name in FORMS:
        return {
            "name": name,
            "kind": "form",
            "requirement": contract.owner_of(OwnedBreach.ODD_REQUESTS),
            "sees": FORMS[name].about,
        }
    variant = VARIANTS[name]
    return {"name": name, "kind": "variant", "requirement": variant.requirement, "sees": variant.sees}


def profile(names: Sequence[str], base_url: str) -> str:
    """The mock's target profile as these variants need it, in TOML."""
    data: dict[str, Any] = tomllib.loads((ROOT / "targets" / "mock.toml").read_text(encoding="utf-8"))
    data["base_url"] = base_url
    for name in names:
        for path, value in PROFILES.get(name, {}).items():
            *outer, last = path.split(".")
            holder = data
            for part in outer:
                holder = holder.setdefault(part, {})
            holder.pop(last, None)
            if value is not None:
                other = base_url.replace("127.0.0.1", "localhost")
                holder[last] = value.replace("{other}", other) if isinstance(value, str) else deepcopy(value)
    return "".join(f"{key} = {text(value)}\n" for key, value in data.items())


def exclude(names: Sequence[str]) -> bool:
    """Whether these cannot be one server: they are about one thing, or contradict each other."""
    about = [f"form {FORMS[name].slot}" if name in FORMS else VARIANTS[name].about for name in names]
    pairs = map(frozenset, itertools.combinations(names, 2))
    return len(set(about)) < len(about) or any(pair in EXCLUDES for pair in pairs)


def draw(count: int, seed: int) -> list[str]:
    """So many different servers of three parts that do not exclude each other; at most one is a form of HTTP."""
    chance = random.Random(seed)
    found: set[str] = set()
    while len(found) < count:
        names = chance.sample(sorted(VARIANTS), 2) + chance.sample([*sorted(VARIANTS), *FORMS], 1)
        if len(set(names)) == 3 and not exclude(names):
            found.add("+".join(sorted(names)))
    return sorted(found)


def _apart(arguments: list[str]) -> tuple[int, str]:
    """The suites in a process of their own: exit status and output."""
    command = [sys.executable, "-m", "pytest", "suites", "-n", "0", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S)
    return ended.returncode, ended.stdout + ended.stderr


def _here(arguments: list[str]) -> tuple[int, str]:
    said = io.StringIO()
    return run_here(arguments, said), said.getvalue()


def judge_server(
    name: str, mock_url: str, folder: Path, options: Sequence[str], run: Callable[[list[str]], tuple[int, str]]
) -> Run:
    """Runs the suites against the server of this name; the report is kept only where the run was not fair."""
    found, report = Run(name), folder / (name or "healthy")
    variants = [part for part in found.parts if part in VARIANTS]
    base = mock_url + (f"/x/{'+'.join(variants)}@{time.monotonic_ns()}" if variants else "")  # a fresh shop each time
    started = time.monotonic()
    with _in_forms(base, [part for part in found.parts if part in FORMS]) as base_url:
        target = folder / f"{name or 'healthy'}.toml"
        target.write_text(profile(variants, base_url), encoding="utf-8")
        try:
            found.exit_status, output = run(["--target", str(target), "--report", str(report), *options])
        except subprocess.TimeoutExpired:
            found.sentence = f"not done in {LONGEST_S} s"
            return found
    found.duration_s = time.monotonic() - started
    _read(found, report / "result.json", output)
    if found.fair:
        shutil.rmtree(report, ignore_errors=True)
        target.unlink()
    return found


@contextlib.contextmanager
def _in_forms(base: str, forms: list[str]) -> Iterator[str]:
    if not forms:
        yield base
        return
    with serve(base, forms) as base_url:
        yield base_url


class Judge:
    """Holds the mock and the folder of reports. `options`: further ones of pytest, such as `--requirement`."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.folder, self.options = folder, list(options)
        self.mock = MockProcess()

    def judge(self, name: str) -> Run:
        """Runs the suites against the server of this name; the report is kept only where the run was not fair."""
        return judge_server(name, self.mock.base_url, self.folder, self.options, _apart)

    def judge_all(self, names: Sequence[str], workers: int) -> Iterator[Run]:
        """The same for each name, so many at a time, as they end; imports are paid once."""
        judge = partial(judge_server, mock_url=self.mock.base_url, folder=self.folder, options=self.options, run=_here)
        for _, run in spread(judge, list(names), workers):
            yield run

    def close(self) -> None:
        self.mock.stop()


def _read(run: Run, file: Path, output: str) -> None:
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        run.sentence = " / ".join(output.strip().splitlines()[-3:])[:300]
        return
    run.verdict, run.sentence, run.requests = result["verdict"], result["sentence"], result["requests"]
    run.failed = [entry["id"] for entry in result["requirements"] if entry["outcome"] == "failed"]
    run.readings = {(entry["requirement"], entry["reading"]) for entry in result["readings"]}


def row(run: Run, healthy: set[tuple[str, str]]) -> str:
    """The run as a line of the table."""
    seen = "; ".join(f"{entry}: {reading}" for entry, reading in sorted(run.readings - healthy)[:4])
    failed = (
        ", ".join(requirement + (" (by design)" if requirement in run.shoulds else "") for requirement in run.failed)
        or "-"
    )
    verdict = f"{'fair' if run.fair else 'NOT FAIR':9}{run.name or 'healthy':44} {run.verdict:15}"
    return f"{verdict} {failed:32} {seen}".rstrip()


def main(arguments: list[str] | None = None) -> int:
    """The command line: 0 if every run was fair, 1 if one was not, 2 for wrong input."""
    parser = argparse.ArgumentParser(
        prog="python -m devtools.false_positives", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", help="variants and forms, joined by + to one server")
    parser.add_argument("--chapter", action="append", default=[], help="all of a chapter, or `forms`; repeatable")
    parser.add_argument("--random", type=int, default=0, metavar="N", help="N servers of three parts each, drawn")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (0)")
    parser.add_argument("--requirement", action="append", default=[], metavar="ID", help="judge this alone; repeatable")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="so many at a time (2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="reports/schemas/fairness.schema.json")
    parser.add_argument("--folder", type=Path, help="where reports of unfair runs stay (a new one)")
    options = parser.parse_args(arguments)
    chosen = list(options.names) + [
        name
        for chapter in options.chapter
        for name in (
            FORMS
            if chapter == "forms"
            else [variant.name for variant in VARIANTS.values() if variant.chapter == chapter]
        )
    ]
    chosen += draw(options.random, options.seed)
    names = chosen or [*VARIANTS, *FORMS]
    for name in names:
        unknown = [part for part in name.split("+") if part not in VARIANTS and part not in FORMS]
        if unknown or exclude(name.split("+")):
            parser.error(f"not known: {', '.join(unknown)}" if unknown else f"these exclude each other: {name}")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="fairness-"))
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the mock ends too
    judge = Judge(folder.resolve(), [f"--requirement={entry}" for entry in options.requirement])
    try:
        healthy = judge.judge("")
        print(row(healthy, set()).split(";")[0].partition(":")[0], flush=True)
        runs = []
        for run in judge.judge_all(names, options.workers):
            runs.append(run)
            print(row(runs[-1], healthy.readings), flush=True)
            if options.json:
                document = documented(runs, healthy, options.seed)
                options.json.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    finally:
        judge.close()
    fair = sum(run.fair for run in runs)
    print(f"{fair} of {len(runs)} fair; reports of the others: {folder}" if fair < len(runs) else f"all {fair} fair")
    return 0 if fair == len(runs) else 1


def documented(runs: list[Run], healthy: Run, seed: int) -> dict[str, Any]:
    """The runs as reports/schemas/fairness.schema.json has them."""
    return {
        "format": 1,
        "suite": VERSION,
        "seed": seed,
        "totals": {"runs": len(runs), "fair": sum(run.fair for run in runs)},
        "runs": [run.document(healthy.readings) for run in runs],
    }


if __name__ == "__main__":
    sys.exit(main())
