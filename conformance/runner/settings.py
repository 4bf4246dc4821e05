"""What the command line asks for. Every wrong input is one sentence (InputError) before the first request."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.inputs import (
    InputError,
    checked_base_url,
    checked_file,
    checked_path,
    given_text,
    number,
    read_text,
    whole_number,
)
from conformance.core.profile import Profile
from reports.documents import read_json

DEEPEST = 1000  # rounds of walks and generated requests
MOST = 10**9  # requests of a budget, and the largest seed
SHORTEST_S = 20  # of a run with a bound: to start, to ask, to report
SLOWEST = 0.01  # requests a second
SENDING = ("resume", "quick", "budget", "time", "rate", "shard", "measure")  # options of a run that sends
TEXTS = (
    "target",
    "base_url",
    "report",
    "failed",
    "seed",
    "budget",
    "time",
    "rate",
    "depth",
    "shard",
    "resume",
    "waivers",
)
REPEATABLE = {"action": "append", "default": []}
SWITCH = {"action": "store_true"}

# By heading of the help; each option with what argparse and pytest need of it.
GROUPS: dict[str, dict[str, dict[str, Any]]] = {
    "which server": {
        "--target": {"metavar": "NAME|FILE", "help": "a profile in targets/ or a path to one (mock)"},
        "--base-url": {"metavar": "URL", "help": "where the target is, in place of the profile's base_url"},
        "--allow-production": {**SWITCH, "help": "with the profile's consent: read from production"},
        "--recording": {
            **REPEATABLE,
            "metavar": "FILE",
            "help": "judge a HAR file, a cassette or an exchanges.jsonl, packed or not; repeatable; sends nothing",
        },
    },
    "what is judged": {
        "--requirement": {**REPEATABLE, "metavar": "ID", "help": "judge this requirement only; repeatable"},
        "--failed": {"metavar": "DIR", "help": "judge what failed in an earlier report"},
        "--level": {
            "default": "should",
            "choices": ["must", "should"],
            "help": "must leaves SHOULDs out; they are judged unless told otherwise",
        },
        "--plan": {**SWITCH, "help": "what would be judged, what not and why; sends nothing"},
        "--waivers": {"metavar": "FILE", "help": "known failures (docs/waivers.md)"},
        "--until-found": {**REPEATABLE, "metavar": "ID", "help": "stop at a breach of this requirement; repeatable"},
    },
    "how much is sent": {
        "--quick": {**SWITCH, "help": "what needs nothing rare, as few requests as possible"},
        "--budget": {"metavar": "N", "help": "at most N requests in all, the most telling ones first"},
        "--time": {"metavar": "S", "help": "at most S seconds in all, the most telling requests first"},
        "--rate": {"metavar": "R", "help": "at most R requests a second"},
        "--depth": {"default": "1", "metavar": "N", "help": "N times the walks and generated requests (1)"},
        "--seed": {"default": "0", "metavar": "N", "help": "seed of everything that is drawn (0)"},
        "--measure": {**SWITCH, "help": "every test as under a budget, apart from the others"},
    },
    "report, and runs in parts": {
        "--report": {"default": "reports/latest", "metavar": "DIR", "help": "where the report goes (reports/latest)"},
        "--resume": {"metavar": "DIR", "help": "go on with what an earlier run left unjudged"},
        "--shard": {"metavar": "I/N", "help": "part I of N; `python -m conformance merge` puts them together"},
    },
}


def add_options(add: Callable[..., Any]) -> None:
    """Declares each option by a function such as argparse's add_argument."""
    for options in GROUPS.values():
        for name, keywords in options.items():
            add(name, **keywords)


