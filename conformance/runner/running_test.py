"""What a running test has seen: breaches, defects of rules, and why it may have found less than it counts on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.judging.context import Judgment
from conformance.judging.trace import Trace


@dataclass(frozen=True)
class RunningTest:
    """The trace that a test writes to. before: how many judgments it held when the test began."""

    trace: Trace
    before: int

    @property
    def _broken(self) -> list[Judgment]:
        return [judgment for judgment in self.trace.judgments[self.before :] if not judgment.ok]

    def excuse(self) -> Unjudged | None:
        """Why the test may lack what it counts on: what it saw broken first, or no answer."""
        if self._broken:
            return Unjudged(UnjudgedReason.BLOCKED, requirement=self._broken[0].requirement)
        silent = any(exchange.silent for exchange in self.trace.exchanges)
        return Unjudged(UnjudgedReason.NO_ANSWER) if silent else None

    def rule_errors(self) -> list[str]:
        """Rules that failed on an answer."""
        return self.trace.world.rule_errors

    def breached(self, requirements: Collection[str]) -> str | None:
        """The first of these requirements that is breached."""
        return next((judgment.requirement for judgment in self._broken if judgment.requirement in requirements), None)

    def breaches(self, requirements: Iterable[str]) -> str | None:
        """What is broken of these requirements, a line each."""
        wanted = set(requirements)
        lines = {
            f"{judgment.requirement}: expected {judgment.claim.expected}; seen {judgment.claim.actual}"
            for judgment in self._broken
            if judgment.claim and judgment.requirement in wanted
        }
        return "\n".join(sorted(lines)) or None
