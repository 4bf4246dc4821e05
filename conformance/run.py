"""One run: what was asked for, the processes' shops and journals, and the merge into one result."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from conformance import contract, journal
from conformance.marks import mark_args
from conformance.mock_process import MockProcess
from conformance.profile import Profile, ProfileError
from conformance.result import write_result
from conformance.rules import load_rules
from conformance.scout import Findings, look
from conformance.shop import Shop, Trace
from conformance.target import RunStopped, Target

SCOUT = "scout"


@dataclass(frozen=True)
class Settings:
    """What the command line asks for."""

    target: str
    base_url: str | None
    report: Path
    requirements: tuple[str, ...]
    level: str
    seed: int

    @classmethod
    def of(cls, config: pytest.Config, worker: dict[str, Any] | None) -> Settings:
        """Reads the options. Raises ProfileError for an unknown requirement."""
        option = config.option
        wanted = tuple(option.requirement)
        for one in wanted:
            if one not in contract.requirements():
                near = [name for name in contract.requirements() if name.startswith(one.split("-")[0])]
                raise ProfileError(
                    f"There is no requirement {one!r}: contracts/requirements/ has {', '.join(near) or 'them all'}."
                )
        if option.failed:
            wanted += _failed_before(Path(option.failed))
        report = Path(option.report)
        return cls(
            target=option.target,
            base_url=(worker or {}).get("conformance_base_url") or option.base_url,
            report=report if report.is_absolute() else config.invocation_params.dir / report,
            requirements=wanted,
            level=option.level,
            seed=option.seed,
        )


def _failed_before(folder: Path) -> tuple[str, ...]:
    import json

    try:
        data = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        failed = tuple(one["id"] for one in data["requirements"] if one["outcome"] == "failed")
    except (OSError, ValueError, KeyError, TypeError):
        raise ProfileError(f"{folder} holds no result.json of an earlier run.") from None
    if not failed:
        raise ProfileError(f"Nothing failed in {folder}, so there is nothing to judge again.")
    return failed


@dataclass
class Run:
    """The state of this process's part of the run; the controller's also merges."""

    settings: Settings
    profile: Profile
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    found: Findings = field(default_factory=Findings)
    stopped: str | None = None
    target: Target | None = None
    mock: MockProcess | None = None
    book: journal.Journal | None = None
    indices: dict[str, int] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)
    _trace: Trace | None = None
    _skipped: str | None = None

    def __post_init__(self) -> None:
        load_rules()
        if self.settings.target == "mock" and not self.settings.base_url:
            self.mock = MockProcess("--max-line-items", str(self.profile.max_line_items or 10))

    @property
    def parts(self) -> Path:
        """Where the processes of this run write; no other run, in the same report folder either, uses it."""
        return self.settings.report / f".parts-{hashlib.sha256(self.key).hexdigest()[:12]}"

    # ------------------------------------------------------------ processes

    def start_controller(self) -> None:
        """Prepares the report folder and sends the first requests of the run."""
        if self.mock:
            self.profile = self.profile.with_base_url(self.mock.base_url)
        folder = self.settings.report
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open("main")
        except OSError as error:
            raise pytest.UsageError(f"The report folder {folder} cannot be written: {error.strerror}.") from None
        with self.shop(-1, SCOUT) as shop:
            try:
                self.found = look(shop)
                self.stopped = self.found.cause
            except RunStopped as stopped:
                self.stopped = str(stopped)

    def for_worker(self) -> dict[str, Any]:
        """What xdist hands to a worker."""
        return {
            "conformance_base_url": self.profile.base_url if self.mock or self.settings.base_url else None,
            "conformance_found": self.found.dump(),
            "conformance_key": self.key.hex(),
            "conformance_stopped": self.stopped,
        }

    def start_worker(self, given: dict[str, Any]) -> None:
        """Takes over what the controller found."""
        self.found = Findings.load(given["conformance_found"])
        self.key = bytes.fromhex(given["conformance_key"])
        self.stopped = given["conformance_stopped"]
        self._open(str(given["workerid"]))

    def _open(self, process: str) -> None:
        self.target = Target(self.profile, key=self.key)
        self.book = journal.Journal(self.parts, process, self.target.secrets.out_of)

    def finish_worker(self) -> None:
        """Leaves this process's part complete on disk."""
        if self.book and self.target:
            (self.parts / f"{self.book.file}.tokens").write_text(str(self.target.token_requests))

    def finish_controller(self, exitstatus: int) -> int:
        """Merges, shrinks, writes the report and returns the exit status."""
        if self.book is None:
            return exitstatus
        self.finish_worker()
        return write_result(self, exitstatus)

    def close(self) -> None:
        """Ends what this process started."""
        if self.book:
            self.book.close()
        if self.target:
            self.target.close()
        if self.mock:
            self.mock.stop()

    # ------------------------------------------------------------ tests

    def marketplaces(self, nodeid: str, count: int | None, having: str | None) -> list[str]:
        """The marketplaces in which a test runs; with a count, another choice for each test."""
        names = [name for name in self.profile.markets if self._has(name, having)]
        if count is not None and count < len(names):
            start = crc32(nodeid.encode()) % len(names)
            names = [name for name in names if name in {names[(start + at) % len(names)] for at in range(count)}]
        self.chosen[nodeid.rpartition("::")[2]] = names
        return names

    def _has(self, name: str, having: str | None) -> bool:
        if not having:
            return True
        import dataclasses

        return all(
            any(
                dataclasses.replace(self.profile, markets={name: self.profile.markets[name]}).offers(one)
                for one in need.split("|")
            )
            for need in having.split(" ")
        )

    def select(self, items: list[pytest.Item]) -> tuple[list[pytest.Item], list[pytest.Item]]:
        """The tests of this run: those of the requirements asked for that the target offers something for."""
        kept, gone = [], []
        for item in items:
            provoked = mark_args(item, "provokes")
            wanted = [one for one in provoked if self.is_selected(one) and not self.not_offered(one)]
            (kept if wanted or not provoked else gone).append(item)
        self.indices = {item.nodeid: at for at, item in enumerate(kept)}
        return kept, gone

    def is_selected(self, requirement: str) -> bool:
        """Whether the run decides on this requirement."""
        if self.settings.requirements:
            return requirement in self.settings.requirements
        return self.settings.level == "should" or contract.requirements()[requirement].level != "SHOULD"

    def not_offered(self, requirement: str) -> str | None:
        """Which need of a requirement the target does not meet; None if it meets them all."""
        for need in contract.requirements()[requirement].needs:
            if not any(self.profile.offers(one) for one in need.split("|")):
                return need
        return None

    def shop_of(self, item: pytest.Item) -> AbstractContextManager[Shop]:
        """The shop of a test."""
        return self.shop(
            self.indices.get(item.nodeid, 0),
            item.nodeid.removeprefix("suites/"),
            mark_args(item, "provokes"),
            thorough=self._thorough(item),
        )

    def _thorough(self, item: pytest.Item) -> bool:
        """One marketplace of each test is thorough; which one differs from test to test, so that all have their share."""
        market = item.callspec.params.get("market") if hasattr(item, "callspec") else None
        if market is None:
            return True
        name = item.nodeid.rpartition("[")[0]
        names = self.chosen.get(getattr(item, "originalname", ""), []) or list(self.profile.markets)
        return bool(names[crc32(name.encode()) // 7 % len(names)] == market)

    @contextmanager
    def shop(self, index: int, name: str, provokes: tuple[str, ...] = (), *, thorough: bool = True) -> Iterator[Shop]:
        """A shop whose exchanges make one trace. index: its place in the plan."""
        assert self.target and self.book
        self._trace, self._skipped = Trace(name, provokes=provokes), None
        self._trace.world.units = dict(self.found.units)
        shop = Shop(
            self.target, self._trace, features=self.found.features, thorough=thorough, record=self.book.exchange
        )
        try:
            yield shop
            shop.settle()
        finally:
            self.book.trace(self._trace, index, self._skipped)

    def skipped(self, item: pytest.Item, reason: str) -> None:
        """Remembers why the running test could not go on."""
        self._skipped = reason

    def broken(self, item: pytest.Item) -> str | None:
        """The breaches that the test was looking for, in a few lines."""
        if self._trace is None:
            return None
        own = set(mark_args(item, "provokes"))
        found = {
            (one.requirement, one.claim.want, one.claim.seen)
            for one in self._trace.judgments
            if not one.ok and one.claim and one.requirement in own
        }
        return "\n".join(f"{name}: expected {want}; seen {seen}" for name, want, seen in sorted(found)) or None

    def digest(self) -> str:
        """Which contract the run judged by."""
        parts = sorted(contract.ROOT.rglob("*.yaml"))
        return hashlib.sha256(b"".join(one.read_bytes() for one in parts)).hexdigest()[:12]
