"""Results of version 1, as the views of today read them: what that version wrote as sentences becomes fields."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

_ENDINGS = {2: "interrupted", 3: "defect"}  # by exit status; the others by verdict
_COLOURS = {"conformant": "green", "nothing failed": "blue", "not conformant": "red", "incomplete": "orange"}
_REASONS = {
    "not in the recording": "not_recorded",
    "the run ended early": "run_ended",
    "the target did not answer": "no_answer",
    "budget spent": "budget",
    "no evidence": "no_evidence",
}
_TITLES = {
    "O": "OpenAPI document, Order API v2",
    "G": "getGuestCheckoutSession page",
    "I": "initiateGuestCheckoutSession page",
    "P": "placeGuestOrder page (v1)",
    "M": "methods page, Order API v2",
    "S": "negative-testing page",
    "R": "guide to the RESTful APIs",
}
_ID = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")


def upgraded(result: Json) -> Json:
    """A result of version 1 in the form of version 2. Raises KeyError or TypeError if it is none."""
    scope = "quick" if result.get("quick") else "budget" if result["budget"] else "whole"
    verdict = result["verdict"]
    if verdict == "conformant" and scope != "whole":
        verdict = "nothing failed"
    ending = _ENDINGS.get(result["exit_status"], scope if verdict == "nothing failed" else verdict)
    counts = result["counts"]
    return {
        **{name: value for name, value in result.items() if name != "quick"},
        "format": 2,
        "verdict": verdict,
        "ending": ending,
        "badge": f"{verdict} · {counts['judged']} of {counts['requirements']} judged",
        "colour": _COLOURS[verdict],
        "scope": scope,
        "shard": None,
        "merged": 0,
        "stopped": None,
        "interrupted": ending == "interrupted",
        "requirements": [_requirement(requirement) for requirement in result["requirements"]],
        "also_seen": [_finding(finding) for finding in result["also_seen"]],
        "waivers": [],
        "profile_problems": [],
        "defects": [],
    }


def _requirement(requirement: Json) -> Json:
    cases = requirement["cases"]
    return {
        **{name: value for name, value in requirement.items() if name != "lacks"},
        "unjudged": _unjudged(requirement) if requirement["outcome"] == "unjudged" else None,
        "sources": [_source(source) for source in requirement["sources"]],
        "inferred": False,
        "cases": cases | {"missing": [_case(text) for text in cases["missing"]]},
        "findings": [_finding(finding) for finding in requirement["findings"]],
    }


def _unjudged(requirement: Json) -> Json:
    text = requirement["reason"] or ""
    made: Json = {"reason": _REASONS.get(text, "no_evidence"), "requirement": "", "needs": [], "detail": text}
    if text.startswith("not offered"):
        needs = requirement.get("lacks") or [need.strip() for need in text.partition(":")[2].split(",") if need.strip()]
        return made | {"reason": "not_offered", "needs": needs}
    if text.startswith("blocked by "):
        cause = text.removeprefix("blocked by ")
        if _ID.fullmatch(cause):
            return made | {"reason": "blocked", "requirement": cause}
        return made | {"reason": "prerequisite", "detail": cause}
    return made


def _source(source: Json) -> Json:
    title = _TITLES.get(source["document"], source["document"])
    return source | {"title": title, "where": source["place"], "url": None}


def _case(text: str) -> Json:
    operation, _, condition = text.partition(" ")
    return {"operation": operation, "condition": condition}


def _finding(finding: Json) -> Json:
    again = re.fullmatch(r"(\d+) of (\d+)", finding["reproduced"] or "")
    return finding | {
        "claims": [finding["summary"]],
        "sources": [_source(source) for source in finding["sources"]],
        "reproduced": {"shown": int(again[1]), "tried": int(again[2])} if again else None,
        "waiver": None,
    }
