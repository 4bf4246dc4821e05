"""What a rule says of an answer, as data: for a person (expected, actual) and for a script (a jq test of the same thing).

A jq test reads one document `{"status": …, "headers": {lower-case names}, "body": …}` and gives true when the claim
holds. Lines are found by item, never by position or by an id that the next session will not have.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.core.exchange import CaseKey, Exchange


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold. `name` names it without ids and values, so that equal breaches are one finding.

    requirement: set where a rule speaks for another one. proof: further exchanges that a reader needs. weak: drop it if the
    run has a breach that explains it (a price that moves by itself blames whatever request came last). look: the jq path of
    what was seen, for the script to show; '' where there is no one place. sources: (document, place) where the sentence stands,
    beside those of the requirement.
    """

    ok: bool
    name: str
    expected: str
    actual: str
    test: str
    requirement: str | None = None
    reading: str | None = None
    case: CaseKey | None = None
    proof: tuple[str, ...] = field(default=())
    weak: bool = False
    look: str = ""
    sources: tuple[tuple[str, str], ...] = ()


HELD = Claim(True, "", "", "", "true")  # nothing but that it held: most claims


def quoted(value: Any) -> str:
    """A value as a jq literal."""
    return json.dumps(value, ensure_ascii=True, default=str)


def shown(value: Any) -> str:
    """A value for a person, short."""
    if isinstance(value, Decimal):  # the one way to write an amount: 7, 7.0 and 7.00 are all 7.00
        whole, _, part = f"{value:f}".partition(".")
        return f"{whole}.{part:0<2}"
    if value is None:
        return "nothing"
    if value == []:
        return "none"
    words = value if isinstance(value, str) and value.strip() else json.dumps(value, ensure_ascii=False, default=str)
    return words if len(words) <= 200 else words[:197] + "…"


def member_or_null(node: Any, name: str) -> Any:
    """A member as it is shown: null is not the same as not there."""
    value = node.get(name) if isinstance(node, dict) else None
    return "null" if value is None and isinstance(node, dict) and name in node else value


def line(item: str | None) -> str:
    """The jq path of the line of that item."""
    return f"(.body.lineItems[]|select(.itemId=={quoted(item)}))"


def equal(name: str, path: str, expected: Any, actual: Any, **more: Any) -> Claim:
    """The value at `path` (jq, from the document's root) is `expected`."""
    if expected == actual:
        return Claim(True, name, "", "", "true", **more) if more else HELD
    return Claim(False, name, shown(expected), shown(actual), f"[{path}] == [{quoted(expected)}]", look=path, **more)


def amount(name: str, path: str, expected: Decimal, actual: Decimal | None, why: str = "", **more: Any) -> Claim:
    """The Amount at `path` has the value `expected`; an absent one counts as zero."""
    if expected == (actual or 0):
        return Claim(True, name, "", "", "true", **more) if more else HELD
    return Claim(
        False,
        name,
        shown(expected) + (f" ({why})" if why else ""),
        shown(actual),
        f"([{path}.value? // 0 | tonumber] | add // 0) * 10000 | round == {int(expected * 10000)}",
        look=f"{path}.value?",
        **more,
    )


def true(ok: bool, name: str, expected: str, actual: Any, test: str, **more: Any) -> Claim:
    """Any other claim, with the jq test that says the same."""
    if ok:
        return Claim(True, name, "", "", "true", **more) if more else HELD
    return Claim(ok, name, expected, shown(actual), test, **more)


def refused(ok: bool, name: str, pairs: Iterable[tuple[int, int]], actual: str, **more: Any) -> Claim:
    """A refusal with one of the (status, errorId) pairs."""
    listed = sorted(set(pairs))
    test = " or ".join(f"(.status=={status} and any(.body.errors[]?; .errorId=={entry}))" for status, entry in listed)
    expected = "refused with " + " or ".join(f"{status} {entry}" for status, entry in listed)
    return Claim(ok, name, expected, actual, f"({test or 'false'})", **more)


def warned(exchange: Exchange, error_id: int, case: CaseKey | None = None) -> Iterator[Claim]:
    """The answer has this warning; nothing is said where its warnings cannot be read."""
    if exchange.warnings_known:
        ids, test = exchange.warning_ids, f"any(.body.warnings[]?; .errorId=={error_id})"
        yield true(error_id in ids, "the warning", f"warning {error_id}", ids, test, case=case)


NOT_REFUSED, WRONG_ID = "is refused", "has the documented id"
REFUSED = ".status >= 400 and .status < 500"
ACCEPTED = '.status == 200 and (.body|type) == "object" and (.body|has("errors")|not)'
