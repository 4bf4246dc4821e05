"""What a running test has seen: breaches, defects of rules, and why it may have found less than it counts on."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.judging.context import Judgment
from conformance.judging.trace import Trace, TraceKind

COLLECT_AFTER = 1200  # requests: Hypothesis leaves cycles that hold a test's sessions


@dataclass
class RunningTest:
    """The trace that the running test writes to.

    shared: whether all tests of the process write to one, so that they share sessions. before: how many judgments it held
    when the test began. sent_before: how many exchanges. skipped: why the test could not go on.
    """

    shared: bool
    trace: Trace = field(default_factory=lambda: Trace(""))
    before: int = 0
    sent_before: int = 0
    skipped: Unjudged | None = None
    is_open: bool = False
    _uncollected: int = 0

    def begin(self, new: Callable[[], Trace]) -> Trace:
        """The trace of a test that begins: a new one, or the one that all share."""
        if not self.is_open or not self.shared:
            self.trace, self.skipped, self.is_open = new(), None, True
        self.before, self.sent_before = len(self.trace.judgments), len(self.trace.exchanges)
        return self.trace

    @property
    def ends_its_trace(self) -> bool:
        """Whether no other test goes on with the trace. A finding is sent again in a trace of its own."""
        return not self.shared or self.trace.kind is TraceKind.REPLAY

    def close(self, write: Callable[[Trace, Unjudged | None], None]) -> None:
        """Writes the trace down and lets go of it."""
        trace, self.trace, self.is_open = self.trace, Trace(""), False
        try:
            write(trace, self.skipped)
        finally:
            self._uncollected += len(trace.exchanges)
            trace.release()
            if self._uncollected > COLLECT_AFTER:
                gc.collect()
                self._uncollected = 0

    @property
    def _broken(self) -> list[Judgment]:
        return [judgment for judgment in self.trace.judgments[self.before :] if not judgment.ok]

    def excuse(self) -> Unjudged | None:
        """Why the test may lack what it counts on: what it saw broken first, or no answer."""
        if self._broken:
            return Unjudged(UnjudgedReason.BLOCKED, requirement=self._broken[0].requirement)
        silent = any(exchange.silent for exchange in self.trace.exchanges[self.sent_before :])
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
