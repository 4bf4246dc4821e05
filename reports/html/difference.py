"""Two sentences side by side with what differs marked, word by word; and the lines of an answer that are new."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_TOKEN = re.compile(r""""[^\s"]+"|[^\s"',;()\[\]{}]+|\s+|.""", re.S)
MOST = 250  # tokens; longer texts stand unmarked, since marking them is slow and tells nothing

Part = tuple[str, bool]  # text, whether only this side has it


def mark(expected: str, seen: str) -> tuple[list[Part], list[Part]]:
    """Both texts as parts; joined together, the parts of a side are that side's text."""
    left, right = _TOKEN.findall(expected), _TOKEN.findall(seen)
    if len(left) > MOST or len(right) > MOST:
        return [(expected, False)], [(seen, False)]
    ours: list[Part] = []
    theirs: list[Part] = []
    for kind, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        ours.append(("".join(left[a:b]), kind != "equal"))
        theirs.append(("".join(right[c:d]), kind != "equal"))
    return _joined(ours), _joined(theirs)


def _joined(parts: list[Part]) -> list[Part]:
    """Without empty parts, and with marks that only a blank or a comma parts made one."""
    out: list[Part] = []
    for text, marked in parts:
        if not text:
            continue
        if len(out) > 1 and marked and out[-2][1] and not out[-1][1] and not re.search(r"\w", out[-1][0]):
            text = out.pop(-2)[0] + out.pop()[0] + text
        if out and out[-1][1] == marked:
            text = out.pop()[0] + text
        out.append((text, marked))
    return out


def new_lines(before: list[str], after: list[str]) -> set[int]:
    """Positions of lines in `after` that `before` does not have there."""
    if len(before) + len(after) > 3000:
        return set()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return {n for kind, _, _, c, d in matcher.get_opcodes() if kind != "equal" for n in range(c, d)}
