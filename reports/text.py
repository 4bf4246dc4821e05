"""Text from a server, made safe to look at; and the words that several views share."""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

# Controls but tab and newline, the C1 block, bidirectional and invisible formatting, line separators, lone surrogates,
# non-characters: they move a terminal's cursor, turn text around, or are no XML at all.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)

CHAPTERS = {
    "sessions": "Sessions",
    "marketplace": "Marketplace",
    "line_items": "Line items and quantity",
    "address_shipping": "Address and shipping",
    "coupons": "Coupons",
    "money": "Money",
    "payment": "Payment and order",
    "protocol": "Protocol",
}
# Operations in a few words, where there is no room for their names.
OPERATIONS = {
    "initiateGuestCheckoutSession": "initiate",
    "getGuestCheckoutSession": "read",
    "applyGuestCoupon": "apply coupon",
    "removeGuestCoupon": "remove coupon",
    "updateGuestQuantity": "quantity",
    "updateGuestShippingAddress": "address",
    "updateGuestShippingOption": "option",
    "placeGuestOrder": "place order",
    "getGuestPurchaseOrder": "read order",
}
MOST_CASES = 6  # cases of a finding that are named; the rest is counted
SCOPES = {
    "whole": "",
    "quick": "quick: one case of each rule",
    "budget": "a budget of requests",
    "part": "a part of the requirements",
    "recording": "a recording",
}
OUTCOMES = ("failed", "passed", "unjudged", "waived")
MARKS = {"passed": "✓", "failed": "✗", "unjudged": "○", "waived": "~"}
# The colours of result.json: for a badge or a page, for a terminal, and as a mark where there is no colour.
COLOURS = {
    "green": "#2f7d4f",
    "yellow": "#8a7a10",
    "blue": "#2f6d9a",
    "orange": "#9a6a12",
    "red": "#b3372f",
    "grey": "#6b675f",
    "purple": "#7a4a9a",
}
ICONS = {"green": "✅", "yellow": "☑️", "blue": "🔎", "orange": "⚠️", "red": "❌", "grey": "⏸️", "purple": "🐞"}


def clean(text: str) -> str:
    """`text` with every character that could do something shown as its escape; tab and newline stay."""
    return _UNSAFE.sub(
        lambda m: f"\\u{ord(m.group()):04x}" if ord(m.group()) < 0x10000 else f"\\U{ord(m.group()):08x}", text
    )


def line(text: str) -> str:
    """`text` on one line, clean."""
    return clean(text).replace("\n", "\\n").replace("\t", "\\t")


def scrub(value: Any) -> Any:
    """A copy of a JSON value with every string in it clean, names of members too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [scrub(item) for item in value]
    if isinstance(value, dict):
        return {clean(name): scrub(item) for name, item in value.items()}
    return value


def brief_notes(notes: list[str], most: int = 5) -> list[str]:
    """The first lines of the first notes, and how many more there are; a note may be a whole traceback."""
    shown = [next((text for text in note.splitlines() if text.strip()), "")[:300] for note in notes[:most]]
    return shown + ([f"and {number(len(notes) - most, 'more note')}"] if len(notes) > most else [])


def notes(result: Json) -> list[str]:
    """What a reader should know beside the verdict: what became of waivers, defects of the suite, notes."""
    waivers = [waived["sentence"] for waived in result["waivers"] if waived["state"] in ("ended", "not needed")]
    defects = [f"The suite itself has a defect: {defect}" for defect in result["defects"]]
    problems = [f"Your profile is wrong here: {problem}" for problem in result["profile_problems"]]
    return [*problems, *waivers, *defects, *result["notes"]]


def place(target: Json) -> tuple[str, str]:
    """Which target a run was against: its name and address; a local one may have another port each time."""
    return target["name"], re.sub(r"^(https?://(?:127\.0\.0\.1|localhost|\[::1\])):\d+", r"\1", target["base_url"])


def grouped_readings(result: Json) -> list[tuple[str, list[Json]]]:
    """The readings taken, by requirement and in the requirements' order; what was seen most stands first."""
    order = {rule["id"]: n for n, rule in enumerate(result["requirements"])}
    groups: dict[str, list[Json]] = {}
    for taken in sorted(result["readings"], key=lambda r: (order.get(r["requirement"], len(order)), -r["count"])):
        groups.setdefault(taken["requirement"], []).append(taken)
    return list(groups.items())


