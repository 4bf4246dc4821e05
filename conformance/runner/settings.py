"""What the command line asks for. Every wrong input is one sentence (InputError) before the first request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.core import contract
from conformance.core.inputs import InputError

DEEPEST = 1000  # rounds of walks and generated requests


@dataclass(frozen=True)
class Settings:
    """The options of one run."""

    target: str
    base_url: str | None
    report: Path
    requirements: tuple[str, ...]
    level: str
    seed: int
    budget: int | None = None
    rate: float | None = None
    quick: bool = False
    measure: bool = False
    depth: int = 1
    shard: tuple[int, int] | None = None
    resume: Path | None = None
    recording: Path | None = None
    waivers: Path | None = None
    allow_production: bool = False

    @classmethod
    def of(cls, config: pytest.Config, worker: dict[str, Any] | None) -> Settings:
        """Reads the options. Raises InputError with the sentence that says what to change."""
        option, here = config.option, config.invocation_params.dir
        wanted = tuple(option.requirement)
        for entry in wanted:
            if entry not in contract.requirements():
                near = [name for name in contract.requirements() if name.startswith(entry.split("-")[0])]
                known = f"did you mean one of {', '.join(near)}?" if near else "contracts/requirements/ has them all."
                raise InputError(f"There is no requirement {entry!r}: {known}")
        if option.failed:
            wanted += failed_before(_path(here, option.failed))
        recording = _file(here, option.recording, "--recording")
        target = option.target or ("recording" if recording else "mock")
        if (option.budget is not None or option.resume) and worker is not None:
            raise InputError("A budget is kept by one process: leave out -n with --budget and --resume.")
        if option.budget is not None and option.budget < 3:
            raise InputError("--budget must be at least 3 requests: a token, a session and one question.")
        return cls(
            target=target,
            base_url=(worker or {}).get("conformance_base_url") or option.base_url,
            report=_path(here, option.report),
            requirements=wanted,
            level=option.level,
            seed=option.seed,
            budget=option.budget,
            rate=option.rate,
            quick=option.quick,
            measure=option.measure,
            depth=_depth(option.depth),
            shard=_shard(option.shard),
            resume=_folder(here, option.resume),
            recording=recording,
            waivers=_file(here, option.waivers, "--waivers"),
            allow_production=option.allow_production,
        )

    @property
    def cut(self) -> bool:
        """Whether tests are cut to one case each."""
        return self.alone or self.measure

    @property
    def alone(self) -> bool:
        """Whether one process, with sessions shared between tests, does it all: under a budget or to be quick."""
        return self.budget is not None or self.quick


def _depth(given: int) -> int:
    if not 1 <= given <= DEEPEST:
        raise InputError(f"--depth is {given}: it is a number from 1 to {DEEPEST}.")
    return given


def _path(here: Path, given: str) -> Path:
    return Path(given) if Path(given).is_absolute() else here / given


def _file(here: Path, given: str | None, option: str) -> Path | None:
    if not given:
        return None
    path = _path(here, given)
    if not path.is_file():
        raise InputError(f"{option} names {given}, which is no file.")
    return path


def _folder(here: Path, given: str | None) -> Path | None:
    if not given:
        return None
    path = _path(here, given)
    if not (path / "traces.jsonl").is_file():
        raise InputError(f"--resume names {given}, which holds no traces.jsonl of an earlier run.")
    return path


def _shard(given: str | None) -> tuple[int, int] | None:
    if not given:
        return None
    part, _, parts = given.partition("/")
    if not (part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts)):
        raise InputError(f"--shard is {given!r}: write i/n, such as 1/3.")
    return int(part), int(parts)


def failed_before(folder: Path) -> tuple[str, ...]:
    """The requirements that failed in an earlier report. Raises InputError."""
    try:
        data = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        failed = tuple(entry["id"] for entry in data["requirements"] if entry["outcome"] == "failed")
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder} holds no result.json of an earlier run.") from None
    if not failed:
        raise InputError(f"Nothing failed in {folder}, so there is nothing to judge again.")
    return failed
