"""`make soak`: the state machine in one process for a chosen time. Does anything grow, leak, or get slower?

Walk follows walk through every marketplace, each judged as in a run and then forgotten; records go to disk and are
thrown away. At each sample: memory, open files, sockets, requests a second, of this process and, if it is the embedded
mock, of the server. Exit status 0 if all stayed as it was and nothing was found, 1 if not, 4 for a wrong input.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import secrets
import shutil
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import mkdtemp
from typing import Any

from conformance.client.api_client import ApiClient, RunStopped
from conformance.core.inputs import InputError
from conformance.core.profile import PRODUCTION_HOSTS, Profile
from conformance.core.profile_reader import load
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.prerequisite import PrerequisiteFailed
from conformance.evidence.journal import Journal
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import Trace
from conformance.runner.mock_process import MockProcess, rss_mb
from suites.state_machine.test_walks import STEPS, WALKS
from suites.state_machine.walks import run_walks

SAMPLES = 60  # in the whole time, a second apart at least
GROWTH, GROWTH_MB = 1.1, 6.0  # of memory, from the second quarter to the last; both must be exceeded to be told
SLOWER = 0.6  # of the rate, likewise
SPARE = 2  # open files or sockets more than at first: a connection may be on its way
KEPT = "1000"  # sessions that the mock remembers: soon full, so that what grows then is a leak
WORKS_MORE = 1.4  # of the own CPU time for a request, likewise


@dataclass(frozen=True)
class Sample:
    """at_s: since the start; rate: requests a second since the sample before, cpu_ms: this process's time for each; MB."""

    at_s: float
    requests: int
    rate: float
    rss_mb: float
    files: int
    sockets: int
    server_rss_mb: float = 0.0
    server_files: int = 0
    cpu_ms: float = 0.0


@dataclass
class Soaked:
    """What the loop has seen. findings: how often each breach was seen, by requirement and what it is about."""

    samples: list[Sample] = field(default_factory=list)
    requests: int = 0
    walks: int = 0
    findings: dict[str, int] = field(default_factory=dict)
    stopped: str | None = None
    spent_s: float = 0.0


def _process(pid: int) -> tuple[float, int, int]:
    """(memory in MB, open files, sockets among them) of a process; zeros where the system does not tell."""
    links = []
    try:
        for path in Path(f"/proc/{pid}/fd").iterdir():
            try:
                links.append(os.readlink(path))
            except OSError:  # closed meanwhile, such as the one that lists them
                continue
    except OSError:
        return 0.0, 0, 0
    return rss_mb(pid), len(links), sum(link.startswith("socket:") for link in links)


def _sample(soaked: Soaked, at_s: float, server: int | None) -> Sample:
    last = soaked.samples[-1] if soaked.samples else Sample(0.0, 0, 0.0, 0.0, 0, 0)
    gc.collect()
    rss, files, sockets = _process(os.getpid())
    server_rss, server_files, _ = _process(server) if server else (0.0, 0, 0)
    sent = soaked.requests - last.requests
    rate, spent = sent / max(1e-6, at_s - last.at_s), time.process_time()
    cpu_ms = (spent - soaked.spent_s) * 1000 / max(1, sent)
    soaked.spent_s = spent
    return Sample(
        round(at_s, 1),
        soaked.requests,
        round(rate, 1),
        round(rss, 1),
        files,
        sockets,
        round(server_rss, 1),
        server_files,
        round(cpu_ms, 2),
    )


def soak(profile: Profile, seconds: float, seed: int = 0, server: int | None = None) -> Soaked:
    """Walks for so many seconds. server: the process of the target, if it is ours."""
    load_rules()
    soaked = Soaked(spent_s=time.process_time())
    target = ApiClient(profile, key=secrets.token_bytes(16))
    folder = Path(mkdtemp(prefix="soak-"))
    every = max(1.0, seconds / SAMPLES)
    journal, journals, began = Journal(folder, "0", target.secrets.out_of), 0, time.perf_counter()
    try:
        while (at_s := time.perf_counter() - began) < seconds and soaked.stopped is None:
            if at_s >= every * (len(soaked.samples) + 1):
                soaked.samples.append(_sample(soaked, at_s, server))
                journal.close()
                shutil.rmtree(folder)
                journals += 1
                journal = Journal(folder, f"{journals}", target.secrets.out_of)
            _walk(soaked, target, journal, list(profile.markets), seed)
        soaked.samples.append(_sample(soaked, time.perf_counter() - began, server))
    finally:
        journal.close()
        target.close()
        shutil.rmtree(folder, ignore_errors=True)
    return soaked


