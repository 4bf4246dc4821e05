"""Known failures: a rule, or a rule in one operation, waived until a date, with a reason and an owner (docs/waivers.md)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from conformance.core import contract
from conformance.core.inputs import InputError

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

    def covers(self, finding: dict[str, Any]) -> bool:
        """Whether a finding is no broader than this waiver."""
        return bool(
            finding["requirement"] == self.rule and (not self.operation or finding["operations"] == [self.operation])
        )


def load_waivers(path: Path) -> list[Waiver]:
    """Reads `[[waiver]]` tables from a TOML file. Raises InputError with one sentence that says what to change."""
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")).get("waiver", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{path.name} is not valid TOML: {error}.") from None
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise InputError(f"{path.name} must hold [[waiver]] tables.")
    return [_waiver(path.name, entry) for entry in listed]


def _waiver(source: str, entry: dict[str, Any]) -> Waiver:
    for key in entry:
        if key not in KEYS:
            raise InputError(f"{key} in a waiver of {source} is not known here: write one of {', '.join(KEYS)}.")
    rule = entry.get("rule")
    if not isinstance(rule, str) or rule not in contract.requirements():
        raise InputError(
            f"A waiver of {source} is for {rule!r}, which is no requirement: one waiver waives one rule by its id."
        )
    for key in ("reason", "owner", "link"):
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise InputError(f"The waiver of {rule} in {source} has no {key}: write a text.")
    expires = entry.get("expires")
    if isinstance(expires, datetime) or not isinstance(expires, date):
        raise InputError(f"The waiver of {rule} in {source} has no expiry date: write expires = 2027-01-31.")
    operation = entry.get("operation")
    if operation is not None and operation not in contract.requirements()[rule].operations:
        raise InputError(
            f"The waiver of {rule} in {source} names the operation {operation!r}, which the rule does not."
        )
    return Waiver(rule, entry["reason"], entry["owner"], entry["link"], expires, operation)


def apply_waivers(waivers: list[Waiver], listed: list[dict[str, Any]]) -> list[str]:
    """Marks requirements whose every finding is waived; returns a sentence for each waiver that does not serve."""
    today = datetime.now(UTC).date()
    complaints = []
    for item in waivers:
        if item.expires < today:
            complaints.append(
                f"The waiver of {item.name} ended on {item.expires}: mend the fault or ask {item.owner} for a new date."
            )
    good = [waiver for waiver in waivers if waiver.expires >= today]
    used: set[Waiver] = set()
    for requirement in listed:
        mine = [entry for entry in good if entry.rule == requirement["id"]]
        covered = [
            (finding, next((entry for entry in mine if entry.covers(finding)), None))
            for finding in requirement["findings"]
        ]
        used |= {entry for _, entry in covered if entry}
        if covered and all(entry for _, entry in covered):
            first = covered[0][1]
            assert first
            requirement["outcome"] = "waived"
            requirement["reason"] = f"waived until {first.expires} by {first.owner}: {first.reason} ({first.link})"
    judged = {entry["id"] for entry in listed if entry["outcome"] != "unjudged"}
    for item in good:
        if item not in used and item.rule in judged:
            complaints.append(
                f"The waiver of {item.name} is no longer needed: nothing that it covers failed, so remove it."
            )
        elif item not in used and item.rule not in {each["id"] for each in listed}:
            complaints.append(f"The waiver of {item.name} matches nothing in this run.")
    return complaints
