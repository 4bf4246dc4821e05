"""The verdict in words: what a run ends with, said once for every view (docs/verdict.md prints the table)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.core import contract
from conformance.core.command_line import WRONG_INPUT
from conformance.core.unjudged import Unjudged, UnjudgedReason
from conformance.evidence.run_metadata import RunMetadata, Scope

LONGEST, TAIL = 300, 110  # characters of the sentence, and of its end where its middle has to go
CONFORMANT, NOT_CONFORMANT, INTERRUPTED, DEFECT, INCOMPLETE = 0, 1, 2, 3, 6


class Ending(StrEnum):
    """Every way in which a run can end, in the order in which they are decided."""

    PROFILE_WRONG = "profile wrong"
    INTERRUPTED = "interrupted"
    NOT_CONFORMANT = "not conformant"
    WAIVER = "waiver"
    STOPPED = "stopped"
    DEFECT = "defect"
    INCOMPLETE = "incomplete"
    SHARD = "shard"
    QUICK = "quick"
    BUDGET = "budget"
    PART = "part"
    RECORDING = "recording"
    WAIVED = "conformant but for waivers"
    CONFORMANT = "conformant"


@dataclass(frozen=True)
class Form:
    """The words of an ending. when: for docs/verdict.md. sentence and badge: templates of `_words`."""

    when: str
    exit_status: int
    verdict: str
    badge: str
    colour: str
    sentence: str


FORMS = {
    Ending.PROFILE_WRONG: Form(
        "the target is not what the profile says of it",
        WRONG_INPUT,
        "incomplete",
        "profile wrong",
        "orange",
        "Your profile is wrong here: {problem} {Tail}",
    ),
    Ending.INTERRUPTED: Form(
        "somebody interrupted the run",
        INTERRUPTED,
        "incomplete",
        "interrupted",
        "grey",
        "The run was interrupted: {tail}",
    ),
    Ending.NOT_CONFORMANT: Form(
        "a MUST failed and is not waived, in a run of any scope",
        NOT_CONFORMANT,
        "not conformant",
        "not conformant · {count}",
        "red",
        "{cause}{name} is not conformant: {failed}; {tail}",
    ),
    Ending.WAIVER: Form(
        "nothing but a waiver failed: its date is over, or a whole run needs it no longer",
        NOT_CONFORMANT,
        "waiver failed",
        "a waiver failed",
        "red",
        "{complaint} {Nothing_else} failed; {tail}",
    ),
    Ending.STOPPED: Form(
        "none failed, and the run ended early or a shard is missing; the sentence names the cause",
        INCOMPLETE,
        "incomplete",
        "incomplete · {judged} of {of} judged",
        "orange",
        "{cause}{Tail}",
    ),
    Ending.DEFECT: Form(
        "none failed, and the suite itself has a defect",
        DEFECT,
        "incomplete",
        "defect of the suite",
        "purple",
        "The suite itself has a defect ({defect}); {tail}",
    ),
    Ending.INCOMPLETE: Form(
        "none failed, but a MUST that the profile offers could not be judged",
        INCOMPLETE,
        "incomplete",
        "incomplete · {judged} of {of} judged",
        "orange",
        "{Nothing} failed, but {missing} could not be judged ({why}); {tail}",
    ),
    Ending.SHARD: Form(
        "nothing failed in a shard",
        CONFORMANT,
        "nothing failed",
        "{nothing} failed in shard {shard}{but}",
        "blue",
        "{Nothing} failed in shard {shard} at {name}{but}; {tail}",
    ),
    Ending.QUICK: Form(
        "nothing failed in a quick look (`--quick`)",
        CONFORMANT,
        "nothing failed",
        "{nothing} failed in a quick look{but}",
        "blue",
        "{Nothing} failed in a quick look at {name}{but}; {tail}",
    ),
    Ending.BUDGET: Form(
        "nothing failed within a budget (`--budget N`, `--time S`)",
        CONFORMANT,
        "nothing failed",
        "{nothing} failed in {requests} requests{but}",
        "blue",
        "{Nothing} failed at {name} within {bound}{but}; {tail}",
    ),
    Ending.PART: Form(
        "nothing failed in a part of the requirements or tests (`--requirement`, `--failed`, `-k`)",
        CONFORMANT,
        "nothing failed",
        "{nothing} failed in {part}{but}",
        "blue",
        "{Nothing} failed at {name} in {part}{but}; {tail}",
    ),
    Ending.RECORDING: Form(
        "nothing failed in a recording (`--recording`)",
        CONFORMANT,
        "nothing failed",
        "{nothing} failed in a recording{but}",
        "blue",
        "{Nothing} failed in the recording of {name}{but}; {tail}",
    ),
    Ending.WAIVED: Form(
        "a whole run; no MUST failed but those that are waived",
        CONFORMANT,
        "conformant but for waivers",
        "conformant but for {waived}",
        "yellow",
        "{name} is conformant but for {waived_ids}: no other MUST failed; {tail}",
    ),
    Ending.CONFORMANT: Form(
        "a whole run, or all shards of one: no MUST failed, nothing is waived, and each MUST that the profile offers was judged",
        CONFORMANT,
        "conformant",
        "conformant · {judged} of {of} judged",
        "green",
        "{name} is conformant: none of the MUSTs failed; {tail}",
    ),
}


@dataclass(frozen=True)
class Decision:
    """What a run ends with."""

    ending: Ending
    exit_status: int
    verdict: str
    sentence: str
    badge: str
    colour: str


def decide_verdict(metadata: RunMetadata, listed: list[dict[str, Any]], complaints: list[str]) -> Decision:
    """Decides on the requirements of a result. complaints: the sentence of each waiver that fails the run."""
    ending = _ending(metadata, listed, complaints)
    form, words = FORMS[ending], _words(metadata, listed, complaints)
    broken = ending is Ending.INTERRUPTED and bool(_failed(listed))
    return Decision(
        ending,
        form.exit_status,
        FORMS[Ending.NOT_CONFORMANT].verdict if broken else form.verdict,
        _short(form.sentence.format_map(words)),
        form.badge.format_map(words),
        form.colour,
    )


def _short(sentence: str) -> str:
    """The sentence without anything that a terminal would obey, and without more than a line or two; its end stays."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(sentence.split()))
    if len(plain) <= LONGEST:
        return plain
    return f"{plain[: LONGEST - TAIL - 2].rstrip()}… {plain[-TAIL:].lstrip()}"