def operations(names: list[str]) -> str:
    """Operations in few words: 'initiate, quantity'."""
    return ", ".join(OPERATIONS.get(name, name) for name in names)


def source(item: Json) -> str:
    """Where a sentence stands, for people: the document's title and the place in it."""
    return f"{item['title']}: {item['where']}" if item["where"] else str(item["title"])


def link(item: Json) -> str:
    """The public address of a source, '' where there is none; nothing but https is ever linked."""
    url = item["url"] or ""
    return url if url.startswith("https://") else ""


def basis(rule: Json | None) -> str:
    """What a reader should know of a sentence that no document says; '' for the others."""
    return "by inference: no document says it in these words" if rule and rule["inferred"] else ""


def number(count: int, name: str, many: str = "") -> str:
    """'1 finding', '1,204 findings'."""
    return f"{count:,} {name if count == 1 else many or name + 's'}"


def seconds(value: float) -> str:
    """A duration in seconds as '0.4 s', '18 s', '3 min 05 s'."""
    if value < 10:
        return f"{value:.1f} s"
    whole = round(value)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"


def extent(result: Json) -> str:
    """'seed 0', and how much of the target was judged where that is not all of it."""
    shard = result["shard"]
    parts = [f"seed {result['seed']}", SCOPES[result["scope"]]]
    parts += [f"shard {shard['part']} of {shard['of']}"] if shard else []
    parts += [f"merged from {result['merged']} reports"] if result["merged"] else []
    return " · ".join(part for part in parts if part)


def case(item: Json) -> str:
    """A case: the operation in a few words, and the condition."""
    return f"{OPERATIONS.get(item['operation'], item['operation'])} {item['condition']}".strip()


def reproduced(finding: Json) -> str:
    """'3 of 3'; '' where it was not sent again."""
    again = finding["reproduced"]
    return f"{again['shown']} of {again['tried']}" if again else ""


def tried(finding: Json) -> str:
    """What was tried when a finding showed; '' where no test said."""
    cases = finding.get("cases") or []
    rest = f" and {number(len(cases) - MOST_CASES, 'other case')}" if len(cases) > MOST_CASES else ""
    return "; ".join(cases[:MOST_CASES]) + rest


def shows(finding: Json) -> str:
    """When a finding shows, and how sure that is; '' where the run cannot tell."""
    shown = (finding.get("diagnosis") or {}).get("shows") or {"sentence": ""}
    if not shown["sentence"]:
        return ""
    return f"{shown['sentence']} ({shown['sure']}: {shown['failed']:,} conditions failed, {shown['passed']:,} passed)"


def looks_like(finding: Json) -> str:
    """The known defects that a finding resembles, and how sure that is; '' where none is near."""
    alike = (finding.get("diagnosis") or {}).get("looks_like") or {"defects": []}
    return f"{'; or '.join(alike['defects'])} ({alike['sure']})" if alike["defects"] else ""


def waiver(finding: Json) -> str:
    """Who waives a finding until when and why; '' where nobody does."""
    waived = finding["waiver"]
    return (
        f"waived until {waived['expires']} by {waived['owner']}: {waived['reason']} ({waived['link']})"
        if waived
        else ""
    )


def judged(result: Json) -> str:
    """'88 of 95 requirements judged'."""
    counts = result["counts"]
    return f"{counts['judged']} of {number(counts['requirements'], 'requirement')} judged"
