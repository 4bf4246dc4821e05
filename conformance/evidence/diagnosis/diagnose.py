"""What the report says of a finding beside what was seen: when it shows and what it looks like."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from conformance.core.factors import factors
from conformance.evidence.diagnosis.likeness import Fingerprint, KnownDefect, Resemblance, resemblance
from conformance.evidence.diagnosis.separation import SENT, FactorLevels, Separation, Sureness, marketplaces, separate


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """separation: when it shows. every_marketplace: whether it failed in each one that the rule was judged in."""

    fingerprint: Fingerprint
    separation: Separation
    every_marketplace: bool
    resemblance: Resemblance

    @property
    def sentence(self) -> str:
        """When the finding shows, in words; '' where the run cannot tell."""
        if self.separation.sure is Sureness.UNKNOWN:
            return ""
        causes = self.separation.causes
        words = f"only {' and '.join(map(in_words, causes))}" if causes else "every time"
        words += ", not every time" if self.separation.within else ""
        of_marketplace = any(cause.factor == "marketplace" for cause in causes)
        where = "in every marketplace; " if self.every_marketplace and not of_marketplace else ""
        return f"{where}{words}"

    def document(self) -> dict[str, Any]:
        """Its part of result.json."""
        separation = self.separation
        return {
            "deviation": self.fingerprint.deviation,
            "answer": self.fingerprint.answer,
            "shows": {
                "sure": separation.sure,
                "sentence": self.sentence,
                "conditions": [{"factor": cause.factor, "levels": list(cause.levels)} for cause in separation.causes],
                "every_marketplace": self.every_marketplace,
                "failed": separation.failed,
                "passed": separation.passed,
                "passed_within": separation.within,
            },
            "looks_like": {
                "sure": self.resemblance.sure,
                "defects": [defect.sentence for defect in self.resemblance.defects],
            },
        }


def in_words(cause: FactorLevels) -> str:
    """The levels as a part of a sentence."""
    return factors()["pair" if cause.factor == SENT else cause.factor].in_words(cause.levels)


def diagnose(
    fingerprint: Fingerprint,
    failing: Collection[str],
    holding: Collection[str],
    times: int,
    known: Collection[KnownDefect],
) -> Diagnosis:
    """The diagnosis of a finding. failing, holding: encoded conditions under which the claim failed and the rule held;
    times: in how many tests the claim failed."""
    judged = marketplaces([*failing, *holding])
    everywhere = len(judged) > 1 and marketplaces(failing) == judged
    return Diagnosis(fingerprint, separate(failing, holding, times), everywhere, resemblance(fingerprint, known))
