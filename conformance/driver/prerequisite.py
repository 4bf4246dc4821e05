"""Why a test cannot go on."""

from __future__ import annotations

from conformance.core.unjudged import Unjudged, UnjudgedReason


class PrerequisiteFailed(Exception):
    """A test cannot go on: a requirement that it stands on is broken, or (detail) something else is not there."""

    def __init__(self, requirement: str = "", *, detail: str = "") -> None:
        super().__init__(requirement or detail)
        reason = UnjudgedReason.BLOCKED if requirement else UnjudgedReason.PREREQUISITE
        self.unjudged = Unjudged(reason, requirement=requirement, detail=detail)
