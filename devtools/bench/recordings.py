"""`python -m devtools.bench.recordings`: what judging recorded traffic costs: 20,000 calls of 2,000 buyers, a token each.

One buyer's calls are recorded between a client and the mock. Every other buyer repeats them with ids, token and cookie
of its own, so that the file is a gateway's log of a busy shop and each call in it is lawful.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.client.api_client import ApiClient
from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess
from devtools.bench.figures import Figure, table
from devtools.bench.load import Client
from devtools.bench.process import judged
from devtools.recording_proxy import RecordingProxy

CALLS, EACH = 20_000, 10  # calls of a file, and of each buyer with a token
SMALLER = 4  # times fewer calls, to see how the time grows
CONFORMANT, INCOMPLETE = 0, 6  # how a run without a finding ends

Json = dict[str, Any]


def one_buyer() -> list[Json]:
    """The first entries of a buyer's visit to the mock, in the shape of mitmproxy's HAR."""
    mock = MockProcess()
    try:
        profile = load("mock", mock.base_url)
        target = ApiClient(profile, key=b"recordings")
        try:
            token = target.token(profile.auth.apps[0], profile.auth.scope)
        finally:
            target.close()
        with RecordingProxy(mock.base_url) as proxy:
            asyncio.run(Client(0, proxy.base_url, profile, token).run(time.perf_counter() + 1e-3))
    finally:
        mock.stop()
    return proxy.entries[:EACH]


def ids_of(entries: list[Json]) -> list[str]:
    """The ids of the session, of its lines and of its order, which no two buyers share."""
    answers = [json.loads(entry["response"]["content"]["text"]) for entry in entries]
    orders = {answer["purchaseOrderId"] for answer in answers if "purchaseOrderId" in answer}
    return [answers[0]["checkoutSessionId"], *(line["lineItemId"] for line in answers[0]["lineItems"]), *sorted(orders)]


def visits(entries: list[Json], buyers: int) -> Iterator[Json]:
    """The entries of so many buyers, one after another."""
    ids, began = ids_of(entries), datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    for buyer in range(buyers):
        text = json.dumps(entries)
        for place, known in enumerate(ids):
            text = text.replace(known, str(500_000_000_000 + buyer * 1000 + place))
        for call, entry in enumerate(json.loads(text)):
            at = began + timedelta(milliseconds=100 * (buyer * len(entries) + call))
            entry["startedDateTime"], entry["time"] = at.isoformat(timespec="milliseconds"), 12.5
            own = {"Authorization": f"Bearer v^1.1#i^1#{buyer:060x}", "Cookie": f"sid={buyer:032x}"}
            headers = [header for header in entry["request"]["headers"] if header["name"] not in own]
            entry["request"]["headers"] = headers + [{"name": name, "value": value} for name, value in own.items()]
            yield entry


def write(path: Path, entries: list[Json], calls: int) -> None:
    """Writes a HAR of so many calls, one by one: a child's peak of memory is at least what its parent holds."""
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '{"log": {"version": "1.2", "creator": {"name": "gateway", "version": "1"}, "pages": [], "entries": ['
        )
        for place, entry in enumerate(visits(entries, calls // len(entries))):
            file.write(("," if place else "") + json.dumps(entry))
        file.write("]}}")


def figures(folder: Path) -> Iterator[Figure]:
    """Seconds and MB of `judge --recording`, and how the time grows. Raises RuntimeError where the shop is blamed."""
    entries, times, peaks = one_buyer(), [], []
    sizes = (CALLS // SMALLER, CALLS)
    for calls in sizes:
        path = folder / f"gateway{calls}.har"
        write(path, entries, calls)
        ended = judged(folder / f"recorded{calls}", "--recording", str(path))
        if ended.status not in (CONFORMANT, INCOMPLETE):
            raise RuntimeError(f"a recording of the mock's own answers fails:\n{ended.said[-2000:]}")
        path.unlink()
        times.append(ended.seconds)
        peaks.append(ended.rss_mb)
    what, over = f"{CALLS:,} recorded calls with {CALLS // EACH:,} tokens", "calls"
    xs = tuple(map(float, sizes))
    points = tuple(zip(xs, times, strict=True))
    yield Figure("recorded", f"judging {what}", times[-1], "s", most=60, points=points, over=over)
    points = tuple(zip(xs, peaks, strict=True))
    yield Figure("recorded memory", f"memory of judging {what}", peaks[-1], "MB", most=500, points=points, over=over)
    grown = f"recorded calls: {SMALLER} × the calls, times the time"
    yield Figure("recorded growth", grown, times[-1] / times[0], most=SMALLER + 1, ratio=True)


def main() -> int:
    """Exit status 1 if a goal is missed."""
    argparse.ArgumentParser(
        prog="python -m devtools.bench.recordings", description=(__doc__ or "").partition("\n")[0]
    ).parse_args()
    with TemporaryDirectory() as folder:
        found = list(figures(Path(folder)))
    print(table(found))
    return 0 if all(figure.met for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
