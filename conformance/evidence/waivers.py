"""Known failures: a rule, or a rule in one operation, waived until a date, with a reason and an owner (docs/waivers.md)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.inputs import InputError, read_toml

KEYS = ("rule", "operation", "reason", "owner", "link", "expires")


@dataclass(frozen=True)
class Waiver:
    """One known failure. operation: None waives the rule in every operation."""

    rule: str
    reason: str
    owner: str
    link: str
    expires: date
    operation: str | None = None

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.rule}{f' in {self.operation}' if self.operation else ''}"

    def document(self) -> dict[str, Any]:
        """Its form in result.json."""
        return {**asdict(self), "expires": self.expires.isoformat()}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Waiver:
        """The waiver of a result.json. Raises ValueError, KeyError or TypeError."""
        members = {name: document[name] for name in KEYS}
        return cls(**{**members, "expires": date.fromisoformat(document["expires"])})


class WaiverState(StrEnum):
    """What became of a waiver in a run."""

    APPLIED = "applied"
    ENDED = "ended"  # its date is over, and its rule was to be judged: the run fails
    NOT_NEEDED = "not needed"  # a whole run found nothing that it covers: the run fails
    UNUSED = "unused"  # a run of another scope found nothing that it covers


FAILING = (WaiverState.ENDED, WaiverState.NOT_NEEDED)


@dataclass(frozen=True)
class AppliedWaiver:
    """A waiver after a run, with the sentence that says what became of it; '' where it did what it is for."""

    waiver: Waiver
    state: WaiverState
    sentence: str

    def document(self) -> dict[str, Any]:
        """Its form in result.json."""
        return {**self.waiver.document(), "state": self.state, "sentence": self.sentence}


def load_waivers(path: Path) -> list[Waiver]:
    """Reads `[[waiver]]` tables from a TOML file. Raises InputError with one sentence that says what to change."""
    tables = read_toml(path, "--waivers")
    for name in tables:
        if name != "waiver":
            raise InputError(f"{name} in {path.name} is not known here: write [[waiver]].")
    listed = tables.get("waiver", [])
    if not isinstance(listed, list) or not all(isinstance(table, dict) for table in listed):
        raise InputError(f"{path.name} must hold [[waiver]] tables.")
    waivers = [_waiver(path.name, table) for table in listed]
    for position, waiver in enumerate(waivers):
        for earlier in waivers[:position]:
            if (earlier.rule, earlier.operation) == (waiver.rule, waiver.operation):
                raise InputError(f"{waiver.name} is waived twice in {path.name}: keep one of the two.")
    return waivers


def _waiver(source: str, table: dict[str, Any]) -> Waiver:
    for key in table:
        if key not in KEYS:
            raise InputError(f"{key} in a waiver of {source} is not known here: write one of {', '.join(KEYS)}.")
    rule = table.get("rule")
    if not isinstance(rule, str) or rule not in contract.requirements():
        raise InputError(
            f"A waiver of {source} is for {rule!r}, which is no requirement: one waiver waives one rule by its id."
        )
    for key in ("reason", "owner", "link"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise InputError(f"The waiver of {rule} in {source} has no {key}: write a text.")
    expires = table.get("expires")
    if isinstance(expires, datetime) or not isinstance(expires, date):
        raise InputError(f"The waiver of {rule} in {source} has no expiry date: write expires = 2027-01-31.")
    operation = table.get("operation")
    if operation is not None and operation not in contract.requirements()[rule].operations:
        raise InputError(
            f"The waiver of {rule} in {source} names the operation {operation!r}, which the rule does not."
        )
    return Waiver(rule, table["reason"], table["owner"], table["link"], expires, operation)


def apply_waivers(waivers: list[Waiver], listed: list[dict[str, Any]], *, whole: bool) -> list[AppliedWaiver]:
    """Marks findings that are waived, and requirements of which every finding is; says what became of each waiver.

    whole: whether the run saw as much as any run does, so that it may ask for a waiver's removal.
    """
    today = datetime.now(UTC).date()
    good = [waiver for waiver in waivers if waiver.expires >= today]
    used: set[Waiver] = set()
    for requirement in listed:
        mine = [waiver for waiver in good if waiver.rule == requirement["id"]]
        for finding in requirement["findings"]:
            covering = _covering(mine, finding)
            used |= set(covering)
            finding["waiver"] = covering[0].document() if covering else None
        if requirement["findings"] and all(finding["waiver"] for finding in requirement["findings"]):
            first = Waiver.of(requirement["findings"][0]["waiver"])
            requirement["outcome"] = "waived"
            requirement["reason"] = f"waived until {first.expires} by {first.owner}: {first.reason} ({first.link})"
    outcomes = {requirement["id"]: requirement["outcome"] for requirement in listed}
    return [_applied(waiver, outcomes.get(waiver.rule), waiver in used, today, whole=whole) for waiver in waivers]


def _covering(waivers: list[Waiver], finding: dict[str, Any]) -> list[Waiver]:
    """The waivers that cover a finding together; none if it is broader."""
    covering = [waiver for waiver in waivers if waiver.operation in (None, *finding["operations"])]
    named = {waiver.operation for waiver in covering}
    return covering if None in named or named == set(finding["operations"]) else []


def _applied(waiver: Waiver, outcome: str | None, used: bool, today: date, *, whole: bool) -> AppliedWaiver:
    """outcome: that of the waived rule, None where the run did not ask for it."""
    if waiver.expires < today and outcome is not None:
        text = f"The waiver of {waiver.name} ended on {waiver.expires}: fix the fault or ask {waiver.owner} for a new date."
        return AppliedWaiver(waiver, WaiverState.ENDED, text)
    if used:
        return AppliedWaiver(waiver, WaiverState.APPLIED, "")
    if whole and outcome in ("passed", "failed"):
        text = f"The waiver of {waiver.name} is no longer needed: nothing that it covers failed, so remove it."
        return AppliedWaiver(waiver, WaiverState.NOT_NEEDED, text)
    text = f"The waiver of {waiver.name} covers nothing that this run saw."
    return AppliedWaiver(waiver, WaiverState.UNUSED, text)
