"""Judges what a run sent once more, from a recording: `python -m devtools.live_and_recorded --variants N --faults N`.

Each server is judged live through a recording proxy, then from the HAR, with the profile and without. A variant is fair if
nothing fails in the recording. A fault is found if the recording fails one of the requirements that the live run failed.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance.core import contract
from conformance.core.profile_reader import load
from conformance.core.requirement import DependsOn
from conformance.recordings.files import read
from conformance.recordings.judge_contents import judge_contents
from conformance.runner.mock_process import MockProcess, listed, right_ids
from conformance.runner.recording import bare_profile
from devtools.false_positives import profile
from devtools.kill_matrix import run_here
from devtools.recording_proxy import RecordingProxy


@dataclass
class Recorded:
    """One server: the requirements that failed live, from the recording with the profile, and without one."""

    name: str
    live: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    calls: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def fair(self) -> bool:
        """Whether the server was judged, and its recording fails nothing that did not fail live."""
        return self.calls > 0 and not set(self.known + self.bare) - set(self.live)

    @property
    def found(self) -> bool:
        """Whether the recording shows a breach that the live run found and a recording can show."""
        showable = {requirement for requirement in self.live if can_show(requirement)}
        return bool(self.live) and (not showable or bool(set(self.known) & showable))


def can_show(requirement: str) -> bool:
    """Whether a recording can show a breach: it tells neither tokens and applications apart nor which of two came first."""
    rule = contract.requirements()[requirement]
    of_token = {"token", "token_endpoint", "second_app", "expired_token", "other_scope"} & set(rule.needs)
    return not of_token and rule.depends_on is not DependsOn.ORDER_OF_REQUESTS


def failed_in(path: Path, target: str | None) -> tuple[list[str], list[str], int]:
    """(requirements that fail in a recording, notes, calls); target: the profile, None for none."""
    known = load(target, offline=True) if target else bare_profile([path])
    found = judge_contents(read([path]), known, b"recorded", roles=target is not None)
    broken = {judgment.requirement for trace in found.traces for judgment in trace.judgments if not judgment.ok}
    broken |= {error for trace in found.traces for error in trace.world.rule_errors}
    return sorted(broken), found.notes, sum(len(trace.exchanges) for trace in found.traces)


def judge_server(name: str, base_url: str, folder: Path, options: list[str], parts: list[str]) -> Recorded:
    """Judges one server live and from its recording. parts: the variants that it is made of."""
    found, har, target = Recorded(name), folder / "traffic.har", folder / "target.toml"
    with RecordingProxy(base_url) as proxy:
        target.write_text(profile(parts, proxy.base_url), encoding="utf-8")
        report = folder / "report"
        run_here(["--target", str(target), "--report", str(report), *options], io.StringIO())
        proxy.save(har)
    result: dict[str, Any] = json.loads((report / "result.json").read_text(encoding="utf-8"))
    found.live = sorted(
        requirement["id"] for requirement in result["requirements"] if requirement["outcome"] == "failed"
    )
    found.known, found.notes, found.calls = failed_in(har, str(target))
    found.bare = failed_in(har, None)[0]
    return found


def judge_all(
    variants: int, faults: int, seed: int, options: list[str], folder: Path, names: list[str]
) -> Iterator[tuple[str, Recorded]]:
    """(kind, server) of so many variants and faults, drawn; the healthy mock first."""
    chance = random.Random(seed)
    mock = MockProcess()
    try:
        lawful = [variant["name"] for variant in listed("variants")]
        known = {fault["name"]: fault for fault in listed("faults")}
        drawn = [
            ("variant", ""),
            *(("variant", name) for name in chance.sample(sorted(lawful), min(variants, len(lawful)))),
        ]
        drawn += [("fault", name) for name in chance.sample(sorted(known), min(faults, len(known)))]
        if names:
            drawn = [("fault" if name in known else "variant", name) for name in names]
        for kind, name in drawn:
            path = f"/x/{quote(name, safe='~=')}@{time.monotonic_ns()}" if name else ""
            try:
                found = judge_server(
                    name, mock.base_url + path, folder, options, [name] if kind == "variant" and name else []
                )
            except (OSError, ValueError) as error:
                found = Recorded(name, notes=[f"not judged: {error!r}"])
            if kind == "fault":
                found.live = [
                    requirement for requirement in found.live if requirement in right_ids(known[name])
                ] or found.live
            yield kind, found
    finally:
        mock.stop()


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 if a recording of a variant fails something, a fault is not found live, or fewer than nine of ten again."""
    parser = argparse.ArgumentParser(prog="python -m devtools.live_and_recorded", description=__doc__)
    parser.add_argument("--variants", type=int, default=60)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="quick runs, with fewer requests")
    parser.add_argument("--out", type=Path, help="a line of JSON for each server")
    parser.add_argument("names", nargs="*", help="variants and faults, in place of those drawn")
    options = parser.parse_args(arguments)
    kinds: dict[str, list[Recorded]] = {"variant": [], "fault": []}
    with tempfile.TemporaryDirectory() as held:
        given = ["--quick"] if options.quick else []
        for kind, result in judge_all(options.variants, options.faults, options.seed, given, Path(held), options.names):
            kinds[kind].append(result)
            good = result.fair if kind == "variant" else result.found
            print(
                "ok  " if good else "MISS",
                kind,
                result.name or "healthy",
                result.live,
                result.known,
                result.bare,
                result.calls,
                flush=True,
            )
            if options.out:
                with options.out.open("a", encoding="utf-8") as handle:
                    handle.write(json.dumps({"kind": kind, **asdict(result)}) + "\n")
    fair = [result for result in kinds["variant"] if result.fair]
    shown = [result for result in kinds["fault"] if any(map(can_show, result.live))]
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
