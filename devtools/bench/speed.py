"""How fast: the default run beside a bare replay of it, the first request, the state machine, each layer's share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from devtools.bench.figures import Figure
from devtools.bench.process import judged, timed

REPEATS = 2  # the better of so many counts: noise only ever adds
DEEP = 8  # rounds of the state machine, so that a second of it is measured
PROCESSES = 2 if (os.cpu_count() or 1) > 1 else 1  # what the default run on the mock takes (conformance.runner.plugin)
LAYERS = (
    "wire", "requests and answers", "redaction", "recording", "judging", "validating", "model", "Hypothesis and walks",
    "Schemathesis", "pytest and tests",
)  # fmt: skip


def bare(report: Path, processes: int, prefix: str = "") -> dict[str, Any]:
    """The best of several replays of a report's requests: seconds, requests, different."""
    ended = [
        timed("-m", "devtools.bench.replay", str(report), "--processes", str(processes), "--prefix", prefix)
        for _ in range(REPEATS)
    ]
    found: list[dict[str, Any]] = [json.loads(entry.said.splitlines()[-1]) for entry in ended]
    return min(found, key=lambda entry: float(entry["seconds"]))


def default_run(folder: Path) -> Iterator[Figure]:
    """Measures 1, 2 and 4."""
    runs = [judged(folder / f"default{index}", "--target", "mock") for index in range(REPEATS)]
    best = min(range(REPEATS), key=lambda context: runs[context].seconds)
    report = folder / f"default{best}"
    result = json.loads((report / "result.json").read_text(encoding="utf-8"))
    seconds, processes = runs[best].seconds, PROCESSES
    counts = result["counts"]
    note = f"{result['requests']} requests, {counts['judged']} of {counts['requirements']} requirements judged"
    yield Figure("default", "default run on the mock", seconds, "s", most=20, note=note)
    again = bare(report, processes)
    note = (
        f"the command from start to end, report and start of the mock included, beside {again['seconds']:.2f} s of "
        f"{again['requests']} requests by requests.Session in {processes} process{'es' * (processes > 1)}, which wait "
        f"for nothing else; {again['different']} answers had another status than in the run"
    )
    yield Figure("replay", "suite ÷ bare replay", seconds / again["seconds"], most=1.5, ratio=True, note=note)
    yield Figure("memory", "memory of the default run, largest process", runs[best].rss_mb, "MB")
    yield Figure("first", "start to first request", _first(report) - runs[best].began, "s", most=1.5)
    quick = min(
        (judged(folder / f"quick{index}", "--quick") for index in range(REPEATS)), key=lambda entry: entry.seconds
    )
    result = json.loads((folder / "quick0" / "result.json").read_text(encoding="utf-8"))
    note = f"{result['requests']} requests, {result['counts']['judged']} requirements judged"
    yield Figure("quick", "--quick on the mock", quick.seconds, "s", most=4, note=note)


def _first(report: Path) -> float:
    """When the first request that is judged was sent, in seconds since the epoch."""
    with open(report / "exchanges.jsonl", encoding="utf-8") as lines:
        return min(datetime.fromisoformat(json.loads(line)["started"]).timestamp() for line in lines)


def _watched(folder: Path, name: str, *arguments: str, places: tuple[str, ...] = ("suites",)) -> dict[str, Any]:
    """The layers' times of a run in one process."""
    path = folder / f"{name}.json"
    more = ("-n", "0", "-p", "devtools.bench.stopwatch", *arguments)
    judged(folder / name, *more, places=places, BENCH_STOPWATCH=str(path))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["layers"]
    return found


def state_machine(folder: Path) -> Iterator[Figure]:
    """Measure 3: only the time in the machine counts, against the requests alone."""
    place = ("suites/state_machine",)
    rates = []
    for index in range(REPEATS):
        machine = _watched(folder, f"machine{index}", "--depth", str(DEEP), places=place)["Hypothesis and walks"]
        rates.append(machine["requests"] / machine["whole"])
    again = bare(folder / "machine0", 1, "state_machine")
    rate = again["requests"] / again["seconds"]
    note = f"{max(rates):.0f} requests a second, beside {rate:.0f} of a bare client; the stopwatch's own time included"
    yield Figure(
        "machine", "state machine ÷ bare client", max(rates) / rate, least=0.7, better="higher", ratio=True, note=note
    )


def layers(folder: Path) -> Iterator[Figure]:
    """Measure 6. The wire's time is the server's too: what the suite adds is the rest."""
    found = _watched(folder, "layers", "--target", "mock")
    requests = found["wire"]["calls"]
    for name in LAYERS:
        each = found.get(name, {"own": 0.0})["own"] / requests * 1e6
        yield Figure(f"layer {name}", f"each request: {name}", each, "µs")
    added = sum(found.get(name, {"own": 0.0})["own"] for name in LAYERS[1:])
    yield Figure(
        "added", "what the suite adds ÷ wire and server", added / found["wire"]["own"], ratio=True, note="one process"
    )