@dataclass(frozen=True)
class Settings:
    """The options of one run."""

    target: str
    base_url: str | None
    report: Path
    requirements: tuple[str, ...]
    level: str
    seed: int
    until_found: frozenset[str] = frozenset()
    most_failures: int = 0
    budget: int | None = None
    time_s: float | None = None
    rate: float | None = None
    quick: bool = False
    measure: bool = False
    depth: int = 1
    shard: tuple[int, int] | None = None
    resume: Path | None = None
    recording: tuple[Path, ...] = ()
    waivers: Path | None = None
    allow_production: bool = False

    @classmethod
    def of(cls, config: pytest.Config, worker: dict[str, Any] | None) -> Settings:
        """Reads the options. Raises InputError with the sentence that says what to change."""
        option, here = config.option, config.invocation_params.dir
        for name in TEXTS:
            if isinstance(text := getattr(option, name), str):
                given_text(text, f"--{name.replace('_', '-')}")
        wanted = tuple(_requirement(given, "--requirement") for given in option.requirement)
        if option.failed:
            wanted += failed_before(_path(here, option.failed, "--failed"), option.failed)
        recording = tuple(_recording(here, given) for given in option.recording or ())
        if recording:
            _refuse_what_sends(option)
        target = option.target or ("recording" if recording else "mock")
        if str(getattr(option, "numprocesses", None) or 0).startswith("-"):
            raise InputError(
                f"-n is {option.numprocesses}: write a number of processes, or 0 for none beside this one."
            )
        budget = whole_number(option.budget, "--budget", 3, MOST) if option.budget is not None else None
        if (budget is not None or option.time or option.resume) and (worker is not None or has_workers(option)):
            raise InputError("A budget is kept by one process: leave out -n with --budget, --time and --resume.")
        base_url = (worker or {}).get("conformance_base_url") or option.base_url
        return cls(
            target=str(_path(here, target, "--target")) if target.endswith(".toml") or "/" in target else target,
            base_url=checked_base_url(base_url, "--base-url") if base_url else None,
            report=_path(here, option.report, "--report"),
            requirements=wanted,
            level=option.level,
            seed=whole_number(option.seed, "--seed", -MOST, MOST),
            until_found=frozenset(_requirement(given, "--until-found") for given in option.until_found),
            most_failures=int(getattr(option, "maxfail", 0) or 0),
            budget=budget,
            time_s=number(option.time, "--time", SHORTEST_S) if option.time is not None else None,
            rate=number(option.rate, "--rate", SLOWEST) if option.rate is not None else None,
            quick=option.quick,
            measure=option.measure,
            depth=whole_number(option.depth, "--depth", 1, DEEPEST),
            shard=_shard(option.shard),
            resume=_folder(here, option.resume),
            recording=recording,
            waivers=_file(here, option.waivers, "--waivers"),
            allow_production=option.allow_production,
        )

    @property
    def one_case_per_test(self) -> bool:
        """Whether tests are cut to one case each."""
        return self.shares_sessions or self.measure

    @property
    def shares_sessions(self) -> bool:
        """Whether one process with one trace, whose sessions the tests share, does it all: under a budget or to be quick."""
        return self.budget is not None or self.time_s is not None or self.quick


def _refuse_what_sends(option: Any) -> None:
    """Beside a recording nothing is sent. Raises InputError for an option that says how much, or how fast."""
    given = [name for name in SENDING if getattr(option, name)]
    if str(option.depth) != "1":
        given.append("depth")
    if given:
        raise InputError(f"--recording sends nothing: leave out --{given[0]}.")


def _path(here: Path, given: str, name: str) -> Path:
    return here / checked_path(given, name)


def _requirement(given: str, name: str) -> str:
    wanted = given.strip()
    if not wanted:
        raise InputError(f"{name} is empty: give the id of a requirement, or leave it out.")
    if wanted not in contract.requirements():
        chapter = wanted.split("-")[0].upper()
        near = [name for name in contract.requirements() if name.startswith(chapter)] if len(chapter) > 1 else []
        known = f"did you mean one of {', '.join(near)}?" if near else "contracts/requirements/ has them all."
        raise InputError(f"There is no requirement {wanted[:80]!r}: {known}")
    return wanted


def refuse_production(profile: Profile, settings: Settings) -> None:
    """Raises InputError where the vendor's own hosts would be judged without consent on both sides."""
    production = profile.production_hosts()
    if production and not settings.recording and not (settings.allow_production and profile.allow_production):
        raise InputError(
            f"{production[0]} is the vendor's production host: it is judged only with --allow-production and "
            "allow_production = true in the profile, and then by reading alone."
        )


def has_workers(option: Any) -> bool:
    """Whether xdist is to start other processes."""
    return bool(getattr(option, "numprocesses", None) or getattr(option, "tx", None))


def _recording(here: Path, given: str) -> Path:
    given_text(given, "--recording")
    return checked_file(_path(here, given, "--recording"), "--recording", given)


def _file(here: Path, given: str | None, name: str) -> Path | None:
    return checked_file(_path(here, given, name), name, given) if given else None


def _folder(here: Path, given: str | None) -> Path | None:
    if not given:
        return None
    path = _path(here, given, "--resume")
    checked_file(path / "traces.jsonl", "--resume", f"{given}/traces.jsonl")
    return path


def _shard(given: str | None) -> tuple[int, int] | None:
    if not given:
        return None
    found = re.fullmatch("([0-9]{1,4})/([0-9]{1,4})", given.strip())
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise InputError(f"--shard is {given[:80]!r}: write i/n, such as 1/3.")
    return int(found[1]), int(found[2])


def failed_before(folder: Path, given: str) -> tuple[str, ...]:
    """The requirements that failed in an earlier report. Raises InputError."""
    try:
        data = read_json(read_text(folder / "result.json", "--failed", f"{given}/result.json"))
        failed = tuple(requirement["id"] for requirement in data["requirements"] if requirement["outcome"] == "failed")
    except (ValueError, KeyError, TypeError):
        raise InputError(f"--failed names {given}, which holds no result.json of an earlier run.") from None
    if not failed:
        raise InputError(f"Nothing failed in {given}, so there is nothing to judge again.")
    if unknown := [name for name in failed if str(name) not in contract.requirements()]:
        raise InputError(
            f"--failed names {given}, where {str(unknown[0])[:80]!r} failed: there is no such requirement."
        )
    return failed