def _walk(soaked: Soaked, target: ApiClient, journal: Journal, markets: list[str], seed: int) -> None:
    trace = Trace(f"soak/{soaked.walks}")
    shop = CheckoutDriver(target, trace, record=journal.exchange)
    market = markets[soaked.walks % len(markets)]
    try:
        run_walks(shop, market, f"{seed}/{trace.name}", walks=WALKS, steps=STEPS)
        shop.settle()
    except PrerequisiteFailed:
        pass
    except RunStopped as stopped:
        soaked.stopped = str(stopped)
    soaked.walks += 1
    soaked.requests += len(trace.exchanges)
    journal.trace(trace, soaked.walks)
    for judgment in trace.judgments:
        if not judgment.ok and judgment.claim:
            name = f"{judgment.requirement}: {judgment.claim.name}"
            soaked.findings[name] = soaked.findings.get(name, 0) + 1


def complaints(soaked: Soaked) -> list[str]:
    """What did not stay as it was, each in a sentence. The first quarter is for warming up."""
    words = [soaked.stopped] if soaked.stopped else []
    words += [f"{name}, {count} times." for name, count in sorted(soaked.findings.items(), key=lambda entry: -entry[1])]
    if len(soaked.samples) < 8:
        return [*words, "The time was too short to tell growth: at least 8 samples, one a second, are needed."]
    # the last one may follow the one before at once, and its rate says nothing
    early, late = _quarter(soaked.samples[:-1], 1), _quarter(soaked.samples[:-1], 3)

    def grows(name: str, what: str) -> None:
        before, after = (median(getattr(entry, name) for entry in part) for part in (early, late))
        if after > before * GROWTH and after - before > GROWTH_MB:
            words.append(
                f"The memory of {what} grows: {before:.0f} MB in the second quarter, {after:.0f} MB in the last."
            )

    grows("rss_mb", "this process")
    grows("server_rss_mb", "the mock")
    for name, what in (("files", "open files"), ("sockets", "sockets"), ("server_files", "open files of the mock")):
        before, after = (max(getattr(entry, name) for entry in part) for part in (early, late))
        if after > before + SPARE:
            words.append(f"More and more {what}: {before} in the second quarter, {after} in the last.")
    before, after = (median(entry.rate for entry in part) for part in (early, late))
    work, more = (median(entry.cpu_ms for entry in part) for part in (early, late))
    own = f"this process works {work:.2f} ms for each, then {more:.2f} ms"
    if after < before * SLOWER:
        words.append(
            f"It gets slower: {before:.0f} requests a second in the second quarter, {after:.0f} in the last; {own}."
        )
    elif more > work * WORKS_MORE:
        words.append(f"It takes more and more: {own}.")
    return words


def _quarter(samples: list[Sample], which: int) -> list[Sample]:
    size = max(1, len(samples) // 4)
    return samples[which * size :][:size] if which < 3 else samples[-size:]


def sentence(soaked: Soaked, words: list[str]) -> str:
    """The report in one sentence, the worst first."""
    last = soaked.samples[-1] if soaked.samples else Sample(0.0, 0, 0.0, 0.0, 0, 0)
    done = f"{soaked.requests:,} requests in {last.at_s:.0f} s"
    if words:
        more = f" ({len(words) - 1} more)" if len(words) > 1 else ""
        return f"{done}: {words[0]}{more}"
    rates = sorted(sample.rate for sample in soaked.samples[:-1] or soaked.samples)
    work = median(sample.cpu_ms for sample in soaked.samples)
    server = f", the mock {last.server_rss_mb:.0f} MB" if last.server_rss_mb else ""
    return (
        f"{done}, nothing found, nothing grows: {last.rss_mb:.0f} MB{server}, {last.files} open files, {last.sockets} "
        f"sockets, {rates[0]:.0f} to {rates[-1]:.0f} requests a second, {work:.2f} ms of work for each."
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m devtools.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--target", default="mock", help="a profile in targets/ or a path to one (%(default)s)")
    parser.add_argument("--base-url", help="where the target is, in place of the profile's base_url")
    parser.add_argument("--for", dest="seconds", type=float, default=600.0, help="seconds (%(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("reports/latest/soak.json"), help="the report (%(default)s)")
    options = parser.parse_args(arguments)
    mock = MockProcess("--keep", KEPT) if options.target == "mock" and not options.base_url else None
    started = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        profile = load(options.target, mock.base_url if mock else options.base_url)
        if profile.reads_only or profile.hosts() & set(PRODUCTION_HOSTS):
            raise InputError("A soak changes sessions, so it is not for a production host.")
        soaked = soak(profile, options.seconds, options.seed, mock.pid if mock else None)
    except InputError as error:
        print(error, file=sys.stderr)
        return 4
    finally:
        if mock:
            mock.stop()
    words = complaints(soaked)
    report: dict[str, Any] = {
        "format": 1,
        "sentence": sentence(soaked, words),
        "complaints": words,
        "target": {"name": profile.name, "base_url": profile.base_url},
        "seed": options.seed,
        "started": started,
        **asdict(soaked),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(report["sentence"])
    for entry in words[1:]:
        print(f"  {entry}")
    print(f"Report: {options.out}")
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main())
