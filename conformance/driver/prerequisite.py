"""Why a test cannot go on."""

from __future__ import annotations

from conformance.core.unjudged import Unjudged, UnjudgedReason


class PrerequisiteFailed(Exception):
    """A test cannot go on: a requirement that it stands on is broken, or (detail) something else is not there."""

    def __init__(self, requirement: str = "", *, detail: str = "") -> None:
        super().__init__(requirement or detail)
        reason = UnjudgedReason.BLOCKED if requirement else UnjudgedReason.PREREQUISITE
        self.unjudged = Unjudged(reason, requirement=requirement, detail=detail)


def failed_prerequisite(error: Exception) -> Unjudged | None:
    """Why a test ended, if nothing but failed prerequisites ended it.

    Hypothesis groups what several cases of a test raised, and what a case raised only the first time that it was sent.
    """
    if not isinstance(error, ExceptionGroup):
        return error.unjudged if isinstance(error, PrerequisiteFailed) else None
    reasons = [failed_prerequisite(each) for each in error.exceptions]
    return reasons[0] if all(reasons) else None
