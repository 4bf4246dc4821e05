"""What the result document says of a run beside what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.core.unjudged import Unjudged
from conformance.evidence.waivers import Waiver


class Scope(StrEnum):
    """How much of a target a run was asked to judge."""

    WHOLE = "whole"
    QUICK = "quick"  # a case of each requirement
    BUDGET = "budget"  # as much as a number of requests allows
    PART = "part"  # some requirements or some tests
    RECORDING = "recording"  # what somebody else sent


@dataclass
class RunMetadata:
    """What the document says of the run beside what was seen. Plain data, so that shards can be merged from it.

    unmet: the needs of a requirement that the profile does not offer. stopped: the sentence with which the run ended early.
    shard: (part, number of parts). merged: how many reports it was put together from. profile_problems: sentences, each a
    role that the target does not fill. defects: of the suite itself. levels: what the target offers of each factor
    (contracts/factors.yaml).
    """

    target: dict[str, Any]
    contract: str
    seed: int
    level: str
    started: str
    duration_s: float = 0.0
    token_requests: int = 0
    selected: list[str] = field(default_factory=list)
    unmet: dict[str, Unjudged] = field(default_factory=dict)
    operations: list[str] = field(default_factory=list)
    budget: dict[str, int] | None = None
    time_s: float | None = None
    stopped: str | None = None
    interrupted: bool = False
    scope: Scope = Scope.WHOLE
    shard: tuple[int, int] | None = None
    merged: int = 0
    profile_problems: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    levels: dict[str, list[str]] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether the run came to its end and saw as much of the target as any run does."""
        ended = not (self.stopped or self.interrupted or self.profile_problems)
        return self.scope is Scope.WHOLE and self.shard is None and ended