def _ending(metadata: RunMetadata, listed: list[dict[str, Any]], complaints: list[str]) -> Ending:
    judged = any(requirement["outcome"] != "unjudged" for requirement in listed)
    waived = any(requirement["outcome"] == "waived" for requirement in listed)
    scopes = {
        Scope.QUICK: Ending.QUICK,
        Scope.BUDGET: Ending.BUDGET,
        Scope.PART: Ending.PART,
        Scope.RECORDING: Ending.RECORDING,
    }
    decided = (
        (Ending.PROFILE_WRONG, metadata.profile_problems),
        (Ending.INTERRUPTED, metadata.interrupted and not metadata.stopped),
        (Ending.NOT_CONFORMANT, _failed(listed)),
        (Ending.WAIVER, complaints),
        (Ending.STOPPED, metadata.stopped),
        (Ending.DEFECT, metadata.defects),
        (Ending.INCOMPLETE, _missing(listed, shard=metadata.shard is not None) or not judged),
        (Ending.SHARD, metadata.shard),
        (scopes.get(metadata.scope, Ending.PART), metadata.scope in scopes),
        (Ending.WAIVED, waived),
    )
    return next((ending for ending, applies in decided if applies), Ending.CONFORMANT)


def _failed(listed: list[dict[str, Any]], level: str = "MUST") -> list[dict[str, Any]]:
    return [
        requirement for requirement in listed if requirement["outcome"] == "failed" and requirement["level"] == level
    ]


