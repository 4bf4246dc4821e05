"""Makes the metadata of a run that is under way."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Protocol

from conformance.core import contract
from conformance.core.profile import Profile
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence.coverage import offered
from conformance.evidence.run_metadata import RunMetadata, Scope
from conformance.evidence.waivers import Waiver
from conformance.runner.planning.selection import Selection
from conformance.runner.process_summary import RunState, read_parts
from conformance.runner.settings import Settings


class Described(Protocol):
    """What the summary reads of a run (conformance/runner/run.py)."""

    settings: Settings
    profile: Profile
    started: datetime
    clock: float
    spent: int
    ending: RunState
    notes: list[str]
    waivers: list[Waiver]

    @property
    def parts(self) -> Path: ...
    @property
    def selection(self) -> Selection: ...


def metadata_of(run: Described) -> RunMetadata:
    """The metadata of a run as it stands now."""
    profile, settings = run.profile, run.settings
    paid = [contract.READ_ORDER] if settings.recording or profile.payment.kind != "none" or profile.prepaid else []
    paid += [contract.PLACE_ORDER] if settings.recording or profile.pays_by_call else []
    return RunMetadata(
        target={
            "name": profile.name,
            "base_url": profile.base_url,
            "profile": profile.source,
            "profile_in_targets": profile.in_targets,
            "marketplaces": list(profile.markets),
        },
        contract=contract.digest(),
        seed=settings.seed,
        level=settings.level,
        started=run.started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        duration_s=time.perf_counter() - run.clock,
        token_requests=sum(part.token_requests for part in read_parts(run.parts)),
        selected=[requirement for requirement in contract.requirements() if run.selection.is_selected(requirement)],
        scope=scope_of(run),
        shard=settings.shard,
        unmet={
            requirement: Unjudged(UnjudgedReason.NOT_OFFERED, needs=(need,))
            for requirement in contract.requirements()
            if (need := run.selection.not_offered(requirement))
        },
        operations=[
            operation
            for operation in contract.operations()
            if operation not in (contract.PLACE_ORDER, contract.READ_ORDER)
        ]
        + paid,
        budget={"limit": settings.budget, "used": run.spent} if settings.budget is not None else None,
        time_s=settings.time_s,
        stopped=run.ending.stopped,
        interrupted=run.ending.interrupted,
        profile_problems=run.ending.profile_problems,
        defects=run.ending.defects,
        notes=run.notes,
        waivers=run.waivers,
        levels=offered(profile),
    )


def scope_of(run: Described) -> Scope:
    """How much of the target the run was asked to judge."""
    settings = run.settings
    if settings.recording:
        return Scope.RECORDING
    if settings.budget is not None:
        return Scope.BUDGET
    if settings.one_case_per_test:
        return Scope.QUICK
    return Scope.PART if settings.requirements or run.ending.narrowed or run.ending.found_breach else Scope.WHOLE
