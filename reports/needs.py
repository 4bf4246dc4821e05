"""What was not judged, grouped by why; and what a profile would have to say so that it can be."""

from __future__ import annotations

from dataclasses import dataclass

from reports.text import Json


def lacks(requirement: Json) -> list[str]:
    """What a profile would add so that a requirement that it does not offer is judged, in words."""
    unjudged = requirement["unjudged"]
    return _in_words(unjudged) if unjudged and unjudged["reason"] == "not_offered" else []


def _in_words(unjudged: Json) -> list[str]:
    words: list[str] = unjudged.get("needs_in_words") or unjudged["needs"]  # older documents have the names alone
    return words


def reason(requirement: Json) -> str:
    """Why a requirement is unjudged or waived, in words alone."""
    unjudged = requirement["unjudged"]
    if unjudged and unjudged["reason"] == "not_offered":
        return "not offered by the profile"
    if unjudged and unjudged["reason"] == "not_shown":
        return f"the target never showed {' and '.join(_in_words(unjudged))}"
    return requirement["reason"] or "no reason was given"


def reason_with_advice(requirement: Json) -> str:
    """The reason and, in brackets, what a profile would offer."""
    hints = " and ".join(lacks(requirement))
    return reason(requirement) + (f" ({hints})" if hints else "")


@dataclass(frozen=True)
class Group:
    """Requirements that were not judged for one reason."""

    reason: str
    advice: str | None
    requirements: list[Json]


def unjudged(result: Json) -> list[Group]:
    """The unjudged requirements by reason: the profile's gaps last, larger groups first."""
    groups: dict[tuple[str, str | None], list[Json]] = {}
    for requirement in result["requirements"]:
        if requirement["outcome"] == "unjudged":
            hint = " and ".join(lacks(requirement)) or None
            groups.setdefault((reason(requirement), hint), []).append(requirement)
    found = [Group(words, hint, members) for (words, hint), members in groups.items()]
    return sorted(found, key=lambda group: (group.advice is not None, -len(group.requirements), group.advice or ""))


def worth_listing(result: Json) -> list[Group]:
    """The same for a summary: none where the run ended before anything was judged, whose cause its first sentence names."""
    return unjudged(result) if result["counts"]["judged"] or not result["stopped"] else []
