"""Judges what a run sent once more, from a recording: `python -m devtools.live_and_recorded --variants N --faults N`.

Each server is judged live through a recording proxy, then from the HAR, with the profile and without. A variant is fair if
nothing fails in the recording. A fault is found if the recording fails one of the requirements that the live run failed.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from conformance.core import contract
from conformance.core.profile import Profile
from conformance.core.profile_reader import load
from conformance.core.requirement import DependsOn
from conformance.judging.load_rules import load_rules
from conformance.recordings.files import read
from conformance.recordings.judge_contents import JudgedRecording, Prepared, judge_prepared, prepare
from conformance.runner.mock_process import MockProcess, listed, right_ids
from conformance.runner.recording import bare_profile
from devtools.false_positives import profile
from devtools.kill_matrix import run_here, spread
from devtools.recording_proxy import RecordingProxy

OF_A_RUN = ("pytest", "hypothesis", "schemathesis")  # imported once, before there are workers


class Server(NamedTuple):
    """A server of the mock. right: the requirements that a fault breaks."""

    name: str
    is_fault: bool
    right: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """In words."""
        return "fault" if self.is_fault else "variant"


@dataclass
class Recorded:
    """One server: the requirements that failed live, from the recording with the profile, and without one.

    live_s, judged_s: the seconds of the run, and of judging its recording twice.
    """

    name: str
    live: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    calls: int = 0
    notes: list[str] = field(default_factory=list)
    live_s: float = 0.0
    judged_s: float = 0.0

    @property
    def fair(self) -> bool:
        """Whether the server was judged, and its recording fails nothing that did not fail live."""
        return self.calls > 0 and not set(self.known + self.bare) - set(self.live)

    @property
    def showable(self) -> set[str]:
        """The breaches that the live run found and a recording can show."""
        return {requirement for requirement in self.live if can_show(requirement)}

    @property
    def found(self) -> bool:
        """Whether the recording shows a breach that the live run found and a recording can show."""
        return bool(self.live) and (not self.showable or bool(set(self.known) & self.showable))

    def row(self, *, good: bool, kind: str) -> str:
        """The server as a line."""
        unshown = sorted(self.showable - set(self.known))
        return (
            f"{'ok  ' if good else 'MISS'} {kind:7} {self.name or 'healthy':44} live {_listed(self.live)}; recorded "
            f"{_listed(self.known)}; without a profile {_listed(self.bare)}; not shown {_listed(unshown)}; "
            f"{self.calls} calls, {self.live_s:.0f} s live, {self.judged_s:.0f} s judged"
            + "".join(f" [{note}]" for note in self.notes if not self.calls)
        )


def _listed(requirements: list[str]) -> str:
    return ", ".join(requirements) or "-"


def can_show(requirement: str) -> bool:
    """Whether a recording can show a breach: it tells neither tokens and applications apart nor which of two came first."""
    rule = contract.requirements()[requirement]
    of_token = {"token", "token_endpoint", "second_app", "expired_token", "other_scope"} & set(rule.needs)
    return not of_token and rule.depends_on is not DependsOn.ORDER_OF_REQUESTS


def _judged(calls: Prepared, known: Profile, *, roles: bool) -> JudgedRecording:
    return judge_prepared(calls, known, b"recorded", roles=roles)


def _failed(found: JudgedRecording) -> list[str]:
    """The requirements that fail in a recording, and the rules that failed themselves."""
    broken = {judgment.requirement for trace in found.traces for judgment in trace.judgments if not judgment.ok}
    return sorted(broken | {error for trace in found.traces for error in trace.world.rule_errors})


def judge_recorded(found: Recorded, har: Path, target: Path) -> None:
    """Judges a HAR with the profile and without; it is read once."""
    load_rules()
    contents = read([har])
    bare, calls = bare_profile([har], contents), prepare(contents)
    again = calls.once_more()
    judged = _judged(calls, load(str(target), offline=True), roles=True)
    found.known, found.notes = _failed(judged), judged.notes
    found.calls = sum(len(trace.exchanges) for trace in judged.traces)
    found.bare = _failed(_judged(again, bare, roles=False))


def judge_server(server: Server, mock_url: str, folder: Path, options: list[str]) -> Recorded:
    """Judges one server live and from its recording."""
    base = mock_url + (f"/x/{quote(server.name, safe='~=')}@{time.monotonic_ns()}" if server.name else "")
    parts = [server.name] if server.name and not server.is_fault else []
    found = Recorded(server.name)
    place = Path(tempfile.mkdtemp(dir=folder))
    har, target, report = place / "traffic.har", place / "target.toml", place / "report"
    try:
        began = time.monotonic()
        with RecordingProxy(base) as proxy:
            target.write_text(profile(parts, proxy.base_url), encoding="utf-8")
            run_here(["--target", str(target), "--report", str(report), *options], io.StringIO())
            proxy.save(har)
        proxy.entries.clear()
        found.live = _failed_live(server, report)
        found.live_s = time.monotonic() - began
        judge_recorded(found, har, target)
        found.judged_s = time.monotonic() - began - found.live_s
    except (OSError, ValueError) as error:
        found = Recorded(server.name, notes=[f"not judged: {error!r}"])
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return found


def _failed_live(server: Server, report: Path) -> list[str]:
    """The requirements that failed in the run: of a fault its own, unless none of them did."""
    result: dict[str, Any] = json.loads((report / "result.json").read_text(encoding="utf-8"))
    failed = sorted(requirement["id"] for requirement in result["requirements"] if requirement["outcome"] == "failed")
    return [requirement for requirement in failed if requirement in server.right] or failed


def drawn(variants: int, faults: int, seed: int, names: list[str]) -> list[Server]:
    """The healthy mock, then so many variants and faults; those of these names where some are named."""
    chance = random.Random(seed)
    lawful = sorted(variant["name"] for variant in listed("variants"))
    known = {fault["name"]: fault for fault in listed("faults")}
    chosen = names or [
        "",
        *chance.sample(lawful, min(variants, len(lawful))),
        *chance.sample(sorted(known), min(faults, len(known))),
    ]
    return [
        Server(name, name in known, frozenset(right_ids(known[name])) if name in known else frozenset())
        for name in chosen
    ]


def judge_all(servers: list[Server], options: list[str], workers: int) -> Iterator[tuple[Server, Recorded]]:
    """Each server with what was found, as they end; so many at a time."""
    for name in OF_A_RUN:
        import_module(name)
    mock = MockProcess()
    try:
        with tempfile.TemporaryDirectory() as held:
            judge = partial(judge_server, mock_url=mock.base_url, folder=Path(held), options=options)
            yield from spread(judge, servers, workers)
    finally:
        mock.stop()


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 if a recording of a variant fails something, a fault is not found live, or fewer than nine of ten again."""
    parser = argparse.ArgumentParser(prog="python -m devtools.live_and_recorded", description=__doc__)
    parser.add_argument("--variants", type=int, default=60)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="so many servers at a time (2)")
    parser.add_argument("--quick", action="store_true", help="quick runs, with fewer requests")
    parser.add_argument("--out", type=Path, help="a line of JSON for each server")
    parser.add_argument("names", nargs="*", help="variants and faults, in place of those drawn")
    options = parser.parse_args(arguments)
    kinds: dict[str, list[Recorded]] = {"variant": [], "fault": []}
    servers = drawn(options.variants, options.faults, options.seed, options.names)
    for server, result in judge_all(servers, ["--quick"] if options.quick else [], options.workers):
        kinds[server.kind].append(result)
        print(result.row(good=result.found if server.is_fault else result.fair, kind=server.kind), flush=True)
        if options.out:
            with options.out.open("a", encoding="utf-8") as handle:
                handle.write(json.dumps({"kind": server.kind, **asdict(result)}) + "\n")
    fair = [result for result in kinds["variant"] if result.fair]
    shown = [result for result in kinds["fault"] if result.showable]
    unseen = sum(bool(result.live) for result in kinds["fault"]) - len(shown)
    found = [result for result in shown if result.found]
    print(f"{len(fair)} of {len(kinds['variant'])} conformant servers fail nothing in their recordings;")
    print(
        f"{len(found)} of {len(shown)} faults that were found live are found again, {unseen} are none that a recording can show."
    )
    missed = [result.name for result in kinds["fault"] if not result.live]
    if missed:
        print(f"{len(missed)} faults were not found live: {', '.join(missed)}.")
    return 0 if len(fair) == len(kinds["variant"]) and len(found) >= 0.9 * len(shown) and not missed else 1


if __name__ == "__main__":
    raise SystemExit(main())