def _missing(listed: list[dict[str, Any]], *, shard: bool = False) -> list[dict[str, Any]]:
    """The MUSTs without evidence that have no excuse: not offered, or blocked by a waived requirement.

    shard: what this part did not see, another may see.
    """
    waived = {requirement["id"] for requirement in listed if requirement["outcome"] == "waived"}
    return [
        requirement
        for requirement in listed
        if requirement["unjudged"]
        and requirement["level"] == "MUST"
        and not _excused(Unjudged.of(requirement["unjudged"]), waived, shard=shard)
    ]


def _excused(unjudged: Unjudged, waived: set[str], *, shard: bool) -> bool:
    if shard and unjudged.reason is UnjudgedReason.NO_EVIDENCE:
        return True
    return unjudged.excused or (unjudged.reason is UnjudgedReason.BLOCKED and unjudged.requirement in waived)


def _words(metadata: RunMetadata, listed: list[dict[str, Any]], complaints: list[str]) -> dict[str, Any]:
    """What the templates of FORMS may name."""
    failed, missing = _failed(listed), _missing(listed)
    waived = [requirement["id"] for requirement in listed if requirement["outcome"] == "waived"]
    judged = sum(requirement["outcome"] != "unjudged" for requirement in listed)
    shards = f" in {metadata.merged} shards" if metadata.merged else ""
    tail = f"{judged} of {len(listed)} requirements were judged{shards}.{_shoulds(listed)}"
    what = missing[0]["id"] if missing else "anything"
    several = f"{len(missing)} MUSTs, {what} first,"
    nothing, nothing_else = ("no MUST", "No other MUST") if _failed(listed, "SHOULD") else ("nothing", "Nothing else")
    waived_words = f"{len(waived)} waived"
    budget = metadata.budget or {"limit": 0, "used": 0}
    return {
        "name": metadata.target["name"],
        "cause": f"{metadata.stopped} " if metadata.stopped else "",
        "problem": metadata.profile_problems[0] if metadata.profile_problems else "",
        "complaint": complaints[0] if complaints else "",
        "defect": " ".join(metadata.defects[0].split())[:160] if metadata.defects else "",
        "nothing": nothing,
        "Nothing": nothing[0].upper() + nothing[1:],
        "Nothing_else": nothing_else,
        "count": _number(len(failed), "requirement"),
        "failed": _fails(failed),
        "missing": several if len(missing) > 1 else what,
        "why": missing[0]["reason"] if missing else "no evidence",
        "waived": waived_words,
        "waived_ids": f"{waived_words} ({', '.join(waived[:3])}{' …' if len(waived) > 3 else ''})",
        "but": f" but for {waived_words}" if waived else "",
        "shard": "{} of {}".format(*metadata.shard) if metadata.shard else "",
        "part": _part(len(listed)),
        "bound": f"{metadata.time_s:g} s" if metadata.time_s else f"a budget of {budget['limit']} requests",
        "requests": budget["used"],
        "judged": judged,
        "of": len(listed),
        "tail": tail,
        "Tail": tail[0].upper() + tail[1:],
    }


def _part(count: int) -> str:
    """Which part of the suite was asked for: requirements, or tests that pytest's own options chose."""
    total = len(contract.requirements())
    return f"{count} of {total} requirements" if count < total else "a part of the tests"


def _fails(failed: list[dict[str, Any]]) -> str:
    if not failed:
        return ""
    if len(failed) == 1:
        return f"1 requirement fails: {failed[0]['id']}"
    return f"{len(failed)} requirements fail, {failed[0]['id']} first"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _shoulds(listed: list[dict[str, Any]]) -> str:
    count = len(_failed(listed, "SHOULD"))
    if not count:
        return ""
    return " 1 SHOULD failed and does not decide." if count == 1 else f" {count} SHOULDs failed and do not decide."
