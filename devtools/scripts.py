"""`python -m devtools.scripts`: every script of the findings of a sample of faults, against the faulty mock and the healthy one.

A script must end with 1 where the fault is, in the shop of the run and in a new one, and with 0 where it is not.
`replay` must decide alike. A script that says that it cannot decide ends with 3 everywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.client.api_client import ApiClient
from conformance.core.exchange import OTHER_APP, OWN_APP
from conformance.core.places import ROOT
from conformance.core.profile_reader import load
from conformance.runner.mock_process import MockProcess, listed

FAULTS = 60
UNDECIDED = 3


@dataclass(frozen=True)
class Outcome:
    """How a script and its replay ended: in the faulty shop of the run, in a new one (fresh) and on the healthy mock."""

    fault: str
    script: str
    faulty: int
    fresh: int
    healthy: int
    replayed: tuple[int, int]
    said: str

    @property
    def right(self) -> bool:
        """Whether both tell the two mocks apart, or the script says that it cannot."""
        ended = self.faulty, self.fresh, self.healthy
        return self.replayed == (1, 0) and ended in ((1, 1, 0), (UNDECIDED,) * 3)


def tokens(base_url: str) -> dict[str, str]:
    """The tokens that scripts ask for, as somebody would get them."""
    profile = load("mock", base_url)
    target = ApiClient(profile, key=b"scripts")
    try:
        own, other = (target.token(app, profile.auth.scope) for app in profile.auth.apps[:2])
        elsewhere = target.token(profile.auth.apps[0], profile.auth.other_scope)
    finally:
        target.close()
    names = {OWN_APP: "TOKEN", OTHER_APP: "TOKEN_OTHER_APP"}
    found = {names[OWN_APP]: own, names[OTHER_APP]: other, "TOKEN_OTHER_SCOPE": elsewhere}
    return found | {"TOKEN_EXPIRED": profile.auth.apps[0].expired_token or ""}


def run(report: Path, script: str, base_url: str) -> tuple[int, str]:
    """The exit status of a script and what it said."""
    known = {**os.environ, **tokens(base_url), "BASE_URL": base_url}
    ended = subprocess.run(["sh", str(report / script)], env=known, capture_output=True, text=True, timeout=120)
    return ended.returncode, ended.stdout + ended.stderr


def replayed(report: Path, script: str, base_url: str) -> int:
    """The exit status of `replay`."""
    command = [sys.executable, "-m", "conformance", "replay", str(report), script, "--base-url", base_url]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120).returncode


def outcomes(fault: dict[str, Any], mock: str, folder: Path) -> Iterator[Outcome]:
    """Judges the fault's own requirements, and tries every script of the findings."""
    faulty, report = f"{mock}/x/{fault['name']}", folder / fault["name"].replace("+", "_")
    command = [sys.executable, "-m", "pytest", "suites", "--target", "mock", "--base-url", faulty, "-n", "0"]
    for name in (fault["requirement"], *fault.get("also", ())):
        command += ["--requirement", name]
    subprocess.run([*command, "--report", str(report)], cwd=ROOT, capture_output=True, timeout=900)
    result = json.loads((report / "result.json").read_text(encoding="utf-8"))
    findings = [finding for requirement in result["requirements"] for finding in requirement["findings"]]
    scripts = [finding["script"] for finding in (*findings, *result["also_seen"]) if finding["script"]]
    for number, script in enumerate(scripts):
        places = faulty, f"{faulty}@{number}", mock
        (there, said), (anew, more), (gone, also) = (run(report, script, place) for place in places)
        again = replayed(report, script, faulty), replayed(report, script, mock)
        yield Outcome(fault["name"], script, there, anew, gone, again, said + more + also)


def drawn(count: int, seed: int) -> list[dict[str, Any]]:
    """A sample of the mock's faults."""
    faults = listed("faults")
    return random.Random(seed).sample(faults, min(count, len(faults)))


def main() -> int:
    """Exit status 0 if every script told the two mocks apart."""
    parser = argparse.ArgumentParser(prog="python -m devtools.scripts", description=__doc__)
    parser.add_argument("--faults", type=int, default=FAULTS, metavar="N", help=f"how many faults are drawn ({FAULTS})")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    wrong, tried = 0, 0
    mock = MockProcess()
    try:
        with TemporaryDirectory() as folder:
            for fault in drawn(options.faults, options.seed):
                for outcome in outcomes(fault, mock.base_url, Path(folder)):
                    tried += 1
                    if not outcome.right:
                        wrong += 1
                        print(f"{outcome.fault}: {outcome.script}: ", end="")
                        print(f"script {outcome.faulty} {outcome.fresh} {outcome.healthy}, ", end="")
                        print(f"replay {outcome.replayed[0]} {outcome.replayed[1]}", flush=True)
    finally:
        mock.stop()
    print(f"{tried - wrong} of {tried} scripts of {options.faults} faults tell the faulty mock from the healthy one.")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
