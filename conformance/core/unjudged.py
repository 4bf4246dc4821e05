"""Why a requirement was not judged: an enumeration with its details, and the sentence that follows from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from conformance.core import contract


class UnjudgedReason(StrEnum):
    """Why nothing proves a requirement (reports/schemas/result.schema.json, docs/verdict.md)."""

    NOT_OFFERED = "not_offered"  # the profile does not offer what the requirement needs
    NOT_SHOWN = "not_shown"  # no answer of the target shows what the requirement needs
    NOT_RECORDED = "not_recorded"
    RUN_ENDED = "run_ended"
    BLOCKED = "blocked"  # by a broken requirement
    PREREQUISITE = "prerequisite"  # something beside the target's answers was missing, such as a payment
    NO_ANSWER = "no_answer"
    BUDGET = "budget"
    NO_EVIDENCE = "no_evidence"


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A reason with its details. requirement: the broken requirement that blocks. needs: what the target does not offer or show, in
    the vocabulary of `needs`. detail: a sentence of the run."""

    reason: UnjudgedReason
    requirement: str = ""
    needs: tuple[str, ...] = ()
    detail: str = ""

    @property
    def excused(self) -> bool:
        """Whether the target is complete without it: it does not offer what the requirement is about."""
        return self.reason in (UnjudgedReason.NOT_OFFERED, UnjudgedReason.NOT_SHOWN)

    @property
    def sentence(self) -> str:
        """The reason for people."""
        words = {
            UnjudgedReason.NOT_OFFERED: f"not offered: {', '.join(self.needs)}",
            UnjudgedReason.NOT_SHOWN: f"never shown: {', '.join(self.needs)}",
            UnjudgedReason.NOT_RECORDED: "not in the recording",
            UnjudgedReason.RUN_ENDED: "the run ended early",
            UnjudgedReason.BLOCKED: f"blocked by {self.requirement}",
            UnjudgedReason.PREREQUISITE: f"blocked by {self.detail}",
            UnjudgedReason.NO_ANSWER: "the target did not answer",
            UnjudgedReason.BUDGET: "budget spent",
            UnjudgedReason.NO_EVIDENCE: "no evidence",
        }
        return words[self.reason]

    def document(self) -> dict[str, Any]:
        """Its form in result.json and traces.jsonl."""
        words = [contract.need_in_words(need) for need in self.needs]
        return {**asdict(self), "needs": list(self.needs), "needs_in_words": words}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Unjudged:
        """The value of a document. Raises ValueError or KeyError if it is none."""
        return cls(
            UnjudgedReason(document["reason"]), document["requirement"], tuple(document["needs"]), document["detail"]
        )
