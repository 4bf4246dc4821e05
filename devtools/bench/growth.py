"""How it grows: depth, records, failing machines, the matrix."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

from conformance.runner.mock_process import MockProcess
from devtools.bench.figures import Figure
from devtools.bench.process import ROOT, judged, timed

DEPTHS = (1, 4, 16)
RECORDS = (1_000, 10_000, 100_000)
# Faults that walks find, each under another requirement.
FAILING = ("quantity-drops-coupon", "coupon-adds-a-piece", "address-renews-line-ids")
SAMPLE = 4


def shrinking(folder: Path) -> Iterator[Figure]:
    """Measure 5: from the end of the failing machine to the report that lies there."""
    mock = MockProcess()
    slowest = requests = machine = 0.0
    words = []
    try:
        for name in FAILING:
            path = folder / f"{name}.json"
            where = ("--target", "mock", "--base-url", f"{mock.base_url}/x/{name}")
            more = ("-n", "0", "-p", "devtools.bench.stopwatch")
            judged(folder / name, *where, *more, places=("suites/state_machine",), BENCH_STOPWATCH=str(path))
            layers = json.loads(path.read_text(encoding="utf-8"))["layers"]
            result = json.loads((folder / name / "result.json").read_text(encoding="utf-8"))
            shrunk = [
                len(entry["steps"]) for each in result["requirements"] for entry in each["findings"] if entry["steps"]
            ]
            if not shrunk:
                raise RuntimeError(f"the state machine does not find {name} any more: choose another fault")
            slowest = max(slowest, layers["end"]["whole"])
            machine = max(machine, layers["Hypothesis and walks"]["whole"])
            requests = max(requests, layers["shrinking"]["requests"])
            words.append(f"{name} to {min(shrunk)} requests")
    finally:
        mock.stop()
    note = f"the slowest of {', '.join(words)}; the machine itself took up to {machine:.2f} s"
    yield Figure("shrunk", "failing machine to shrunk report", slowest, "s", most=2, note=note)
    yield Figure("shrinking", "requests spent on shrinking, at most", requests)


def depth(folder: Path) -> Iterator[Figure]:
    """Measure 7: the suites that draw, at 1, 4 and 16 times the depth."""
    place = ("suites/state_machine", "suites/generated")
    times, peaks, sizes = [], [], []
    for index in DEPTHS:
        ended = judged(folder / f"depth{index}", "--target", "mock", "-n", "0", "--depth", str(index), places=place)
        result = json.loads((folder / f"depth{index}" / "result.json").read_text(encoding="utf-8"))
        times.append(ended.seconds)
        peaks.append(ended.rss_mb)
        sizes.append(result["requests"])
    note = f"{', '.join(map(str, sizes))} requests"
    over = "times the depth"
    yield Figure("depth time", "16 × depth: times the time", times[-1] / times[0], most=16, ratio=True, note=note)
    yield Figure(
        "depth memory", "16 × depth: times the memory", peaks[-1] / peaks[0], most=1.05, ratio=True,
        note="exchanges and traces go to disk; about "
        f"{(peaks[-1] - peaks[0]) * 1024 / (sizes[-1] - sizes[0]):.1f} KiB for a request",
    )  # fmt: skip
    yield Figure(
        "depth seconds", "time of walks and generated requests", times[-1], "s",
        points=tuple(zip(map(float, DEPTHS), times, strict=True)), over=over,
    )  # fmt: skip
    yield Figure(
        "depth peak", "memory of walks and generated requests", peaks[-1], "MB",
        points=tuple(zip(map(float, DEPTHS), peaks, strict=True)), over=over,
    )  # fmt: skip


def rendering(folder: Path) -> Iterator[Figure]:
    """Measure 8: the records of a run that found something, repeated."""
    base = folder / FAILING[0]
    if not (base / "result.json").is_file():
        list(shrinking(folder))
    times, peaks = [], []
    for count in RECORDS:
        ended = _rendered(base, folder / "records", count)
        times.append(ended[0])
        peaks.append(ended[1])
    over, sizes = "exchanges", tuple(map(float, RECORDS))
    yield Figure(
        "render", "rendering 100,000 exchanges", times[-1], "s", most=20,
        points=tuple(zip(sizes, times, strict=True)), over=over,
    )  # fmt: skip
    yield Figure(
        "render memory", "memory of rendering 100,000 exchanges", peaks[-1], "MB", most=500,
        points=tuple(zip(sizes, peaks, strict=True)), over=over,
    )  # fmt: skip
    yield Figure(
        "render growth", "rendering: 10 × the exchanges, times the time", times[-1] / times[-2], most=11, ratio=True
    )


def _rendered(base: Path, folder: Path, count: int) -> tuple[float, float]:
    """Seconds and MB of `python -m conformance report` for so many exchanges."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(base / "result.json", folder)
    if (base / "scripts").is_dir():
        shutil.copytree(base / "scripts", folder / "scripts")
    lines = (base / "exchanges.jsonl").read_text(encoding="utf-8").splitlines()
    with open(folder / "exchanges.jsonl", "w", encoding="utf-8") as out:
        for index in range(count):
            line, again = lines[index % len(lines)], index // len(lines)
            out.write((line.replace('"id": "', f'"id": "again{again} ', 1) if again else line) + "\n")
    ended = timed("-m", "conformance", "report", str(folder))
    if ended.status:
        raise RuntimeError(f"rendering failed:\n{ended.said[-2000:]}")
    shutil.rmtree(folder)
    return ended.seconds, ended.rss_mb


def matrix(folder: Path) -> Iterator[Figure]:
    """Measure 9: a sample for the time of each fault; the share that is found, of the whole one if it lies there."""
    out = folder / "kill-matrix.json"
    ended = timed("-m", "devtools.kill_matrix", "--sample", str(SAMPLE), "--out", str(out))
    if not out.is_file():
        raise RuntimeError(f"the matrix left nothing:\n{ended.said[-2000:]}")
    totals = json.loads(out.read_text(encoding="utf-8"))["totals"]
    yield Figure("matrix each", "matrix: time for each fault", ended.seconds / totals["faults"], "s")
    whole = ROOT / "reports" / "kill-matrix.json"
    source = f"a sample of {totals['faults']}"
    if whole.is_file():
        totals = json.loads(whole.read_text(encoding="utf-8"))["totals"]
        source = f"the last whole matrix, {totals['faults']} faults"
    share = 100 * totals["right_id"] / totals["faults"]
    what = f"matrix: found under a requirement that the fault breaks, of {totals['faults']} faults"
    yield Figure("matrix share", what, share, "%", better="higher", note=source)


def scratch() -> Path:
    """A folder for the runs of one measurement."""
    return Path(mkdtemp(prefix="bench-"))
