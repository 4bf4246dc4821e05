"""The first requests of a run: does each app get a token, and what do the plain items show?"""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from conformance.client.api_client import BudgetSpent, RunStopped
from conformance.core import contract
from conformance.core.profile import DEFAULT_TIMEOUT_S
from conformance.driver.discovery import discover
from conformance.judging.trace import TraceKind
from conformance.runner.progress import where
from conformance.runner.time_limit import TimeLimit

if TYPE_CHECKING:
    from conformance.runner.run import Run

SECOND_APP = "second_app"  # the need of requirements that a second app is for


def send_first_requests(run: Run) -> None:
    """What the first requests show is in `run.discovery`, and in `run.ending.stopped` why nothing follows.

    Sends nothing for a recording, or to a target that is only read.
    """
    if run.settings.recording or run.profile.reads_only:
        return
    if run.settings.time_s:
        run.limit = TimeLimit(run.settings.time_s, float(run.profile.transport.get("timeout_s", DEFAULT_TIMEOUT_S)))
    began = monotonic()
    try:
        _send(run)
    except Exception as error:  # a defect of ours must not cost the report
        run.ending.defects.append(where(error))
    if run.limit:  # the pace says how many requests fit
        run.settings = replace(run.settings, budget=run.limit.requests(run.spent, monotonic() - began))


def _send(run: Run) -> None:
    """As few requests as a budget asks for."""
    few = run.settings.shares_sessions
    kind = TraceKind.TEST if few else TraceKind.DISCOVERY
    with run.driver(-1, run.first_trace, kind=kind) as driver:
        try:
            names = list(run.profile.markets)
            run.discovery = discover(driver, chunks=2 if few else None, markets=names[:1] if few else None)
            run.ending.profile_problems = run.discovery.problems
            run.ending.stopped = run.discovery.cause or ("Nothing was judged." if run.ending.profile_problems else None)
            if run.discovery.locked_out or run.ending.profile_problems:
                driver.trace.judgments.clear()
            if run.ending.stopped is None:
                _leave_out_apps_without_a_token(run)
        except RunStopped as stopped:
            run.ending.stopped = str(stopped)


def _leave_out_apps_without_a_token(run: Run) -> None:
    """A second app whose secret is wrong costs its own requirements, and not the run."""
    assert run.target
    profile = run.profile
    wanted = any(
        any(SECOND_APP in contract.alternatives(need) for need in requirement.needs)
        and run.selection.is_selected(requirement.id)
        for requirement in contract.requirements().values()
    )
    if profile.auth.kind != "client_credentials" or len(profile.auth.apps) < 2 or not wanted:
        return
    try:
        run.target.token(profile.auth.apps[1], profile.auth.scope)
    except BudgetSpent:
        raise
    except RunStopped as refused:
        if run.target.circuit_breaker.sentence:
            raise
        run.notes.append(f"Judged with one app: {str(refused)[:1].lower()}{str(refused)[1:]}")
        run.profile = run.target.profile = profile.with_apps(1)
