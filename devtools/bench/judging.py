"""What the judge does for one exchange: the exchanges of a run are judged again, its calls counted.

Calls hang on no machine and on no load, so they tell a change of a percent where seconds tell noise.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any

from conformance.core.exchange import Exchange
from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.evidence.reproduction.replay import from_record
from conformance.judging.judge import judge
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from devtools.bench.figures import Figure
from devtools.bench.process import judged

EACH = 5  # every so many traces
REPEATS = 3  # the best of so many counts: noise only ever adds


def traces(report: Path) -> list[list[Exchange]]:
    """Every n-th trace of a report, without what was sent at the same time."""
    with open(report / "exchanges.jsonl", encoding="utf-8") as lines:
        grouped = [list(group) for _, group in groupby(map(json.loads, lines), key=lambda record: record["trace"])]
    return [[from_record(record) for record in group if not record["concurrent"]] for group in grouped[::EACH]]


def judge_all(profile: Profile, listed: list[list[Exchange]]) -> None:
    """Judges the traces, each in a world of its own."""
    for exchanges in listed:
        trace = Trace("bench")
        for exchange in exchanges:
            judge(trace.world, profile, exchange)


def calls(profile: Profile, listed: list[list[Exchange]]) -> int:
    """How many functions of Python and of C are called to judge the traces."""
    found = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal found
        found += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        judge_all(profile, listed)
    finally:
        sys.setprofile(None)
    return found


def judging(folder: Path) -> Iterator[Figure]:
    """Measure 9: after one round that fills the caches, as a run has them filled."""
    report = folder / "default0"
    if not (report / "result.json").is_file():
        judged(report, "--target", "mock")
    load_rules()
    result = json.loads((report / "result.json").read_text(encoding="utf-8"))
    profile, listed = load("mock", result["target"]["base_url"]), traces(report)
    count = sum(map(len, listed))
    judge_all(profile, listed)
    note = f"{count} exchanges of a default run, in one process"
    yield Figure(
        "judging calls", "judging one exchange: calls", calls(profile, listed) / count, most=657, ratio=True, note=note
    )
    gc.collect()
    times = []
    for _ in range(REPEATS):
        began = time.process_time()
        judge_all(profile, listed)
        times.append(time.process_time() - began)
    yield Figure("judging", "judging one exchange", min(times) / count * 1e6, "µs", most=150)
