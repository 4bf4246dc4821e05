"""`make watch`: judges with `--quick` whenever the server's source or the profile changes, a line for each run.

Files are looked at, not subscribed to: that works on every system and file system. Ctrl-C ends it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.core.command_line import WRONG_INPUT, Parser
from conformance.core.inputs import InputError, whole_number
from conformance.core.places import ROOT
from conformance.core.profile_reader import load, path_of

POLL_S, QUIET_S = 0.3, 0.3  # how often files are looked at, and how long they must have been left alone
COMES_BACK_S = 10.0  # a server that restarts with its source is waited for
MOST_FILES = 20_000
MOST_RUNS = 10**9
SHOWN = 3  # changed files that a line names
PASSED_OVER = {"node_modules", "__pycache__", "venv", "target", "build", "dist"}
Seen = dict[str, tuple[int, int]]


def files(places: Iterable[Path], but: Path) -> Iterator[Path]:
    """Every file of the places, without hidden files, the output of tools and the report's folder."""
    for place in places:
        if place.is_file():
            yield place
        for folder, inner, names in os.walk(place):
            index = Path(folder)
            inner[:] = [name for name in inner if name[0] != "." and name not in PASSED_OVER and index / name != but]
            yield from (index / name for name in names if name[0] != "." and not name.endswith((".pyc", "~")))


def look(places: Iterable[Path], but: Path) -> Seen:
    """When each file was last written and how large it is. Raises InputError if there are too many."""
    seen: Seen = {}
    for path in files(places, but):
        try:
            stat = path.stat()
        except OSError:  # removed meanwhile
            continue
        seen[str(path)] = stat.st_mtime_ns, stat.st_size
        if len(seen) > MOST_FILES:
            raise InputError(f"More than {MOST_FILES:,} files to watch: name the folder of the sources with WATCH=…")
    return seen


def changed(before: Seen, now: Seen) -> list[str]:
    """The files that came, went or were written."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def wait_for_change(places: list[Path], but: Path, before: Seen) -> tuple[Seen, list[str]]:
    """Blocks until something has changed and then been left alone for a moment."""
    now = look(places, but)
    while not changed(before, now):
        time.sleep(POLL_S)
        now = look(places, but)
    while True:
        time.sleep(QUIET_S)
        later = look(places, but)
        if later == now:
            return now, changed(before, now)
        now = later


def wait_for_server(base_url: str | None) -> None:
    """Until it takes connections, ten seconds at most: the run then says that nobody answers."""
    parts = urlsplit(base_url or "")
    if not parts.hostname:
        return
    ends = time.monotonic() + COMES_BACK_S
    while time.monotonic() < ends:
        try:
            socket.create_connection(
                (parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)), 1
            ).close()
            return
        except OSError:
            time.sleep(0.1)


def judge(target: str, base_url: str | None, report: Path, more: list[str]) -> tuple[int, dict[str, Any], str]:
    """One quick run: its exit status, its result document ({} if there is none), what it said."""
    (report / "result.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "conformance", "judge", "--quick"]
    command += ["--target", target, "--report", str(report), *more]
    command += ["--base-url", base_url] if base_url else []
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    ended = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    try:
        result: dict[str, Any] = json.loads((report / "result.json").read_text(encoding="utf-8"))
    except OSError:
        result = {}
    return ended.returncode, result, ended.stdout + ended.stderr


def last_line(said: str) -> str:
    """What a run without a verdict said last."""
    return (said.strip().splitlines() or ["nothing was said"])[-1].removeprefix("ERROR: ")


def failing(result: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The findings by requirement."""
    return {
        requirement["id"]: requirement["findings"]
        for requirement in result.get("requirements", [])
        if requirement["outcome"] == "failed"
    }


def lines(result: dict[str, Any], before: set[str], clock: str, seconds: float, report: Path) -> Iterator[str]:
    """One line for the run, one or two for each finding, one for what is fixed. before: what failed last time."""
    found, counts = failing(result), result["counts"]
    state = f"{len(found)} failed" if found else "nothing failed"
    if counts["judged"]:
        early = f" {result['sentence']}" if result["exit_status"] in (2, 3) else ""
        yield f"{clock}  {state}, {counts['judged']} judged, {result['requests']} requests, {seconds:.1f} s{early}"
    else:
        yield f"{clock}  {result['sentence']}"
    for name, findings in found.items():
        for finding in findings:
            yield f"  {'   ' if name in before else 'NEW'} {name}: expected {finding['expected']}; seen {finding['seen']}"[
                :400
            ]
            if finding["script"]:
                yield f"      sh {report / finding['script']}"
    if fixed := before - found.keys():
        yield f"  fixed: {', '.join(sorted(fixed))}"


def _shortly(names: list[str]) -> str:
    """The first names of a list."""
    listed = ", ".join(names[:SHOWN])
    return f"{listed} …" if len(names) > SHOWN else listed


def main(arguments: list[str]) -> int:
    """Exit status: that of the last run; 0 after Ctrl-C; 4 where there is nothing to watch."""
    parser = Parser("watch", __doc__)
    parser.add_argument("--target", default="mock", help="a profile in targets/ or a path to one (%(default)s)")
    parser.add_argument("--base-url", help="where the target is, in place of the profile's base_url")
    parser.add_argument(
        "--watch", action="append", type=Path, help="a folder or file; the profile's folder unless told"
    )
    parser.add_argument("--report", type=Path, default=Path("reports/latest"), help="where reports go (%(default)s)")
    parser.add_argument("--runs", metavar="N", help="end after so many runs")
    options, more = parser.parse_known_args(arguments)
    runs = None if options.runs is None else whole_number(options.runs, "--runs", 1, MOST_RUNS)
    load(options.target, options.base_url, offline=True)  # what is wrong with it would be so in each run
    profile, report = path_of(options.target).resolve(), options.report.resolve()
    places = [folder.resolve() for folder in options.watch or [profile.parent]]
    places += [] if any(profile.is_relative_to(place) for place in places) else [profile]
    if missing := [str(place) for place in places if not place.exists()]:
        raise InputError(f"There is nothing to watch at {missing[0]}.")
    status = count = 0
    before: set[str] = set()
    try:
        seen = look(places, report)
        print(f"Watching {len(seen)} files of {', '.join(map(str, places))}; Ctrl-C ends it.", flush=True)
        while True:
            wait_for_server(options.base_url)
            began = time.perf_counter()
            target = options.target if options.target == profile.stem else str(profile)
            status, result, said = judge(target, options.base_url, report, more)
            clock, seconds = f"{datetime.now():%H:%M:%S}", time.perf_counter() - began
            if result:
                print("\n".join(lines(result, before, clock, seconds, report)), flush=True)
                before = set(failing(result))
            elif status == WRONG_INPUT and not count:  # it would be so in each run
                raise InputError(last_line(said))
            else:
                print(f"{clock}  no verdict: {last_line(said)}", flush=True)
            count += 1
            if count == runs:
                return status
            seen, names = wait_for_change(places, report, seen)
            print(f"  changed: {_shortly([Path(name).name for name in names])}", flush=True)
    except KeyboardInterrupt:
        return 0
