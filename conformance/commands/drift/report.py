"""The report of `conformance.commands.drift.comparison` in Markdown: each change, and the requirements that it touches."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.commands.drift.change import Change
from conformance.core import contract
from conformance.core.requirement import FollowedPart, Requirement

TITLES = {
    "method": "Methods",
    "parameter": "Parameters",
    "field": "Fields and types",
    "status": "Statuses",
    "id": "Error and warning ids",
    "text": "Texts, by their digests",
}
# Requirements that hold whole documents: they read the contract, so that they follow a change of it by themselves.
GENERAL = {
    "request field": FollowedPart.REQUEST_FIELDS,
    "answer field": FollowedPart.ANSWER_FIELDS,
    "status": FollowedPart.STATUSES,
    "id": FollowedPart.IDS,
}
SHOWN = 200  # characters of a text out of the document
MANY = 12  # requirements of one change that are named; the rest is counted, and listed at the end


def sentence(changes: list[Change]) -> str:
    """What came of the comparison."""
    if not changes:
        return "No drift: the document says what the contract says."
    counts = {verb: sum(change.verb == verb for change in changes) for verb in ("added", "removed", "changed")}
    touched = {rule for change in changes for rule in touches(change)}
    words = ", ".join(f"{count} {verb}" for verb, count in counts.items() if count)
    return f"Drift: {words}; {len(touched)} of {len(contract.requirements())} requirements are touched."


def touches(change: Change) -> list[str]:
    """Ids of the requirements that a change concerns: by method, by id of an answer, by what their words name."""
    general = GENERAL.get(" ".join((change.what.split()[0], change.kind)), GENERAL.get(change.kind))
    return [
        rule.id
        for rule in contract.requirements().values()
        if set(rule.operations) & set(change.operations)
        and (change.breaks or general in rule.follows or any(_names(rule, name) for name in change.names))
    ]


def _names(rule: Requirement, name: str) -> bool:
    """Whether a requirement speaks of a field, an id, a header or a component of the document."""
    if name.isdecimal() and any(answer.id == int(name) for answer in rule.lawful_refusals):
        return True
    places = " ".join(source["place"] for source in rule.sources)
    text = f"{rule.title} {rule.sentence} {places}"
    if name.isdecimal() and any(int(a) <= int(name) <= int(b) for a, b in re.findall(r"(\d{5}) to (\d{5})", text)):
        return True
    if name[:1].isupper() and name.isidentifier():  # a component, as a whole: with a field behind it the field is meant
        return re.search(rf"\b{re.escape(name)}\b(?!\.\w)", places) is not None
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def markdown(changes: list[Change], version: str, contract_version: str) -> str:
    """The whole report. Texts out of the document are cut and stand as code."""
    out = [
        "# Drift",
        "",
        sentence(changes),
        "",
        f"Compared: version {_code(version)} of the document with `contracts/order-v2.openapi.yaml`, "
        f"which follows version {_code(contract_version)}.",
        "Fields stand under the contract's name of their component, texts under the document's.",
    ]
    for kind, title in TITLES.items():
        if found := [change for change in changes if change.kind == kind]:
            out += ["", f"## {title}", "", "| | what | contract | document | methods | requirements |"]
            out += ["|---|---|---|---|---|---|", *(_row(item) for item in found)]
    by_rule: dict[str, list[str]] = {}
    for change in changes:
        for name in touches(change):
            by_rule.setdefault(name, []).append(change.what)
    if by_rule:
        out += ["", "## Requirements that are touched", "", "| requirement | level | title | by |", "|---|---|---|---|"]
        for rule in (requirement for requirement in contract.requirements().values() if requirement.id in by_rule):
            whats = _few(dict.fromkeys(map(_code, by_rule[rule.id])))
            out.append(f"| {rule.id} | {rule.level} | {rule.title} | {whats} |")
    if changes:
        out += ["", "What to do: read the new document, bring contracts/ and then the rules up to it, run this again."]
    return "\n".join(out) + "\n"


def _row(change: Change) -> str:
    methods = "every method" if len(change.operations) == _all() else ", ".join(map(_code, change.operations))
    cells = (
        change.verb,
        _code(change.what),
        _code(change.ours),
        _code(change.theirs),
        methods,
        _few(touches(change)) or "none",
    )
    return f"| {' | '.join(cells)} |"


def _all() -> int:
    return sum(operation.version == "v2" for operation in contract.operations().values())


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - MANY} more" if len(listed) > MANY else ""
    return ", ".join(listed[:MANY]) + more


def _code(text: str) -> str:
    """Text of the document so that no Markdown and no HTML in it works, in a cell of a table too."""
    text = " ".join(text.split()).replace("`", "'").replace("|", r"\|")
    return f"`{text if len(text) <= SHOWN else text[:SHOWN] + '…'}`" if text else ""
