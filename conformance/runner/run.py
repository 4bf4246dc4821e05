"""One run: what was asked for, its drivers and journals, and the merge into one result."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.client.api_client import ApiClient, BudgetSpent, RunStopped
from conformance.client.auth_plugin import load_plugin
from conformance.client.circuit_breaker import CircuitBreaker
from conformance.client.route import Route
from conformance.core import contract
from conformance.core.command_line import WRONG_INPUT
from conformance.core.exchange import Exchange
from conformance.core.inputs import InputError
from conformance.core.profile import SAFE_LINE_COUNT, Profile
from conformance.core.unjudged import Unjudged
from conformance.driver.checkout import CheckoutDriver
from conformance.driver.discovery import Discovery
from conformance.driver.effort import Effort
from conformance.driver.marks import mark_args
from conformance.driver.payment import PayPage
from conformance.evidence.atomic_swap import check_folder
from conformance.evidence.journal import Journal, Records, read_folder
from conformance.evidence.same_run import check_resumed
from conformance.evidence.session_loss import forgotten
from conformance.evidence.waivers import Waiver, load_waivers
from conformance.judging.load_rules import load_rules
from conformance.judging.trace import DISCOVERY_TRACE, Trace, TraceKind
from conformance.judging.world import World
from conformance.runner.finalize import finish
from conformance.runner.mock_process import MockProcess
from conformance.runner.planning.items import trace_name
from conformance.runner.planning.selection import Selection
from conformance.runner.process_summary import ProcessSummary, RunState, cause_of_end, read_parts
from conformance.runner.processes import with_share_of_rate
from conformance.runner.run_summary import metadata_of
from conformance.runner.running_test import RunningTest
from conformance.runner.settings import Settings, refuse_production
from conformance.runner.time_limit import TimeLimit, what_is_left

if TYPE_CHECKING:
    from conformance.recordings.files import Contents


@dataclass
class Run:
    """The state of this process's part of the run; the controller's also merges.

    sends: False where tests are only listed, so that nothing is sent and nothing written. contents: what recordings hold.
    """

    settings: Settings
    profile: Profile
    sends: bool = True
    selection: Selection = field(init=False)
    processes: int = 1
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    discovery: Discovery = field(default_factory=Discovery)
    ending: RunState = field(default_factory=RunState)
    pay_page: PayPage = field(default_factory=PayPage)
    target: ApiClient | None = None
    mock: MockProcess | None = None
    journal: Journal | None = None
    waivers: list[Waiver] = field(default_factory=list)
    earlier: Records = field(default_factory=lambda: Records(()))
    notes: list[str] = field(default_factory=list)
    spent: int = 0
    limit: TimeLimit | None = None
    contents: Contents | None = None
    running: RunningTest = field(init=False)
    _full: bool = False

    def __post_init__(self) -> None:
        load_rules()
        settings = self.settings
        self.selection, self.running = Selection(self), RunningTest(settings.shares_sessions)
        self.waivers = load_waivers(settings.waivers) if settings.waivers else []
        if settings.waivers and not self.waivers:
            self.notes.append(f"{settings.waivers.name} holds no waiver.")
        refuse_production(self.profile, settings)  # _serves and ApiClient let nothing but reading through
        if settings.resume:
            self.earlier = read_folder(settings.resume)
        if self.sends:
            check_folder(settings.report)
            if not settings.recording:
                Route.of(self.profile)  # certificates and proxies, before anything is sent
                load_plugin(self.profile)

    @property
    def parts(self) -> Path:
        """Where the processes of this run write; no other run, in the same report folder either, uses it."""
        return self.settings.report / f".parts-{hashlib.sha256(self.key).hexdigest()[:12]}"

    # ------------------------------------------------------------ processes

    def start_controller(self) -> None:
        """Prepares the report folder, and the mock if it is what is judged."""
        if self.settings.target == "mock" and not self.settings.base_url and not self.settings.recording:
            self.mock = MockProcess("--max-line-items", str(self.profile.max_line_items or SAFE_LINE_COUNT))
            self.profile = self.profile.with_base_url(self.mock.base_url)
        if self.settings.resume:
            try:
                check_resumed(self.settings.resume, metadata_of(self))
            except InputError as error:
                raise pytest.UsageError(str(error)) from None
        folder = self.settings.report
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._open("main")
        except OSError as error:
            raise pytest.UsageError(f"The report folder {folder} cannot be written: {error.strerror}.") from None

    def for_worker(self) -> dict[str, Any]:
        """What xdist hands to a worker."""
        return {
            "conformance_base_url": self.profile.base_url if self.mock or self.settings.base_url else None,
            "conformance_found": self.discovery.dump(),
            "conformance_key": self.key.hex(),
            "conformance_stopped": self.ending.stopped,
            "conformance_apps": len(self.profile.auth.apps),
        }

    def start_worker(self, given: dict[str, Any]) -> None:
        """Takes over what the controller found."""
        self.discovery = Discovery.load(given["conformance_found"])
        self.key = bytes.fromhex(given["conformance_key"])
        self.ending.stopped = given["conformance_stopped"]
        self.processes = int(given.get("workercount", 1))
        self.profile = self.profile.with_apps(given["conformance_apps"])
        self._open(str(given["workerid"]))

    def _open(self, process: str) -> None:
        profile = with_share_of_rate(self.profile, self.settings.rate, self.processes)
        circuit_breaker = CircuitBreaker(whole=not (self.settings.shares_sessions or self.settings.requirements))
        self.target = ApiClient(profile, key=self.key, before_request=self._spend, circuit_breaker=circuit_breaker)
        self.journal = Journal(self.parts, process, self.target.secrets.out_of_json)

    def _spend(self) -> None:
        """Called before each request, token calls and repeated attempts included: a budget is never exceeded."""
        if self.limit:
            self.limit.check()
        elif self.settings.budget is not None and self.spent >= self.settings.budget:
            raise BudgetSpent(f"The budget of {self.settings.budget} requests is used up.")
        self.spent += 1

    def redact(self, text: str) -> str:
        """The text without any secret of the run."""
        return self.target.secrets.out_of(text) if self.target else text

    def finish_worker(self) -> None:
        """Leaves this process's part complete on disk."""
        if self.journal and self.target:
            if self.running.shared and self.running.is_open:
                self._close_trace(0)
            stopped = self.ending.stopped or (
                None if self.ending.budget_spent else self.target.circuit_breaker.sentence
            )
            part = ProcessSummary.of(
                self.target.circuit_breaker, stopped, self.target.token_requests, self.ending.found_breach
            )
            try:
                part.write(self.parts / f"{self.journal.file}.part")
            except OSError as error:
                self._unwritable(error)

    def finish_controller(self, interrupted: bool) -> int:
        """Merges, shrinks, writes the report and returns the exit status."""
        if self.journal is None:
            return WRONG_INPUT
        self.ending.interrupted = interrupted
        self.finish_worker()
        if self.limit:
            self.limit.shrinks = True
            self.notes += what_is_left(self.selection.telling, self.selection.begun)
        self.ending.stopped = self.ending.stopped or cause_of_end(read_parts(self.parts))
        earlier = [(self.settings.resume, self.earlier)] if self.settings.resume else []
        return finish(self, lambda: metadata_of(self), earlier)

    def note_end_at_breach(self) -> bool:
        """Whether a process saw what `--until-found` waits for."""
        if self.ending.found_breach is None and self.settings.until_found:
            self.ending.found_breach = next(
                (part.found_breach for part in read_parts(self.parts) if part.found_breach), None
            )
        if self.ending.found_breach:
            self.notes.append(f"The run ended at a breach of {self.ending.found_breach}, as --until-found asks.")
        return self.ending.found_breach is not None

    def fails_a_test(self, requirement: str) -> bool:
        """Whether a breach fails the test that shows it. Under `-x` and `--maxfail` a SHOULD does not: it decides nothing."""
        return not self.settings.most_failures or contract.requirements()[requirement].level != "SHOULD"

    def note_end_at_failures(self, count: int) -> bool:
        """Whether pytest's `-x` or `--maxfail` has ended the tests; what was not run is left out, as `-k` would."""
        if self.settings.most_failures and count >= self.settings.most_failures:
            self.ending.narrowed = True
            self.notes.append("The run ended early, as -x or --maxfail asks.")
            return True
        return False

    def close(self) -> None:
        """Ends what this process started."""
        if self.journal:
            with suppress(OSError):  # a full disk has been reported
                self.journal.close()
        if self.target:
            self.target.close()
        if self.mock:
            self.mock.stop()

    # ------------------------------------------------------------ tests

    def driver_of(self, item: pytest.Item) -> AbstractContextManager[CheckoutDriver]:
        """The driver of a test."""
        index, name = self.selection.begin(item), trace_name(item)
        return self.driver(index, name, mark_args(item, "provokes"), effort=self.selection.effort(item))

    @contextmanager
    def driver(
        self,
        index: int,
        name: str,
        provokes: tuple[str, ...] = (),
        *,
        effort: Effort = Effort.FULL,
        kind: TraceKind = TraceKind.TEST,
    ) -> Iterator[CheckoutDriver]:
        """A driver whose exchanges make one trace. index: its place in the plan."""
        assert self.target and self.journal
        world = World(units=dict(self.discovery.units))
        trace = self.running.begin(lambda: Trace(name, world=world, provokes=provokes, kind=kind))
        driver = CheckoutDriver(
            self.target,
            trace,
            features=self.discovery.features,
            effort=effort,
            borrows=self.settings.shares_sessions,
            record=self._record,
            pay_page=self.pay_page,
        )
        try:
            yield driver
            self._settle(driver)
        finally:
            self.target.circuit_breaker.forgot(trace.name, forgotten(trace))
            if self.running.ends_its_trace:
                self._close_trace(index)

    def _settle(self, driver: CheckoutDriver) -> None:
        """The reads that are still owed, as far as the run may go on."""
        try:
            driver.settle()
        except BudgetSpent:
            self.ending.budget_spent = True
        except RunStopped as stopped:
            self.ending.stopped = str(stopped)

    @property
    def first_trace(self) -> str:
        """The name of the trace of the first requests; where all tests share it, other shards have other names."""
        if not self.settings.shares_sessions or not self.settings.shard:
            return DISCOVERY_TRACE
        return "{}-{}-of-{}".format(DISCOVERY_TRACE, *self.settings.shard)

    def _record(self, exchange: Exchange) -> None:
        assert self.journal
        try:
            self.journal.exchange(exchange, self.running.trace.kind)
        except OSError as error:
            raise RunStopped(self._unwritable(error)) from None

    def _close_trace(self, index: int) -> None:
        def write(trace: Trace, skipped: Unjudged | None) -> None:
            assert self.journal
            if self._full:  # its last line may be half a one
                return
            try:
                self.journal.trace(trace, index, skipped)
            except OSError as error:
                self._unwritable(error)

        self.running.close(write)

    def _unwritable(self, error: OSError) -> str:
        """The disk is full, or gone: no further request is worth it."""
        assert self.target
        self._full = True
        sentence = f"What is seen cannot be written to {self.settings.report} any more: {error.strerror}."
        self.ending.stopped = self.ending.stopped or sentence
        self.target.circuit_breaker.give_up(sentence)
        return sentence
