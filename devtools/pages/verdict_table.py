"""`make verdicts`: writes the table of endings in docs/verdict.md, from conformance/evidence/verdict.py."""

from __future__ import annotations

import string
import sys

from conformance.core import contract
from conformance.core.places import ROOT
from conformance.evidence.verdict import FORMS

PAGE = ROOT / "docs" / "verdict.md"
BEGIN, END = "<!-- endings: written by `make verdicts` -->", "<!-- end of endings -->"
EXAMPLE = contract.accepting(contract.QUANTITY, {"quantity": 0})
# What the placeholders of sentences and badges stand for, on the page.
WORDS = {
    "name": "shop",
    "cause": "",
    "part": "2 of 102 requirements",
    "problem": "…",
    "complaint": f"The waiver of {EXAMPLE} ended on 2027-01-31: ….",
    "defect": "…",
    "count": "2 requirements",
    "failed": f"2 requirements fail, {EXAMPLE} first",
    "missing": contract.accepting(contract.PLACE_ORDER),
    "why": "…",
    "waived": "1 waived",
    "waived_ids": f"1 waived ({EXAMPLE})",
    "but": "",
    "shard": "1 of 3",
    "limit": "400",
    "bound": "400 requests",
    "requests": "400",
    "judged": "98",
    "of": "101",
    "tail": "98 of 101 requirements were judged.",
    "Tail": "98 of 101 requirements were judged.",
}


def shown(template: str) -> str:
    """A template with example words."""
    words = WORDS | ({"cause": "The target stopped answering. "} if template.startswith("{cause}{Tail}") else {})
    return string.Formatter().vformat(template, (), words).replace("|", "\\|")


def block() -> str:
    """The table, in the order in which the endings are decided."""
    out = [BEGIN, "", "| when | status | verdict | first sentence | badge | colour |", "|---|---|---|---|---|---|"]
    for form in FORMS.values():
        cells = (form.when, str(form.exit_status), form.verdict, shown(form.sentence), shown(form.badge), form.colour)
        out.append(f"| {' | '.join(cells)} |")
    return "\n".join([*out, "", END])


def page() -> str:
    """The whole page with today's table in it."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return before + block() + rest.partition(END)[2]


def main() -> int:
    """Writes the page."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
