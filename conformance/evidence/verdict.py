"""The verdict, its exit status and the sentence that people read first (docs/verdict.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from conformance.evidence.result import RunMetadata

LONGEST, TAIL = 300, 110  # characters of the sentence, and of its end where its middle has to go
CONFORMANT, NOT_CONFORMANT, INTERRUPTED, DEFECT, WRONG_INPUT, INCOMPLETE = 0, 1, 2, 3, 4, 6


class Decision(NamedTuple):
    """What a run ends with."""

    exit_status: int
    sentence: str
    verdict: str


def decide(frame: RunMetadata, listed: list[dict[str, Any]], complaints: list[str]) -> Decision:
    """Decides on the requirements of a result. complaints: waivers that are expired, not needed or without a match."""
    found = _decide(frame, listed, complaints)
    return found._replace(sentence=_short(found.sentence))


def _short(sentence: str) -> str:
    """The sentence without anything that a terminal would obey, and without more than a line or two; its end stays."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(sentence.split()))
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[: LONGEST - TAIL - 2].rstrip()}… {plain[-TAIL:].lstrip()}"


def _decide(frame: RunMetadata, listed: list[dict[str, Any]], complaints: list[str]) -> Decision:
    failed = [entry for entry in listed if entry["outcome"] == "failed" and entry["level"] == "MUST"]
    missing = [
        entry
        for entry in listed
        if entry["outcome"] == "unjudged" and entry["level"] == "MUST" and not _elsewhere(entry, listed)
    ]
    judged = sum(entry["outcome"] != "unjudged" for entry in listed)
    share = f"{judged} of {len(listed)} requirements were judged"
    tail = f"{share}.{_shoulds(listed)}"
    name, cause = frame.target["name"], f"{frame.stopped} " if frame.stopped else ""
    if frame.interrupted and not frame.stopped:
        return Decision(INTERRUPTED, f"The run was interrupted: {tail}", "not conformant" if failed else "incomplete")
    if failed:
        count = "1 requirement fails" if len(failed) == 1 else f"{len(failed)} requirements fail"
        first = f", {failed[0]['id']} first" if len(failed) > 1 else f": {failed[0]['id']}"
        return Decision(NOT_CONFORMANT, f"{cause}{name} is not conformant: {count}{first}; {tail}", "not conformant")
    if complaints:
        return Decision(NOT_CONFORMANT, f"{complaints[0]} Nothing else failed; {tail}", "not conformant")
    if frame.stopped:
        return Decision(INCOMPLETE, f"{cause}{tail[0].upper()}{tail[1:]}", "incomplete")
    if frame.defects:
        defect = " ".join(frame.defects[0].split())[:160]
        return Decision(DEFECT, f"The suite itself has a defect ({defect}); {tail}", "incomplete")
    if missing or not judged:
        what = missing[0]["id"] if missing else "anything"
        what += f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        why = missing[0]["reason"] if missing else "no evidence"
        return Decision(INCOMPLETE, f"Nothing failed, but {what} could not be judged ({why}); {tail}", "incomplete")
    return Decision(CONFORMANT, f"{name} is conformant: none of the MUSTs failed; {tail}", "conformant")


def _elsewhere(entry: dict[str, Any], listed: list[dict[str, Any]]) -> bool:
    """Whether a requirement without evidence is excused: not offered, or blocked by one that is waived."""
    reason = entry["reason"] or ""
    blocked_by = reason.removeprefix("blocked by ") if reason.startswith("blocked by ") else None
    waived = any(other["id"] == blocked_by and other["outcome"] == "waived" for other in listed)
    return reason.startswith("not offered") or waived


def _shoulds(listed: list[dict[str, Any]]) -> str:
    count = sum(entry["outcome"] == "failed" and entry["level"] == "SHOULD" for entry in listed)
    if not count:
        return ""
    return " 1 SHOULD failed and does not decide." if count == 1 else f" {count} SHOULDs failed and do not decide."
